# Reference values for restated/estimate/events.py, from metafor. Calls are written for data frame `dat` with
# columns events1, n1, events2, n2.

source("common.R")
suppressMessages(library(metafor))

rows <- read.csv("data/events.csv")
sets <- split(rows[-1], factor(rows$set, unique(rows$set)))
cells <- "ai=events1, n1i=n1, ci=events2, n2i=n2, data=dat"

single <- list()
for (set in names(sets)) for (measure in c("OR", "RR", "RD")) for (rule in c("only0", "all")) {
  dat <- sets[[set]]
  # Ratios leave out trials without events; a risk difference keeps them.
  call <- sprintf("escalc(measure='%s', %s, add=1/2, to='%s', drop00=%s)", measure, cells, rule,
                  measure != "RD")
  es <- eval(parse(text = call))
  single[[length(single) + 1]] <- list(data = set, measure = measure, rule = rule, call = call,
                                       y = as_array(es$yi), v = as_array(es$vi))
}

# metafor has no treatment-arm correction: the corrected cells are given as they are.
treatment_arm <- list()
for (set in names(sets)) for (measure in c("OR", "RR", "RD")) {
  dat <- sets[[set]]
  empty <- with(dat, events1 == 0 | events2 == 0 | events1 == n1 | events2 == n2)
  dat$add1 <- with(dat, ifelse(empty, n1 / (n1 + n2), 0))
  dat$add2 <- with(dat, ifelse(empty, n2 / (n1 + n2), 0))
  # Cells below one half after the correction would be corrected again: to='none' prevents it.
  call <- sprintf(paste0("escalc(measure='%s', ai=events1+add1, bi=n1-events1+add1, ci=events2+add2, ",
                         "di=n2-events2+add2, data=dat, add=0, to='none')"), measure)
  es <- eval(parse(text = call))
  nothing <- measure != "RD" & dat$events1 + dat$events2 == 0
  treatment_arm[[length(treatment_arm) + 1]] <- list(
    data = set, measure = measure, call = call,
    y = as_array(ifelse(nothing, NA, es$yi)), v = as_array(ifelse(nothing, NA, es$vi)))
}

# Inverse variance on the effects corrected by 1/2 where a cell is empty.
inverse <- list()
for (set in names(sets)) for (measure in c("OR", "RR", "RD")) for (method in c("DL", "REML")) for (test in c("z", "knha")) {
  dat <- sets[[set]]
  call <- sprintf(paste0("rma(measure='%s', %s, add=1/2, to='only0', drop00=%s, method='%s', test='%s', ",
                         "control=list(threshold=1e-15, maxiter=10000))"), measure, cells, measure != "RD", method, test)
  fit <- suppressWarnings(eval(parse(text = call)))
  inverse[[length(inverse) + 1]] <- list(
    data = set, measure = measure, method = method, test = test, call = call, estimate = scalar(fit$beta),
    se = scalar(fit$se), ci_low = scalar(fit$ci.lb), ci_high = scalar(fit$ci.ub), p = scalar(fit$pval),
    tau2 = scalar(fit$tau2)
  )
}

pooled <- list()
add_case <- function(set, measure, method, call) {
  dat <- sets[[set]]
  fit <- suppressWarnings(eval(parse(text = call)))
  pooled[[length(pooled) + 1]] <<- list(
    data = set, measure = measure, method = method, call = call, estimate = scalar(fit$beta),
    se = scalar(fit$se), ci_low = scalar(fit$ci.lb), ci_high = scalar(fit$ci.ub), p = scalar(fit$pval),
    tau2 = if (is.null(fit$tau2)) 0 else scalar(fit$tau2)
  )
}
for (set in names(sets)) {
  for (measure in c("OR", "RR", "RD")) {
    add_case(set, measure, "Mantel-Haenszel", sprintf(
      "rma.mh(measure='%s', %s, correct=FALSE, drop00=c(TRUE, %s))", measure, cells, measure != "RD"))
  }
  add_case(set, "OR", "Peto", sprintf("rma.peto(%s)", cells))
  add_case(set, "OR", "logistic-normal", sprintf(
    "rma.glmm(measure='OR', %s, model='UM.FS', nAGQ=50)", cells))
}

write_reference("events", c("metafor", "lme4"), list(data = sets, single = single,
  treatment_arm = treatment_arm, inverse = inverse, pooled = pooled))
