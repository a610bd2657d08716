"""Numbers: arrays in, frozen results out. Knows no study, file, figure or clock.

One family per file: `effects` (from what a report prints to an estimate with its variance), `tau2` and
`heterogeneity` (how far studies differ), `pool` (inverse-variance pooling), `glmm` (exact pooling of proportions),
`exact` (intervals of one proportion), `subgroups` (do pooled estimates differ).

Words: k is the number of studies; a variance is a sampling variance on the analysis scale (logit, log, log-log);
tau2 is the variance of true effects between studies; an interval has two ends and the level it was made for.
"""
