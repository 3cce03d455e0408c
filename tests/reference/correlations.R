# Reference values for restated/estimate/correlations.py and for the equations of path.py, on forty families of open
# data: psych for differences and partial correlations, boot for BCa limits, lavaan for the path model.

source("common.R")
suppressMessages({library(psych); library(boot); library(lavaan)})

dat <- read.csv("../../data/studies/ismair-families.csv")[2:9]
names(dat) <- c("fA", "mA", "fR", "mR", "fP", "mP", "fS", "mS")
pairs <- list(c("fP", "fS", "mP", "mS"), c("fR", "fS", "mR", "mS"), c("fA", "fR", "mA", "mR"), c("fA", "mP", "fS", "mS"))

differences <- list()
for (v in pairs) {
  r <- cor(dat[v])
  call <- "r.test(n=40, r12=r[1,2], r34=r[3,4], r13=r[1,3], r14=r[1,4], r23=r[2,3], r24=r[2,4], pooled=FALSE)"
  found <- eval(parse(text = call))
  differences[[length(differences) + 1]] <- list(case = paste(v, collapse = " "), call = call, z = scalar(found$z), p = scalar(found$p))
}

single <- list()
for (v in list(c("fP", "fS", "fA"), c("mP", "mS", "mA"), c("fR", "fS", "mR"))) {
  test <- cor.test(dat[[v[1]]], dat[[v[2]]])
  set.seed(1)
  resampled <- boot(dat, function(d, i) cor(d[i, v[1]], d[i, v[2]]), R = 20000)
  limits <- boot.ci(resampled, type = "bca")$bca[4:5]
  single[[length(single) + 1]] <- list(
    case = paste(v, collapse = " "), call = "cor.test; boot.ci(type='bca'), 20,000 samples; partial.r", r = scalar(test$estimate),
    p = scalar(test$p.value), limits = as_array(test$conf.int), bca = as_array(limits),
    partial = scalar(partial.r(dat, v[1:2], v[3])[1, 2])
  )
}

model <- "
fR ~ 1 + b1*fA; mR ~ 1 + b1*mA
fP ~ 1 + act*fR + par*mR + fA; mP ~ 1 + act*mR + par*fR + mA
fS ~ se*1 + fo*fP + fp*mP; mS ~ se*1 + mo*mP + mp*fP
fA ~ m*1; mA ~ m*1
fA ~~ mA; fR ~~ mR; fP ~~ mP; fS ~~ mS
"
call <- "sem(model, dat, fixed.x=FALSE, missing='fiml', control=list(rel.tol=1e-11))"
fit <- eval(parse(text = call))
both <- standardizedSolution(fit)
plain <- parameterEstimates(fit)
at <- match(c("fo", "mo", "fp", "mp"), both$label)
paths <- list(model = model, call = call, paths = c("fS ~ fP", "mS ~ mP", "fS ~ mP", "mS ~ fP"),
              beta = as_array(both$est.std[at]), b = as_array(plain$est[at]))

write_reference("correlations", c("psych", "boot", "lavaan"),
                list(data = as.list(dat), differences = differences, single = single, paths = paths))
