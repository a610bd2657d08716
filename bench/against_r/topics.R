# Analyses of each topic: closed forms, pooling, regression. Each function takes one data set and returns analyses.

pool <- function(where, dat, measures, columns, methods) {
  out <- list()
  for (measure in measures) for (m in methods) {
    method <- m[1]; test <- m[2]
    arguments <- c(columns, list(method = method, test = test, control = control(method)))
    if (measure != "GEN") arguments$measure <- measure
    fit <- attempt(paste(where, measure, method, test), do.call(metafor::rma, arguments))
    if (!is.null(fit))
      out[[length(out) + 1]] <- analysis(paste(measure, method, test, sep = "_"),
                                         list(measure = measure, method = method, test = test), univariate(fit))
  }
  out
}
every <- function(methods, tests) unlist(lapply(tests, function(t) lapply(methods, function(m) c(m, t))), FALSE)
MANY <- every(c("EE", "DL", "HE", "HS", "HSk", "SJ", "PM", "PMM", "ML", "REML", "EB"), c("z", "t", "knha", "adhoc"))
SOME <- every(c("EE", "DL", "PM", "SJ", "ML", "REML", "EB"), c("z", "knha"))
SOME <- Filter(function(m) !(m[1] == "EE" && m[2] == "knha"), SOME)
MANY <- Filter(function(m) !(m[1] == "EE" && m[2] %in% c("knha", "adhoc")), MANY)

sizes <- function(where, dat, measures, columns, settings = list(list())) {
  out <- list()
  for (measure in measures) for (s in settings) {
    found <- attempt(paste(where, measure), do.call(metafor::escalc, c(list(measure = measure), columns, s)))
    if (is.null(found)) next
    arguments <- c(list(measure = measure, add = 0.5, to = "only0", drop00 = FALSE)[setdiff(c("measure", "add", "to", "drop00"), names(s))], s)
    out[[length(out) + 1]] <- analysis(paste(c(measure, unlist(s)), collapse = "_"), arguments,
                                       list(yi = I(as.numeric(found$yi)), vi = I(found$vi)))
  }
  out
}

arms <- function(dat) list(ai = dat$ai, n1i = dat$n1i, ci = dat$ci, n2i = dat$n2i)
haenszel <- function(where, fit) {
  if (is.null(fit)) return(NULL)
  list(b = I(as.numeric(fit$beta)), se = I(fit$se), zval = I(fit$zval), pval = I(fit$pval), ci_lb = I(fit$ci.lb), ci_ub = I(fit$ci.ub),
       QE = fit$QE, QE_p = fit$QEp, I2 = fit$I2, H2 = fit$H2, MH = fit$MH, MH_p = fit$MHp, TA = fit$TA, TA_p = fit$TAp,
       BD = fit$BD, BD_p = fit$BDp, k = fit$k, k_yi = fit$k.yi)
}
stratified <- function(where, dat) {
  out <- list()
  for (measure in c("OR", "RR", "RD")) for (cc in c(FALSE, TRUE)) for (correct in c(TRUE, FALSE)) {
    if (!correct && (cc || measure != "OR")) next
    more <- if (cc) list(add = c(0.5, 0.5), to = c("only0", "only0")) else list()
    fit <- attempt(paste(where, measure), do.call(metafor::rma.mh, c(list(measure = measure, correct = correct), arms(dat), more)))
    out[[length(out) + 1]] <- analysis(paste0("MH_", measure, if (cc) "_cc", if (!correct) "_nocorrect"),
                                       c(list(measure = measure, correct = correct), lapply(more, I)), haenszel(where, fit))
  }
  fit <- attempt(paste(where, "Peto"), do.call(metafor::rma.peto, arms(dat)))
  c(out, list(analysis("PETO", list(measure = "PETO"), haenszel(where, fit))))
}
stratified_rates <- function(where, dat) lapply(c("IRR", "IRD"), function(measure) {
  fit <- attempt(paste(where, measure), metafor::rma.mh(measure = measure, x1i = x1i, t1i = t1i, x2i = x2i, t2i = t2i, data = dat))
  analysis(paste0("MH_", measure), list(measure = measure), haenszel(where, fit))
})

back <- function(where, dat) {
  ends <- function(p) if (is.null(p)) NULL else list(pred = p$pred, ci_lb = p$ci.lb, ci_ub = p$ci.ub, pi_lb = p$pi.lb, pi_ub = p$pi.ub)
  fit <- function(measure, test) metafor::rma(measure = measure, xi = xi, ni = ni, data = dat, method = "REML", test = test, control = steps)
  list(analysis("PLO_back", list(measure = "PLO", method = "REML", test = "knha"),
                ends(attempt(where, predict(fit("PLO", "knha"), transf = transf.ilogit)))),
       analysis("PAS_back", list(measure = "PAS", method = "REML", test = "knha"),
                ends(attempt(where, predict(fit("PAS", "knha"), transf = transf.iarcsin)))),
       analysis("PFT_hm", list(measure = "PFT", method = "REML"),
                ends(attempt(where, predict(fit("PFT", "z"), transf = transf.ipft.hm, targs = list(ni = dat$ni))))))
}

regression <- function(where, dat) {
  formulas <- list(~x, ~factor(g), ~x + factor(g), ~factor(g) - 1)  # not ~x - 1: metafor 3.8 centres effects before QE even so
  out <- list()
  for (i in seq_along(formulas)) for (m in c(every(c("REML", "DL", "ML", "HE", "HS", "HSk", "SJ", "PM", "PMM", "EB", "EE"), "z"), list(c("REML", "knha"), c("PM", "adhoc"), c("DL", "t")))) {
    f <- formulas[[i]]
    if (!all(all.vars(f) %in% names(dat))) next
    fit <- attempt(paste(where, i, m[1]), metafor::rma(yi, vi, mods = f, data = dat, method = m[1], test = m[2], control = control(m[1])))
    if (is.null(fit)) next
    out[[length(out) + 1]] <- analysis(paste0("m", i, "_", m[1], "_", m[2]),
                                       list(mods = deparse(f), method = m[1], test = m[2]), univariate(fit, TRUE))
  }
  for (f in formulas[1:2]) {
    if (!all(all.vars(f) %in% names(dat))) next
    out[[length(out) + 1]] <- analysis(paste0(deparse(f), "_predict"), list(mods = deparse(f), method = "REML", test = "z"), attempt(paste(where, "predict"), {
      r <- metafor::rma(yi, vi, mods = f, data = dat, method = "REML", control = steps)
      p <- predict(r); b <- blup(r); cf <- confint(r, control = list(tol = 1e-12, maxiter = 5000, tau2.max = 1e5 * max(1, r$tau2)))
      list(pred = I(p$pred), pred_se = I(p$se), ci_lb = I(p$ci.lb), ci_ub = I(p$ci.ub), pi_lb = I(p$pi.lb), pi_ub = I(p$pi.ub),
           tau2_confint = list(estimate = I(cf$random[, 1]), ci_lb = I(cf$random[, 2]), ci_ub = I(cf$random[, 3])),
           blup = I(b$pred), blup_se = I(b$se), rstudent = I(rstudent(r)$z), hat = I(as.numeric(hatvalues(r))))
    }))
  }
  out
}

intervals <- function(where, dat) {
  rows <- function(cf) list(estimate = I(cf$random[, 1]), ci_lb = I(cf$random[, 2]), ci_ub = I(cf$random[, 3]))
  tight <- list(tol = 1e-12, maxiter = 10000, tau2.max = 1e6 * max(dat$vi, var(dat$yi)))
  out <- lapply(c("REML", "ML", "DL", "PM"), function(m) analysis(paste0("Qprofile_", m), list(method = m, type = "Q-profile"),
    attempt(where, rows(confint(metafor::rma(yi, vi, data = dat, method = m, control = control(m)), control = tight)))))
  out <- c(out, lapply(c("REML", "ML"), function(m) analysis(paste0("PL_", m), list(method = m, type = "profile-likelihood"),
    attempt(paste(where, "PL"), rows(confint(metafor::rma(yi, vi, data = dat, method = m, control = steps), type = "PL", control = tight))))))
  c(out, list(analysis("GENQ", list(method = "GENQ", weights = "1/vi"), attempt(paste(where, "GENQ"),
    rows(confint(metafor::rma(yi, vi, weights = 1 / vi, data = dat, method = "GENQ"), control = tight)))),
    analysis("predict_variants", list(method = "REML"), attempt(where, {
      r <- metafor::rma(yi, vi, data = dat, method = "REML", control = steps)
      a <- predict(r); b <- if (r$k > 2) predict(r, pi.type = "riley") else list(pi.lb = NA, pi.ub = NA); c <- predict(r, level = 90)
      list(default_pi = I(c(a$pi.lb, a$pi.ub)), riley_pi = I(c(b$pi.lb, b$pi.ub)), level90_ci = I(c(c$ci.lb, c$ci.ub)),
           level90_pi = I(c(c$pi.lb, c$pi.ub)))
    }))))
}
