# Analyses that look hard at a pool: influence, small studies, selection, subsets, permutations.

DIAGNOSED <- list(c("DL", "z"), c("REML", "z"), c("REML", "knha"))
left_out <- function(where, dat) {
  out <- list()
  for (m in DIAGNOSED) for (what in c("leave1out", "cumul")) {
    got <- attempt(paste(where, what), {
      fit <- metafor::rma(yi, vi, data = dat, method = m[1], test = m[2], control = steps)
      t <- (if (what == "cumul") cumul else leave1out)(fit)
      setNames(lapply(c("estimate", "se", "zval", "pval", "ci.lb", "ci.ub", "Q", "Qp", "tau2", "I2", "H2"), function(n) I(as.numeric(t[[n]]))),
               c("estimate", "se", if (m[2] == "knha") "zval" else "zval", "pval", "ci_lb", "ci_ub", "Q", "Qp", "tau2", "I2", "H2"))
    })
    if (!is.null(got)) got <- Filter(length, got)
    out[[length(out) + 1]] <- analysis(paste(what, m[1], m[2], sep = "_"), list(method = m[1], test = m[2], model = "yi,vi"), got)
  }
  out
}
influential <- function(where, dat) {
  out <- list()
  for (m in DIAGNOSED) {
    fit <- attempt(where, metafor::rma(yi, vi, data = dat, method = m[1], test = m[2], control = steps))
    if (is.null(fit)) next
    arguments <- list(method = m[1], test = m[2], model = "yi,vi")
    out <- c(out, list(
      analysis(paste("influence", m[1], m[2], sep = "_"), arguments, attempt(paste(where, "influence"), {
        i <- influence(fit); t <- i$inf
        list(rstudent = I(t$rstudent), dffits = I(t$dffits), cook_d = I(t$cook.d), cov_r = I(t$cov.r), tau2_del = I(t$tau2.del),
             QE_del = I(t$QE.del), hat = I(t$hat), weight = I(t$weight), dfbs = I(i$dfbs[[1]]), is_infl = I(i$is.infl))
      })),
      analysis(paste("baujat", m[1], m[2], sep = "_"), arguments, attempt(paste(where, "baujat"), {
        pdf(NULL); b <- baujat(fit); dev.off(); s <- blup(fit); e <- ranef(fit); r <- rstandard(fit)
        list(baujat_x = I(b$x), baujat_y = I(b$y), blup = I(s$pred), blup_se = I(s$se), blup_pi_lb = I(s$pi.lb), blup_pi_ub = I(s$pi.ub),
             ranef = I(e$pred), ranef_se = I(e$se), rstandard_resid = I(r$resid), rstandard_se = I(r$se), rstandard_z = I(r$z))
      }))))
  }
  out
}

small_studies <- function(where, dat) {
  fit <- attempt(where, metafor::rma(yi, vi, data = dat, method = "REML", control = steps))
  if (is.null(fit)) return(list())
  out <- list()
  for (model in c("lm", "rma")) for (p in c("sei", "vi"))
    out[[length(out) + 1]] <- analysis(paste("regtest", model, p, sep = "_"), list(model = model, predictor = p, method = "REML"), attempt(paste(where, "regtest"), {
      t <- regtest(fit, model = model, predictor = p)
      got <- list(stat = t$zval, pval = t$pval, b = t$est, ci_lb = t$ci.lb, ci_ub = t$ci.ub)
      if (model == "lm") c(got, list(df = t$dfs, slope = as.numeric(coef(t$fit))[2])) else c(got, list(tau2 = t$fit$tau2, slope = t$fit$beta[2]))
    }))
  rank <- attempt(paste(where, "rank"), ranktest(dat$yi, dat$vi))
  if (!is.null(rank)) out[[length(out) + 1]] <- analysis("ranktest", list(a = 1), list(tau = rank$tau, pval = rank$pval))
  for (e in c("L0", "R0", "Q0")) for (m in c("REML", "DL"))
    out[[length(out) + 1]] <- analysis(paste0("trimfill_", e, "_", m), list(estimator = e, method = m), attempt(paste(where, "trimfill", e), {
      t <- trimfill(metafor::rma(yi, vi, data = dat, method = m, control = steps), estimator = e, control = steps)
      list(k0 = t$k0, se_k0 = t$se.k0, p_k0 = t$p.k0, side = t$side, fit = univariate(t), yi_filled = I(as.numeric(t$yi)), vi_filled = I(t$vi))
    }))
  for (type in c("Rosenthal", "Orwin", "Rosenberg"))
    out[[length(out) + 1]] <- analysis(paste0("fsn_", type), list(type = type), attempt(paste(where, "fsn", type), list(fsnum = fsn(dat$yi, dat$vi, type = type)$fsnum)))
  weighted <- function(f) attempt(where, { s <- summary(lm(f, weights = 1 / vi, data = dat))$coefficients
    ci <- confint(lm(f, weights = 1 / vi, data = dat))
    list(b = I(s[, 1]), se = I(s[, 2]), t = I(s[, 3]), pval = I(s[, 4]), ci_lb = I(ci[, 1]), ci_ub = I(ci[, 2])) })
  c(out, list(
    analysis("tes", list(test = "default"), attempt(paste(where, "tes"), {
      t <- tes(dat$yi, dat$vi)
      list(O = t$O, E = t$E, OE = t$OEratio, theta = as.numeric(t$theta), X2 = t$X2, pval = t$pval, pval_test = t$test, power = I(t$power))
    })),
    analysis("hc", list(method = "Henmi-Copas"), attempt(paste(where, "hc"), {
      h <- hc(metafor::rma(yi, vi, data = dat, method = "DL"), control = list(tol = 1e-12, maxiter = 1e5))
      list(b = as.numeric(h$beta), se = h$se, ci_lb = h$ci.lb, ci_ub = h$ci.ub) })),
    analysis("PET", list(model = "wls"), weighted(yi ~ sqrt(vi))), analysis("PEESE", list(model = "wls"), weighted(yi ~ vi))))
}

selected <- function(where, dat) {
  base <- attempt(where, metafor::rma(yi, vi, data = dat, method = "ML", control = steps))
  if (is.null(base)) return(list())
  side <- if (base$beta[1] < 0) "less" else "greater"
  grid <- c(.005, .01, .05, .10, .25, .35, .50, .65, .75, .90, .95, .99, .995, 1)
  weights <- c(1, .99, .90, .75, .60, .50, .25, .25, .25, .25, .25, .25, .25, .25)
  out <- function(f) if (is.null(f)) NULL else
    list(b = I(as.numeric(f$beta)), se = I(f$se), pval = I(f$pval), ci_lb = I(f$ci.lb), ci_ub = I(f$ci.ub), tau2 = f$tau2, se_tau2 = f$se.tau2,
         delta = I(f$delta), se_delta = I(f$se.delta), LRT = f$LRT, LRT_p = f$LRTp, LRT_df = f$LRTdf, LRT_tau2 = f$LRT.tau2,
         LRT_tau2_p = f$LRTp.tau2, logLik_ML = as.numeric(f$fit.stats$ML[1]))
  got <- lapply(list(0.025, 0.05, c(0.025, 0.5)), function(s) analysis(paste0("stepfun_", paste(s, collapse = "_")),
    list(type = "stepfun", steps = s, alternative = side), out(attempt(paste(where, "stepfun"), selmodel(base, type = "stepfun", steps = s, alternative = side)))))
  got <- c(got, lapply(c("beta", "halfnorm", "negexp", "logistic", "power"), function(t) analysis(t, list(type = t, alternative = side),
    out(attempt(paste(where, t), selmodel(base, type = t, alternative = side))))))
  c(got, list(analysis("stepfun_fixed", list(type = "stepfun", steps = grid, delta = weights, alternative = side),
    out(attempt(paste(where, "fixed"), selmodel(base, type = "stepfun", steps = grid, delta = weights, alternative = side))))))
}

subsets <- function(where, dat) lapply(c("EE", "DL", "REML"), function(m) analysis(paste0("gosh_", m), list(method = m), attempt(paste(where, "gosh"), {
  g <- gosh(metafor::rma(yi, vi, data = dat, method = m, control = steps), progbar = FALSE)$res
  sums <- function(x) list(n = length(x), mean = mean(x), sd = sd(x), `quantiles_0_2.5_25_50_75_97.5_100` = I(as.numeric(quantile(x, c(0, .025, .25, .5, .75, .975, 1)))))
  names(g)[6] <- "estimate"
  lapply(as.list(g[c("k", "QE", "I2", "H2", "tau2", "estimate")]), sums)
})))

permuted <- function(where, dat) {
  out <- lapply(c("EE", "DL", "REML"), function(m) analysis(paste0("flips_", m), list(method = m, mods = ""), attempt(paste(where, "flips"), {
    p <- permutest(metafor::rma(yi, vi, data = dat, method = m, control = steps), exact = TRUE, progbar = FALSE)
    list(pval = I(p$pval), zval = I(p$zval), QM_p = p$QMp, QM = p$QM) })))
  if (!"x" %in% names(dat) || nrow(dat) > 7) return(out)
  c(out, lapply(c("EE", "DL", "REML"), function(m) analysis(paste0("orders_", m), list(method = m, mods = ",mods=~x"), attempt(paste(where, "orders"), {
    p <- permutest(metafor::rma(yi, vi, mods = ~x, data = dat, method = m, control = steps), exact = TRUE, progbar = FALSE)
    list(pval = I(p$pval), zval = I(p$zval), QM_p = p$QMp, QM = p$QM) }))))
}
