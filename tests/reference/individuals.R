# Reference values for restated/estimate/individuals.py, from base R: overlap by integration, the threshold by uniroot.

source("common.R")

calls <- c(
  overlap = "integrate(function(x) pmin(dnorm(x), dnorm(x, d)), -12, 12, rel.tol=1e-13, subdivisions=2000)$value",
  superiority = "pnorm(d / sqrt(2))",
  threshold = "uniroot(function(t) base * pnorm(t, d, lower.tail=FALSE) + (1 - base) * pnorm(t, lower.tail=FALSE) - share, c(-12, 12), tol=1e-15)$root"
)

cases <- list()
for (d in c(-0.5, 0, 0.15, 0.31, 0.39, 2)) {
  for (base in c(0.2, 0.484)) {
    for (share in c(0.02, 0.1, 0.5)) {
      t <- eval(parse(text = calls[["threshold"]]))
      cases[[length(cases) + 1]] <- list(
        d = d, base = base, share = share, call = unname(calls[["threshold"]]), threshold = t,
        lower = pnorm(t, lower.tail = FALSE), higher = pnorm(t, d, lower.tail = FALSE),
        overlap = eval(parse(text = calls[["overlap"]])), superiority = eval(parse(text = calls[["superiority"]]))
      )
    }
  }
}

write_reference("individuals", "stats", list(calls = as.list(calls), cases = cases))
