# Reference values for bench/against_metafor.py: Rscript against_metafor.R ESTIMATES.csv VALUES.csv
#
# In: set,kind,events,total,yi,vi, one line a study; kind is normal, proportion or levels.
# Out: set,source,quantity,value. Sources: metafor (rma, rma.glmm through lme4), binom.test, and `quadrature`: the
# binomial-normal likelihood written out below and integrated on panels, independent of lme4 and of remit.

suppressPackageStartupMessages(library(metafor))
suppressPackageStartupMessages(library(lme4))

arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[1], stringsAsFactors = FALSE)
out <- list()
put <- function(where_, from_, ...) {
  values <- c(...)
  out[[length(out) + 1]] <<- data.frame(set = where_, source = from_, quantity = names(values),
                                        value = sprintf("%.17g", values), row.names = NULL)
}
quiet <- function(code) suppressWarnings(suppressMessages(tryCatch(code, error = function(e) {
  said <<- gsub("[\n,\"]+", " ", conditionMessage(e))
  NULL
})))
said <- ""
failed <- function(where_, from_) {
  out[[length(out) + 1]] <<- data.frame(set = where_, source = from_, quantity = "failed", value = said)
}

# --- survival and ratios -------------------------------------------------------------------------------------------
normal <- function(set, d) {
  tight <- list(threshold = 1e-12, maxiter = 100000, stepadj = 0.5)
  fit <- quiet(rma(d$yi, d$vi, method = "REML", test = "adhoc", control = tight))
  if (is.null(fit)) return(failed(set, "metafor"))
  common <- rma(d$yi, d$vi, method = "FE")
  put(set, "metafor", effect = fit$b[1], se = fit$se, lower = fit$ci.lb, upper = fit$ci.ub, p = fit$pval,
      tau2 = fit$tau2, i2 = fit$I2, q = fit$QE, q_p = fit$QEp, common_effect = common$b[1],
      common_lower = common$ci.lb, common_upper = common$ci.ub)
  usual <- quiet(rma(d$yi, d$vi, method = "REML", test = "adhoc"))
  if (is.null(usual)) failed(set, "metafor-default")
  else put(set, "metafor-default", effect = usual$b[1], se = usual$se, tau2 = usual$tau2)
  weight <- as.numeric(weights(fit))
  put(set, "metafor", setNames(weight, paste0("weight_", seq_along(weight))))
  ends <- quiet(confint(fit, control = list(tau2.max = 1e6, tol = 1e-13, maxiter = 10000)))
  if (!is.null(ends)) put(set, "metafor", tau2_lower = ends$random[1, 2], tau2_upper = ends$random[1, 3])
  if (nrow(d) > 2) {
    plain <- quiet(rma(d$yi, d$vi, method = "REML", test = "z", control = tight))
    ahead <- predict(plain, pi.type = "riley")                         # t with k - 2
    put(set, "metafor", prediction_lower = ahead$pi.lb, prediction_upper = ahead$pi.ub)
  }
}

levels_differ <- function(set, d) {
  fit <- rma(d$yi, d$vi, method = "FE")
  put(set, "metafor", q = fit$QE, q_p = fit$QEp)
}

# --- proportions ---------------------------------------------------------------------------------------------------
legendre <- function(n) {                                              # Golub and Welsch (1969)
  i <- seq_len(n - 1)
  b <- i / sqrt(4 * i^2 - 1)
  e <- eigen(rbind(cbind(0, diag(b)), 0) + t(rbind(cbind(0, diag(b)), 0)), symmetric = TRUE)
  list(x = e$values, w = 2 * e$vectors[1, ]^2)
}
rule <- legendre(48)

modes <- function(mu, tau, x, n) {                                     # of u given x, by bisection: the slope falls
  low <- rep(-60, length(x)); high <- -low
  for (i in 1:34) {
    mid <- (low + high) / 2
    up <- tau * (x - n * plogis(mu + tau * mid)) - mid > 0
    low <- ifelse(up, mid, low); high <- ifelse(up, high, mid)
  }
  (low + high) / 2
}

height <- function(mu, tau, x, n) {                                    # log-likelihood, binomial coefficients included
  if (tau < 1e-9) return(sum(dbinom(x, n, plogis(mu), log = TRUE)))
  m <- modes(mu, tau, x, n)
  p <- plogis(mu + tau * m)
  s <- 1 / sqrt(1 + tau^2 * n * p * (1 - p))
  total <- 0
  reach <- matrix(sapply(c(0, 3, 6, 12), function(z) pmin(z * s, 9.5)), nrow = length(x))        # panels in units of the narrower spread
  edges <- cbind(m - 9.5, m - reach[, 4:2, drop = FALSE], m, m + reach[, 2:4, drop = FALSE], m + 9.5)
  for (j in seq_len(ncol(edges) - 1)) {
    a <- edges[, j]
    b <- edges[, j + 1]
    u <- outer((b - a) / 2, rule$x) + (a + b) / 2
    total <- total + ((b - a) / 2) * as.vector(
      matrix(dbinom(x, n, plogis(mu + tau * u)) * dnorm(u), nrow = length(x)) %*% rule$w)
  }
  sum(log(total))
}

height_adaptive <- function(mu, tau, x, n) {                           # the same by QUADPACK, as a check of the panels
  m <- modes(mu, tau, x, n)
  sum(vapply(seq_along(x), function(i) {
    f <- function(u) dbinom(x[i], n[i], plogis(mu + tau * u)) * dnorm(u)
    log(integrate(f, m[i] - 10, m[i], rel.tol = 1e-11, abs.tol = 0, subdivisions = 1000L)$value +
          integrate(f, m[i], m[i] + 10, rel.tol = 1e-11, abs.tol = 0, subdivisions = 1000L)$value)
  }, 0))
}

over_tau <- function(mu, x, n) {                                       # highest over tau, on a grid and then refined
  grid <- c(0, exp(seq(log(0.01), log(10), length.out = 18)))
  values <- vapply(grid, function(t) height(mu, t, x, n), 0)
  i <- which.max(values)
  best <- optimize(function(t) height(mu, t, x, n), c(grid[max(1, i - 1)], grid[min(length(grid), i + 1)]),
                   maximum = TRUE, tol = 1e-9)
  max(best$objective, values)
}
over_mu <- function(tau, x, n, near) {
  optimize(function(m) height(m, tau, x, n), near + c(-1, 1) * (3 + 4 * tau), maximum = TRUE, tol = 1e-9)$objective
}

top <- function(x, n) {
  start <- qlogis(sum(x) / sum(n))
  tries <- lapply(c(0.15, 1, 3), function(t) {
    fit <- optim(c(start, t), function(v) -height(v[1], abs(v[2]), x, n), control = list(reltol = 1e-15, maxit = 2000))
    optim(fit$par, function(v) -height(v[1], abs(v[2]), x, n), control = list(reltol = 1e-15, maxit = 2000))
  })
  best <- tries[[which.min(vapply(tries, function(f) f$value, 0))]]
  flat <- optimize(function(m) height(m, 0, x, n), start + c(-3, 3), maximum = TRUE, tol = 1e-12)
  if (flat$objective >= -best$value - 1e-10) return(list(mu = flat$maximum, tau = 0, height = flat$objective))
  list(mu = best$par[1], tau = abs(best$par[2]), height = -best$value)
}

crossing <- function(f, from, step) {                                  # first sign change going out from `from`
  a <- from
  for (i in 1:200) {
    b <- a + step
    if (f(b) < 0) return(uniroot(f, sort(c(a, b)), tol = 1e-10)$root)
    a <- b
    step <- step * 1.3
    if (abs(b) > 60) return(NA)
  }
  NA
}

exact <- function(set, x, n, profiles) {
  best <- top(x, n)
  if (best$tau > 0) {
    hess <- optimHess(c(best$mu, best$tau), function(v) -height(v[1], v[2], x, n),
                      control = list(ndeps = c(1e-3, 1e-3)))
    se <- sqrt(solve(hess)[1, 1])
  } else {
    p <- plogis(best$mu)
    se <- 1 / sqrt(sum(n) * p * (1 - p))
  }
  put(set, "quadrature", effect = best$mu, se = se, tau2 = best$tau^2, log_likelihood = best$height)
  if (best$tau > 0)
    put(set, "quadrature", panels_off = best$height - height_adaptive(best$mu, best$tau, x, n))
  if (length(x) > 2) {                                                 # remit takes t from three studies
    half <- qt(0.975, length(x) - 1) * se
    put(set, "quadrature", lower = plogis(best$mu - half), upper = plogis(best$mu + half))
    reach <- qt(0.975, length(x) - 2) * sqrt(best$tau^2 + se^2)
    put(set, "quadrature", prediction_lower = plogis(best$mu - reach), prediction_upper = plogis(best$mu + reach))
  }
  if (profiles) {
    floor <- best$height - qchisq(0.95, 1) / 2
    profile <- function(m) over_tau(m, x, n) - floor
    ends <- plogis(c(crossing(profile, best$mu, -se), crossing(profile, best$mu, se)))
    put(set, "quadrature", profile_lower = ends[1], profile_upper = ends[2])
    if (length(x) == 2) put(set, "quadrature", lower = ends[1], upper = ends[2])
    along <- function(t) over_mu(t, x, n, best$mu) - floor
    high <- { a <- max(best$tau, 0.05); if (along(10) > 0) NA else uniroot(along, c(a, 10), tol = 1e-10)$root }
    low <- if (best$tau == 0 || along(0) >= 0) 0 else uniroot(along, c(0, best$tau), tol = 1e-10)$root
    put(set, "quadrature", tau2_lower = low^2, tau2_upper = high^2)
  }
  best
}

glmm <- function(set, x, n) {
  tight <- list(glmerCtrl = list(optimizer = "bobyqa", tolPwrss = 1e-12,
                                 optCtrl = list(rhobeg = 0.2, rhoend = 1e-9, maxfun = 1e5)))
  for (run in list(list("metafor", 25, tight), list("metafor-default", 7, list()))) {
    fit <- quiet(rma.glmm(measure = "PLO", xi = x, ni = n, nAGQ = run[[2]], test = "t", control = run[[3]]))
    if (is.null(fit)) {
      failed(set, run[[1]])
      next
    }
    put(set, run[[1]], effect = fit$b[1], se = fit$se, tau2 = fit$tau2, i2 = fit$I2, q = fit$QE.LRT,
        q_p = fit$QEp.LRT, height_here = height(fit$b[1], sqrt(fit$tau2), x, n))
    if (length(x) > 2) put(set, run[[1]], lower = plogis(fit$ci.lb), upper = plogis(fit$ci.ub))
  }
}

proportion <- function(set, d) {
  x <- d$events; n <- d$total
  sums <- binom.test(sum(x), sum(n))
  put(set, "binom.test", common_estimate = sum(x) / sum(n), common_lower = sums$conf.int[1],
      common_upper = sums$conf.int[2])
  if (nrow(d) == 1 || sum(x) %in% c(0, sum(n))) return(invisible())
  glmm(set, x, n)
  best <- exact(set, x, n, TRUE)
  ours <- c(d$mu[1], d$tau[1])                                         # remit's optimum, seen by this likelihood
  put(set, "quadrature", height_ours = height(ours[1], ours[2], x, n))
}

started <- proc.time()[3]
all <- unique(data$set)
for (i in seq_along(all)) {
  d <- data[data$set == all[i], ]
  switch(d$kind[1], normal = normal(all[i], d), proportion = proportion(all[i], d), levels = levels_differ(all[i], d))
  if (i %% 25 == 0) message(sprintf("R: %d of %d sets, %.0f s", i, length(all), proc.time()[3] - started))
}
version <- function(name) as.character(packageVersion(name))
out[[length(out) + 1]] <- data.frame(
  set = "versions", source = c("R", "metafor", "lme4"), quantity = "version",
  value = c(paste(R.version$major, R.version$minor, sep = "."), version("metafor"), version("lme4")))
write.csv(do.call(rbind, out), arguments[2], row.names = FALSE)
