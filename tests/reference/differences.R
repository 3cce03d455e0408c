# Reference values for hedges_g in restated/estimate/effects.py and its pooling, from metafor. Calls are written for
# data frame `dat`.

source("common.R")
suppressMessages(library(metafor))

rows <- read.csv("data/differences.csv")
sets <- split(rows[-1], factor(rows$set, unique(rows$set)))

single <- list()
pooled <- list()
for (set in names(sets)) {
  dat <- sets[[set]]
  call <- "escalc(measure='SMD', m1i=mean1, sd1i=sd1, n1i=n1, m2i=mean2, sd2i=sd2, n2i=n2, data=dat, vtype='LS')"
  es <- eval(parse(text = call))
  single[[length(single) + 1]] <- list(data = set, call = call, y = as_array(es$yi), v = as_array(es$vi))
  for (method in c("DL", "REML")) for (test in c("z", "knha")) {
    call <- sprintf("rma(yi, vi, data=es, method='%s', test='%s', control=list(threshold=1e-15, maxiter=10000))",
                    method, test)
    fit <- eval(parse(text = call))
    pooled[[length(pooled) + 1]] <- list(
      data = set, method = method, test = test, call = call, estimate = scalar(fit$beta), se = scalar(fit$se),
      ci_low = scalar(fit$ci.lb), ci_high = scalar(fit$ci.ub), p = scalar(fit$pval), tau2 = scalar(fit$tau2)
    )
  }
}

write_reference("differences", c("metafor"), list(data = sets, single = single, pooled = pooled))
