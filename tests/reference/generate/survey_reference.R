# A small stratified two-stage sample of ours and what R says of it: survey_sample.csv, survey_numbers.csv,
# scale_items.csv. Run in tests/reference/:  Rscript generate/survey_reference.R   (R 4.2, survey 4.1, base stats)
suppressMessages(library(survey))
set.seed(20230531)
options(digits = 15)

# -- the sample: 3 strata, 6/5/4 stations of 20/12/9, 5 to 9 persons each --
rows <- list()
stations <- c(A = 6, B = 5, C = 4); population <- c(A = 20, B = 12, C = 9)
for (s in names(stations)) for (p in seq_len(stations[[s]])) {
  n <- sample(5:9, 1); size <- sample(30:80, 1); level <- rnorm(1, 3.6, 0.5)
  visits <- rpois(n, 4) + 1
  rows[[length(rows) + 1]] <- data.frame(
    stratum = s, station = p, stations = population[[s]],
    w = round(population[[s]] / stations[[s]] * size / n, 3),
    score = pmin(5, pmax(1, round(rnorm(n, level, 0.9)))), visits = visits,
    hours = round(visits * runif(n, 0.4, 1.2), 2), group = sample(c("older", "child", "family"), n, TRUE))
}
d <- do.call(rbind, rows)
d$satisfied <- as.integer(d$score >= 4)
d$score[sample(nrow(d), 4)] <- NA
write.csv(d, "survey_sample.csv", row.names = FALSE, na = "", quote = FALSE)
d <- read.csv("survey_sample.csv")

found <- data.frame()
note <- function(name, value) found <<- rbind(found, data.frame(name = name, value = format(as.numeric(value), digits = 15)))
est <- function(name, x, design) {
  note(paste0(name, ".estimate"), coef(x)); note(paste0(name, ".se"), SE(x))
  note(paste0(name, ".df"), degf(design))
  ci <- confint(x, df = degf(design)); note(paste0(name, ".lower"), ci[1]); note(paste0(name, ".upper"), ci[2])
}
plain <- svydesign(id = ~station, strata = ~stratum, weights = ~w, data = d, nest = TRUE)
finite <- svydesign(id = ~station, strata = ~stratum, weights = ~w, fpc = ~stations, data = d, nest = TRUE)
for (which in c("plain", "finite")) {
  design <- get(which)
  whole <- subset(design, !is.na(score))
  m <- svymean(~score, design, na.rm = TRUE, deff = TRUE); est(paste0(which, ".mean"), m, whole)
  note(paste0(which, ".mean.deff"), deff(m))
  v <- svytotal(~visits, design, deff = TRUE); est(paste0(which, ".total"), v, design); note(paste0(which, ".total.deff"), deff(v))
  r <- svyratio(~hours, ~visits, design, deff = TRUE)
  note(paste0(which, ".ratio.estimate"), coef(r)); note(paste0(which, ".ratio.se"), SE(r)); note(paste0(which, ".ratio.deff"), deff(r))
  p <- svyciprop(~satisfied, design, method = "logit")
  note(paste0(which, ".proportion.estimate"), p); note(paste0(which, ".proportion.se"), SE(p))
  note(paste0(which, ".proportion.lower"), attr(p, "ci")[1]); note(paste0(which, ".proportion.upper"), attr(p, "ci")[2])
  for (g in c("older", "child", "family")) {
    part <- subset(design, group == g & !is.na(score))
    m <- svymean(~score, part, deff = TRUE)
    est(paste0(which, ".by.", g), m, part); note(paste0(which, ".by.", g, ".deff"), deff(m))
  }
}
lonely <- subset(d, !(stratum == "C" & station > 1))
for (how in c("certainty", "adjust")) {
  options(survey.lonely.psu = how)
  one <- svydesign(id = ~station, strata = ~stratum, weights = ~w, data = lonely, nest = TRUE)
  note(paste0("lonely.", how, ".se"), SE(svymean(~visits, one)))
}

# -- a scale of five items: one-factor maximum likelihood (factanal), alpha from the covariance matrix --
f <- rnorm(240); loading <- c(.8, .7, .6, .75, .4)
items <- sapply(loading, function(l) pmin(5, pmax(1, round(3 + l * f + rnorm(240, 0, sqrt(1 - l^2))))))
colnames(items) <- paste0("q", 1:5)
write.csv(items, "scale_items.csv", row.names = FALSE)
fit <- factanal(items, 1, control = list(opt = list(factr = 1e2, maxit = 5000)))
l <- fit$loadings[, 1] * apply(items, 2, sd); u <- fit$uniquenesses * apply(items, 2, var)
for (j in 1:5) note(paste0("scale.loading.q", j), l[j])
note("scale.omega", sum(l)^2 / (sum(l)^2 + sum(u)))
C <- cov(items); note("scale.alpha", 5 / 4 * (1 - sum(diag(C)) / sum(C)))

# -- Shrout & Fleiss (1979), table 2: mean squares by aov --
x <- matrix(c(9,2,5,8, 6,1,3,2, 8,4,6,8, 7,1,2,6, 10,5,6,9, 6,2,4,7), ncol = 4, byrow = TRUE)
long <- data.frame(y = c(x), target = factor(rep(1:6, 4)), rater = factor(rep(1:4, each = 6)))
ms <- summary(aov(y ~ target + rater, long))[[1]][["Mean Sq"]]
for (j in 1:3) note(paste0("icc.ms.", c("targets", "raters", "residual")[j]), ms[j])

# -- exact and chi-square tests --
note("binom.37.60.greater", binom.test(37, 60, .5, alternative = "greater")$p.value)
ci <- binom.test(37, 60)$conf.int; note("binom.37.60.lower", ci[1]); note("binom.37.60.upper", ci[2])
note("digits.chi2", chisq.test(c(31, 8, 9, 7, 10, 22, 6, 9, 8, 10))$statistic)
note("digits.p", chisq.test(c(31, 8, 9, 7, 10, 22, 6, 9, 8, 10))$p.value)
note("digits.binom", binom.test(53, 120, .2, alternative = "greater")$p.value)

# -- a forecast: dispersion by glm(quasipoisson), quantiles by qnbinom --
y <- c(30, 38, 44, 25, 41, 52, 47, 36)
phi <- summary(glm(y ~ 1, family = quasipoisson))$dispersion; h <- 6; m <- 8
note("forecast.phi", phi)
mu <- h * mean(y); k <- phi * (m - 1) / (m - 3) * (1 + h / m)
note("forecast.lower", qnbinom(.025, mu = mu, size = mu / (k - 1))); note("forecast.upper", qnbinom(.975, mu = mu, size = mu / (k - 1)))
note("forecast.probability", pnbinom(299, mu = mu, size = mu / (k - 1), lower.tail = FALSE))
write.csv(found, "survey_numbers.csv", row.names = FALSE, quote = FALSE)
