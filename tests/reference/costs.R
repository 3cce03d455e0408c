# Reference values for restated/estimate/costs.py, from base R. Calls are written for vectors x and y.

source("common.R")

rows <- read.csv("data/costs.csv")
sets <- lapply(split(rows, factor(rows$set, unique(rows$set))),
               function(d) list(x = d$value[d$group == 1], y = d$value[d$group == 2]))

cases <- list()
for (set in names(sets)) {
  x <- sets[[set]]$x
  y <- sets[[set]]$y
  calls <- c(Student = "t.test(x, y, var.equal=TRUE)", Welch = "t.test(x, y)")
  for (method in names(calls)) {
    r <- eval(parse(text = calls[[method]]))
    cases[[length(cases) + 1]] <- list(
      data = set, method = method, call = calls[[method]], estimate = scalar(r$estimate[1] - r$estimate[2]),
      se = scalar(r$stderr), statistic = scalar(r$statistic), df = scalar(r$parameter), p = scalar(r$p.value),
      ci_low = r$conf.int[1], ci_high = r$conf.int[2]
    )
  }
  for (continuity in c(TRUE, FALSE)) {
    call <- sprintf("wilcox.test(x, y, exact=FALSE, correct=%s)", continuity)
    r <- eval(parse(text = call))
    cases[[length(cases) + 1]] <- list(data = set, method = paste0("Mann-Whitney-", continuity), call = call,
                                       u = scalar(r$statistic), p = scalar(r$p.value))
  }
  long <- data.frame(value = c(x, y), group = rep(1:0, c(length(x), length(y))))  # group 1 against group 2
  call <- "glm(value ~ group, Gamma('log'), long, control=list(epsilon=1e-15, maxit=100))"
  fit <- eval(parse(text = call))
  s <- summary(fit)$coefficients["group", ]
  cases[[length(cases) + 1]] <- list(data = set, method = "gamma", call = call, estimate = s[[1]],
                                     se = s[[2]], statistic = s[[3]], p = s[[4]], df = fit$df.residual)
}

write_reference("costs", "stats", list(
  data = lapply(sets, function(s) lapply(s, as_array)), cases = cases
))
