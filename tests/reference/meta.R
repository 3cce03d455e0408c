# Reference values for restated/estimate/meta.py and tau2.py, from metafor.
# Each case stores the call that made it, written for data frame `dat` with columns yi, vi and x.

source("common.R")
suppressMessages({library(metafor); library(metadat)})



bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
paternal <- read.csv("data/paternal.csv")
made_up <- read.csv("data/made_up.csv")
made <- function(name) with(made_up[made_up$set == name, ], data.frame(yi = y, vi = v, x = x))

sets <- list(
  bcg = data.frame(yi = as.vector(bcg$yi), vi = as.vector(bcg$vi), x = bcg$ablat),
  paternal = with(paternal, data.frame(yi = atanh(r), vi = 1 / (n - 3), x = percent_secure)),
  homogeneous = made("homogeneous"),
  three = made("three")
)
methods <- c("FE", "DL", "HE", "SJ", "PM", "ML", "REML")
tests <- c("z", "knha", "adhoc")

# metafor stops iterating at a change of 1e-5 by default; references need more.
control <- function(method) {
  if (method %in% c("ML", "REML")) return("list(threshold=1e-15, maxiter=10000)")
  if (method == "PM") return("list(tol=1e-14, maxiter=10000)")
  "list()"
}

run <- function(call, dat) suppressWarnings(eval(parse(text = call)))

pooled <- list()
for (set in names(sets)) for (method in methods) for (test in tests) {
  dat <- sets[[set]]
  call <- sprintf("rma(yi, vi, data=dat, method='%s', test='%s', control=%s)", method, test, control(method))
  fit <- run(call, dat)
  case <- list(
    data = set, method = method, test = test, call = call,
    estimate = scalar(fit$beta), se = scalar(fit$se), ci_low = scalar(fit$ci.lb), ci_high = scalar(fit$ci.ub),
    statistic = scalar(fit$zval), p = scalar(fit$pval), tau2 = scalar(fit$tau2),
    tau2_se = scalar(fit$se.tau2), q = scalar(fit$QE), q_p = scalar(fit$QEp), i2 = scalar(fit$I2),
    h2 = scalar(fit$H2), weights = as_array(weights(fit))
  )
  if (method != "FE") {
    # metafor's default degrees of freedom: none (normal) for test='z', k-1 for 'knha' and 'adhoc'; 'riley' is k-2.
    default <- predict(fit)
    riley <- predict(fit, pi.type = "riley")
    case$pi_default_low <- scalar(default$pi.lb)
    case$pi_default_high <- scalar(default$pi.ub)
    case$pi_riley_low <- scalar(riley$pi.lb)
    case$pi_riley_high <- scalar(riley$pi.ub)
  }
  pooled[[length(pooled) + 1]] <- case
}

# Q-profile; an empty interval (metafor prints it as "<0") is stored as null.
profile <- list()
for (set in names(sets)) for (level in c(90, 95)) {
  dat <- sets[[set]]
  call <- sprintf("confint(rma(yi, vi, data=dat), level=%d, control=list(tol=1e-15, maxiter=10000))", level)
  limits <- run(call, dat)
  empty <- limits$ub.sign == "<"
  profile[[length(profile) + 1]] <- list(
    data = set, level = level / 100, call = call,
    low = if (empty) NA else limits$random["tau^2", "ci.lb"],
    high = if (empty) NA else limits$random["tau^2", "ci.ub"]
  )
}

regression <- list()
for (set in c("bcg", "paternal", "homogeneous")) for (method in methods) for (test in tests) {
  for (formula in c("~ x", "~ x + I(x^2)")) {
    dat <- sets[[set]]
    dat$x <- dat$x - mean(dat$x)
    call <- sprintf("rma(yi, vi, mods=%s, data=dat, method='%s', test='%s', control=%s)", formula, method,
                    test, control(method))
    fit <- run(call, dat)
    regression[[length(regression) + 1]] <- list(
      data = set, method = method, test = test, formula = formula, call = call,
      estimate = as_array(fit$beta), se = as_array(fit$se), statistic = as_array(fit$zval),
      p = as_array(fit$pval), ci_low = as_array(fit$ci.lb), ci_high = as_array(fit$ci.ub),
      tau2 = scalar(fit$tau2), tau2_se = scalar(fit$se.tau2), i2 = scalar(fit$I2), qm = scalar(fit$QM),
      qm_p = scalar(fit$QMp), qe = scalar(fit$QE), qe_p = scalar(fit$QEp)
    )
  }
}

asymmetry <- list()
for (set in names(sets)) {
  dat <- sets[[set]]
  calls <- c("regtest(yi, vi, data=dat, model='lm')",
             "regtest(rma(yi, vi, data=dat, method='DL'))",
             "regtest(rma(yi, vi, data=dat, method='DL', test='knha'))",
             sprintf("regtest(rma(yi, vi, data=dat, control=%1$s), control=%1$s)", control("REML")),
             "regtest(yi, vi, data=dat, model='lm', predictor='vi')",
             sprintf("regtest(rma(yi, vi, data=dat, control=%1$s), predictor='vi', control=%1$s)", control("REML")))
  names(calls) <- c("classical", "mixed-DL-z", "mixed-DL-knha", "mixed-REML-z", "classical-variance",
                    "mixed-REML-z-variance")
  for (kind in names(calls)) {
    r <- run(calls[[kind]], dat)
    asymmetry[[length(asymmetry) + 1]] <- list(
      data = set, kind = kind, call = calls[[kind]], statistic = scalar(r$zval), p = scalar(r$pval),
      limit = scalar(r$est), limit_low = scalar(r$ci.lb), limit_high = scalar(r$ci.ub)
    )
  }
}

filled <- list()
for (set in c("bcg", "paternal", "homogeneous")) for (method in c("FE", "DL", "REML")) {
  for (estimator in c("L0", "R0")) for (side in c("left", "right", "default")) {
    dat <- sets[[set]]
    side_text <- if (side == "default") "" else sprintf(", side='%s'", side)
    call <- sprintf("trimfill(rma(yi, vi, data=dat, method='%s', control=%s), estimator='%s'%s, control=%s)",
                    method, control(method), estimator, side_text, control(method))
    r <- run(call, dat)
    filled[[length(filled) + 1]] <- list(
      data = set, method = method, estimator = estimator, side = side, call = call, side_used = r$side,
      k0 = r$k0, k0_se = scalar(r$se.k0), k0_p = scalar(r$p.k0), estimate = scalar(r$beta), se = scalar(r$se),
      tau2 = scalar(r$tau2), filled_y = as_array(r$yi[r$fill]), filled_v = as_array(r$vi[r$fill])
    )
  }
}

sequences <- list()
for (set in c("bcg", "paternal", "homogeneous")) for (method in c("DL", "REML")) {
  dat <- sets[[set]]
  fit_call <- sprintf("rma(yi, vi, data=dat, method='%s', control=%s)", method, control(method))
  for (kind in c("leave1out", "cumul")) {
    call <- if (kind == "leave1out") sprintf("leave1out(%s)", fit_call) else
      sprintf("cumul(%s, order=dat$x)", fit_call)
    r <- run(call, dat)
    sequences[[length(sequences) + 1]] <- list(
      data = set, method = method, kind = kind, call = call, estimate = as_array(r$estimate),
      se = as_array(r$se), ci_low = as_array(r$ci.lb), ci_high = as_array(r$ci.ub),
      tau2 = as_array(r$tau2), i2 = as_array(r$I2)
    )
  }
}

# Selection favours positive effects here, so the vaccine trials change their sign. `rows` are those of stability.csv.
rows <- subset(read.csv("data/stability.csv"), !is.na(r_secure_insecure) & abs(r_secure_insecure) < 1)
selected <- list(bcg = transform(sets$bcg, yi = -yi),
                 rows = with(rows, data.frame(yi = atanh(r_secure_insecure), vi = 1 / (n - 3))))
selection <- list()
for (set in names(selected)) for (step in c(.025, .05, .5)) {
  dat <- selected[[set]]
  call <- sprintf(paste0("selmodel(rma(yi, vi, data=dat, method='ML', control=%s), type='stepfun', steps=%s, ",
                         "control=list(optimizer='Nelder-Mead', reltol=1e-16, maxit=10000))"), control("ML"), step)
  r <- run(call, dat)
  selection[[length(selection) + 1]] <- list(
    data = set, step = step, call = call, y = as_array(dat$yi), v = as_array(dat$vi),
    estimate = scalar(r$beta), se = scalar(r$se), ci_low = scalar(r$ci.lb), ci_high = scalar(r$ci.ub),
    p = scalar(r$pval), tau2 = scalar(r$tau2), weight = r$delta[2], weight_se = r$se.delta[2],
    selection_p = scalar(r$LRTp)
  )
}

# PET, PEESE and the selection model of the book's chapter: one effect per sample, the mean Fisher z of its rows with the
# largest n of them.
sample <- merge(aggregate(cbind(yi = atanh(r_secure_insecure)) ~ study_id, rows, mean), aggregate(n ~ study_id, rows, max))
sample$vi <- 1 / (sample$n - 3)
calls <- c(
  "PET, weighted least squares" = "lm(yi ~ sqrt(vi), weights=1/vi, data=dat)",
  "PEESE, weighted least squares" = "lm(yi ~ vi, weights=1/vi, data=dat)",
  "PET, REML" = sprintf("rma(yi, vi, mods=~ sqrt(vi), data=dat, control=%s)", control("REML")),
  "PEESE, REML" = sprintf("rma(yi, vi, mods=~ vi, data=dat, control=%s)", control("REML")),
  "Selection model, maximum likelihood" = sprintf(
    paste0("selmodel(rma(yi, vi, data=dat, method='ML', control=%s), type='stepfun', steps=.025, ",
           "control=list(optimizer='Nelder-Mead', reltol=1e-16, maxit=10000))"), control("ML"))
)
corrected <- list()
for (method in names(calls)) {
  r <- run(calls[[method]], sample)
  least <- inherits(r, "lm")
  p <- if (least) summary(r)$coefficients[2, 4] else if (inherits(r, "rma.uni.selmodel")) r$LRTp else r$pval[2]
  limits <- if (least) confint(r)[1, ] else c(r$ci.lb[1], r$ci.ub[1])
  corrected[[length(corrected) + 1]] <- list(
    method = method, call = calls[[method]], k = nrow(sample), p = scalar(p),
    r = as_array(tanh(c(if (least) coef(r)[1] else r$beta[1], limits)))
  )
}

# Conversions, from metafor's own transformations.
effects <- list(
  r = as_array(c(-.9, -.2, 0, .31, .76)),
  z = as_array(transf.rtoz(c(-.9, -.2, 0, .31, .76))),
  correction_df = as_array(c(2, 5, 18, 100, 1000)),
  correction = as_array(sapply(c(2, 5, 18, 100, 1000), function(df) {
    # escalc() multiplies d by J: two groups with pooled sd 1 and mean difference 1.
    n1 <- df %/% 2 + 1
    n2 <- df + 2 - n1
    as.vector(escalc(measure = "SMD", m1i = 1, m2i = 0, sd1i = 1, sd2i = 1, n1i = n1, n2i = n2)$yi)
  }))
)

write_reference("meta", c("metafor", "metadat"), list(
  data = lapply(sets, function(d) list(y = as_array(d$yi), v = as_array(d$vi), x = as_array(d$x))),
  pooled = pooled, profile = profile, regression = regression, asymmetry = asymmetry, filled = filled,
  sequences = sequences, selection = selection, corrected = corrected, effects = effects
))
