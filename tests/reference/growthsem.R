# Reference values for restated/estimate/growth.py from another formulation: the latent growth model (a structural
# equation model) of lavaan, with maximum likelihood for missing ratings and one residual variance over grades.
# Invented data, rounded to two decimals: children by grades, with indicators of three classes and of boys.

source("common.R")
suppressMessages({library(lavaan); library(lme4)})

times <- (0:6 - 3) / 6
invent <- function(seed, children, loss) {
  set.seed(seed)
  class <- sample(0:3, children, replace = TRUE, prob = c(0.52, 0.15, 0.10, 0.23))
  x <- cbind(as.numeric(class == 1), as.numeric(class == 2), as.numeric(class == 3), rbinom(children, 1, 0.5) - 0.5)
  x <- cbind(x, x[, 3] * x[, 4])
  level <- 0.1 * x[, 1] + 0.3 * x[, 3] + 0.3 * x[, 4] + 0.7 * rnorm(children)
  change <- -0.15 + 0.3 * x[, 5] + 0.45 * rnorm(children)
  y <- round(level + outer(change, times) + 0.7 * rnorm(children * 7), 2)
  if (loss > 0) {
    gone <- pmin(rgeom(children, loss) + 2, 8)
    y[col(y) >= gone | runif(length(y)) < loss] <- NA
  }
  list(y = unname(y), times = times, covariates = unname(x))
}
sets <- list(complete = invent(1, 240, 0), lost = invent(2, 320, 0.08))

columns <- paste0("x", 1:5)
grades <- paste0("y", 1:7)
model <- paste(c(
  paste("i =~", paste0("1*", grades, collapse = " + ")),
  paste("s =~", paste0(format(times, digits = 15), "*", grades, collapse = " + ")),
  paste("i ~", paste(columns, collapse = " + ")), paste("s ~", paste(columns, collapse = " + ")),
  "i ~~ s", "i ~ 1", "s ~ 1", paste0(grades, " ~~ e*", grades)
), collapse = "\n")

cases <- list()
for (name in names(sets)) {
  set <- sets[[name]]
  dat <- data.frame(set$y, set$covariates)
  names(dat) <- c(grades, columns)
  call <- "growth(model, dat, missing='fiml', fixed.x=TRUE, estimator='ML', control=list(rel.tol=1e-10, iter.max=10000))"
  fit <- eval(parse(text = call))
  p <- parameterEstimates(fit)
  pick <- function(lhs, op, rhs) {
    row <- p[p$lhs == lhs & p$op == op & p$rhs == rhs, ]
    c(row$est[1], row$se[1])
  }
  # In the order of the module: covariate by covariate, level then change.
  terms <- rbind(pick("i", "~1", ""), pick("s", "~1", ""),
                 do.call(rbind, lapply(columns, function(x) rbind(pick("i", "~", x), pick("s", "~", x)))))
  # The covariates are fixed: the likelihood is that of the ratings given them, as in a mixed model.
  here <- which(!is.na(set$y), arr.ind = TRUE)
  long <- data.frame(child = here[, 1], t = times[here[, 2]], y = set$y[here], set$covariates[here[, 1], ])
  names(long)[4:8] <- columns
  mixed <- lmer(y ~ t * (x1 + x2 + x3 + x4 + x5) + (1 + t | child), long, REML = FALSE,
                control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5)))
  cases[[length(cases) + 1]] <- list(
    data = name, call = call, fixed = as_array(terms[, 1]), se = as_array(terms[, 2]),
    random = matrix(c(pick("i", "~~", "i")[1], pick("i", "~~", "s")[1], pick("i", "~~", "s")[1], pick("s", "~~", "s")[1]), 2),
    residual = scalar(p$est[p$lhs == "y1" & p$op == "~~" & p$rhs == "y1"]),
    log_likelihood = scalar(fitMeasures(fit, "logl")), lme4_log_likelihood = scalar(logLik(mixed))
  )
}

write_reference("growthsem", c("lavaan", "lme4"), list(model = model, data = sets, cases = cases))
