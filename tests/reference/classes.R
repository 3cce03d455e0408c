# Reference values for pairs.class_agreement and the ACE model of two concordances: the share of pairs in the
# same of several ordered classes by adaptive integration, and the maximum of two binomial likelihoods by nlminb.

source("common.R")

agreement <- function(shares, r) {
  ends <- c(-Inf, qnorm(cumsum(shares)[-length(shares)]), Inf)
  sum(sapply(seq_along(shares), function(k) {
    inner <- function(x) dnorm(x) * (pnorm((ends[k + 1] - r * x) / sqrt(1 - r^2)) -
                                     pnorm((ends[k] - r * x) / sqrt(1 - r^2)))
    integrate(inner, ends[k], ends[k + 1], rel.tol = 1e-12, abs.tol = 0, subdivisions = 2000,
              stop.on.error = FALSE)$value
  }))
}

shares <- list(c(.5, .5), c(.3, .7), c(.2, .5, .3), c(.5, .25, .25), c(.05, .45, .35, .15))
r <- c(-.4, 0, .1, .35, .6, .9)

# The classes and counts of one fit; a2 and c2 at least 0, their sum below 1.
fit <- function(shares, mz, dz) {
  minus <- function(x) {
    if (sum(x) >= 1) return(1e6)
    -dbinom(mz[1], mz[2], agreement(shares, sum(x)), log = TRUE) -
      dbinom(dz[1], dz[2], agreement(shares, x[1] / 2 + x[2]), log = TRUE)
  }
  starts <- list(c(.1, .1), c(.5, .1), c(.1, .5))
  found <- lapply(starts, nlminb, minus, lower = 0, upper = .999, control = list(rel.tol = 1e-14))
  best <- found[[which.min(sapply(found, function(f) f$objective))]]
  home <- optimize(function(c2) minus(c(0, c2)), c(0, .999), tol = 1e-10)
  list(shares = as_array(shares), mz = as_array(mz), dz = as_array(dz), a2 = best$par[1], c2 = best$par[2],
       lrt = 2 * (home$objective - best$objective))
}

write_reference("classes", "stats", list(
  call = "integrate; nlminb of two binomial log-likelihoods, optimize without A",
  agreement = lapply(shares, function(s) list(shares = as_array(s), r = as_array(r),
                                              value = as_array(sapply(r, agreement, shares = s)))),
  fits = list(fit(c(.2, .5, .3), c(62, 99), c(48, 108)), fit(c(.5, .25, .25), c(23, 34), c(10, 26)),
              fit(c(.05, .45, .35, .15), c(60, 99), c(62, 108)))
))
