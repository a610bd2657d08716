# Writes analyses of other data sets as JSON: Rscript run.R FOLDER [topic ...]. Read by bench/against_r.py.

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
for (part in c("write.R", "data.R", "topics.R", "looking.R", "likelihood.R")) source(file.path(here, part))
suppressPackageStartupMessages({ library(metafor); library(survival) })
given <- commandArgs(trailingOnly = TRUE)
folder <- given[1]
asked <- given[-1]

do_topic <- function(topic, sets, make) {
  if (length(asked) && !topic %in% asked) return(invisible())
  started <- proc.time()[1]
  for (name in names(sets)) {
    v <- sets[[name]]$vi
    steps$threshold <<- if (is.null(v)) 1e-11 else min(1e-10, 1e-9 * median(v))  # its default of 1e-5 knows no scale
    keep(folder, topic, name, sets[[name]], make(paste(topic, name), sets[[name]]))
  }
  message(sprintf("R: %-28s %3d data sets, %.0f s", topic, length(sets), proc.time()[1] - started))
}
of_size <- function(sets, low, high = 1e6) Filter(function(d) nrow(d) >= low && nrow(d) <= high, sets)
columns <- function(dat, names) setNames(lapply(names, function(n) dat[[n]]), names)
TWO <- c("ai", "n1i", "ci", "n2i"); OVER <- c("x1i", "t1i", "x2i", "t2i")

y <- effects(); t <- tables(); p <- shares(); r <- rates_one(); rr <- rates_two(); d <- dependent(); o <- pairs_of_outcomes(); w <- people()
variants <- list(list(), list(to = "all"), list(to = "if0all"), list(drop00 = TRUE))
do_topic("effect_sizes_2x2", t, function(where, dat) c(
  sizes(where, dat, c("OR", "RR", "RD", "AS", "PETO"), columns(dat, TWO), variants),
  list(analysis("escalc_D2ORL_PHI", list(a = 1), attempt(where, lapply(list(PBIT = "PBIT", PHI = "PHI"), function(m) {
    e <- do.call(metafor::escalc, c(list(measure = m), columns(dat, TWO))); list(yi = I(as.numeric(e$yi)), vi = I(e$vi)) }))))))
do_topic("effect_sizes_proportion", p, function(where, dat) sizes(where, dat, c("PR", "PLN", "PLO", "PAS", "PFT"), columns(dat, c("xi", "ni")), variants[1:3]))
do_topic("effect_sizes_rates", c(setNames(r, paste0("one_", names(r))), setNames(rr, paste0("two_", names(rr)))), function(where, dat)
  if ("xi" %in% names(dat)) sizes(where, dat, c("IR", "IRLN", "IRS", "IRFT"), columns(dat, c("xi", "ti")))
  else sizes(where, dat, c("IRR", "IRD", "IRSD"), columns(dat, OVER)))
do_topic("effect_sizes_continuous", means(), function(where, dat)
  if ("ri" %in% names(dat)) sizes(where, dat, c("COR", "UCOR", "ZCOR"), columns(dat, c("ri", "ni")))
  else sizes(where, dat, c("MD", "SMD", "SMDH", "ROM", "CVR", "VR"), columns(dat, names(dat)), list(list(), list(vtype = "UB"))[1]))
do_topic("mantel_haenszel_peto", c(t, setNames(rr, paste0("rates_", names(rr)))), function(where, dat)
  if ("ai" %in% names(dat)) stratified(where, dat) else stratified_rates(where, dat))
do_topic("pool_generic", of_size(y, 2), function(where, dat) pool(where, dat, "GEN", columns(dat, c("yi", "vi")), MANY))
do_topic("pool_2x2", of_size(t, 2), function(where, dat) pool(where, dat, c("OR", "RR", "RD", "AS", "PETO"), columns(dat, TWO), SOME))
do_topic("pool_proportion", of_size(p, 2), function(where, dat) pool(where, dat, c("PR", "PLN", "PLO", "PAS", "PFT"), columns(dat, c("xi", "ni")), SOME))
do_topic("pool_rates", of_size(c(setNames(r, paste0("one_", names(r))), setNames(rr, paste0("two_", names(rr)))), 2), function(where, dat)
  if ("xi" %in% names(dat)) pool(where, dat, c("IR", "IRLN", "IRS", "IRFT"), columns(dat, c("xi", "ti")), SOME)
  else pool(where, dat, c("IRR", "IRD", "IRSD"), columns(dat, OVER), SOME))
do_topic("backtransform_proportion", of_size(p, 2), back)
do_topic("meta_regression", of_size(y, 5), regression)
do_topic("tau2_confint", of_size(y, 2), intervals)
do_topic("sensitivity_leave1out_cumul", of_size(y, 3, 60), left_out)
do_topic("influence_diagnostics", of_size(y, 3, 60), influential)
do_topic("small_study_bias", of_size(y, 3), small_studies)
do_topic("selection_models", of_size(y, 10, 60), selected)
do_topic("gosh", of_size(y, 3, 9), subsets)
do_topic("permutation", of_size(y, 3, 8), permuted)
do_topic("beta_binomial", of_size(p, 3), beta_binomial)
do_topic("glmm_proportion", of_size(p, 2), glmm_shares)
do_topic("glmm_odds_ratio", of_size(t, 2, 25), glmm_tables)
do_topic("glmm_rates", of_size(c(setNames(r, paste0("one_", names(r))), setNames(rr, paste0("two_", names(rr)))), 2), function(where, dat)
  if ("xi" %in% names(dat)) glmm_rate(where, dat) else glmm_rates(where, dat))
do_topic("multilevel", d, nested)
do_topic("robust_variance", d, robustly)
do_topic("multivariate", c(o, times()), outcomes)
do_topic("kaplan_meier", w, curves)
do_topic("cox_logrank", w, hazards)
cat(said, sep = "\n", file = file.path(folder, "refused.txt"))
version <- function(name) paste(name, packageVersion(name))
cat(paste(R.version$major, R.version$minor, sep = "."), vapply(c("metafor", "lme4", "VGAM", "clubSandwich", "robumeta", "survival"), version, ""),
    sep = "\n", file = file.path(folder, "versions.txt"))
