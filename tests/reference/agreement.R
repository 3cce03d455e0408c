# Reference values for restated/estimate/agreement.py: the bivariate normal and tetrachoric correlations.
# Two independent algorithms: Genz's in mnormt, and adaptive integration of the conditional normal in base R.

source("common.R")
suppressMessages(library(mnormt))

genz <- function(h, k, rho) as.vector(pmnorm(c(h, k), varcov = matrix(c(1, rho, rho, 1), 2)))
integral <- function(h, k, rho) {
  inner <- function(x) dnorm(x) * pnorm((k - rho * x) / sqrt(1 - rho^2))
  integrate(inner, -Inf, h, rel.tol = 1e-12, abs.tol = 0, subdivisions = 2000, stop.on.error = FALSE)$value
}

grid <- expand.grid(h = c(-2.5, -.7, 0, .4, 1.9), k = c(-1.6, 0, .4, 1.2),
                    rho = c(-.99, -.6, -.1, 0, .35, .8, .97))
tables <- read.csv("data/two_by_two.csv")
inner <- tables[with(tables, a > 0 & b > 0 & c > 0 & d > 0), ]

tetrachoric <- function(t, probability) {
  n <- sum(t)
  h <- qnorm((t[1] + t[2]) / n)
  k <- qnorm((t[1] + t[3]) / n)
  excess <- function(rho) probability(h, k, rho) - t[1] / n
  uniroot(excess, c(-.999999, .999999), tol = 1e-13, maxiter = 10000)$root
}

write_reference("agreement", "mnormt", list(
  call = "mnormt::pmnorm; uniroot(pmnorm(qnorm(row), qnorm(column), rho) - a/n)",
  bivariate = list(h = as_array(grid$h), k = as_array(grid$k), rho = as_array(grid$rho),
                   genz = as_array(mapply(genz, grid$h, grid$k, grid$rho)),
                   integral = as_array(mapply(integral, grid$h, grid$k, grid$rho))),
  tetrachoric = list(tables = unname(as.matrix(inner)),
                     genz = as_array(apply(inner, 1, tetrachoric, probability = genz)),
                     integral = as_array(apply(inner, 1, tetrachoric, probability = integral)))
))
