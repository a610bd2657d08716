# Reference values for bench/pooled_survival.py: Rscript pooled_survival.R ARMS.csv TRIALS.csv VALUES.csv
#
# ARMS: set,time,event; each set is fitted by survreg. TRIALS: set,time,event,arm,study; each set by coxph with strata,
# frailties and tests of proportional hazards. VALUES: set,model,quantity,value. Prints its user CPU seconds.

suppressPackageStartupMessages(library(survival))
arguments <- commandArgs(trailingOnly = TRUE)
arms <- read.csv(arguments[1])
trials <- read.csv(arguments[2])
rows <- list()
put <- function(set, model, values) {
  rows[[length(rows) + 1]] <<- data.frame(set = set, model = model, quantity = names(values),
                                          value = sprintf("%.17g", values), row.names = NULL)
}
quiet <- function(code) suppressWarnings(tryCatch(code, error = function(e) NULL))
tight <- survreg.control(rel.tolerance = 1e-12, maxiter = 200)
spent <- c(survreg = 0, coxph = 0)
for (d in split(arms, arms$set)) {
  for (law in c("exponential", "weibull", "loglogistic", "lognormal")) {
    began <- proc.time()[1]
    fit <- quiet(survreg(Surv(time, event) ~ 1, d, dist = law, control = tight))
    spent["survreg"] <- spent["survreg"] + proc.time()[1] - began
    if (is.null(fit)) next
    values <- c(log_likelihood = fit$loglik[2], mu = unname(coef(fit)), se = sqrt(vcov(fit)[1, 1]))
    if (law != "exponential") values["log_sigma"] <- log(fit$scale)
    put(d$set[1], law, values)
  }
}
ctl <- coxph.control(eps = 1e-11, toler.chol = 1e-13, iter.max = 100, outer.max = 100)
for (d in split(trials, trials$set)) {
  set <- d$set[1]
  began <- proc.time()[1]
  fit <- coxph(Surv(time, event) ~ arm + strata(study), d, control = ctl)
  test <- cox.zph(fit, transform = "km")$table
  gamma <- quiet(coxph(Surv(time, event) ~ arm + frailty(study, distribution = "gamma", eps = 1e-9, sparse = FALSE), d,
                       control = ctl))
  normal <- quiet(coxph(Surv(time, event) ~ arm + frailty(study, distribution = "gaussian", sparse = FALSE), d,
                        control = ctl))
  spent["coxph"] <- spent["coxph"] + proc.time()[1] - began
  put(set, "stratified", c(estimate = unname(coef(fit)), se = sqrt(vcov(fit)[1, 1]), zph = test[1, 1]))
  if (!is.null(gamma)) put(set, "gamma", c(estimate = unname(coef(gamma)[1]), se = sqrt(gamma$var[1, 1]),
                                           variance = gamma$history[[1]]$theta,
                                           log_likelihood = gamma$history[[1]]$c.loglik))
  if (!is.null(normal)) put(set, "log-normal", c(estimate = unname(coef(normal)[1]), se = sqrt(normal$var[1, 1]),
                                                 variance = normal$history[[1]]$theta))
}
write.csv(do.call(rbind, rows), arguments[3], row.names = FALSE, quote = FALSE)
cat("survival", as.character(packageVersion("survival")), R.version.string, "\n")
cat("cpu", spent["survreg"], spent["coxph"], "\n")
