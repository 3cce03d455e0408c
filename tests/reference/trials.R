# Derivations and pooled results of the chapter on the trials, by metafor and base R:
# - counts of two arms behind three printed risk ratios of one trial with 41 patients (Cochrane CD012955.pub2, analyses
#   1.4.2 to 1.4.4): every split with arms of at least 5, every pair of counts;
# - log risk ratios of listed counts with 1/2 added to events and patients, and responders imputed from normal scores;
# - attempts with the ad hoc Knapp-Hartung interval, risk differences without a correction, and log odds ratios as d;
# - changes over the pooled SD at baseline, for several correlations of the scores at baseline and at the end;
# - regression of risk ratios and changes on whether a developer is an author.

source("common.R")
suppressMessages(library(metafor))

n <- 41
printed <- list("0-6" = c(0.14, 0.04, 0.56), "6-12" = c(0.27, 0.10, 0.68), "12-plus" = c(0.33, 0.15, 0.76))
grid <- do.call(rbind, lapply(5:(n - 5), function(n1) expand.grid(a = 0:n1, n1 = n1, c = 0:(n - n1), n2 = n - n1)))
grid <- grid[grid$a + grid$c > 0, ]
call <- "escalc(measure='RR', ai=a, n1i=n1, ci=c, n2i=n2, data=grid, add=1/2, to='only0')"
es <- eval(parse(text = call))
half <- qnorm(0.975) * sqrt(es$vi)
found <- exp(cbind(es$yi, es$yi - half, es$yi + half))

# The closed interval of two printed decimals; 1e-9 is the room for floating point.
rows <- lapply(names(printed), function(name) {
  fits <- apply(abs(sweep(found, 2, printed[[name]])) <= 0.005 + 1e-9, 1, all)
  list(follow_up = name, printed = I(printed[[name]]), tables = unname(as.matrix(grid[fits, c("a", "n1", "c", "n2")])),
       values = unname(found[fits, , drop = FALSE]))
})

listed <- read.csv("../../data/studies/metapsy-response.csv")
ratio <- paste0("escalc(measure='RR', ai=improved_ig+1/2, bi=n_ig-improved_ig, ci=improved_cg+1/2, ",
                "di=n_cg-improved_cg, data=listed, add=0, to='none')")
es <- eval(parse(text = ratio))

# Baseline mean, mean, SD and number tested of each arm; the last row has the SD of the other arm.
names <- c("bateman2009 mbt", "bateman2009 control", "philips2018 mbt", "philips2018 control", "sd of control")
arms <- data.frame(arm = names, baseline = c(2.01, 2.04, 24.6, 25.8, 2.01), mean = c(1.28, 1.65, 17, 20.7, 1.28),
                   sd = c(0.13, 0.55, 9.1, 9.1, 0.55), n = c(71, 63, 13, 11, 71))
responders <- "n * pnorm(baseline / 2, mean, sd)"
arms$responders <- eval(parse(text = responders), arms)

search <- list(n = n, least = 5, call = call, candidates = nrow(grid))

counts <- read.csv("data/events.csv")
control <- "control=list(threshold=1e-15, maxiter=10000)"
fitted_values <- function(call, dat, i = 1) {
  fit <- suppressWarnings(eval(parse(text = call), list(dat = dat)))
  list(call = call, estimate = scalar(fit$beta[i]), se = scalar(fit$se[i]), ci_low = scalar(fit$ci.lb[i]),
       ci_high = scalar(fit$ci.ub[i]), p = scalar(fit$pval[i]), tau2 = scalar(fit$tau2), i2 = scalar(fit$I2))
}
attempts <- list(); points <- list(); standard <- list()
cells <- "ai=events1, n1i=n1, ci=events2, n2i=n2, data=dat"
for (set in c("three-trials", "four-trials")) {
  dat <- counts[counts$set == set, ]
  for (method in c("DL", "REML")) {
    call <- sprintf("rma(measure='RR', %s, add=1/2, to='only0', method='%s', test='adhoc', %s)", cells, method, control)
    attempts[[length(attempts) + 1]] <- c(list(data = set, method = method), fitted_values(call, dat))
  }
  call <- sprintf("rma(measure='RD', %s, to='none', method='DL')", cells)
  own <- escalc(measure = "RD", ai = events1, n1i = n1, ci = events2, n2i = n2, data = dat, to = "none")
  points[[length(points) + 1]] <- c(list(data = set, y = as_array(own$yi), v = as_array(own$vi)),
                                    fitted_values(call, dat))
  call <- sprintf("escalc(measure='OR2DL', %s, add=1/2, to='only0')", cells)
  own <- eval(parse(text = call), list(dat = dat))
  standard[[length(standard) + 1]] <- list(data = set, call = call, y = as_array(own$yi), v = as_array(own$vi))
}

scores <- read.csv("../../data/studies/mbt-scores.csv")
trial <- c("bateman2009-iip", "laurenssen2018-bpdsi", "philips2018-bpdsi")
pre <- scores[match(paste0(trial, "-0"), scores$row_id), ]; post <- scores[match(paste0(trial, "-78"), scores$row_id), ]
df <- pre$n_mbt + pre$n_control - 2
pooled_sd <- sqrt(((pre$n_mbt - 1) * pre$sd_mbt^2 + (pre$n_control - 1) * pre$sd_control^2) / df)
# Morris (2008), with the exact factor of escalc.
correct <- exp(lgamma(df / 2) - log(sqrt(df / 2)) - lgamma((df - 1) / 2))
gain <- (post$mean_mbt - pre$mean_mbt) - (post$mean_control - pre$mean_control)
change <- list()
for (rho in c(0, 0.3, 0.5, 0.7, 0.9)) {
  dat <- data.frame(yi = correct * gain / pooled_sd)
  dat$vi <- 2 * (1 - rho) * (1 / post$n_mbt + 1 / post$n_control) + dat$yi^2 / (2 * (df + 2))
  for (kind in c("DL z", "REML adhoc")) {
    part <- strsplit(kind, " ")[[1]]
    call <- sprintf("rma(yi, vi, data=dat, method='%s', test='%s', %s)", part[1], part[2], control)
    change[[length(change) + 1]] <- c(list(rho = rho, method = part[1], test = part[2], y = as_array(dat$yi),
                                           v = as_array(dat$vi)), fitted_values(call, dat))
  }
}

four <- escalc(measure = "RR", ai = events1, n1i = n1, ci = events2, n2i = n2, add = 1/2, to = "only0",
               data = counts[counts$set == "four-trials", ])
four$developer <- c(1, 1, 0, 0)
half <- data.frame(yi = correct * gain / pooled_sd, developer = c(1, 0, 0))
half$vi <- (1 / post$n_mbt + 1 / post$n_control) + half$yi^2 / (2 * (df + 2))
developers <- list()
for (name in c("attempts", "severity")) for (test in c("z", "adhoc")) {
  call <- sprintf("rma(yi, vi, mods=~developer, data=dat, method='REML', test='%s', %s)", test, control)
  developers[[length(developers) + 1]] <- c(list(outcome = name, test = test),
    fitted_values(call, if (name == "attempts") four else half, 2))
}

write_reference("trials", c("metafor"), list(
  attempts = attempts, risk_differences = points, standardised = standard, change = change, developers = developers,
  search = search, selfharm = rows,
  calls = list(ratios = ratio, responders = responders),
  ratios = data.frame(row = listed$row_id, y = as.numeric(es$yi), se = sqrt(es$vi)), responders = arms))
