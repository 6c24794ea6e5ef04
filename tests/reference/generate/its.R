# An interrupted series of ours and what R says of it: its_series.csv, its_numbers.csv (name,value, 15 digits).
# Run in tests/reference/:  Rscript generate/its.R   (R 4.2.2, sandwich 3.0-2, base stats)
suppressMessages(library(sandwich))
set.seed(20220501)
n <- 60; start <- 36
t <- 0:(n - 1); since <- t - start; after <- as.integer(since >= 0)
season <- 0.25 * sin(2 * pi * t / 12) + 0.1 * cos(2 * pi * t / 12)
population <- round(52000 * exp(0.0008 * t))
shock <- as.numeric(arima.sim(list(ar = 0.4), n, sd = 0.08))
own <- rpois(n, population / 10000 * exp(1.9 + 0.004 * t + season + shock + after * (0.22 + 0.012 * since)))
control <- rpois(n, population / 10000 * exp(1.7 + 0.003 * t + season + 0.7 * shock + after * 0.05))
month <- sprintf("%d-%02d", 2019 + (t + 4) %/% 12, (t + 4) %% 12 + 1)
d <- data.frame(month, applications = own, control = control, population)
write.csv(d, "its_series.csv", row.names = FALSE, quote = FALSE)
d <- read.csv("its_series.csv")

lines <- "name,value"
put <- function(name, value) lines <<- c(lines, sprintf("%s,%.15g", name, as.numeric(value)))
tight <- glm.control(epsilon = 1e-14, maxit = 100)
frame <- data.frame(d, t, since, after, s1 = sin(2 * pi * t / 12), c1 = cos(2 * pi * t / 12),
                    s2 = sin(4 * pi * t / 12), c2 = cos(4 * pi * t / 12))
names_of <- c("intercept", "trend", "level", "slope", "sin_1", "cos_1", "sin_2", "cos_2")
lag <- floor(4 * (n / 100)^(2 / 9)); put("lag", lag)
quasi <- glm(applications ~ since + after + after:since + s1 + c1 + s2 + c2 + offset(log(population)),
             quasipoisson, frame, control = tight)
order_terms <- function(model) c("(Intercept)", "since", "after", "since:after", "s1", "c1", "s2", "c2")
pick <- function(model, covariance, stem) {
  at <- order_terms(model)
  put(paste0(stem, ".", names_of, ".estimate"), coef(model)[at])
  put(paste0(stem, ".", names_of, ".se"), sqrt(diag(covariance))[at])
}
pick(quasi, vcov(quasi), "quasi")
put("quasi.phi", summary(quasi)$dispersion)
put("quasi.level.p", summary(quasi)$coefficients["after", 4])
plain <- glm(formula(quasi), poisson, frame, control = tight)
pick(plain, vcov(plain), "none")
pick(quasi, NeweyWest(quasi, lag = lag, prewhite = FALSE, adjust = TRUE), "hac")
straight <- lm(applications ~ since + after + after:since + s1 + c1 + s2 + c2, frame)
pick(straight, vcov(straight), "identity")
pick(straight, NeweyWest(straight, lag = 5, prewhite = FALSE, adjust = TRUE), "identity_hac")

# the control series: every term interacted with the series, one dispersion; scores of one month added up for the HAC
both <- rbind(data.frame(frame, y = d$applications, own = 1), data.frame(frame, y = d$control, own = 0))
two <- glm(y ~ own * (since + after + after:since + s1 + c1 + s2 + c2) + offset(log(population)), quasipoisson, both,
           control = tight)
hac2 <- vcovPL(two, cluster = ~ own + t, order.by = ~ t, lag = lag, aggregate = TRUE, adjust = TRUE, kernel = "Bartlett")
for (term in c("after", "since:after")) {
  ours <- c(after = "level", `since:after` = "slope")[[term]]; theirs <- paste0("own:", term)
  put(paste0("controlled.", ours, ".estimate"), coef(two)[theirs])
  put(paste0("controlled.", ours, ".se"), sqrt(vcov(two)[theirs, theirs]))
  put(paste0("controlled_hac.", ours, ".se"), sqrt(hac2[theirs, theirs]))
}
put("controlled.phi", summary(two)$dispersion)

# a placebo date, 18 periods in, on the months before the interruption
early <- subset(frame, since < 0); early$since <- early$t - 18; early$after <- as.integer(early$since >= 0)
fake <- glm(formula(quasi), quasipoisson, early, control = tight)
put("placebo.level.estimate", coef(fake)["after"]); put("placebo.level.se", sqrt(vcov(fake)["after", "after"]))
put("placebo.slope.estimate", coef(fake)["since:after"])

# what would have been, without the interruption, at the last month
x <- model.matrix(quasi); gone <- x[n, ]; gone[c("after", "since:after")] <- 0
eta <- sum(gone * coef(quasi)) + log(d$population[n]); se <- sqrt(drop(gone %*% vcov(quasi) %*% gone))
put("counterfactual.last", exp(eta)); put("counterfactual.last.upper", exp(eta + qt(0.975, n - 8) * se))
writeLines(lines, "its_numbers.csv")
