# Two derivations of the chapter on the trials, by metafor and base R:
# - counts of two arms behind three printed risk ratios of one trial with 41 patients (Cochrane CD012955.pub2, analyses
#   1.4.2 to 1.4.4): every split with arms of at least 5, every pair of counts;
# - log risk ratios of listed counts with 1/2 added to events and patients, and responders imputed from normal scores.

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

write_reference("trials", c("metafor"), list(
  search = list(n = n, least = 5, call = call, candidates = nrow(grid)), selfharm = rows,
  calls = list(ratios = ratio, responders = responders),
  ratios = data.frame(row = listed$row_id, y = as.numeric(es$yi), se = sqrt(es$vi)), responders = arms))
