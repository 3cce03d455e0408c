# Reference values for restated/estimate/contrasts.py, from metafor: two estimates that may be correlated.

suppressMessages(library(metafor))
source("common.R")

call <- "rma.mv(c(d1, d2), matrix(c(s1^2, rho*s1*s2, rho*s1*s2, s2^2), 2), mods = ~ c(1, 0))"

cases <- list()
pairs <- list(peers = c(0.39, 0.038, 0.15, 0.048), reversed = c(0.08, 0.071, 0.34, 0.082), equal = c(0.2, 0.05, 0.2, 0.1))
for (pair in names(pairs)) {
  for (rho in c(-0.3, 0, 0.5, 0.8)) {
    d1 <- pairs[[pair]][1]; s1 <- pairs[[pair]][2]; d2 <- pairs[[pair]][3]; s2 <- pairs[[pair]][4]
    fit <- eval(parse(text = call))
    cases[[length(cases) + 1]] <- list(data = pair, rho = rho, d1 = d1, s1 = s1, d2 = d2, s2 = s2, call = call,
                                       z = scalar(fit$zval[2]), p = scalar(fit$pval[2]))
  }
}

write_reference("contrasts", c("metafor"), list(cases = cases))
