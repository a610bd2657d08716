"""Numbers: arrays in, frozen results out. Knows no study, file, figure or clock.

One family per file:

- from print to estimate: `effects` (one study, one route), `survival`; by the column `measures`,
  `measures_rates`, `measures_means`
- how far studies differ: `tau2`, `generalised_q` (by `quadratic_form`), `heterogeneity`, `subgroups`
- pooling: `pool` (inverse variance), `glmm` (proportions, exact), `beta_binomial`, `exact_ratio` (odds ratios and
  rates, exact), `stratified` (Mantel-Haenszel, Peto), `weighted_mean` (weights of one's own), `exact` (one proportion)
- what moves effects: `regression` (`residual_tau2`, `fit_statistics`), `regression_fitted`, `glmm_regression`,
  `location_scale`, `permutation`
- time to event, people: `kaplan_meier`, `cumulative_hazard`, `logrank`, `cox` (`cox_checks`, `cox_exact`), `rmst`,
  `competing`; from print to people or a ratio: `rebuild`, `hr_routes`
- time to event, one study: `parametric`, `spline`, `cure`; over studies: `pooled_survival` (curves),
  `pooled_landmarks`, `pooled_rmst`, `pooled_medians`, `pooled_parametric`, `pooled_cure`, `one_stage` (with `frailty`,
  `time_varying`)
- looking hard: `influence` (`influence_rules`), `small_study`, `trim_fill`, `selection`, `copas` (`copas_summary`),
  `limit`, `petpeese`, `excess`, `failsafe`, `radial`, `gosh`
- estimates that depend on one another: `dependent`, `robust`; posteriors: `bayes`, `bayes_binomial`; over time:
  `sequential`; many sets at once: `batch`

Words: k is the number of studies; a variance is a sampling variance on the analysis scale (logit, log, log-log);
tau2 is the variance of true effects between studies; an interval has two ends and the level it was made for.
Methods, sources, defaults and reasons: docs/explanation/statistics.md,
and for survival over studies docs/explanation/pooled-survival.md.
"""
