# R's survival on one table of people: survival.R people.csv out.csv; writes name,position,value
suppressMessages(library(survival))
args <- commandArgs(trailingOnly = TRUE)
d <- read.csv(args[1])
out <- list()
say <- function(name, values) out[[length(out) + 1]] <<- data.frame(name = name, position = seq_along(values) - 1,
  value = format(as.numeric(values), digits = 17))
bands <- c("log-log" = "log-log", log = "log", plain = "plain", logit = "logit", arcsine = "arcsin")
for (b in names(bands)) {
  f <- survfit(Surv(t, d > 0) ~ 1, d, conf.type = bands[[b]])
  say(paste0("lower ", b), f$lower); say(paste0("upper ", b), f$upper)
}
f <- survfit(Surv(t, d > 0) ~ 1, d, conf.type = "log-log")
say("survival", f$surv); say("n_risk", f$n.risk); say("se", f$std.err * f$surv)
q <- quantile(f, c(.25, .5, .75)); say("quantile", q$quantile); say("quantile lower", q$lower); say("quantile upper", q$upper)
one <- survfit(Surv(t, d > 0) ~ 1, d, stype = 2, ctype = 1); say("hazard", one$cumhaz); say("hazard se", one$std.chaz)
two <- survfit(Surv(t, d > 0) ~ 1, d, stype = 2, ctype = 2); say("hazard one-by-one", two$cumhaz)
tau <- floor(max(d$t) * 0.7); say("mean", summary(f, rmean = tau)$table[c("rmean", "se(rmean)")])
k <- survfit(Surv(t, factor(d)) ~ 1, d); say("incidence", k$pstate[, 2]); say("incidence se", k$std.err[, 2])
s <- survdiff(Surv(t, d > 0) ~ arm, d); say("log-rank", s$chisq); say("observed", s$obs); say("expected", s$exp)
say("log-rank strata", survdiff(Surv(t, d > 0) ~ arm + strata(site), d)$chisq)
say("log-rank rho", survdiff(Surv(t, d > 0) ~ arm, d, rho = 0.7)$chisq)
say("log-rank groups", survdiff(Surv(t, d > 0) ~ site, d)$chisq)
cc <- coxph.control(eps = 1e-14, iter.max = 60, toler.chol = 1e-18)
fits <- list(efron = coxph(Surv(t, d > 0) ~ arm + x, d, control = cc),
  breslow = coxph(Surv(t, d > 0) ~ arm + x, d, ties = "breslow", control = cc),
  strata = coxph(Surv(t, d > 0) ~ arm + x + strata(site), d, control = cc),
  cluster = coxph(Surv(t, d > 0) ~ arm + x, d, cluster = centre, control = cc))
for (n in names(fits)) {
  m <- fits[[n]]
  say(paste("cox", n), coef(m)); say(paste("cox covariance", n), vcov(m)); say(paste("cox likelihood", n), m$loglik)
}
for (g in c("km", "rank", "identity")) say(paste("proportional", g), cox.zph(fits$efron, transform = g)$table[, 1])
say("proportional strata", cox.zph(fits$strata)$table[, 1])
say("baseline", basehaz(fits$efron, centered = FALSE)$hazard)
say("score residual size", colSums(residuals(fits$efron, "score")^2))
write.csv(do.call(rbind, out), args[2], row.names = FALSE, quote = FALSE)
