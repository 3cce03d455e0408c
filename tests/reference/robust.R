# Reference values for restated/estimate/robust.py: robumeta, and clubSandwich as an independent second route.
# Three-level and correlated-and-hierarchical models: metafor, with clubSandwich's tests.
# Each case stores the call that made it, written for data frame `dat` with columns y, v, cluster and x.

source("common.R")
suppressMessages({library(robumeta); library(metafor); library(clubSandwich)})

rows <- read.csv("data/stability.csv")
rows$age <- rows$age1_months - 12  # one moderator that varies within and between clusters
usable <- function(r) !is.na(r) & abs(r) < 1
secure <- subset(rows, usable(r_secure_insecure))
organised <- subset(rows, usable(r_organised_disorganised))

transitions <- read.csv("data/transitions.csv")
counts <- as.matrix(transitions[, -(1:2)])
kappas <- t(apply(counts, 1, function(x) {
  m <- matrix(x, 4, 4)
  n <- sum(m)
  po <- sum(diag(m)) / n
  pe <- sum(rowSums(m) * colSums(m)) / n^2
  c((po - pe) / (1 - pe), po * (1 - po) / (n * (1 - pe)^2))
}))

sets <- list(
  secure = with(secure, data.frame(y = atanh(r_secure_insecure), v = 1 / (n - 3), cluster = study_id,
                                   x = age)),
  organised = with(organised, data.frame(y = atanh(r_organised_disorganised), v = 1 / (n_four_way - 3),
                                         cluster = study_id, x = age)),
  kappa = data.frame(y = kappas[, 1], v = kappas[, 2], cluster = transitions$study_id,
                     x = rows$age[match(transitions$row_id, rows$row_id)])
)

cases <- list()
grid <- expand.grid(formula = c("y ~ 1", "y ~ x"), small = c(TRUE, FALSE), rho = c(0, .2, .8, 1),
                    set = names(sets), stringsAsFactors = FALSE)
for (i in seq_len(nrow(grid))) {
  set <- grid$set[i]
  rho <- grid$rho[i]
  small <- grid$small[i]
  formula <- grid$formula[i]
  dat <- sets[[set]]
  call <- sprintf(paste0("robu(%s, data=dat, studynum=cluster, var.eff.size=v, modelweights='CORR', rho=%s, ",
                         "small=%s)"), formula, rho, small)
  fit <- eval(parse(text = call))
  table <- fit$reg_table
  # robumeta sorts by cluster; back to the order of the rows.
  weights <- numeric(nrow(dat))
  weights[order(as.numeric(as.factor(dat$cluster)))] <- fit$data.full$r.weights
  case <- list(
    data = set, rho = rho, small = small, formula = formula, call = call,
    estimate = as_array(table$b.r), se = as_array(table$SE),
    df = as_array(rep(fit$dfs, length.out = nrow(table))),
    statistic = as_array(table$t), p = as_array(table$prob), ci_low = as_array(table$CI.L),
    ci_high = as_array(table$CI.U), tau2 = scalar(fit$mod_info$tau.sq), i2 = scalar(fit$mod_info$I.2),
    clusters = fit$N, weights = as_array(100 * weights / sum(weights))
  )
  if (small) {
    dat$w <- weights
    second <- "coef_test(m, vcovCR(m, dat$cluster, 'CR2', inverse_var=TRUE)), m = lm(%s, dat, weights=w)"
    second <- sprintf(second, formula)
    linear <- lm(as.formula(formula), data = dat, weights = w)
    tests <- coef_test(linear, vcov = vcovCR(linear, cluster = dat$cluster, type = "CR2", inverse_var = TRUE),
                       test = "Satterthwaite")
    case$clubsandwich <- list(call = second, estimate = as_array(tests$beta), se = as_array(tests$SE),
                              df = as_array(tests$df_Satt), p = as_array(tests$p_Satt))
  }
  cases[[length(cases) + 1]] <- case
}

multilevel <- list()
for (set in names(sets)) for (rho in c(0, .6, .8)) {
  dat <- transform(sets[[set]], row = seq_along(y))
  call <- sprintf(paste0("rma.mv(y, vcalc(v, cluster=cluster, obs=row, rho=%s, data=dat), random=~1|cluster/row, ",
                         "data=dat, control=list(optimizer='Nelder-Mead', reltol=1e-14, maxit=10000))"), rho)
  fit <- eval(parse(text = call))
  test <- conf_int(fit, vcov = "CR2")
  multilevel[[length(multilevel) + 1]] <- list(
    data = set, rho = rho, call = call, estimate = scalar(fit$beta), model_se = scalar(fit$se),
    between = fit$sigma2[1], within = fit$sigma2[2], weights = as_array(weights(fit, type = "rowsum")),
    se = test$SE, df = test$df, ci_low = test$CI_L, ci_high = test$CI_U, p = coef_test(fit, vcov = "CR2")$p_Satt
  )
}

write_reference("robust", c("robumeta", "clubSandwich", "metafor"), list(
  data = lapply(sets, function(d) list(y = as_array(d$y), v = as_array(d$v), cluster = as_array(d$cluster),
                                       x = as_array(d$x))),
  cases = cases, multilevel = multilevel
))
