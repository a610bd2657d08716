# Survival figures drawn by R in several looks and devices; see bench/trace_r.py.
#
#   Rscript bench/trace_r.R FOLDER SEED LOOKS DEVICES      (comma-separated, or "all")
#
# Writes the figures and figures.json: each figure's file, known points of its axes, time unit, and its curves with
# colour, steps, end, censoring times, numbers at risk and events as survfit gives them.
suppressMessages({ library(survival); library(ggplot2); library(grid); library(jsonlite) })
args <- commandArgs(trailingOnly = TRUE)
folder <- args[1]; set.seed(as.integer(args[2]))
chosen <- function(held, word) if (word == "all") names(held) else strsplit(word, ",")[[1]]

made <- function(n, scale, cured, last) {
  fails <- rexp(n, 1 / scale); fails[runif(n) < cured] <- Inf
  leaves <- runif(n, 0.2 * last, 0.98 * last)
  data.frame(time = pmin(fails, leaves), status = as.integer(fails <= leaves))
}
two <- function(last, cross = FALSE) {
  a <- made(sample(60:250, 1), last * runif(1, 0.3, 0.5), 0.1, last)
  b <- if (cross) made(nrow(a), last * 0.08, runif(1, 0.35, 0.5), last) else made(nrow(a), last * runif(1, 0.6, 1), 0.2, last)
  d <- rbind(cbind(a, arm = 1), cbind(b, arm = 2)); d$arm <- factor(d$arm); d
}
real <- list(
  lung = function() transform(lung, status = status - 1, arm = factor(sex))[c("time", "status", "arm")],
  colon = function() { d <- subset(colon, etype == 2); d$arm <- factor(as.integer(d$rx)); d[c("time", "status", "arm")] },
  veteran = function() transform(veteran, arm = factor(trt))[c("time", "status", "arm")],
  ovarian = function() { d <- ovarian; data.frame(time = d$futime, status = d$fustat, arm = factor(d$rx)) }
)
hr <- function(d) unname(coef(coxph(Surv(time, status) ~ arm, data = subset(d, arm %in% levels(arm)[1:2]), ties = "efron"))[1])
months <- function(d) { d$time <- d$time / 30.4375; d }
years <- function(d) { d$time <- d$time / 365.25; d }

# base graphics: place of user coordinates in device units from the top left corner
base_places <- function(x, y, dev) {
  list(x = grconvertX(x, "user", "ndc") * dev$w, y = (1 - grconvertY(y, "user", "ndc")) * dev$h)
}
base <- function(d, last, draw, col, ylow = 0, percent = FALSE, places = FALSE, lwd = 1, ...) {
  fit <- survfit(Surv(time, status) ~ arm, data = d)
  function(dev) {
    draw(fit, last, col, ...)
    at <- base_places(c(0, last), c(ylow, 1), dev)
    list(fit = fit, hr = hr(d), x = at$x, y = at$y, last = last, ylow = ylow, percent = percent, colours = col, places = places)
  }
}
plain <- function(fit, last, col, ...) {
  plot(fit, col = col, mark.time = TRUE, xlim = c(0, last), xlab = "Months", ylab = "Overall survival", ...)
  legend("topright", legend = paste("arm", seq_along(col)), col = col, lty = 1, bty = "n")
}
steps_of <- function(fit) {
  s <- summary(fit, censored = TRUE)
  data.frame(time = s$time, surv = s$surv, low = s$lower, high = s$upper, censor = s$n.censor > 0, arm = if (is.null(s$strata)) factor(1) else s$strata)
}
begun <- function(s) {
  first <- do.call(rbind, lapply(split(s, s$arm), function(a) { b <- a[1, ]; b$time <- 0; b$surv <- b$low <- b$high <- 1; b$censor <- FALSE; b }))
  s <- rbind(first, s); s[order(s$arm, s$time), ]
}
gg <- function(d, last, look, col, ylow = 0, percent = FALSE, table = FALSE, places = FALSE) {
  fit <- survfit(Surv(time, status) ~ arm, data = d)
  function(dev) {
    s <- begun(steps_of(fit))
    p <- look(s, last, col, ylow)
    if (table) {
      at <- pretty(c(0, last), 5); at <- at[at <= last]
      risk <- summary(fit, times = at, extend = TRUE)
      risk <- data.frame(time = risk$time, n = risk$n.risk, arm = risk$strata)
      t <- ggplot(risk, aes(time, arm, label = n, colour = arm)) + geom_text(size = 3, show.legend = FALSE) +
        scale_colour_manual(values = col) + theme_classic() + xlim(0, last) + labs(title = "Number at risk", x = NULL, y = NULL)
      g <- rbind(ggplotGrob(p), ggplotGrob(t), size = "first")
      rows <- unique(g$layout$t[grepl("^panel", g$layout$name)])
      g$heights[rows] <- unit(c(4, 1), "null")
    } else g <- ggplotGrob(p)
    grid.newpage(); grid.draw(g); grid.force()
    panel <- grep("^panel[.-]", grid.ls(viewports = TRUE, grobs = FALSE, print = FALSE)$name, value = TRUE)[1]
    seekViewport(panel)
    a <- deviceLoc(unit(0, "npc"), unit(0, "npc"), valueOnly = TRUE); b <- deviceLoc(unit(1, "npc"), unit(1, "npc"), valueOnly = TRUE)
    ranges <- ggplot_build(p)$layout$panel_params[[1]]
    place <- function(v, r, lo, hi) lo + (v - r[1]) / (r[2] - r[1]) * (hi - lo)
    x <- place(c(0, last), ranges$x.range, a$x, b$x); y <- place(c(ylow, 1), ranges$y.range, a$y, b$y)
    list(fit = fit, hr = hr(d), x = x * dev$unit, y = dev$h - y * dev$unit, last = last, ylow = ylow, percent = percent, colours = col, places = places)
  }
}
survminer <- function(s, last, col, ylow) {
  ribbon <- do.call(rbind, lapply(split(s, s$arm), function(a) {
    n <- nrow(a); data.frame(time = c(a$time[1], rep(a$time[-1], each = 2)), low = c(rep(a$low[-n], each = 2), a$low[n]), high = c(rep(a$high[-n], each = 2), a$high[n]), arm = a$arm[1])
  }))
  ggplot(s, aes(time, surv, colour = arm)) + geom_ribbon(data = ribbon, aes(time, ymin = low, ymax = high, fill = arm), inherit.aes = FALSE, alpha = 0.3, na.rm = TRUE) +
    geom_step(linewidth = 1) + geom_point(data = subset(s, censor), shape = 3, size = 4.5) +
    scale_colour_manual(values = col, labels = c("arm=1", "arm=2")) + scale_fill_manual(values = col, labels = c("arm=1", "arm=2")) +
    scale_y_continuous(limits = c(0, 1)) + coord_cartesian(xlim = c(0, last)) + theme_classic() + theme(legend.position = "top") + labs(x = "Time", y = "Survival probability")
}
nejm <- function(s, last, col, ylow) {
  ggplot(s, aes(time, surv, colour = arm)) + geom_step(linewidth = 0.6) +
    geom_point(data = subset(s, censor), shape = "|", size = 3) + scale_colour_manual(values = col) +
    scale_y_continuous(limits = c(0, 1), labels = function(v) 100 * v, expand = c(0, 0)) + scale_x_continuous(limits = c(0, last), expand = c(0, 0)) +
    theme_classic() + theme(legend.position = c(0.8, 0.85)) + labs(x = "Months since randomization", y = "Patients alive (%)")
}
default_gg <- function(s, last, col, ylow) {
  ggplot(s, aes(time, surv, colour = arm)) + geom_step() + scale_colour_manual(values = col) + ylim(ylow, 1) + xlim(0, last)
}
bw <- function(s, last, col, ylow) {
  ggplot(s, aes(time, surv, linetype = arm)) + geom_step(linewidth = 0.5) + geom_point(data = subset(s, censor), shape = 3, size = 1.5) +
    theme_bw() + ylim(0, 1) + xlim(0, last) + theme(legend.position = "bottom")
}
sas <- function(fit, last, col, ...) {
  par(mar = c(4, 4, 2, 1))
  plot(fit, col = col, mark.time = TRUE, mark = 3, xlim = c(0, last), ylim = c(-0.16, 1.02), yaxt = "n", xlab = "time", ylab = "Survival Probability", cex = 0.8)
  axis(2, seq(0, 1, 0.2)); abline(h = -0.04, lwd = 0.5)
  at <- pretty(c(0, last), 5); at <- at[at <= last]; r <- summary(fit, times = at, extend = TRUE)
  n <- matrix(r$n.risk, ncol = length(col))
  for (j in seq_along(col)) text(at, -0.08 - 0.06 * (j - 1), n[, j], col = col[j], cex = 0.8)
  legend("topright", "+ Censored", bty = "o", cex = 0.8)
}
legend_across <- function(fit, last, col, ...) {
  plot(fit, col = col, mark.time = TRUE, xlim = c(0, last), xlab = "Months", ylab = "S")
  legend(last * 0.3, 0.75, c("control group", "intervention"), col = col, lty = 1, bg = "white")
}
intervals <- function(fit, last, col, ...) {
  plot(fit, col = col, conf.int = TRUE, xlim = c(0, last), xlab = "Months", ylab = "S")
}
black <- function(fit, last, col, lty = 1:2, marks = FALSE, lwd = 1, ...) {
  plot(fit, lty = lty, mark.time = marks, lwd = lwd, xlim = c(0, last), xlab = "Months", ylab = "S", bty = "l", xaxs = "i", yaxs = "i")
  legend("topright", c("a", "b", "c")[seq_along(col)], lty = lty, lwd = lwd, bty = "n")
}
gridded <- function(fit, last, col, ylow = 0, ...) {
  plot(fit, col = col, mark.time = TRUE, pch = "|", xlim = c(0, last), ylim = c(ylow, 1), lwd = 2, yaxt = "n", xlab = "Days", ylab = "Percent")
  axis(2, seq(ylow, 1, length.out = 5), 100 * seq(ylow, 1, length.out = 5)); grid(col = "grey80")
}
rising <- function(fit, last, col, ...) {
  plot(fit, fun = "event", col = col, xlim = c(0, last), ylim = c(0, 1), xlab = "Months", ylab = "Cumulative incidence")
}
PALE <- c("#F8766D", "#00BFC4"); BOLD <- c("#000000", "#FF0000"); THREE <- c("#1b9e77", "#d95f02", "#7570b3")
looks <- list(
  plain = function() base(two(60), 60, plain, BOLD), lung = function() base(months(real$lung()), 36, plain, c("#0000FF", "#FF0000"), lwd = 2),
  colon3 = function() base(years(real$colon()), 10, plain, THREE),
  sas = function() base(two(48), 48, sas, c("#445694", "#A23A2E")), across = function() base(two(60), 60, legend_across, c("#006400", "#FFA500")),
  intervals = function() base(two(60), 60, intervals, c("#C00000", "#0000C0")), days = function() base(real$veteran(), 1000, gridded, c("#1a476f", "#90353b"), percent = TRUE),
  zoom = function() base({ d <- two(60); d$status[runif(nrow(d)) < 0.6] <- 0L; d }, 60, gridded, c("#7030a0", "#00a050"), ylow = 0.2, percent = TRUE),
  ovarian = function() base(months(real$ovarian()), 42, plain, c("#404040", "#E07000")),
  dashed = function() base(two(60), 60, black, c("#000000", "#000000"), places = TRUE),
  solid = function() base(two(60, cross = TRUE), 60, black, c("#000000", "#000000"), places = TRUE, lty = 1, marks = TRUE),
  apart = function() base(two(60), 60, black, c("#000000", "#000000"), places = TRUE, lty = 1, lwd = 2),
  rising = function() base(two(60), 60, rising, c("#C00000", "#0000C0")),
  survminer = function() gg(two(60), 60, survminer, PALE, table = TRUE), nejm = function() gg(two(30), 30, nejm, c("#E18727", "#0072B5"), percent = TRUE),
  ggplot = function() gg(months(real$lung()), 36, default_gg, PALE), ggzoom = function() gg({ d <- two(60); d$status[runif(nrow(d)) < 0.7] <- 0L; d }, 60, default_gg, PALE, ylow = 0.4),
  bw = function() gg(two(60), 60, bw, c("#000000", "#000000"), places = TRUE)
)
raster <- function(res, open) function(file) { w <- 7 * res; h <- 5 * res; open(file, w, h, res); list(w = w, h = h, unit = res) }
vector <- function(open) function(file) { open(file); list(w = 504, h = 360, unit = 72) }
devices <- list(
  pdf = vector(function(f) pdf(f, 7, 5, onefile = FALSE)), cairo_pdf = vector(function(f) cairo_pdf(f, 7, 5)), svg = vector(function(f) svg(f, 7, 5)),
  svglite = vector(function(f) svglite::svglite(f, 7, 5)),
  png72 = raster(72, function(f, w, h, r) png(f, w, h, res = r, type = "cairo")), png150 = raster(150, function(f, w, h, r) png(f, w, h, res = r, type = "cairo")),
  png300 = raster(300, function(f, w, h, r) png(f, w, h, res = r, type = "cairo")),
  rough100 = raster(100, function(f, w, h, r) png(f, w, h, res = r, type = "cairo", antialias = "none")),
  jpeg60 = raster(110, function(f, w, h, r) jpeg(f, w, h, res = r, quality = 60, type = "cairo")), jpeg90 = raster(200, function(f, w, h, r) jpeg(f, w, h, res = r, quality = 90, type = "cairo"))
)
kinds <- c(pdf = "pdf", cairo_pdf = "pdf", svg = "svg", svglite = "svg", jpeg60 = "jpeg", jpeg90 = "jpeg")
curves <- function(fit, last) {
  parts <- if (is.null(fit$strata)) list(fit) else lapply(seq_along(fit$strata), function(i) fit[i])
  lapply(parts, function(f) {
    at <- pretty(c(0, last), 6); at <- at[at <= max(f$time)]; fell <- f$n.event > 0
    list(time = c(0, f$time[fell]), survival = c(1, f$surv[fell]), end = max(f$time), censored = f$time[f$n.censor > 0], n = f$n[1], events = sum(f$n.event),
         risk_times = at, at_risk = summary(f, times = at)$n.risk)
  })
}
all <- list()
for (look in chosen(looks, args[3])) for (name in chosen(devices, args[4])) {
  draw <- looks[[look]]()
  file <- sprintf("%s-%s.%s", look, name, if (name %in% names(kinds)) kinds[[name]] else "png")
  dev <- devices[[name]](file.path(folder, file)); held <- draw(dev); dev.off()
  all[[length(all) + 1]] <- list(file = file, look = look, device = name, x = held$x, y = held$y, last = held$last, low = held$ylow, percent = held$percent,
                                 places = held$places, colours = held$colours, rises = look == "rising", hr = held$hr, curves = curves(held$fit, held$last))
}
write_json(all, file.path(folder, "figures.json"), auto_unbox = TRUE, digits = NA)
