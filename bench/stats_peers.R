# Times metafor for bench/stats.py: Rscript stats_peers.R DATA-FOLDER SHARE. One JSON line per row; CPU seconds.
# A row that takes minutes is run on a share of its fits and multiplied; `scaled` says by how much.
suppressMessages(library(metafor))
args <- commandArgs(trailingOnly = TRUE)
folder <- args[1]
share <- as.numeric(args[2])
quick <- length(args) > 2  # a further round: only rows that take seconds
read <- function(name) read.csv(file.path(folder, name))
write.csv(dat.bcg[, c("tpos", "tneg", "cpos", "cneg")], file.path(folder, "trials.csv"), row.names = FALSE)

cpu <- function(work) {
  start <- proc.time()
  force(work())
  sum((proc.time() - start)[c(1, 2)])
}
say <- function(row, seconds, scaled = 1) {
  cat(sprintf('{"row": "%s", "seconds": %.9g, "scaled": %.6g}\n', row, seconds * scaled, scaled))
}
many <- function(row, work, calls, runs = 3) {
  work()
  say(row, median(replicate(runs, cpu(function() for (i in seq_len(calls)) work()) / calls)))
}

cat(sprintf('{"versions": "R %s, metafor %s"}\n', getRversion(), packageVersion("metafor")))
one <- read("one.csv")
y <- one$y
v <- one$v
fit <- rma(y, v)
many("one", function() rma(y, v), 20)
many("leave-one-out", function() leave1out(fit), 1)
many("profile", function() confint(fit, type = "PL"), 2)

rows <- read("rows.csv")
loose <- list(maxiter = 1000)
count <- max(50, round(share * 10000))
if (!quick) say("batch", cpu(function() for (i in seq_len(count)) {
  at <- (i - 1) * 10 + 1:10
  # its Fisher scoring does not converge in some sets; they count with the time they took
  tryCatch(rma(rows$y[at], rows$v[at], test = "knha", control = loose), error = function(e) NULL)
}), 10000 / count)

y <- y[1:15]
v <- v[1:15]
count <- max(200, round(share * 32767))
options(warn = -1)
set.seed(1)
if (!quick) say("gosh-reml", cpu(function() gosh(rma(y, v, control = loose), subsets = count, progbar = FALSE)), 32767 / count)
many("gosh-dl", function() gosh(rma(y, v, method = "DL"), progbar = FALSE), 1, 2)
y <- y[1:12]
v <- v[1:12]
count <- max(100, round(share * 4096))
signs <- function() permutest(rma(y, v, control = loose), iter = count, progbar = FALSE)
if (!quick) say("permutation", cpu(signs), 4096 / count)

cells <- read("cells.csv")
many("glmm", function() rma.glmm(measure = "PLO", xi = x, ni = n, data = cells), 1)
exact <- function() rma.glmm(measure = "OR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg, model = "CM.EL")
say("exact", cpu(exact))
chosen <- rma(y, v, data = read("chosen.csv"), method = "ML")
many("selection", function() selmodel(chosen, type = "stepfun", steps = 0.025), 1)
