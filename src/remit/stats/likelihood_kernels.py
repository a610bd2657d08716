"""Exact likelihoods at one point, in a form that numba compiles: what `_logit_normal`, `_mixture` and `_selection` do.

Sums run in another order than there, so last digits differ. Words: u are nodes over a standard normal, theta = mu +
tau u; a point is its height, slopes in mu and tau, and curvatures in mu, crossed and in tau.
"""

import math

import numpy as np
import numpy.typing as npt

from remit.stats._check import FloatArray

BoolArray = npt.NDArray[np.bool_]

COMPILED = ("nodes", "add_moments", "logit_normal", "cumulants", "quintic", "between", "curve_at", "own_best",
            "hypergeometric", "seen_through", "step_look")  # fmt: skip
Six = tuple[float, float, float, float, float, float]

STEP = 0.75  # between nodes, in standard deviations of the narrowest study
REACH = 8.0  # a standard normal density is below 1e-12 of its peak beyond this
FAR = 45.0  # beyond this log odds ratio one end of the support holds everything but 1e-13
KNOT = 0.1
NIL = -42.0  # logarithm of a share of the peak that no sum in double precision feels
UNSEEN = 1e-140  # a chance to be seen below which a selection model is not looked at
LOG_ROOT = 0.9189385332046727  # of the square root of 2 pi
ROOT_HALF = math.sqrt(0.5)


def _quintic() -> FloatArray:
    """Return the quintic Hermite basis on [0, 1] and its first two derivatives as polynomials, shape (18, 6)."""
    coefficients = np.array(
        [
            [1, 0, 0, -10, 15, -6],
            [0, 1, 0, -6, 8, -3],
            [0, 0, 0.5, -1.5, 1.5, -0.5],
            [0, 0, 0, 10, -15, 6],
            [0, 0, 0, -4, 7, -3],
            [0, 0, 0, 0.5, -1, 0.5],
        ]
    )
    first, second = np.zeros((6, 6)), np.zeros((6, 6))
    first[:, :5] = coefficients[:, 1:] * np.arange(1.0, 6.0)
    second[:, :4] = first[:, 1:5] * np.arange(1.0, 5.0)
    return np.concatenate((coefficients, first, second))


QUINTIC = _quintic()


def warm() -> None:
    """Call each function once, so that it is compiled."""
    one, two = np.ones(2), np.full(2, 2.0)
    logit_normal(one, two, one, 0.0, 1.0)
    table = np.empty((2, round(2.0 * FAR / KNOT) + 1, 3))
    for i in range(2):
        cumulants(1.0, 2.0, 2.0, 2.0, table[i])
    own_best(one, one, table, np.ones(2, dtype=np.bool_))
    hypergeometric(one, one, table, 1.0, 0.0, 0.0, 1.0)
    step_look(one, one, one[:, None], one, np.eye(2), 0.0, 1.0, np.zeros(3), np.zeros((3, 3)))


def nodes(
    mu: float, tau: float, low: float, high: float, most: float, scale: float, centre: float
) -> tuple[FloatArray, FloatArray, float]:
    """Return what `_grid.nodes` returns; a `scale` of 0 stands for none."""
    step = min(STEP / math.sqrt(1.0 + tau * tau * most), 0.5, 0.6 / tau)
    even = math.ceil((high - low) / step)
    if scale > 0.0 and tau > 0.5:
        first, last = math.asinh((mu + tau * low) / scale), math.asinh((mu + tau * high) / scale)
        finest = min(0.85 * tau * step / math.hypot(scale, centre), 0.4 * tau / (scale + abs(mu) + 3.0 * tau))
        number = math.ceil((last - first) / finest)
        if number < even:
            width = (last - first) / number
            u, log_weight = np.empty(number + 1), np.empty(number + 1)
            for j in range(number + 1):
                grown = math.exp(first + j * width)
                shrunk = 1.0 / grown
                u[j] = (0.5 * scale * (grown - shrunk) - mu) / tau
                log_weight[j] = math.log(grown + shrunk) - 0.5 * u[j] * u[j]
            return u, log_weight, math.log(width * 0.5 * scale / tau) - LOG_ROOT
    u, log_weight = np.empty(even + 1), np.empty(even + 1)
    for j in range(even + 1):
        u[j] = low + j * ((high - low) / even)
        log_weight[j] = -0.5 * u[j] * u[j]
    return u, log_weight, math.log((high - low) / even) - LOG_ROOT


def add_moments(g: FloatArray, peak: float, u: FloatArray, r: FloatArray, fall: FloatArray, out: FloatArray) -> None:
    """Add one study's share of the point to `out`, shape (6,).

    g is its log density at each u, `peak` the largest; r and fall, the slope and minus curvature of its log-likelihood
    there, are read only where the density counts. The derivatives are posterior moments, as in `LogitNormal.at`.
    """
    mass, first, first_u, second, second_u, second_uu = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(u.size):
        if g[j] - peak > NIL:
            e = math.exp(g[j] - peak)
            bend = e * (r[j] * r[j] - fall[j])
            mass += e
            e *= r[j]
            first += e
            first_u += e * u[j]
            second += bend
            bend *= u[j]
            second_u += bend
            second_uu += bend * u[j]
    first, first_u = first / mass, first_u / mass
    out[0] += peak + math.log(mass)
    out[1] += first
    out[2] += first_u
    out[3] += second / mass - first * first
    out[4] += second_u / mass - first * first_u
    out[5] += second_uu / mass - first_u * first_u


def logit_normal(x: FloatArray, n: FloatArray, logit: FloatArray, mu: float, tau: float) -> Six:
    """Return the point of `LogitNormal` at tau above 0, without its constant. Shapes (k,)."""
    low, high, most = 0.0, 0.0, 0.0
    at_mu = 1.0 / (1.0 + math.exp(-mu))
    for i in range(x.size):
        pull = tau * (x[i] - n[i] * at_mu)
        centre = math.copysign(min(abs(logit[i] - mu) / tau, abs(pull)), pull)
        low, high, most = min(low, centre), max(high, centre), max(most, n[i])
    u, log_weight, log_step = nodes(mu, tau, low - REACH, high + REACH, 0.25 * most, 2.0, 0.0)
    p, logs, (g, r, fall), out = np.empty(u.size), np.empty(u.size), np.empty((3, u.size)), np.zeros(6)
    for j in range(u.size):
        eta = mu + tau * u[j]
        small = math.exp(-abs(eta))
        p[j] = (1.0 if eta > 0.0 else small) / (1.0 + small)
        logs[j] = max(eta, 0.0) + math.log1p(small)
    out[0] = x.size * log_step
    for i in range(x.size):
        peak = -np.inf
        for j in range(u.size):
            g[j] = x[i] * (mu + tau * u[j]) - n[i] * logs[j] + log_weight[j]
            peak = max(peak, g[j])
        for j in range(u.size):
            expected = n[i] * p[j]
            r[j], fall[j] = x[i] - expected, expected * (1.0 - p[j])
        add_moments(g, peak, u, r, fall, out)
    return out[0], out[1], out[2], out[3], out[4], out[5]


def cumulants(a: float, n1: float, events: float, n2: float, out: FloatArray) -> None:
    """Write the logarithm of the normalising sum of Fisher's noncentral hypergeometric, and mean and variance.

    At log odds ratios from -FAR to FAR, KNOT apart; `out` has shape (knots, 3). The sum is in units of the term of `a`,
    the observed count, at theta = 0. Terms are taken from the largest outwards, each from the last by their ratio.
    """
    low, high = max(0.0, events - n2), min(n1, events)
    size = int(high - low) + 1
    up, ways = np.empty(size), np.zeros(size)
    for j in range(size - 1):
        count = low + j
        up[j] = (n1 - count) * (events - count) / ((count + 1.0) * (n2 - events + count + 1.0))
        ways[j + 1] = ways[j] + math.log(up[j])
    observed = ways[int(a - low)]
    top = 0
    for q in range(out.shape[0]):
        theta = -FAR + q * KNOT
        odds = math.exp(theta)
        while top < size - 1 and up[top] * odds > 1.0:
            top += 1
        total, first, second = 1.0, 0.0, 0.0
        for way in (1, -1):
            term, j = 1.0, top
            while term > 1e-18 * total:
                if way > 0:
                    if j == size - 1:
                        break
                    term *= up[j] * odds
                else:
                    if j == 0:
                        break
                    term /= up[j - 1] * odds
                j += way
                off = float(j - top)
                total += term
                first += off * term
                second += off * off * term
        first /= total
        out[q, 0] = ways[top] - observed + (low + top) * theta + math.log(total)
        out[q, 1] = low + top + first
        out[q, 2] = max(second / total - first * first, 0.0)


def quintic(s: float, b: FloatArray) -> None:
    """Write the quintic Hermite basis at s, with first and second derivatives, to the 18 places of b."""
    for i in range(18):
        value = QUINTIC[i, 5]
        for power in range(4, -1, -1):
            value = value * s + QUINTIC[i, power]
        b[i] = value


def between(left: FloatArray, right: FloatArray, b: FloatArray, at: int) -> float:
    """Return what the basis from place `at` on makes of the cumulants at the knots on either side."""
    near: float = b[at] * left[0] + b[at + 1] * (KNOT * left[1]) + b[at + 2] * (KNOT * KNOT * left[2])
    far: float = b[at + 3] * right[0] + b[at + 4] * (KNOT * right[1]) + b[at + 5] * (KNOT * KNOT * right[2])
    return near + far


def curve_at(table: FloatArray, a: float, theta: float, b: FloatArray) -> tuple[float, float, float]:
    """Return log-likelihood, slope and minus curvature of one study with these cumulants, shape (knots, 3)."""
    inside = min(max(theta, -FAR), FAR)
    place = (inside + FAR) * (1.0 / KNOT)
    knot = min(int(place), table.shape[0] - 2)
    quintic(place - knot, b)
    value = between(table[knot], table[knot + 1], b, 0)
    first = between(table[knot], table[knot + 1], b, 6) / KNOT
    second = between(table[knot], table[knot + 1], b, 12) / (KNOT * KNOT)
    return a * theta - value - (theta - inside) * first, a - first, max(second, 0.0)


def own_best(a: FloatArray, start: FloatArray, table: FloatArray, inner: BoolArray) -> float:
    """Return the log-likelihood with each study of `inner` at its own log odds ratio; nan where Newton does not settle.

    `table` has shape (k, knots, 3); a study outside `inner` is certain of its count and adds 0.
    """
    height, b = 0.0, np.empty(18)
    for i in range(a.size):
        theta, step = start[i], 1.0 if inner[i] else 0.0
        for _ in range(100):
            here, slope, fall = curve_at(table[i], a[i], theta, b)
            step = min(max(slope / max(fall, 1e-12), -1.0), 1.0)
            theta += step
            if not inner[i] or abs(step) < 1e-6:
                break
        if inner[i]:
            height += here if abs(step) < 1e-6 else np.nan
    return height


def hypergeometric(
    a: FloatArray, peaks: FloatArray, table: FloatArray, most: float, centre: float, mu: float, tau: float
) -> Six:
    """Return the point of a `Mixture` of `Hypergeometric`; `peaks` are the studies' own log odds ratios, shape (k,)."""
    b, low, high = np.empty(18), 0.0, 0.0
    height, rise, curve, curve_u = 0.0, 0.0, 0.0, 0.0
    for i in range(a.size):
        here, slope, bend = curve_at(table[i], a[i], mu, b)
        height += here
        rise += slope
        curve -= bend
        curve_u += slope * slope - bend
        if tau > 0.0:
            pull = tau * slope
            middle = math.copysign(min(abs(peaks[i] - mu) / tau, abs(pull)), pull)
            low, high = min(low, middle), max(high, middle)
    if tau == 0.0:
        return height, rise, 0.0, curve, 0.0, curve_u
    u, log_weight, log_step = nodes(mu, tau, low - REACH, high + REACH, most, 4.0, centre)
    knot, theta, basis = np.empty(u.size, dtype=np.intp), mu + tau * u, np.empty((u.size, 18))
    (g, r, fall), out = np.empty((3, u.size)), np.zeros(6)
    for j in range(u.size):
        place = (min(max(theta[j], -FAR), FAR) + FAR) * (1.0 / KNOT)
        knot[j] = min(int(place), table.shape[1] - 2)
        quintic(place - knot[j], basis[j])
    out[0] = a.size * log_step
    for i in range(a.size):
        peak = -np.inf
        for j in range(u.size):
            left, right, over = table[i, knot[j]], table[i, knot[j] + 1], abs(theta[j]) - FAR
            value = a[i] * theta[j] - between(left, right, basis[j], 0) + log_weight[j]
            if over > 0.0:
                value -= math.copysign(over, theta[j]) * between(left, right, basis[j], 6) / KNOT
            g[j] = value
            peak = max(peak, value)
        for j in range(u.size):
            if g[j] - peak > NIL:
                left, right = table[i, knot[j]], table[i, knot[j] + 1]
                r[j] = a[i] - between(left, right, basis[j], 6) / KNOT
                fall[j] = max(between(left, right, basis[j], 12) / (KNOT * KNOT), 0.0)
        add_moments(g, peak, u, r, fall, out)
    return out[0], out[1], out[2], out[3], out[4], out[5]


def seen_through(
    edges: FloatArray, c: FloatArray, by_weight: FloatArray, mu: float, w: float, g: FloatArray, cross: FloatArray
) -> tuple[float, float, float, float, float]:
    """Return one study's chance A to be seen, and its derivatives in mu, t, mu t and t t.

    g, shape (2 + free,), gets A's derivatives in mu, t and the weights; `cross`, shape (2, free), those of mu and t
    with each weight.
    """
    scale = math.sqrt(w)
    seen, by_mu, by_t, by_mt, by_tt = c[0], 0.0, 0.0, 0.0, 0.0
    for d in range(by_weight.shape[0]):
        g[2 + d], cross[0, d], cross[1, d] = by_weight[d, 0], 0.0, 0.0
    for e in range(edges.size):
        u = (edges[e] - mu) * scale
        over, f = 0.5 * math.erfc(u * ROOT_HALF), math.exp(-0.5 * u * u - LOG_ROOT) * scale
        f_t = 0.5 * f * scale * u
        seen += c[e + 1] * over
        by_mu += c[e + 1] * f
        by_t += c[e + 1] * f_t
        by_mt += c[e + 1] * 0.5 * f * w * (u * u - 1.0)
        by_tt += c[e + 1] * 0.5 * f_t * w * (u * u - 3.0)
        for d in range(by_weight.shape[0]):
            g[2 + d] += by_weight[d, e + 1] * over
            cross[0, d] += by_weight[d, e + 1] * f
            cross[1, d] += by_weight[d, e + 1] * f_t
    g[0], g[1] = by_mu, by_t
    return seen, by_mu, by_t, by_mt, by_tt


def step_look(
    y: FloatArray,
    v: FloatArray,
    edges: FloatArray,
    weight: FloatArray,
    share: FloatArray,
    mu: float,
    t: float,
    slope: FloatArray,
    curve: FloatArray,
) -> float:
    """Add slopes and curvatures of studies seen through steps of p, and return their log-likelihood; -inf if unseen.

    As `Likelihood.at` without the studies' own log weights: edges, shape (k, edges), are in units of effects, and
    `share` takes the cells' weights to the factors of edges. slope has a place for mu, t and the logarithm of each
    weight but the first, or for mu and t only; curve has the square of it.
    """
    free = slope.size - 2
    c, by_weight = weight @ share, np.empty((free, share.shape[1]))
    for d in range(free):
        by_weight[d] = weight[d + 1] * share[d + 1]
    g, cross, height = np.empty(2 + free), np.empty((2, free)), -y.size * LOG_ROOT
    for i in range(y.size):
        w = 1.0 / (v[i] + t)
        rw = (y[i] - mu) * w
        seen, _, by_t, by_mt, by_tt = seen_through(edges[i], c, by_weight, mu, w, g, cross)
        if not seen > UNSEEN:
            return -np.inf
        g /= seen
        slope -= g
        slope[0] += rw
        slope[1] += 0.5 * (rw * rw - w)
        curve[0, 0] -= w + 2.0 * by_t / seen
        curve[0, 1] -= rw * w + by_mt / seen
        curve[1, 1] += 0.5 * w * w - rw * rw * w - by_tt / seen
        for d in range(free):
            curve[0, 2 + d] -= cross[0, d] / seen
            curve[1, 2 + d] -= cross[1, d] / seen
            curve[2 + d, 2 + d] -= g[2 + d]
        for d in range(2 + free):
            for e in range(d, 2 + free):
                curve[d, e] += g[d] * g[e]
        height += 0.5 * math.log(w) - 0.5 * rw * rw / w - math.log(seen)
    for d in range(2 + free):
        for e in range(d):
            curve[d, e] = curve[e, d]
    return height
