# Reference values for restated/estimate/crosstable.py, and kappa with its large-sample standard error: base R's glm and
# chisq.test, MASS and vcd. Tables: 548 dyads (data/studies/transmission-table.csv), and 4 x 4 transitions of a
# cohort at 15 and 36 months (data/studies/seccyd-classes.csv).

source("common.R")
suppressMessages({ library(MASS); library(vcd) })

classes <- c("A", "B", "C", "D")
square <- function(counts) matrix(counts, 4, byrow = TRUE, dimnames = list(row = classes, column = classes))
tables <- list(
  dyads = square(c(62, 24, 3, 19, 29, 210, 9, 26, 14, 14, 10, 10, 11, 39, 6, 62)),
  cohort = square(c(15, 82, 24, 23, 27, 419, 105, 103, 1, 63, 25, 8, 11, 97, 24, 33))
)

deviances <- function(t) {
  d <- as.data.frame(as.table(t))
  d$diagonal <- factor(ifelse(d$row == d$column, as.character(d$row), "off"))
  low <- pmin(as.integer(d$row), as.integer(d$column))
  high <- pmax(as.integer(d$row), as.integer(d$column))
  d$pair <- factor(paste(low, high))
  strict <- glm.control(epsilon = 1e-12, maxit = 200)
  fits <- list(
    independence = glm(Freq ~ row + column, poisson, d, control = strict),
    `quasi-independence` = glm(Freq ~ row + column + diagonal, poisson, d, control = strict),
    `quasi-symmetry` = glm(Freq ~ row + column + pair, poisson, d, control = strict)
  )
  lapply(fits, function(f) list(
    deviance = deviance(f), df = df.residual(f),
    fitted = unname(unclass(xtabs(fitted(f) ~ d$row + d$column)))[1:4, 1:4]
  ))
}

one <- function(name) {
  t <- tables[[name]]
  k <- Kappa(t)$Unweighted
  list(
    name = name, table = unname(t),
    residuals = unname(chisq.test(t, correct = FALSE)$stdres),
    loglm_independence = loglm(~ row + column, t)$lrt,
    models = deviances(t),
    kappa = unname(k["value"]), kappa_se = unname(k["ASE"])
  )
}

write_reference("crosstable", c("MASS", "vcd"), list(
  call = "chisq.test()$stdres; MASS::loglm; glm(poisson); vcd::Kappa",
  tables = unname(lapply(names(tables), one))
))
