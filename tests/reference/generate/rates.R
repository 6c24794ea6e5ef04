# Reference numbers of rates, funnels, shrinkage and nested models by R: Rscript tests/reference/generate/rates.R
# Reads nested_rows.csv and station_counts.csv, writes rates_r.csv (name,value, 15 digits). R 4.2.2, lme4 1.1-31, MASS 7.3.
suppressMessages({library(lme4); library(MASS)})
here <- dirname(dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))))
lines <- "name,value"
put <- function(name, value) lines <<- c(lines, sprintf("%s,%.15g", name, as.numeric(value)))

for (case in list(c(15, 50), c(1094, 1510), c(0, 12), c(12, 12))) {
  limits <- suppressWarnings(prop.test(case[1], case[2], correct = FALSE))$conf.int
  put(paste0("wilson_", case[1], "_", case[2], c("_lower", "_upper")), limits)
}
for (count in c(0, 1, 9, 10, 65)) put(paste0("poisson_", count, c("_lower", "_upper")), poisson.test(count)$conf.int)

p <- c(0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34)
for (method in c("BH", "BY", "holm")) put(paste0(tolower(method), "_", seq_along(p)), p.adjust(p, method))

counts <- read.csv(file.path(here, "station_counts.csv"))
nb <- glm.nb(observed ~ 1 + offset(log(expected)), data = counts, control = glm.control(epsilon = 1e-12, maxit = 200))
put("nb_mean", exp(coef(nb)))
put("nb_alpha", nb$theta)
put("nb_loglik", logLik(nb))
shape <- 6; rate <- 6.25; e <- c(3.2, 17.5, 160)
put(paste0("qnbinom_", 1:3), qnbinom(0.999, size = shape, mu = e * shape / rate))
put(paste0("qgamma_", 1:3), qgamma(0.025, shape + c(1, 20, 150), rate + e))
put(paste0("qpois_", 1:3), qpois(0.999, e))
put(paste0("ppois_", 1:3), ppois(qpois(0.999, e), e))
put(paste0("dpois_", 1:3), dpois(qpois(0.999, e), e))

rows <- read.csv(file.path(here, "nested_rows.csv"))
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e6))
m <- lmer(visits ~ workers + urban + (1 | province) + (1 | county) + (1 | station), rows, control = tight)
sds <- as.data.frame(VarCorr(m))
put("criterion", REMLcrit(m)); put("sigma", sigma(m))
for (level in c("province", "county", "station")) {
  put(paste0("sd_", level), sds$sdcor[sds$grp == level])
  effect <- ranef(m, condVar = TRUE)[[level]]
  chosen <- head(sort(rownames(effect)), 4)
  put(paste0("blup_", chosen), effect[chosen, 1])
  put(paste0("blup_se_", chosen), sqrt(attr(effect, "postVar")[1, 1, ])[match(chosen, rownames(effect))])
}
# prediction error variance: the inverse of Henderson's mixed-model equations at lme4's variances
x <- getME(m, "X"); z <- as.matrix(getME(m, "Z")); lambda <- as.matrix(getME(m, "Lambda")) * sigma(m)
inverse <- solve(rbind(cbind(crossprod(x), crossprod(x, z)), cbind(crossprod(z, x), crossprod(z) + sigma(m)^2 * solve(tcrossprod(lambda)))))
errors <- setNames(sigma(m) * sqrt(diag(inverse))[-(1:ncol(x))], colnames(getME(m, "Z")))
for (unit in c("P0", "P1", "C0", "C10", "S0", "S100")) put(paste0("prediction_se_", unit), errors[unit])
put(paste0("beta_", c("intercept", "workers", "urban")), fixef(m))
put(paste0("se_", c("intercept", "workers", "urban")), sqrt(diag(as.matrix(vcov(m)))))

writeLines(lines, file.path(here, "rates_r.csv"))
