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

# Tests that means, standard deviations and sizes determine: any values with these moments will do. The base is skewed and its
# smallest value lies less than one standard deviation below the mean, so that all costs are positive.
with_moments <- function(n, mean, sd) as.vector(mean + sd * scale(qexp(ppoints(n))))
moments <- list()
for (ratio in c(0.2, 0.5, 0.85)) for (cv1 in c(0.4, 0.9)) for (cv2 in c(0.4, 0.9)) {
  x <- with_moments(22, ratio, ratio * cv1)
  y <- with_moments(19, 1, cv2)
  long <- data.frame(value = c(x, y), group = rep(1:0, c(22, 19)))
  fit <- glm(value ~ group, Gamma("log"), long, control = list(epsilon = 1e-15, maxit = 100))
  p <- c(Student = t.test(x, y, var.equal = TRUE)$p.value, Welch = t.test(x, y)$p.value,
         `gamma model` = summary(fit)$coefficients["group", 4])
  calls <- c("t.test(x, y, var.equal=TRUE)", "t.test(x, y)", "glm(value ~ group, Gamma('log'))")
  for (i in 1:3) moments[[length(moments) + 1]] <- list(ratio = ratio, cv1 = cv1, cv2 = cv2, method = names(p)[i],
                                                        call = calls[i], p = p[[i]])
}

# The two-part test: Pearson's chi-squared of who has any cost plus the squared t of a gamma model of the others.
two_part <- list()
for (ratio in c(0.5, 0.85)) for (k1 in c(9, 15)) {
  call <- "prop.test(c(k1, 13), c(22, 19), correct=FALSE); glm(value ~ group, Gamma('log'))"
  users <- suppressWarnings(prop.test(c(k1, 13), c(22, 19), correct = FALSE))$statistic
  x <- with_moments(k1, ratio, ratio * 0.8)
  y <- with_moments(13, 1, 0.8)
  long <- data.frame(value = c(x, y), group = rep(1:0, c(k1, 13)))
  fit <- glm(value ~ group, Gamma("log"), long, control = list(epsilon = 1e-15, maxit = 100))
  chi2 <- scalar(users) + summary(fit)$coefficients["group", 3]^2
  two_part[[length(two_part) + 1]] <- list(ratio = ratio, k1 = k1, k2 = 13, cv = 0.8, call = call,
                                           p = pchisq(chi2, 2, lower.tail = FALSE))
}

# Rankings of 22 and 19 patients near the printed z of -3.9, without ties and with patients who cost nothing.
rankings <- list(
  distinct = list(x = c(1:17, 23:27), y = c(18:22, 28:41)),
  zeros = list(x = c(rep(0, 17), 4, 6, 8, 9, 10), y = c(0, 0, 1, 2, 3, 5, 7, 11:22))
)
ranks <- list()
for (name in names(rankings)) for (continuity in c(TRUE, FALSE)) {
  call <- sprintf("wilcox.test(x, y, exact=FALSE, correct=%s)", continuity)
  x <- rankings[[name]]$x
  y <- rankings[[name]]$y
  r <- eval(parse(text = call))
  ranks[[length(ranks) + 1]] <- list(data = name, correct = continuity, call = call, u = scalar(r$statistic),
                                     p = scalar(r$p.value), x = as_array(x), y = as_array(y))
}

# Counts at eight years: exact conditional odds ratio, and the Wilson limits from which Newcombe's interval is made.
risks <- list()
for (cells in list(c(5, 22, 14, 19), c(3, 13, 14, 19), c(2, 15, 13, 15), c(10, 22, 1, 10))) {
  call <- "fisher.test(rbind(c(x1, n1 - x1), c(x2, n2 - x2))); prop.test(x, n, correct=FALSE)"
  r <- fisher.test(rbind(c(cells[1], cells[2] - cells[1]), c(cells[3], cells[4] - cells[3])))
  # Small counts make prop.test warn about its chi-squared test, which is not used.
  wilson <- suppressWarnings(lapply(c(1, 3), function(i) prop.test(cells[i], cells[i + 1], correct = FALSE)$conf.int))
  risks[[length(risks) + 1]] <- list(
    x1 = cells[1], n1 = cells[2], x2 = cells[3], n2 = cells[4], call = call, odds_ratio = scalar(r$estimate),
    or_low = r$conf.int[1], or_high = r$conf.int[2], p = r$p.value,
    wilson1 = as_array(wilson[[1]]), wilson2 = as_array(wilson[[2]])
  )
}

write_reference("costs", "stats", list(
  data = lapply(sets, function(s) lapply(s, as_array)), cases = cases, moments = moments, ranks = ranks, risks = risks,
  two_part = two_part
))
