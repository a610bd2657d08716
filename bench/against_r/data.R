# Data sets by kind: teaching examples of metadat, and made ones that sit in the corners.

shipped <- function(name) {
  keep <- new.env()
  utils::data(list = paste0("dat.", name), package = "metadat", envir = keep)
  get(paste0("dat.", name), envir = keep)
}
pairs <- function(y, v, x = NULL, g = NULL) {
  told <- is.finite(y) & is.finite(v) & v > 0
  d <- data.frame(study = sprintf("s%02d", seq_len(sum(told))), yi = y[told], vi = v[told])
  if (!is.null(x)) d$x <- as.numeric(x[told])
  if (!is.null(g)) d$g <- as.character(g[told])
  d
}
spread <- function(k, tau, low = 0.005, high = 0.4, mean = 0.3) {
  v <- exp(runif(k, log(low), log(high)))
  pairs(rnorm(k, mean, sqrt(v + tau^2)), v, round(rnorm(k, 5, 2), 2), sample(c("a", "b", "c"), k, TRUE))
}

effects <- function() {
  set.seed(20240917)
  bcg <- metafor::escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = shipped("bcg"))
  curtis <- metafor::escalc("ROM", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i,
                            data = shipped("curtis1998"))
  mcd <- metafor::escalc("ZCOR", ri = ri, ni = ni, data = shipped("mcdaniel1994"))
  bd <- shipped("bangertdrowns2004"); pg <- shipped("hackshaw1998"); bg <- shipped("begg1989")
  equal <- pairs(rnorm(9, -0.2, 0.5), rep(0.09, 9), 1:9, rep(c("a", "b", "c"), 3))
  one <- spread(6, 0.1); one$vi[1] <- 1e-8
  list(bcg = pairs(bcg$yi, bcg$vi, bcg$ablat, bcg$alloc), curtis = pairs(curtis$yi, curtis$vi),
       mcdaniel = pairs(mcd$yi, mcd$vi), bangert = pairs(bd$yi, bd$vi, bd$year, bd$grade),
       hackshaw = pairs(pg$yi, pg$vi, pg$year), begg = pairs(bg$yi, bg$vi, NULL, bg$trt),
       two = spread(2, 0.3), three = spread(3, 0.5), five = spread(5, 0.2), seven = spread(7, 0.4),
       nine_alike = spread(9, 0), twenty = spread(20, 0.3), sixty = spread(60, 0.15, mean = -0.4),
       equal = equal, tiny = spread(8, 1e-4, 1e-9, 1e-6, 0.01), huge = spread(10, 200, 50, 1e5, -3000),
       one_large = one, alike = pairs(rep(0.25, 6), c(0.1, 0.2, 0.05, 0.3, 0.08, 0.12), c(1, 2, 4, 3, 6, 5)),
       negative = spread(12, 0.6, mean = -2), wide = spread(15, 0.05, 1e-4, 10))
}

frame <- function(a, n1, c, n2) {
  k <- length(a)
  data.frame(study = sprintf("t%02d", seq_len(k)), ai = a, n1i = n1, ci = c, n2i = n2, dose = round(10 * sin(1:k), 3))
}
tables <- function() {
  set.seed(7)
  made <- function(k, p1, p2, low, high) {
    n1 <- sample(low:high, k, TRUE); n2 <- sample(low:high, k, TRUE)
    frame(rbinom(k, n1, p1), n1, rbinom(k, n2, p2), n2)
  }
  bcg <- shipped("bcg"); cl <- shipped("collins1985b"); hn <- shipped("hine1989"); nw <- shipped("nielweise2007")
  fr <- shipped("yusuf1985"); fr <- fr[fr$table == 6 & !is.na(fr$ai), ]
  list(bcg = frame(bcg$tpos, bcg$tpos + bcg$tneg, bcg$cpos, bcg$cpos + bcg$cneg),
       collins = frame(cl$pre.xti, cl$pre.nti, cl$pre.xci, cl$pre.nci), hine = frame(hn$ai, hn$n1i, hn$ci, hn$n2i),
       nielweise = frame(nw$ai, nw$n1i, nw$ci, nw$n2i), yusuf = frame(fr$ai, fr$n1i, fr$ci, fr$n2i),
       rare = made(15, 0.02, 0.03, 10, 80), common = made(8, 0.7, 0.5, 20, 60), small = made(6, 0.3, 0.5, 1, 6),
       doubles = frame(c(0, 1, 10, 0, 3), c(20, 15, 10, 4, 9), c(0, 3, 12, 2, 0), c(20, 30, 12, 5, 11)),
       unbalanced = frame(c(3, 1, 7, 0), c(10, 4, 20, 6), c(40, 25, 90, 11), c(400, 160, 800, 300)),
       one = frame(4, 20, 9, 22), two = frame(c(4, 0), c(20, 15), c(9, 3), c(22, 14)),
       empty_arm = frame(c(0, 0, 0), c(12, 20, 8), c(2, 1, 0), c(14, 19, 9)),
       all_nobody = frame(c(0, 0, 0), c(12, 20, 8), c(0, 0, 0), c(14, 19, 9)),
       all_everybody = frame(c(12, 20, 8), c(12, 20, 8), c(14, 19, 9), c(14, 19, 9)),
       single_people = frame(c(1, 0, 1, 3), c(1, 1, 1, 8), c(0, 1, 1, 2), c(1, 1, 2, 7)),
       large = made(6, 0.1, 0.12, 20000, 90000), many = made(40, 0.2, 0.3, 10, 200))
}

shares <- function() {
  set.seed(11)
  made <- function(k, mean, sd, low, high) {
    n <- sample(low:high, k, TRUE)
    data.frame(study = sprintf("p%02d", 1:k), xi = rbinom(k, n, plogis(rnorm(k, mean, sd))), ni = n,
               line = sample(c("first", "relapsed"), k, TRUE))
  }
  given <- function(x, n) data.frame(study = paste0("p", seq_along(x)), xi = x, ni = n,
                                     line = rep(c("first", "relapsed"), length.out = length(x)))
  pr <- shipped("pritz1997"); cr <- shipped("crede2010")
  list(pritz = given(pr$xi, pr$ni), small = made(9, 1.5, 0.8, 3, 15), high = made(14, 3.5, 1, 8, 60),
       alike = made(12, 0, 0, 20, 60), wide = made(20, 0, 2, 10, 80), sixty = made(60, -1, 0.6, 10, 300),
       one = given(7, 12), two = given(c(7, 11), c(12, 13)), three = given(c(0, 5, 12), c(9, 9, 12)),
       nobody = given(c(0, 0, 0, 0), c(5, 12, 20, 7)), everybody = given(c(5, 12, 20), c(5, 12, 20)),
       edges = given(c(0, 6, 0, 10, 3), c(4, 6, 9, 10, 3)), singles = given(c(1, 0, 1, 1, 0, 1), rep(1, 6)),
       large = made(7, -2, 0.1, 5000, 40000), unequal = given(c(1, 2, 380, 15), c(2, 3, 2000, 40)))
}

rates_one <- function() {
  set.seed(5)
  made <- function(k, sd, low, high) {
    t <- round(runif(k, low, high), 1)
    data.frame(study = paste0("r", 1:k), xi = rpois(k, t * exp(rnorm(k, -2, sd))), ti = t)
  }
  list(ten = made(10, 0.6, 20, 300), sparse = made(6, 0.3, 3, 20), alike = made(12, 0, 40, 90), two = made(2, 0.5, 50, 90),
       none = data.frame(study = paste0("r", 1:3), xi = c(0, 0, 0), ti = c(12.5, 30, 8)))
}
rates_two <- function() {
  set.seed(6)
  made <- function(k, sd, low, high) {
    t1 <- round(runif(k, low, high), 1); t2 <- round(runif(k, low, high), 1); b <- rnorm(k, -2.5, 0.5)
    data.frame(study = paste0("q", 1:k), x1i = rpois(k, t1 * exp(b + rnorm(k, -0.5, sd))), t1i = t1,
               x2i = rpois(k, t2 * exp(b)), t2i = t2)
  }
  nw <- shipped("nielweise2008")
  list(nielweise = data.frame(study = nw$study, x1i = nw$x1i, t1i = nw$t1i, x2i = nw$x2i, t2i = nw$t2i),
       ten = made(10, 0.4, 50, 400), sparse = made(7, 0.1, 5, 40), one = made(1, 0, 80, 90), two = made(2, 0.2, 60, 90),
       empty_arm = data.frame(study = c("a", "b"), x1i = c(0, 0), t1i = c(20, 30), x2i = c(3, 1), t2i = c(21, 32)))
}

dependent <- function() {
  set.seed(3)
  made <- function(clusters, most, sd1, sd2) {
    n <- sample(1:most, clusters, TRUE)
    cluster <- rep(seq_len(clusters), n)
    vi <- round(exp(runif(length(cluster), log(0.01), log(0.2))), 4)
    x <- round(rnorm(length(cluster)), 2)
    data.frame(cluster = cluster, es = seq_along(cluster), study = as.character(seq_along(cluster)),
               yi = round(rnorm(length(cluster), 0.2 + 0.1 * x + rnorm(clusters, 0, sd1)[cluster], sqrt(vi + sd2^2)), 4),
               vi = vi, x = x)
  }
  ko <- shipped("bornmann2007")
  bo <- metafor::escalc("OR", ai = waward, n1i = wtotal, ci = maward, n2i = mtotal, data = ko)
  list(bornmann = data.frame(cluster = as.integer(factor(bo$study)), es = bo$obs, study = as.character(seq_len(nrow(bo))),
                             yi = as.numeric(bo$yi), vi = as.numeric(bo$vi), x = bo$year - 1990),
       eight = made(8, 5, 0.3, 0.2), fifteen = made(15, 4, 0.1, 0.4), five = made(5, 4, 0.4, 0.05))
}

pairs_of_outcomes <- function() {
  set.seed(9)
  made <- function(k, low, high) {
    rows <- lapply(seq_len(k), function(i) {
      v <- exp(runif(2, log(low), log(high))); r <- runif(1, 0.1, 0.8) * sqrt(v[1] * v[2])
      m <- matrix(c(v[1], r, r, v[2]), 2)
      y <- c(0.4, -0.2) + t(chol(m + matrix(c(0.05, 0.02, 0.02, 0.09), 2))) %*% rnorm(2)
      data.frame(trial = i, outcome = c("A", "B"), yi = as.numeric(y), vi = v, v1 = m[, 1], v2 = m[, 2])
    })
    do.call(rbind, rows)
  }
  list(eight = made(8, 0.005, 0.05), twenty = made(20, 0.01, 0.2))
}

times <- function() {
  set.seed(12)
  made <- function(k, m, rho) {
    g <- 0.08 * rho^abs(outer(seq_len(m), seq_len(m), "-"))
    rows <- lapply(seq_len(k), function(i) {
      s <- sqrt(exp(runif(m, log(0.01), log(0.06)))); v <- outer(s, s) * 0.5^abs(outer(seq_len(m), seq_len(m), "-"))
      y <- seq_len(m) / 10 + t(chol(g + v)) %*% rnorm(m)
      d <- data.frame(trial = i, outcome = paste0("t", seq_len(m)), yi = as.numeric(y), vi = s^2)
      cbind(d, setNames(as.data.frame(v), paste0("v", seq_len(m))))
    })
    do.call(rbind, rows)
  }
  list(times3 = made(10, 3, 0.7), times4 = made(15, 4, 0.4))
}

means <- function() {
  nm <- shipped("curtis1998")[1:40, ]
  co <- shipped("mcdaniel1994")[1:40, ]
  set.seed(2)
  k <- 9
  small <- data.frame(n1i = sample(2:6, k, TRUE), m1i = rnorm(k, 5, 1), sd1i = runif(k, 0.3, 2),
                      n2i = sample(2:9, k, TRUE), m2i = rnorm(k, 6, 1), sd2i = runif(k, 0.3, 2))
  list(curtis = nm[c("n1i", "m1i", "sd1i", "n2i", "m2i", "sd2i")], small = small,
       mcdaniel = data.frame(ri = co$ri, ni = co$ni), edges = data.frame(ri = c(-0.95, 0, 0.3, 0.999), ni = c(5, 6, 10, 8)))
}

people <- function() {
  set.seed(4)
  made <- function(n, digits) {
    arm <- rep(1:2, length.out = n)
    t <- rweibull(n, 0.9, 12 / ifelse(arm == 1, 1, 1.6)); c <- runif(n, 2, 24)
    data.frame(time = pmax(round(pmin(t, c), digits), 10^-digits), status = as.integer(t <= c), arm = arm,
               age = round(rnorm(n, 9, 4), 1), x2 = rbinom(n, 1, 0.4))
  }
  veteran <- survival::veteran
  list(veteran = data.frame(time = veteran$time, status = veteran$status, arm = veteran$trt, age = veteran$age,
                            x2 = as.integer(veteran$prior > 0)),
       fine = made(60, 3), tied = made(90, 0), few = made(12, 1))
}
