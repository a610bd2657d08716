# IPDfromKM on curves sent line by line: rebuild.R [FOLDER with the package's R/ files]; see bench/rebuild.py
#
# In:  n;events;risk_times;at_risk;survival;times   numbers in hexadecimal, split by commas; nothing where not known
# Out: CPU seconds;times;events                     or failed;why
args <- commandArgs(trailingOnly = TRUE)
if (length(args)) {
  suppressMessages({ library(survival); library(dplyr) })
  for (name in c("preprocess", "getIPD")) source(file.path(args[1], "R", paste0(name, ".R")))
  preprocess <- compiler::cmpfun(preprocess)
  getIPD <- compiler::cmpfun(getIPD)
} else {
  suppressMessages(library(IPDfromKM))
}
LIMIT <- 10
used <- function() sum(proc.time()[c("user.self", "sys.self")])
hex <- function(x) paste(sprintf("%a", as.numeric(x)), collapse = ",")
numbers <- function(x) if (nzchar(x)) as.numeric(strsplit(x, ",", fixed = TRUE)[[1]]) else NULL
rebuilt <- function(line) {
  x <- lapply(strsplit(line, ";", fixed = TRUE)[[1]], numbers)
  dat <- data.frame(time = x[[6]], surv = x[[5]])
  start <- used()
  setTimeLimit(cpu = LIMIT)
  pre <- preprocess(dat = dat, trisk = x[[3]], nrisk = x[[4]], totalpts = x[[1]], maxy = 1)
  ipd <- getIPD(prep = pre, armID = 1, tot.events = x[[2]])$IPD
  setTimeLimit()
  seconds <- used() - start
  paste(sprintf("%.3f", seconds), hex(ipd$time), hex(ipd$status), sep = ";")
}
lines <- file("stdin", open = "r")
while (length(line <- readLines(lines, n = 1)) > 0) {
  answer <- tryCatch(suppressWarnings(rebuilt(line)), error = function(e) {
    setTimeLimit()
    paste0("failed;", gsub("\\s+", " ", conditionMessage(e)))
  })
  cat(answer, "\n", sep = "")
  flush(stdout())
}
