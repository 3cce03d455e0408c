# Reference values for restated/estimate/twins.py, from OpenMx: two-group models of ordered categories (raw
# pairs) and of covariance matrices. A, C and D are variances with a lower bound of 0. The total variance of a
# liability is 1, so E = 1 - A - C - D, kept positive by a constraint; a measure has E as a variance of its
# own.

source("common.R")
suppressMessages({library(OpenMx); library(lavaan)})

mxOption(NULL, "Default optimizer", "SLSQP")
mxOption(NULL, "Optimality tolerance", "1e-12")
mxOption(NULL, "Feasibility tolerance", "1e-10")

models <- list(ACE = c("A", "C"), ADE = c("A", "D"), AE = "A", CE = "C", E = character(0))
resemblance <- list(mz = c(A = 1, C = 1, D = 1), dz = c(A = .5, C = 1, D = .25))

# A 1 x 1 matrix per component: free with bound 0, or fixed at 0 (or at `value`).
component <- function(name, free, value, start) {
  fixed <- !is.na(value)
  mxMatrix("Full", 1, 1, free = free && !fixed, values = if (fixed) value else if (free) start else 0,
           labels = paste0(tolower(name), "2"), lbound = 0, ubound = 1e3, name = name)
}

components <- function(model, fixed, start, liability) {
  parts <- lapply(c("A", "C", "D"), function(x) {
    component(x, x %in% models[[model]], if (x %in% names(fixed)) fixed[[x]] else NA, start[[x]])
  })
  error <- if (liability) mxAlgebra(1 - A - C - D, name = "E") else
    mxMatrix("Full", 1, 1, TRUE, start$E, "e2", lbound = 1e-6, name = "E")
  c(parts, list(error))
}

covariance <- function(group) {
  w <- resemblance[[group]]
  shared <- sprintf("%g%%x%%A + %g%%x%%C + %g%%x%%D", w["A"], w["C"], w["D"])
  mxAlgebraFromString(sprintf("rbind(cbind(A+C+D+E, %s), cbind(%s, A+C+D+E))", shared, shared), name = "V")
}

# --- liability -------------------------------------------------------------------------------------------

people <- function(pairs) {
  n <- c(pairs[1], pairs[2], pairs[3])
  odd <- n[2] %/% 2
  first <- rep(c(1, 1, 0, 0), c(n[1], n[2] - odd, odd, n[3]))
  second <- rep(c(1, 0, 1, 0), c(n[1], n[2] - odd, odd, n[3]))
  levels <- c(1, 0)
  data.frame(t1 = mxFactor(first, levels = levels), t2 = mxFactor(second, levels = levels))
}

liability_group <- function(group, pairs, parts, separate) {
  label <- if (separate) paste0("threshold_", group) else "threshold"
  data <- people(pairs)
  start <- qnorm((2 * pairs[1] + pairs[2]) / (2 * sum(pairs)))
  if (!separate || !is.finite(start)) start <- 0
  mxModel(group, parts, covariance(group), mxMatrix("Zero", 1, 2, name = "M"),
          mxMatrix("Full", 1, 2, TRUE, start, label, name = "T"),
          mxData(data, "raw"),
          mxExpectationNormal("V", "M", dimnames = c("t1", "t2"), thresholds = "T",
                              threshnames = c("t1", "t2")),
          mxFitFunctionML())
}

starts <- list(list(A = .3, C = .2, D = .2, E = .5), list(A = .05, C = .05, D = .05, E = .9),
               list(A = .6, C = .05, D = .05, E = .3), list(A = .05, C = .6, D = .6, E = .3))

run <- function(model, starts) {
  # Several starts: the search can stop short at a bound. The best of them is the maximum.
  best <- NULL
  for (s in starts) {
    fit <- tryCatch(suppressWarnings(suppressMessages(mxRun(model(s), silent = TRUE))),
                    error = function(e) NULL)
    if (is.null(fit) || !is.finite(fit$output$minimum)) next
    if (is.null(best) || fit$output$minimum < best$output$minimum) best <- fit
  }
  best
}

fit_liability <- function(mz, dz, model, separate, fixed = list()) {
  run(function(start) {
    parts <- components(model, fixed, start, TRUE)
    mxModel("twins", liability_group("mz", mz, parts, separate), liability_group("dz", dz, parts, separate),
            mxConstraint(mz.E > 0.000001, name = "positive"), mxFitFunctionMultigroup(c("mz", "dz")))
  }, if (length(fixed)) starts[1:2] else starts)
}

# --- continuous ------------------------------------------------------------------------------------------

continuous_group <- function(group, s, n, parts) {
  dimnames(s) <- list(c("t1", "t2"), c("t1", "t2"))
  mxModel(group, parts, covariance(group), mxData(s, "cov", numObs = n),
          mxExpectationNormal("V", dimnames = c("t1", "t2")), mxFitFunctionML())
}

fit_continuous <- function(mz, dz, n_mz, n_dz, model) {
  run(function(start) {
    parts <- components(model, list(), lapply(start, `*`, mz[1, 1]), FALSE)
    mxModel("twins", continuous_group("mz", mz, n_mz, parts), continuous_group("dz", dz, n_dz, parts),
            mxFitFunctionMultigroup(c("mz", "dz")))
  }, starts)
}

shares <- function(fit) {
  values <- sapply(c(a2 = "A", c2 = "C", d2 = "D", e2 = "E"), function(x) {
    as.vector(mxEvalByName(x, fit$mz, compute = TRUE))
  })
  as.list(values / sum(values))
}

# --- cases -----------------------------------------------------------------------------------------------

# Pairs: both, discordant, neither. `what` says which part of the triangle the estimate falls into.
tables <- list(
  inside = list(mz = c(30, 20, 50), dz = c(26, 35, 45)),
  no_c = list(mz = c(30, 20, 50), dz = c(20, 35, 45)),
  no_a = list(mz = c(24, 26, 50), dz = c(31, 27, 52)),
  nothing_shared = list(mz = c(5, 34, 41), dz = c(6, 30, 40)),
  dominance = list(mz = c(60, 60, 180), dz = c(30, 110, 160)),
  rare = list(mz = c(6, 24, 470), dz = c(3, 40, 657)),
  unlike_prevalence = list(mz = c(50, 22, 28), dz = c(15, 33, 52)),
  few = list(mz = c(14, 11, 9), dz = c(4, 16, 6))
)

liability <- list()
for (name in names(tables)) for (thresholds in c("common", "separate")) for (model in names(models)) {
  t <- tables[[name]]
  call <- sprintf("fit_liability(t$mz, t$dz, '%s', separate=%s)", model, thresholds == "separate")
  fit <- eval(parse(text = call))
  s <- shares(fit)
  liability[[length(liability) + 1]] <- c(
    list(data = name, thresholds = thresholds, model = model, call = call), s,
    list(minus2ll = fit$output$minimum,
         threshold_mz = as.vector(fit$mz$T$values[1]), threshold_dz = as.vector(fit$dz$T$values[1]))
  )
}

matrices <- list(
  inside = list(mz = matrix(c(1.1, .62, .62, 1.3), 2), dz = matrix(c(1.2, .4, .4, 1), 2), n_mz = 57,
                n_dz = 53),
  no_c = list(mz = matrix(c(2.1, 1.2, 1.2, 1.9), 2), dz = matrix(c(2.4, .7, .7, 2.2), 2), n_mz = 90,
              n_dz = 110),
  no_a = list(mz = matrix(c(1, .5, .5, 1), 2), dz = matrix(c(1, .55, .55, 1), 2), n_mz = 70, n_dz = 40),
  nothing_shared = list(mz = matrix(c(1, -.1, -.1, 1), 2), dz = matrix(c(1, -.05, -.05, 1), 2), n_mz = 40,
                        n_dz = 60),
  dominance = list(mz = matrix(c(9, 5, 5, 8), 2), dz = matrix(c(8, 1.5, 1.5, 9), 2), n_mz = 250, n_dz = 300)
)

continuous <- list()
for (name in names(matrices)) for (model in names(models)) {
  m <- matrices[[name]]
  call <- sprintf("fit_continuous(m$mz, m$dz, m$n_mz, m$n_dz, '%s')", model)
  fit <- eval(parse(text = call))
  continuous[[length(continuous) + 1]] <- c(
    list(data = name, model = model, call = call), shares(fit),
    list(minus2ll = fit$output$minimum,
         variance = sum(sapply(c("A", "C", "D", "E"), function(x) as.vector(mxEvalByName(x, fit$mz, TRUE)))))
  )
}

# Correlations: variances that are 1 with n in the denominator, where OpenMx expects n - 1.
correlations <- list(
  oconnor = list(mz = .48, dz = .38, n_mz = 57, n_dz = 53),
  steep = list(mz = .42, dz = .2, n_mz = 200, n_dz = 300),
  flat = list(mz = .5, dz = .52, n_mz = 80, n_dz = 77)
)
standard <- function(r, n) matrix(c(1, r, r, 1), 2) * n / (n - 1)
correlated <- list()
for (name in names(correlations)) for (model in names(models)) {
  m <- correlations[[name]]
  call <- sprintf("fit_continuous(standard(m$mz, m$n_mz), standard(m$dz, m$n_dz), m$n_mz, m$n_dz, '%s')",
                  model)
  fit <- eval(parse(text = call))
  correlated[[length(correlated) + 1]] <- c(list(data = name, model = model, call = call), shares(fit),
                                            list(minus2ll = fit$output$minimum))
}

# A second program, where no bound is met.
lavaan_text <- "
  t1 ~~ c(v, v)*t1
  t2 ~~ c(v, v)*t2
  t1 ~~ c(mz, dz)*t2
  a2 := 2*(mz - dz)/v
  c2 := (2*dz - mz)/v
  e2 := 1 - mz/v"
lavaan_case <- local({
  m <- matrices$inside
  named <- lapply(m[1:2], function(s) {
    dimnames(s) <- list(c("t1", "t2"), c("t1", "t2"))
    s
  })
  fit <- lavaan(lavaan_text, sample.cov = named, sample.nobs = c(m$n_mz, m$n_dz),
                control = list(rel.tol = 1e-12))
  e <- parameterEstimates(fit)
  list(data = "inside", call = "lavaan(lavaan_text, sample.cov=named, sample.nobs=c(m$n_mz, m$n_dz))",
       a2 = e$est[e$label == "a2"], c2 = e$est[e$label == "c2"], e2 = e$est[e$label == "e2"])
})

# --- profile limits: OpenMx fits with the share held fixed, and a root search of their likelihoods -------

limits <- function(fit_with, estimate, minimum, level = .95) {
  excess <- function(x) {
    fit <- fit_with(x)
    if (is.null(fit)) return(1e3)
    fit$output$minimum - minimum - qchisq(level, 1)
  }
  one <- function(bound) {
    if (abs(bound - estimate) < 1e-6 || excess(bound) <= 0) return(if (bound < .5) 0 else bound)
    uniroot(excess, sort(c(bound, estimate)), tol = 1e-7)$root
  }
  c(one(0), one(.999))
}

profile <- list()
profiled <- expand.grid(share = c("A", "C"), thresholds = c("common", "separate"),
                        name = c("inside", "no_c", "no_a"), stringsAsFactors = FALSE)
for (i in seq_len(nrow(profiled))) {
  name <- profiled$name[i]
  thresholds <- profiled$thresholds[i]
  share <- profiled$share[i]
  t <- tables[[name]]
  separate <- thresholds == "separate"
  fit <- fit_liability(t$mz, t$dz, "ACE", separate)
  estimate <- shares(fit)[[paste0(tolower(share), "2")]]
  found <- limits(function(x) fit_liability(t$mz, t$dz, "ACE", separate, setNames(list(x), share)), estimate,
                  fit$output$minimum)
  profile[[length(profile) + 1]] <- list(
    data = name, thresholds = thresholds, share = paste0(tolower(share), "2"),
    call = "uniroot over fit_liability with the share held fixed", low = found[1], high = found[2]
  )
}

write_reference("twins", c("OpenMx", "lavaan"), list(
  tables = lapply(tables, function(t) lapply(t, as_array)), matrices = matrices, correlations = correlations,
  liability = liability, continuous = continuous, correlated = correlated, lavaan = lavaan_case,
  profile = profile
))
