# Reference numbers of composite indices, inequality, AHP and DEA, made by R 4.2 (Debian r-base-core, r-cran-lpsolve).
#
#   Rscript tests/reference/generate/indices.R > tests/reference/indices.json
#
# Everything is written out from the published formula with base R; the linear programmes go to lpSolve, which shares
# no code with HiGHS.

library(lpSolve)

json <- function(x) {
  if (is.list(x)) {
    if (is.null(names(x))) return(paste0("[", paste(sapply(x, json), collapse = ", "), "]"))
    return(paste0("{", paste0("\"", names(x), "\": ", sapply(x, json), collapse = ", "), "}"))
  }
  if (is.matrix(x)) return(paste0("[", paste(apply(x, 1, json), collapse = ", "), "]"))
  if (length(x) > 1) return(paste0("[", paste(format_number(x), collapse = ", "), "]"))
  format_number(x)
}
format_number <- function(x) ifelse(is.na(x), "null", formatC(x, digits = 15, format = "g"))

# -- data, written out so that no generator of random numbers is needed --
x <- cbind(cases = c(12, 30, 25, 8, 41, 19, 27, 33, 15, 22), visits = c(210, 340, 150, 95, 400, 310, 180, 260, 220, 305),
           complaints = c(4, 1, 3, 7, 2, 5, 2, 6, 3, 1), trained = c(.5, .8, .65, .4, .7, .9, .55, .6, .75, .85))
up <- c(TRUE, TRUE, FALSE, TRUE)

# -- composite --
minmax <- sapply(1:4, function(j) {
  z <- (x[, j] - min(x[, j])) / diff(range(x[, j])); if (up[j]) z else 1 - z })
zscore <- scale(x) %*% diag(ifelse(up, 1, -1))
ranked <- sapply(1:4, function(j) rank(if (up[j]) x[, j] else -x[, j]) / nrow(x))
shifted <- minmax + 0.01
p <- sweep(shifted, 2, colSums(shifted), "/")
d <- 1 + colSums(p * log(p)) / log(nrow(x))
entropy <- d / sum(d)
information <- apply(minmax, 2, sd) * rowSums(1 - cor(minmax))
critic <- information / sum(information)
w <- c(.4, .3, .2, .1)
v <- sweep(minmax, 2, w, "*")
plus <- sqrt(rowSums(sweep(v, 2, apply(v, 2, max))^2)); minus <- sqrt(rowSums(sweep(v, 2, apply(v, 2, min))^2))
arithmetic <- as.vector(minmax %*% w)
share <- as.vector(cor(minmax, arithmetic))^2
composite <- list(
  data = x, equal = as.vector(minmax %*% rep(1 / 4, 4)), zscore = as.vector(zscore %*% w),
  rank = as.vector(ranked %*% w), given = arithmetic, geometric = exp(as.vector(log(shifted) %*% w)),
  entropy_weights = entropy, critic_weights = critic, topsis = minus / (plus + minus),
  correlation = as.vector(cor(minmax, arithmetic)), effective = share / sum(share))

# -- AHP: power iteration instead of an eigenvalue routine --
judged <- rbind(c(1, 4, 3, 7), c(1 / 4, 1, 1 / 3, 3), c(1 / 3, 3, 1, 5), c(1 / 7, 1 / 3, 1 / 5, 1))
a <- rep(1 / 4, 4)
for (k in 1:1000) { b <- as.vector(judged %*% a); lambda <- sum(b); a <- b / lambda }
ahp <- list(matrix = judged, weights = a, lambda_max = lambda, consistency_ratio = (lambda - 4) / 3 / 0.90)

# -- inequality --
amount <- c(3.2, 0, 7.5, 1.1, 12.8, 4.4, 6.3, 2.7, 9.9, 0.4)
people <- c(10, 25, 8, 14, 30, 12, 9, 22, 17, 11)
group <- c(1, 1, 1, 2, 2, 2, 2, 3, 3, 3)
theil_t <- function(x, w) { m <- weighted.mean(x, w); r <- x / m; weighted.mean(ifelse(r > 0, r * log(r), 0), w) }
s <- sapply(1:3, function(g) sum((amount * people)[group == g]) / sum(amount * people))
q <- sapply(1:3, function(g) sum(people[group == g]) / sum(people))
own <- sapply(1:3, function(g) theil_t(amount[group == g], people[group == g]))
pairs <- outer(people, people) / sum(people)^2
gini <- sum(pairs * abs(outer(amount, amount, "-"))) / (2 * weighted.mean(amount, people))

# Kakwani, Wagstaff & van Doorslaer 1997, ungrouped data, written out unit by unit
income <- c(5, 9, 2, 14, 3, 20, 11, 8, 1, 17)
h <- amount[order(income)]; n <- length(h); mu <- mean(h)
r <- (1:n - .5) / n
ci <- 2 / (n * mu) * sum(h * r) - 1
curve <- c(0, cumsum(h) / (n * mu))
a_i <- sapply(1:n, function(i) h[i] / mu * (2 * r[i] - 1 - ci) + 2 - curve[i] - curve[i + 1])
se <- sqrt((sum(a_i^2) / n - (1 + ci)^2) / n)
inequality <- list(amount = amount, people = people, group = group, income = income,
  theil = theil_t(amount, people), between = sum(s * log(s / q)), within = sum(s * own), group_theil = own,
  group_share = s, gini = gini, concentration = ci, concentration_by_covariance = 2 * cov(h, r) * (n - 1) / n / mu, se = se)

# -- DEA by lpSolve: variables θ (or φ) and λ --
inputs <- cbind(staff = c(4, 7, 8, 4, 2, 10, 12, 5, 6, 9, 3, 8), money = c(3, 3, 1, 2, 4, 1, 1.5, 6, 4, 2.5, 7, 5))
outputs <- cbind(cases = c(10, 14, 9, 11, 8, 12, 16, 13, 9, 15, 7, 18), visits = c(60, 50, 75, 40, 30, 90, 70, 55, 65, 45, 80, 85))
dea <- function(k, vrs, output, others = seq_len(nrow(inputs))) {
  m <- t(inputs[others, ]); o <- t(outputs[others, ])
  left <- if (output) cbind(0, m) else cbind(-inputs[k, ], m)
  right <- if (output) cbind(-outputs[k, ], o) else cbind(0, o)
  A <- rbind(left, right, if (vrs) c(0, rep(1, length(others))))
  dir <- c("<=", "<=", ">=", ">=", if (vrs) "=")
  b <- c(if (output) inputs[k, ] else c(0, 0), if (output) c(0, 0) else outputs[k, ], if (vrs) 1)
  solved <- lp(if (output) "max" else "min", c(1, rep(0, length(others))), A, dir, b)
  if (solved$status != 0) return(NA)
  if (output) 1 / solved$objval else solved$objval
}
units <- seq_len(nrow(inputs))
models <- list()
for (vrs in c(FALSE, TRUE)) for (output in c(FALSE, TRUE)) {
  name <- paste(if (vrs) "vrs" else "crs", if (output) "output" else "input", sep = "_")
  models[[name]] <- sapply(units, dea, vrs = vrs, output = output)
  models[[paste0(name, "_super")]] <- sapply(units, function(k) dea(k, vrs, output, setdiff(units, k)))
}

# order-m by brute force: the expectation over every ordered sample of size 2 of the comparable units
order_2 <- sapply(units, function(k) {
  there <- units[apply(t(outputs) >= outputs[k, ], 2, all)]
  ratio <- apply(t(inputs[there, , drop = FALSE]) / inputs[k, ], 2, max)
  mean(outer(ratio, ratio, pmin))
})

# Simar & Wilson 1998 without the units on the frontier and without rescaling; R's own random numbers, Monte-Carlo error applies
theta <- models$crs_input
inside <- theta[theta < 1 - 1e-6]; both <- c(inside, 2 - inside)
h <- 1.06 * min(sd(both), IQR(both) / 1.34) * length(both)^(-1 / 5)
h <- h * (length(both) / length(theta))^(1 / 5) * sd(theta) / sd(both)
set.seed(20221130)
B <- 4000; n <- length(theta)
boot <- matrix(NA, B, n)
original <- inputs
for (i in 1:B) {
  t1 <- sample(inside, n, replace = TRUE) + h * rnorm(n)
  star <- ifelse(t1 <= 1, t1, 2 - t1)
  pseudo <- original * (theta / star)
  boot[i, ] <- sapply(units, function(k) {
    A <- rbind(cbind(-original[k, ], t(pseudo)), cbind(0, t(outputs)))
    lp("min", c(1, rep(0, n)), A, c("<=", "<=", ">=", ">="), c(0, 0, outputs[k, ]))$objval
  })
}
corrected <- theta - (colMeans(boot) - theta)
quantiles <- apply(sweep(boot, 2, theta), 2, quantile, c(.025, .975))

cat(json(list(composite = composite, ahp = ahp, inequality = inequality,
  dea = c(list(inputs = inputs, outputs = outputs, order_2 = order_2, bandwidth = h, corrected = corrected,
    lower = theta - quantiles[2, ], upper = theta - quantiles[1, ], draws = B), models))), "\n")
