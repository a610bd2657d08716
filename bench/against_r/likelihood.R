# Analyses by iteration: exact likelihoods, dependent estimates, survival.

TIGHT <- list(glmerCtrl = list(optimizer = "bobyqa", tolPwrss = 1e-10, optCtrl = list(rhoend = 1e-9, maxfun = 1e5)))
exact_fit <- function(fit) list(
  b = I(as.numeric(fit$beta)), se = I(fit$se), zval = I(fit$zval), pval = I(fit$pval), ci_lb = I(fit$ci.lb), ci_ub = I(fit$ci.ub), tau2 = fit$tau2,
  I2 = fit$I2, H2 = fit$H2, sigma2 = if (length(fit$sigma2)) fit$sigma2 else NA_real_, QE_Wld = fit$QE.Wld, QEp_Wld = fit$QEp.Wld,
  QE_LRT = fit$QE.LRT, QEp_LRT = fit$QEp.LRT, QM = fit$QM, QM_p = fit$QMp, logLik_ML = as.numeric(fit$fit.stats$ML[1]),
  AIC = fit$fit.stats$ML[3], BIC = fit$fit.stats$ML[4], k = fit$k)
exactly <- function(where, arguments, id, args) {
  fit <- attempt(paste(where, id), do.call(metafor::rma.glmm, arguments))
  analysis(id, args, if (is.null(fit)) NULL else exact_fit(fit))
}
glmm_shares <- function(where, dat) {
  one <- function(id, args, ...) exactly(where, list(measure = "PLO", xi = dat$xi, ni = dat$ni, ...), id, args)
  list(one("PLO_ML", list(method = "ML", nAGQ = 7), nAGQ = 21, control = TIGHT),
       one("PLO_ML_laplace", list(method = "ML", nAGQ = 1), nAGQ = 1, control = TIGHT),
       one("PLO_FE", list(method = "EE"), method = "EE"), one("PLO_ML_t", list(method = "ML", test = "t", nAGQ = 7), test = "t", nAGQ = 21, control = TIGHT),
       one("PLO_ML_mods_line", list(method = "ML", mods = "line", nAGQ = 7), mods = ~factor(dat$line), nAGQ = 21, control = TIGHT))
}
glmm_tables <- function(where, dat) {
  out <- list()
  for (model in c("UM.FS", "UM.RS", "CM.AL", "CM.EL")) for (method in c("ML", "EE")) {
    if (model == "CM.EL" && (nrow(dat) > 20 || sum(dat$ai + dat$ci) > 3000)) next
    more <- if (model == "CM.EL") list() else list(nAGQ = if (model == "UM.RS" && method == "ML") 1 else 21, control = TIGHT)
    if (model == "UM.RS" && method == "ML") more$nAGQ <- 1
    out[[length(out) + 1]] <- exactly(where, c(list(measure = "OR", model = model, method = method), arms(dat), more), paste0(model, "_", method),
                                      list(measure = "OR", model = model, method = method))
  }
  out
}
glmm_rate <- function(where, dat) list(exactly(where, list(measure = "IRLN", xi = dat$xi, ti = dat$ti, nAGQ = 21, control = TIGHT), "IRLN", list(measure = "IRLN", method = "ML")))
glmm_rates <- function(where, dat) lapply(c("UM.FS", "CM.EL"), function(model)
  exactly(where, list(measure = "IRR", model = model, x1i = dat$x1i, t1i = dat$t1i, x2i = dat$x2i, t2i = dat$t2i, nAGQ = 21, control = TIGHT), model,
          list(measure = "IRR", model = model, method = "ML")))

# VGAM's errors are from the expected information; these are from the observed one, by numerical differences.
beta_binomial <- function(where, dat) list(analysis("bb_ml", list(a = 1), attempt(where, {
  fit <- VGAM::vglm(cbind(xi, ni - xi) ~ 1, VGAM::betabinomial(irho = 0.1), data = dat, epsilon = 1e-13, maxit = 1000)
  height <- function(at) {
    mu <- plogis(at[1]); rho <- plogis(at[2]); a <- mu * (1 - rho) / rho; b <- (1 - mu) * (1 - rho) / rho
    sum(lchoose(dat$ni, dat$xi) + lbeta(dat$xi + a, dat$ni - dat$xi + b) - lbeta(a, b))
  }
  at <- stats4::coef(VGAM::summaryvglm(fit))[, 1]
  error <- sqrt(diag(solve(-numDeriv::hessian(height, at)))); mu <- plogis(at[1])
  list(logit_mu = at[1], logit_rho = at[2], se_logit_mu = error[1], se_logit_rho = error[2], logLik = height(at), mu = mu,
       rho = plogis(at[2]), mu_ci = I(plogis(at[1] + c(-1, 1) * qnorm(.975) * error[1])))
})))

nested <- function(where, dat) {
  tight <- list(optimizer = "nlminb", rel.tol = 1e-10, iter.max = 1000, eval.max = 3000)
  fit <- function(...) metafor::rma.mv(yi, vi, data = dat, control = tight, ...)
  out <- list()
  for (m in c("REML", "ML")) out <- c(out, list(
    analysis(paste0("threelevel_", m), list(method = m), attempt(where, multi(fit(random = ~1 | cluster/es, method = m)))),
    analysis(paste0("threelevel_mod_", m), list(method = m, mods = "~x"), attempt(where, multi(fit(mods = ~x, random = ~1 | cluster/es, method = m)))),
    analysis(paste0("cs_param_", m), list(method = m, struct = "CS"), attempt(where, multi(fit(random = ~factor(es) | cluster, struct = "CS", method = m)))),
    analysis(paste0("twolevel_", m), list(method = m), attempt(where, multi(fit(random = ~1 | study, method = m))))))
  rows <- function(cf) list(estimate = I(cf$random[, 1]), ci_lb = I(cf$random[, 2]), ci_ub = I(cf$random[, 3]))
  v <- vcalc(vi, cluster = cluster, obs = es, rho = 0.6, data = dat)
  c(out, list(
    analysis("profile_ci_sigma2", list(method = "REML"), attempt(paste(where, "profile"), {
      cf <- confint(fit(random = ~1 | cluster/es), control = list(tol = 1e-10)); list(sigma2_1 = rows(cf[[1]]), sigma2_2 = rows(cf[[2]])) })),
    analysis("t_test_ranef_pred", list(test = "t", dfs = "contain"), attempt(paste(where, "t"), {
      r <- fit(random = ~1 | cluster/es, test = "t", dfs = "contain"); p <- predict(r); e <- ranef(r)$cluster
      c(multi(r), list(pi_lb = p$pi.lb, pi_ub = p$pi.ub, ranef_cluster = I(e$intrcpt), ranef_cluster_labels = I(rownames(e)))) })),
    analysis("che_rho06", list(method = "REML"), attempt(where, multi(metafor::rma.mv(yi, v, random = ~1 | cluster/es, data = dat, control = tight))))))
}
robustly <- function(where, dat) {
  tight <- list(optimizer = "nlminb", rel.tol = 1e-10, iter.max = 1000, eval.max = 3000)
  out <- list()
  for (mods in list(NULL, ~x)) {
    end <- if (is.null(mods)) "" else "_mod"; args <- list(mods = if (is.null(mods)) "" else "mods=~x,")
    more <- if (is.null(mods)) list() else list(mods = mods)
    mv <- attempt(where, do.call(metafor::rma.mv, c(list(yi = dat$yi, V = dat$vi, random = ~1 | cluster/es, data = dat, control = tight), more)))
    uni <- attempt(where, do.call(metafor::rma, c(list(yi = dat$yi, vi = dat$vi, data = dat, method = "REML", control = steps), more)))
    if (!is.null(mv)) out <- c(out, list(
      analysis(paste0("robust_mv_CR1", end), args, attempt(where, multi(robust(mv, cluster = dat$cluster, clubSandwich = FALSE)))),
      analysis(paste0("robust_mv_CR2", end), args, attempt(where, multi(robust(mv, cluster = dat$cluster, clubSandwich = TRUE))))))
    flat <- function(f) { u <- univariate(f, TRUE); u$ddf <- I(f$ddf); u$X <- NULL; u }
    if (!is.null(uni)) out <- c(out, list(
      analysis(paste0("robust_uni_CR1", end), args, attempt(where, flat(robust(uni, cluster = dat$cluster)))),
      analysis(paste0("robust_uni_CR0", end), args, attempt(where, flat(robust(uni, cluster = dat$cluster, adjust = FALSE))))))
  }
  v <- vcalc(vi, cluster = cluster, obs = es, rho = 0.6, data = dat)
  working <- function(kind) attempt(paste(where, kind), {
    r <- robumeta::robu(yi ~ x, data = dat, studynum = cluster, var.eff.size = vi, modelweights = kind, small = TRUE); t <- r$reg_table
    got <- list(b = I(t$b.r), se = I(t$SE), df = I(t$dfs), pval = I(t$prob), ci_lb = I(t$CI.L), ci_ub = I(t$CI.U), tau2 = as.numeric(r$mod_info$tau.sq), ddf = I(t$dfs))
    if (kind == "HIER") got$omega2 <- as.numeric(r$mod_info$omega.sq)
    got })
  c(out, list(analysis("che_CR2", list(mods = ""), attempt(where, multi(robust(metafor::rma.mv(yi, v, random = ~1 | cluster/es, data = dat, control = tight), cluster = cluster, clubSandwich = TRUE)))),
    analysis("robumeta_CORR", list(modelweights = "CORR", rho = 0.8, mods = "~x"), working("CORR")),
    analysis("robumeta_HIER", list(modelweights = "HIER", rho = 0.8, mods = "~x"), working("HIER"))))
}
outcomes <- function(where, dat) {
  rows <- as.matrix(dat[grep("^v[0-9]", names(dat))])
  v <- metafor::bldiag(lapply(split(seq_len(nrow(dat)), dat$trial), function(i) rows[i, ]))
  out <- list()
  kinds <- if (ncol(rows) > 2) c("UN", "CS", "HCS", "DIAG", "AR", "HAR") else c("UN", "CS", "HCS", "DIAG")
  for (m in c("REML", "ML")) for (s in kinds)
    out[[length(out) + 1]] <- analysis(paste0(s, "_", m), list(struct = s, method = m), attempt(paste(where, s), multi(
      metafor::rma.mv(yi, v, mods = ~outcome - 1, random = ~outcome | trial, struct = s, data = dat, method = m, control = list(optimizer = "nlminb", rel.tol = 1e-10, iter.max = 1000, eval.max = 3000)))))
  out
}

curves <- function(where, dat) {
  row <- function(f) list(time = I(f$time), n_risk = I(f$n.risk), n_event = I(f$n.event), n_censor = I(f$n.censor), surv = I(f$surv),
                          std_err_of_log_surv = I(f$std.err), lower = I(f$lower), upper = I(f$upper))
  s <- survival::Surv(dat$time, dat$status)
  out <- lapply(c("log", "log-log", "plain", "logit", "arcsin"), function(t)
    analysis(paste0("km_", t), list(conf.type = t), attempt(where, row(survival::survfit(s ~ 1, conf.type = t)))))
  c(out, list(analysis("km_by_arm_loglog", list(conf.type = "log-log"), attempt(where, row(survival::survfit(s ~ arm, data = dat, conf.type = "log-log")))),
    analysis("median_and_fixed_times", list(conf.type = "log-log"), attempt(where, {
      f <- survival::survfit(s ~ arm, data = dat, conf.type = "log-log"); tt <- as.numeric(quantile(dat$time, c(.25, .5, .7)))
      q <- quantile(f, c(.25, .5)); z <- summary(f, times = tt, extend = TRUE)
      list(times = I(tt), surv = I(z$surv), se = I(z$std.err), lower = I(z$lower), upper = I(z$upper), n_risk = I(z$n.risk),
           quantile_probs = I(c(.25, .5)), quantiles = mat(q$quantile), q_lower = mat(q$lower), q_upper = mat(q$upper)) })),
    analysis("rmst", list(a = 1), attempt(where, {
      tau <- floor(min(tapply(dat$time, dat$arm, max)) * .9 * 10) / 10; t <- summary(survival::survfit(s ~ arm, data = dat), rmean = tau)$table
      list(tau = tau, rmst = I(t[, 5]), se = I(t[, 6])) }))))
}
hazards <- function(where, dat) {
  s <- survival::Surv(dat$time, dat$status)
  fits <- lapply(c("efron", "breslow", "exact"), function(ties) analysis(paste0("cox_", ties), list(ties = ties), attempt(where, {
    f <- survival::coxph(s ~ arm, data = dat, ties = ties, control = survival::coxph.control(eps = 1e-13, iter.max = 100))
    list(coef = I(coef(f)), se = I(sqrt(diag(vcov(f)))), hr_ci = I(as.numeric(exp(confint(f)))), loglik = I(f$loglik), score = f$score, wald = as.numeric(f$wald.test),
         concordance = I(as.numeric(f$concordance[c("concordance", "std")]))) })))
  c(fits, list(analysis("logrank", list(a = 1), attempt(where, {
      d <- survival::survdiff(s ~ arm, data = dat); v <- d$var[2, 2]; o <- d$obs[2] - d$exp[2]
      list(obs = I(d$obs), exp = I(d$exp), var = mat(d$var), chisq = d$chisq, O_minus_E_arm2 = o, V = v, peto_loghr = o / v) })),
    analysis("peto_peto", list(rho = 1), attempt(where, list(chisq = survival::survdiff(s ~ arm, data = dat, rho = 1)$chisq))),
    analysis("cox_efron_adj_zph", list(ties = "efron"), attempt(where, {
      f <- survival::coxph(s ~ arm + age + x2, data = dat, control = survival::coxph.control(eps = 1e-13, iter.max = 100)); z <- survival::cox.zph(f)$table
      list(coef = I(coef(f)), vcov = mat(vcov(f)), zph_chisq = I(z[, 1]), zph_p = I(z[, 3])) }))))
}
