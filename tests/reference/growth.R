# Reference values for restated/estimate/growth.py: from lme4, and from nlme too unless the fit is singular.
# Each case stores the call that made it, written for a long data frame `dat` with columns child, t, y, x1.

source("common.R")
suppressMessages({library(lme4); library(nlme)})

# --- data ------------------------------------------------------------------------------------------------
# A set: outcomes children by waves (NA where missing), times, covariates children by columns.

as_set <- function(y, times, covariates, degree) {
  list(y = unname(y), times = times, covariates = unname(covariates), degree = degree)
}

wide <- function(values, child, time) {
  y <- tapply(values, list(factor(child, unique(child)), time), identity)
  matrix(as.vector(y), nrow(y))
}

# Invented data, rounded to two decimals. `root` is the Cholesky factor of the random effects' covariance.
invent <- function(seed, children, times, degree, effects, root, sigma, missing) {
  set.seed(seed)
  covariates <- cbind(rbinom(children, 1, 0.4), round(rnorm(children), 2))
  columns <- length(effects) / (degree + 1) - 1
  covariates <- covariates[, seq_len(columns), drop = FALSE]
  powers <- outer(times, 0:degree, "^")
  mean <- cbind(1, covariates) %*% matrix(effects, columns + 1, byrow = TRUE) %*% t(powers)
  random <- matrix(rnorm(2 * children), children) %*% t(root) %*% t(powers[, 1:2])
  y <- round(mean + random + sigma * rnorm(length(mean)), 2)
  as_set(missing(y), times, covariates, degree)
}

complete <- function(y) y
scattered <- function(share) function(y) replace(y, runif(length(y)) < share, NA)
dropout <- function(y) {  # after the first wave, one in four of those left goes at each wave
  last <- pmin(rgeom(nrow(y), 0.25) + 1, ncol(y))
  replace(y, col(y) > last, NA)
}
root <- function(intercept, slope, correlation) {
  matrix(c(intercept, slope * correlation, 0, slope * sqrt(1 - correlation^2)), 2)
}

orthodont <- as.data.frame(Orthodont)
male <- tapply(orthodont$Sex == "Male", factor(orthodont$Subject, unique(orthodont$Subject)), any)
cubic <- c(50, -1.2, 0.3, -0.02, 3, 0.4, 0, 0.003, -1, 0, 0.05, 0)

sets <- list(
  orthodont = as_set(wide(orthodont$distance, orthodont$Subject, orthodont$age), c(8, 10, 12, 14),
                     cbind(as.numeric(male)), 1),
  sleepstudy = as_set(wide(sleepstudy$Reaction, sleepstudy$Subject, sleepstudy$Days), 0:9,
                      matrix(0, 18, 0), 2),
  scattered = invent(1, 90, 0:5, 2, c(10, 1, -0.1, 2, 0.5, 0, -1, 0, 0.05), root(2, 0.6, -0.3), 1.5,
                     scattered(0.25)),
  dropout = invent(2, 100, c(0, 1, 2, 4, 6), 1, c(20, -1, 3, 0.2), root(4, 0.8, 0.4), 3, dropout),
  cubic = invent(3, 80, c(4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 11), 3, cubic, root(6, 0.9, -0.5), 6, scattered(0.2)),
  weak = invent(18, 90, 0:4, 1, c(5, 0.5, 1, 0), root(1.5, 0.12, 0), 1, scattered(0.15)),
  flat = invent(2, 90, 0:4, 1, c(5, 0.5, 1, 0), root(1.5, 0, 0), 1, scattered(0.15)),
  parallel = invent(6, 90, 0:4, 1, c(5, 0.5, 1, 0), root(1.5, 0.4, 1), 2, scattered(0.15)),
  origin = invent(40, 90, 0:4, 1, c(5, 0.5, 1, 0), root(0, 0.7, 0), 2, scattered(0.15)),
  noise = invent(15, 60, 0:3, 1, c(5, 0.5, 1, 0), root(0, 0, 0), 2, complete)
)

# --- fits ------------------------------------------------------------------------------------------------

long <- function(set) {
  here <- which(!is.na(set$y), arr.ind = TRUE)
  dat <- data.frame(child = here[, 1], t = set$times[here[, 2]], y = set$y[here])
  for (k in seq_len(ncol(set$covariates))) dat[[paste0("x", k)]] <- set$covariates[here[, 1], k]
  dat
}

# Covariate by covariate (the intercept first), and within each by powers of time: the order of the module.
ordered_names <- function(set) {
  powers <- c("t", sprintf("I(t^%d)", seq_len(set$degree)[-1]))
  covariates <- sprintf("x%d", seq_len(ncol(set$covariates)))
  c("(Intercept)", powers, unlist(lapply(covariates, function(x) c(x, paste0(powers, ":", x)))))
}

fixed_part <- function(set) {
  time <- paste(c("t", sprintf("I(t^%d)", seq_len(set$degree)[-1])), collapse = " + ")
  if (!ncol(set$covariates)) return(sprintf("y ~ %s", time))
  sprintf("y ~ (%s) * (%s)", time, paste(sprintf("x%d", seq_len(ncol(set$covariates))), collapse = " + "))
}

# The default optimiser stops early; references need more, so bobyqa goes on from there. On the wall where
# the first element of `theta` (the relative Cholesky factor) is zero, a search can stay although a covariance
# of the other sign lies higher: start again off the walls, with the covariance as it is and its sign turned.
run_lmer <- function(call, dat) {
  quietly <- function(x) suppressWarnings(suppressMessages(x))
  control <- lmerControl(calc.derivs = FALSE)
  best <- quietly(eval(parse(text = call)))
  control <- lmerControl(optimizer = "bobyqa", calc.derivs = FALSE,
                         optCtrl = list(rhobeg = 0.1, rhoend = 1e-9, maxfun = 1e5))
  for (away in c(0.1, 0.01, 0.001)) for (sign in c(1, -1)) {
    start <- pmax(getME(best, "theta") * c(1, sign, 1), c(away, -Inf, away))
    fit <- quietly(update(best, start = start, control = control))
    if (logLik(fit) > logLik(best)) best <- fit
  }
  best
}

cases <- list()
for (name in names(sets)) for (method in c("REML", "ML")) {
  set <- sets[[name]]
  dat <- long(set)
  order <- ordered_names(set)
  call <- sprintf("lmer(%s + (1 + t | child), data=dat, REML=%s, control=control)", fixed_part(set),
                  method == "REML")
  fit <- run_lmer(call, dat)
  case <- list(
    data = name, method = method, call = call, fixed = as_array(fixef(fit)[order]),
    se = as_array(sqrt(diag(as.matrix(vcov(fit))))[match(order, names(fixef(fit)))]),
    random = unname(matrix(VarCorr(fit)$child, 2)), residual = scalar(sigma(fit)^2),
    log_likelihood = scalar(logLik(fit)), singular = isSingular(fit)
  )
  if (!case$singular) {
    other <- lme(as.formula(fixed_part(set)), dat, ~ t | child, method = method,
                 control = lmeControl(msTol = 1e-12, tolerance = 1e-10, msMaxIter = 500, maxIter = 500))
    case$nlme <- list(log_likelihood = scalar(logLik(other)), fixed = as_array(fixef(other)[order]),
                      residual = scalar(other$sigma^2))
  }
  cases[[length(cases) + 1]] <- case
}

write_reference("growth", c("lme4", "nlme"), list(data = sets, cases = cases))
