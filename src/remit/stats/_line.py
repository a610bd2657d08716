"""A density on a line, integrated by Gauss-Legendre rules on panels that are halved until they agree.

Nothing is sampled: the same density gives the same digits. A half-line tau >= 0 is drawn onto 0 <= u < 1 by
tau = s u / (1 - u), which turns a tail that falls by a power of tau into one that is smooth at u = 1.
"""

import math
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.optimize import minimize_scalar

from remit.errors import NotConverged
from remit.stats._check import FloatArray
from remit.stats.interval import Interval, tail
from remit.stats.result import Result
from remit.stats.roots import bracketed

MOST_ROUNDS = 60
LogDensity = Callable[[FloatArray], FloatArray]


def inside(function: Callable[[float], float], low: float, high: float, share: float = 1e-13) -> float:
    """Return the root between two points of opposite sign, to a share of their distance: roots at 0 included."""
    width = high - low
    return low + bracketed(lambda d: function(low + (d - width)), width, 2.0 * width, share) - width


def outward(function: Callable[[float], float], start: float, step: float) -> float:
    """Return the root of a rising function, from a start near it by doubling steps."""
    near, value = start, function(start)
    if value == 0.0:
        return start
    sign = math.copysign(1.0, value)
    while True:
        far = near - sign * step
        if function(far) * sign <= 0.0:
            return inside(function, min(near, far), max(near, far))
        near, step = far, 2.0 * step
        if step > 1e300:
            raise NotConverged(f"no root found from {start:g} outward")


@dataclass(frozen=True, slots=True)
class Posterior(Result):
    """What is believed of one number after the studies were seen.

    `central` leaves equal probability on both sides; `shortest` is the narrowest interval of its level. A mean or
    sd whose integral has no finite value is None.
    """

    mean: float | None
    sd: float | None
    median: float
    mode: float
    central: Interval
    shortest: Interval


@dataclass(frozen=True, slots=True)
class Rule(Result):
    """A Gauss-Legendre rule, and when a panel is fine enough.

    `relative`: how closely halves must agree with the whole; `depth`: first cuts go down to 2^-depth; `between` bounds
    what a panel's polynomial may miss between nodes. Both bounds are shares of the integral.
    """

    order: int
    relative: float
    depth: int
    between: float = math.inf

    def points(self) -> tuple[FloatArray, FloatArray]:
        """Return nodes and weights."""
        nodes, weights = np.polynomial.legendre.leggauss(self.order)
        return np.asarray(nodes), np.asarray(weights)


FINE = Rule(20, 1e-13, 14)


class Panels:
    """Panels of a positive function known by its logarithm: nodes and weights, shapes (panels, order).

    `weights` hold width times rule times function, scaled so that they sum to 1; `log_total` is the logarithm of the
    integral. `also` is a second factor, with which the product must be integrated as closely.
    """

    def __init__(self, log_f: LogDensity, cuts: FloatArray, rule: Rule = FINE, also: LogDensity | None = None) -> None:
        self.log_f, self.rule = log_f, rule
        self.t, self.w = rule.points()
        low, high = cuts[:-1], cuts[1:]
        logs = self._logs(low, high)
        for _ in range(MOST_ROUNDS):
            middle = 0.5 * (low + high)
            left, right = self._logs(low, middle), self._logs(middle, high)
            peak = max(float(logs.max()), float(left.max()), float(right.max()))
            bad = self._disagree(low, high, logs, left, right, peak, also)
            if not bad.any():
                break
            low, high, logs = (
                np.concatenate((low[~bad], low[bad], middle[bad])),
                np.concatenate((high[~bad], middle[bad], high[bad])),
                np.concatenate((logs[~bad], left[bad], right[bad])),
            )
        else:
            raise NotConverged(f"a posterior could not be integrated to {rule.relative:g} on {low.size} panels")
        order = np.argsort(low)
        self.low, self.high = low[order], high[order]
        values = self._weigh(self.low, self.high, np.exp(logs[order] - peak))
        total = float(values.sum())
        self.nodes = self._at(self.low, self.high)
        self.weights: FloatArray = values / total
        self.log_total = math.log(total) + peak
        self.below: FloatArray = np.concatenate(([0.0], np.cumsum(self.weights.sum(axis=1))))

    def cdf(self, x: float) -> float:
        """Return the share of the integral at or below x."""
        if x >= self.high[-1]:
            return 1.0
        at = max(int(np.searchsorted(self.low, x, side="right")) - 1, 0)
        if x <= self.low[at]:
            return float(self.below[at])
        low, high = self.low[at : at + 1], np.array([x])
        part = self._weigh(low, high, np.exp(self._logs(low, high) - self.log_total))
        return float(self.below[at]) + float(part.sum())

    def quantile(self, p: float) -> float:
        """Return the x below which the share p of the integral lies."""
        at = min(max(int(np.searchsorted(self.below, p, side="right")) - 1, 0), self.low.size - 1)
        low, high = float(self.low[at]), float(self.high[at])
        if p <= self.below[at] or p >= self.below[at + 1]:
            return low if p <= self.below[at] else high
        return inside(lambda x: self.cdf(x) - p, low, high)

    def _at(self, low: FloatArray, high: FloatArray) -> FloatArray:
        return 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * self.t

    def _logs(self, low: FloatArray, high: FloatArray) -> FloatArray:
        nodes = self._at(low, high)
        return self.log_f(nodes.ravel()).reshape(nodes.shape)

    def _weigh(self, low: FloatArray, high: FloatArray, values: FloatArray) -> FloatArray:
        return np.asarray(0.5 * (high - low)[:, None] * self.w * values, dtype=np.float64)

    def _disagree(
        self,
        low: FloatArray,
        high: FloatArray,
        whole: FloatArray,
        left: FloatArray,
        right: FloatArray,
        peak: float,
        also: LogDensity | None,
    ) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Return which panels differ from the sum of their halves, beyond the rule's share of the total."""
        middle = 0.5 * (low + high)
        spans = ((low, high), (low, middle), (middle, high))
        bad = np.zeros(low.size, dtype=np.bool_)
        for factor in (None, also) if also is not None else (None,):
            sums = []
            for (a, b), logs in zip(spans, (whole, left, right), strict=True):
                values = np.exp(logs - peak)
                if factor is not None:
                    values = values * factor(self._at(a, b).ravel()).reshape(values.shape)
                sums.append(self._weigh(a, b, values).sum(axis=1))
            gap = np.abs(sums[0] - sums[1] - sums[2])
            bad |= gap > self.rule.relative * float(sums[0].sum())
        if math.isfinite(self.rule.between):
            total = float(self._weigh(low, high, np.exp(whole - peak)).sum())
            t = np.concatenate((0.5 * self.t - 0.5, 0.5 * self.t + 0.5))
            values = np.polynomial.legendre.legvander(self.t, self.rule.order - 1)
            there = np.polynomial.legendre.legvander(t, self.rule.order - 1) @ np.linalg.inv(values)
            miss = np.abs(np.exp(whole - peak) @ there.T - np.exp(np.concatenate((left, right), axis=1) - peak))
            bad |= miss.max(axis=1) * (high - low) > self.rule.between * total
        return bad & (high - low > 1e-14 * np.maximum(1.0, np.abs(high)))


class Interpolated:
    """Values at Gauss-Legendre nodes of panels, interpolated by each panel's polynomial; 0 outside. Rows (j, nodes)."""

    def __init__(self, panels: Panels, rows: FloatArray) -> None:
        self.low, self.high, self.order = panels.low, panels.high, panels.t.size
        inverse = np.linalg.inv(np.polynomial.legendre.legvander(panels.t, self.order - 1))
        self.coefficients: FloatArray = rows.reshape(rows.shape[0], self.low.size, self.order) @ inverse.T
        widths = self.high - self.low
        whole = np.cumsum(self.coefficients[:, :, 0] * widths, axis=1)
        self._before: FloatArray = np.concatenate((np.zeros((rows.shape[0], 1)), whole[:, :-1]), axis=1)

    def values(self, x: FloatArray) -> FloatArray:
        """Return every row at its own x: x and the result have shape (j, q)."""
        at, t, inside = self._place(x)
        c = np.take_along_axis(self.coefficients, at[:, :, None], axis=1)
        value = _legendre_sum(c, t)
        return np.where(inside, value, 0.0)

    def cumulated(self, x: FloatArray) -> FloatArray:
        """Return the integral of every row up to its own x, shapes (j, q)."""
        at, t, _ = self._place(x)
        c = np.take_along_axis(self.coefficients, at[:, :, None], axis=1)
        primitive = np.zeros((*c.shape[:2], self.order + 1))
        i = np.arange(self.order)
        primitive[:, :, 1:] += c / (2.0 * i + 1.0)
        primitive[:, :, : self.order - 1] -= c[:, :, 1:] / (2.0 * i[1:] + 1.0)
        primitive[:, :, 0] += c[:, :, 0]
        part = _legendre_sum(primitive, np.clip(t, -1.0, 1.0)) * 0.5 * (self.high - self.low)[at]
        return np.asarray(np.take_along_axis(self._before, at, axis=1) + part, dtype=np.float64)

    def log(self, x: FloatArray) -> FloatArray:
        """Return the logarithm of the only row, at any x of shape (q,)."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.maximum(self.values(x[None, :])[0], 0.0)), dtype=np.float64)

    def _place(
        self, x: FloatArray
    ) -> tuple[
        np.ndarray[tuple[int, ...], np.dtype[np.intp]], FloatArray, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    ]:
        at = np.clip(np.searchsorted(self.low, x, side="right") - 1, 0, self.low.size - 1)
        low, high = self.low[at], self.high[at]
        t = (2.0 * x - low - high) / (high - low)
        return at, t, np.abs(t) <= 1.0


def _legendre_sum(c: FloatArray, t: FloatArray) -> FloatArray:
    """Return sum of c[..., i] P_i(t) by Clenshaw's recurrence."""
    older, newer = np.zeros_like(t), np.zeros_like(t)
    for i in range(c.shape[-1] - 1, 0, -1):
        older, newer = newer, c[..., i] + (2.0 * i + 1.0) / (i + 1.0) * t * newer - (i + 1.0) / (i + 2.0) * older
    return np.asarray(c[..., 0] + t * newer - 0.5 * older, dtype=np.float64)


def half_line_cuts(upper: float, depth: int) -> FloatArray:
    """Return first cuts of 0 <= u <= upper <= 1, closer at both ends, so that no spike is stepped over."""
    steps = 0.5 ** np.arange(float(depth), 0.0, -1.0)
    cuts = np.concatenate(([0.0], steps, 1.0 - steps[::-1][1:], [1.0]))
    return np.asarray(cuts * upper, dtype=np.float64)


class HalfLine:
    """A density of tau on [0, upper], upper maybe infinite, from its logarithm up to a constant."""

    def __init__(self, log_f: LogDensity, scale: float, upper: float, tail: float, rule: Rule = FINE) -> None:
        self.log_f, self.scale, self.upper, self.tail = log_f, scale, upper, tail
        last = 1.0 if math.isinf(upper) else upper / (scale + upper)
        also = (lambda u: 1.0 + (u / (1.0 - u)) ** 2) if tail > 3.0 else None
        self.panels = Panels(self._log_in_u, half_line_cuts(last, rule.depth), rule, also)
        self.nodes: FloatArray = self._tau(self.panels.nodes.ravel())
        self.weights: FloatArray = self.panels.weights.ravel()
        self.log_total = self.panels.log_total

    def between_nodes(self) -> "HalfLine":
        """Return the same distribution with its density read off the panels' polynomials, for a costly density."""
        panels = self.panels
        half = 0.5 * (panels.high - panels.low)[:, None] * panels.w
        read = Interpolated(panels, (panels.weights / half).reshape(1, -1))
        cheap = copy(self)
        cheap.log_f = lambda tau: read.log(tau / (self.scale + tau)) + self.log_total - self._log_slope(tau)
        cheap.panels = copy(panels)
        cheap.panels.log_f = lambda u: read.log(u) + panels.log_total
        return cheap

    def density(self, tau: float) -> float:
        """Return the normalised density at one tau."""
        return math.exp(float(self.log_f(np.array([tau]))[0]) - self.log_total) if tau >= 0.0 else 0.0

    def cdf(self, tau: float) -> float:
        """Return the probability of at most tau."""
        return self.panels.cdf(tau / (self.scale + tau)) if tau > 0.0 else 0.0

    def quantile(self, p: float) -> float:
        """Return the tau that is exceeded with probability 1 - p."""
        return min(float(self._tau(np.array([self.panels.quantile(p)]))[0]), self.upper)

    def mean(self, power: int = 1) -> float | None:
        """Return the mean of tau to a power, None where it is not finite."""
        return float(self.weights @ self.nodes**power) if self.tail > power + 1.0 else None

    def sd(self) -> float | None:
        """Return the standard deviation, None where it is not finite."""
        centre = self.mean()
        if centre is None or self.tail <= 3.0:
            return None
        return math.sqrt(float(self.weights @ (self.nodes - centre) ** 2))

    def mode(self) -> float:
        """Return the tau of highest density, exactly 0.0 when nothing is higher than there by more than 1e-12."""
        heights = self.log_f(self.nodes)
        at = int(np.argmax(heights))
        low = float(self.nodes[at - 1]) if at else 0.0
        last = at + 1 == self.nodes.size
        high = min(self.upper, float(self.nodes[at]) * 2.0) if last else float(self.nodes[at + 1])
        found = minimize_scalar(
            lambda t: -float(self.log_f(np.array([t]))[0]),
            bounds=(low, high),
            method="bounded",
            options={"xatol": 1e-11 * max(high, 1e-30)},
        )
        best = float(found.x)
        none, inner, end = self.log_f(np.array([0.0, best, high])).tolist()
        if none >= max(inner, end) - 1e-12:
            return 0.0
        return high if end > inner else best

    def summary(self, level: float) -> Posterior:
        """Return mean, sd, median, mode and both intervals."""
        return summarise(self, self.mean(), self.sd(), level)

    def _tau(self, u: FloatArray) -> FloatArray:
        return np.asarray(self.scale * u / (1.0 - u), dtype=np.float64)

    def _log_in_u(self, u: FloatArray) -> FloatArray:
        tau = self._tau(u)
        return self.log_f(tau) + self._log_slope(tau)

    def _log_slope(self, tau: FloatArray) -> FloatArray:
        """Return the logarithm of d tau / d u."""
        return np.asarray(2.0 * np.log(self.scale + tau) - math.log(self.scale), dtype=np.float64)


class Line:
    """A density between two ends, from its logarithm up to a constant."""

    def __init__(self, log_f: LogDensity, cuts: FloatArray, rule: Rule = FINE) -> None:
        self.log_f = log_f
        self.panels = Panels(log_f, cuts, rule)
        self.cdf, self.quantile = self.panels.cdf, self.panels.quantile

    def density(self, x: float) -> float:
        """Return the normalised density at one x."""
        if not self.panels.low[0] <= x <= self.panels.high[-1]:
            return 0.0
        return math.exp(float(self.log_f(np.array([x]))[0]) - self.panels.log_total)

    def mode(self) -> float:
        """Return the x of highest density."""
        nodes = self.panels.nodes.ravel()
        at = int(np.argmax(self.log_f(nodes)))
        low, high = float(nodes[max(at - 1, 0)]), float(nodes[min(at + 1, nodes.size - 1)])
        found = minimize_scalar(
            lambda x: -float(self.log_f(np.array([x]))[0]),
            bounds=(low, high),
            method="bounded",
            options={"xatol": 1e-11 * max(abs(low), abs(high), 1e-30)},
        )
        return float(found.x)

    def mean(self) -> float:
        """Return the mean."""
        return float(self.panels.weights.ravel() @ self.panels.nodes.ravel())

    def sd(self) -> float:
        """Return the standard deviation."""
        return math.sqrt(float(self.panels.weights.ravel() @ (self.panels.nodes.ravel() - self.mean()) ** 2))

    def summary(self, level: float) -> Posterior:
        """Return mean, sd, median, mode and both intervals."""
        return summarise(self, self.mean(), self.sd(), level)


def finite_or_infinite(log: float) -> float:
    """Return exp(log), infinite where no float is large enough."""
    return math.exp(log) if log < 709.0 else math.inf


class Distribution(Protocol):
    """Anything with a density, a quantile for every probability, and a mode."""

    def density(self, x: float, /) -> float: ...
    def quantile(self, p: float, /) -> float: ...
    def mode(self) -> float: ...


def summarise(it: Distribution, mean: float | None, sd: float | None, level: float) -> Posterior:
    """Return a posterior's summary, every quantile solved to about 1e-13."""
    alpha = tail(level)
    central = Interval(it.quantile(alpha), it.quantile(1.0 - alpha), level)
    return Posterior(mean, sd, it.quantile(0.5), it.mode(), central, shortest(it, level))


def shortest(it: Distribution, level: float, looks: int = 9) -> Interval:
    """Return the narrowest interval of this level.

    Its width is stationary where the density at both ends is the same; every such crossing from falling to rising
    among the looks is solved, the end that keeps the lowest values is a candidate too, and the narrowest wins.
    """
    missing = 2.0 * tail(level)

    def ends(p: float) -> tuple[float, float]:
        return it.quantile(p), it.quantile(min(p + level, 1.0))

    def tilt(p: float) -> float:
        low, high = ends(p)
        return it.density(low) - it.density(high)

    tiny = 1e-9 * missing
    points = [tiny, *(missing * (i + 0.5) / looks for i in range(looks)), missing - tiny]
    tilts = [tilt(p) for p in points]
    candidates = []
    if tilts[0] >= 0.0:
        candidates.append(ends(0.0))
    if tilts[-1] < 0.0:
        candidates.append(ends(missing))
    for i in range(len(points) - 1):
        if tilts[i] < 0.0 <= tilts[i + 1]:
            candidates.append(ends(bracketed(tilt, points[i], points[i + 1], 1e-12)))
    low, high = min(candidates, key=lambda pair: pair[1] - pair[0])
    return Interval(low, high, level)
