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

write_reference("events", c("metafor", "lme4"), list(data = sets, single = single, pooled = pooled))
