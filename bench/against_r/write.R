# JSON of the analyses, in the form that tests/stats/conftest.py reads: I(x) marks a vector, a matrix is rows.

text <- function(x) paste0("\"", gsub("\"", "'", gsub("[\\\\\n]", " ", x)), "\"")
number <- function(x) {
  if (is.logical(x)) return(ifelse(is.na(x), "null", ifelse(x, "true", "false")))
  shown <- formatC(as.numeric(x), digits = 17, format = "g", width = 1)
  open <- !is.finite(x)
  shown[open] <- paste0("\"", c("NA", "NaN", "Inf", "-Inf")[
    ifelse(is.nan(x[open]), 2, ifelse(is.na(x[open]), 1, ifelse(x[open] > 0, 3, 4)))], "\"")
  shown
}
leaf <- function(x) if (is.character(x) || is.factor(x)) text(as.character(x)) else number(x)
json <- function(x) {
  if (is.null(x)) return("null")
  if (is.list(x) && !is.data.frame(x)) {
    inner <- vapply(x, json, "")
    if (is.null(names(x))) return(paste0("[", paste(inner, collapse = ","), "]"))
    return(paste0("{", paste(text(names(x)), inner, sep = ":", collapse = ","), "}"))
  }
  if (is.matrix(x))
    return(paste0("[", paste(apply(x, 1, function(r) json(I(r))), collapse = ","), "]"))
  if (length(x) == 1 && !inherits(x, "AsIs")) return(leaf(unname(x)))
  paste0("[", paste(leaf(unclass(unname(x))), collapse = ","), "]")
}

said <- character()
attempt <- function(where, code) suppressWarnings(suppressMessages(tryCatch(code, error = function(e) {
  said <<- c(said, paste(where, gsub("\n", " ", conditionMessage(e)), sep = "\t"))
  NULL
})))

tolerance <- function(topic) {
  closed <- grepl("^effect_sizes|^mantel|^kaplan|^backtransform", topic)
  optimised <- grepl("^glmm|^beta_bin|^multi|^robust", topic)
  if (closed) list(rel = 1e-6, abs = 1e-9)
  else if (optimised) list(rel = 1e-3, abs = 1e-4)
  else if (topic == "selection_models") list(rel = 1e-2, abs = 1e-3)
  else list(rel = 1e-4, abs = 1e-6)
}

# analyses: a list of list(id, args, output); those that R could not make are left out and said.
keep <- function(folder, topic, name, data, analyses) {
  analyses <- Filter(function(a) !is.null(a$output), analyses)
  if (!length(analyses)) return(invisible())
  file <- list(format = "stats-fixture-1", topic = topic, tolerance = tolerance(topic),
               dataset = list(name = name, columns = lapply(as.list(data), I)), n_analyses = length(analyses),
               analyses = analyses)
  writeLines(json(file), file.path(folder, paste0(topic, "__", name, ".json")))
}
analysis <- function(id, args, output) list(id = id, args = args, output = output)

mat <- function(x) matrix(as.numeric(x), nrow = nrow(x))
statistics <- function(fit) {
  s <- fit$fit.stats
  lapply(list(ML = s$ML, REML = s$REML), function(v) as.list(setNames(v, c("ll", "dev", "AIC", "BIC", "AICc"))))
}
univariate <- function(fit, moderators = FALSE) {
  out <- list(k = fit$k, p = fit$p, b = I(as.numeric(fit$beta)), se = I(fit$se), stat = I(fit$zval), pval = I(fit$pval),
              ci_lb = I(fit$ci.lb), ci_ub = I(fit$ci.ub), vb = mat(fit$vb), tau2 = fit$tau2, se_tau2 = fit$se.tau2,
              I2 = fit$I2, H2 = fit$H2, vt = fit$vt, QE = fit$QE, QE_p = fit$QEp, QM = fit$QM, QM_p = fit$QMp,
              m = fit$m, fit_stats = statistics(fit), s2w = fit$s2w)
  if (moderators) return(c(out, list(R2 = if (is.null(fit$R2)) NA_real_ else fit$R2, X = mat(fit$X))))
  out$weights_pct <- I(weights(fit))
  if (fit$method != "EE") {
    ahead <- predict(fit)
    out <- c(out, list(pred = I(ahead$pred), pi_lb = I(ahead$pi.lb), pi_ub = I(ahead$pi.ub)))
  }
  out
}
multi <- function(fit) {
  out <- list(k = fit$k, b = I(as.numeric(fit$beta)), se = I(fit$se), zval = I(fit$zval), pval = I(fit$pval),
              ci_lb = I(fit$ci.lb), ci_ub = I(fit$ci.ub), ddf = I(as.numeric(fit$ddf)), vb = mat(fit$vb),
              QE = fit$QE, QE_p = fit$QEp, QM = fit$QM, QM_p = fit$QMp, fit_stats = statistics(fit))
  if (isTRUE(fit$withS)) out$sigma2 <- I(fit$sigma2)
  if (isTRUE(fit$withG)) out <- c(out, list(tau2 = I(fit$tau2), rho = I(fit$rho)))
  out
}
steps <- list(maxiter = 5000, threshold = 1e-11)
roots <- list(maxiter = 10000, tol = 1e-14, tau2.max = 1e6)
control <- function(method) if (method %in% c("PM", "PMM", "GENQM")) roots else steps
