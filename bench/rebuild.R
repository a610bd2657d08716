# IPDfromKM on the curves of bench/rebuild.py: rebuild.R PLACE [FOLDER with the package's R/ files]
args <- commandArgs(trailingOnly = TRUE)
place <- args[1]
folder <- if (length(args) > 1) args[2] else ""
if (nzchar(folder)) {
  suppressMessages(library(survival))
  for (f in list.files(file.path(folder, "R"), pattern = "(preprocess|getIPD)[.]R$", full.names = TRUE)) source(f)
} else {
  suppressMessages(library(IPDfromKM))
}
numbers <- function(x) paste0("[", paste(format(x, digits = 15, trim = TRUE), collapse = ","), "]")
field <- function(line, name) {
  found <- regmatches(line, regexec(paste0("\"", name, "\": (\\[[^]]*\\]|[-0-9.e]+)"), line))[[1]]
  if (length(found) < 2) NULL else as.numeric(strsplit(gsub("[][ ]", "", found[2]), ",")[[1]])
}
lines <- readLines(file.path(place, "jobs.jsonl"))
out <- file(file.path(place, "made.jsonl"), "w")
for (line in lines) {
  made <- tryCatch({
    setTimeLimit(cpu = 20, transient = TRUE)
    dat <- data.frame(time = field(line, "times"), surv = field(line, "survival"))
    n <- field(line, "n")
    start <- proc.time()[["user.self"]]
    pre <- suppressWarnings(preprocess(dat = dat, trisk = field(line, "risk_times"), nrisk = field(line, "at_risk"),
                                       totalpts = n, maxy = 1))
    got <- suppressWarnings(getIPD(prep = pre, armID = 1, tot.events = field(line, "events")))
    seconds <- proc.time()[["user.self"]] - start
    ipd <- got$IPD
    sprintf("{\"time\": %s, \"event\": %s, \"seconds\": %g}", numbers(ipd$time), numbers(ipd$status), seconds)
  }, error = function(e) "{}")
  writeLines(made, out)
}
close(out)
