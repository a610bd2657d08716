"""Maximum and profiles of a likelihood in (mu, tau): a mean and a standard deviation of normal random effects.

A surface gives its height with first and second derivatives at any (mu, tau). Everything here only climbs: along mu
for a given tau, where such likelihoods are concave; along tau for a given mu; and to both ends of an interval. Every
step stays between points known to lie on either side, so nothing diverges and nothing depends on a lucky start.
"""

import math
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from remit.errors import NotConverged
from remit.stats._check import FloatArray
from remit.stats.roots import bracketed

TAU_MOST = 10.0  # on a log or logit scale: beyond any heterogeneity that data of this kind can show
MU_MOST = 80.0
LOOKS = (0.1, 0.2, 0.4, 0.7, 1.2, 2.0, 3.5, 6.0, TAU_MOST)
MOST_STEPS = 100
CLOSE = 1e-9
UNSURE = 0.1  # a slope along the ridge, looked at from beside it, whose sign is not yet trusted
FLAT = 1e-11


class Point(NamedTuple):
    """Height of the log-likelihood at (mu, tau) with its slopes and curvatures."""

    mu: float
    tau: float
    height: float
    mu_slope: float
    tau_slope: float
    mu_curve: float
    cross: float
    tau_curve: float


class Surface(Protocol):
    """A log-likelihood in mu and tau >= 0, even in tau."""

    def at(self, mu: float, tau: float) -> Point:
        """Return height and derivatives."""

    def rise_at_zero(self, mu: float) -> float:
        """Return the second derivative in tau at tau = 0, which says whether leaving 0 climbs."""


def posterior_point(
    mu: float, tau: float, height: float, u: FloatArray, share: FloatArray, slope: FloatArray, fall: FloatArray
) -> Point:
    """Return the point whose derivatives are posterior moments (Louis 1982, J R Stat Soc B 44:226-233).

    `share` holds each study's posterior over the nodes u, `slope` and `fall` the slope and minus curvature of its
    log-likelihood there; shapes (k, q). `slope` is written over.
    """
    basis = np.stack((np.ones_like(u), u, u * u), axis=1)
    inner = slope * slope
    inner -= fall
    inner *= share
    slope *= share
    return gathered(mu, tau, height, slope @ basis[:, :2], (inner @ basis).sum(axis=0).tolist())


def gathered(mu: float, tau: float, height: float, first: FloatArray, second: list[float]) -> Point:
    """Return the point of studies' mean slopes in mu and tau, `first` of shape (k, 2), and `second`: the sums over
    studies of the means of slope squared less fall, times 1, u and u squared.
    """
    (rise, rise_u), square = first.sum(axis=0).tolist(), first.T @ first
    return Point(
        mu,
        tau,
        height,
        rise,
        rise_u,
        second[0] - float(square[0, 0]),
        second[1] - float(square[0, 1]),
        second[2] - float(square[1, 1]),
    )


def standard_error(top: Point) -> float:
    """Return the standard error of mu from the curvature in mu and tau; at tau = 0 or its bound, in mu alone."""
    if top.tau == 0.0 or top.tau >= TAU_MOST:
        return math.sqrt(-1.0 / top.mu_curve)
    return math.sqrt(-top.tau_curve / (top.mu_curve * top.tau_curve - top.cross * top.cross))


def climb_mu(surface: Surface, tau: float, start: float, close: float = CLOSE) -> Point:
    """Return the highest point with this tau, its mu to within `close`."""

    def look(mu: float) -> tuple[float, float, Point]:
        point = surface.at(mu, tau)
        return point.mu_slope, point.mu_curve, point

    return _downhill(look, -MU_MOST, MU_MOST, start, close)


def climb_tau(surface: Surface, mu: float, start: float) -> Point:
    """Return the highest point with this mu that a climb from `start` reaches, tau between 0 and TAU_MOST."""
    low, high = 0.0, start if start > 0.05 else 0.05
    point = surface.at(mu, high)
    if surface.rise_at_zero(mu) <= 0.0 and point.tau_slope <= 0.0:
        return surface.at(mu, 0.0)
    while point.tau_slope > 0.0:
        if high >= TAU_MOST:
            return point
        low, high = high, min(1.6 * high + 0.1, TAU_MOST)
        point = surface.at(mu, high)

    def look(tau: float) -> tuple[float, float, Point]:
        here = surface.at(mu, tau)
        slope = here.tau_slope / tau
        return slope, (here.tau_curve - slope) / tau, here

    return _downhill(look, low, high, min(max(start, low + 0.1 * (high - low)), high - 0.1 * (high - low)))


def summit(surface: Surface, start: float) -> Point:
    """Return the highest point, tau = 0 included; the ridge over tau is looked at from end to end first.

    Where the likelihood is flat in tau, the smallest tau is returned.
    """
    ridge = [climb_mu(surface, 0.0, start)]
    for tau in LOOKS:
        last = ridge[-1]
        lean = -last.cross / last.mu_curve * (tau - last.tau)
        near = climb_mu(surface, tau, last.mu + min(max(lean, -0.5), 0.5), 0.15)
        ridge.append(near if abs(_along(near)) > UNSURE else climb_mu(surface, tau, near.mu, 1e-3))
    slopes = [surface.rise_at_zero(ridge[0].mu)] + [_along(p) for p in ridge[1:]]
    tops = [ridge[0]]
    for i in range(len(LOOKS)):
        if slopes[i] > 0.0 >= slopes[i + 1]:
            tops.append(_ridge_top(surface, ridge[i], ridge[i + 1]))
    if slopes[-1] > 0.0:
        tops.append(climb_mu(surface, TAU_MOST, ridge[-1].mu))
    best = max(p.height for p in tops)
    return next(p for p in tops if p.height >= best - FLAT * (1.0 + abs(best)))


def _along(p: Point) -> float:
    """Return the slope in tau of the ridge next to a point that is nearly on it."""
    return p.tau_slope - p.cross * p.mu_slope / p.mu_curve


def _ridge_top(surface: Surface, left: Point, right: Point) -> Point:
    """Return the highest point of the ridge between two taus at which it rises and falls.

    The slopes there were seen from nearly on the ridge, so the top may lie a little outside.
    """
    found = _arrive(surface, _slopes, 0.5 * (left.mu + right.mu), 0.5 * (left.tau + right.tau))
    if found is not None and left.tau < found.tau < right.tau and _is_top(found):
        return found
    seen = [left if left.tau > 0.0 else right]

    def look(tau: float) -> tuple[float, float, Point]:
        here = climb_mu(surface, tau, seen[-1].mu)
        seen.append(here)
        slope = here.tau_slope / tau
        along = here.tau_curve - here.cross * here.cross / here.mu_curve
        return slope, (along - slope) / tau, here

    return _downhill(look, 0.95 * left.tau, min(1.05 * right.tau, TAU_MOST), 0.5 * (left.tau + right.tau))


def _slopes(p: Point) -> "Solved":
    return Solved(p.mu_slope, p.tau_slope, p.mu_curve, p.cross, p.cross, p.tau_curve)


def _is_top(p: Point) -> bool:
    return p.mu_curve < 0.0 and p.tau_curve < 0.0 and p.mu_curve * p.tau_curve > p.cross * p.cross


def mu_end(surface: Surface, top: Point, drop: float, step: float) -> float:
    """Return the mu, in the direction of `step`, at which the profile over tau has fallen by `drop`; maybe infinite.

    Two equations, height and slope in tau, by Newton's method (Venzon and Moolgavkar 1988, Appl Stat 37:87-94); where
    that does not arrive, or arrives at something else, by walking out and closing in.
    """
    floor = top.height - drop

    def miss(p: Point) -> Solved:
        return Solved(p.height - floor, p.tau_slope, p.mu_slope, p.tau_slope, p.cross, p.tau_curve)

    start = max(top.tau - top.cross / (top.tau_curve or 1.0) * step if top.tau_curve < 0.0 else top.tau, 0.3)
    found = _arrive(surface, miss, top.mu + step, start, ends=True)
    if found is not None and (found.mu - top.mu) * step > 0.0 and found.tau_curve < 0.0:
        return found.mu
    return _mu_end_walking(surface, top, floor, step)


def tau_ends(surface: Surface, top: Point, drop: float) -> tuple[float, float | None]:
    """Return the taus at which the ridge has fallen by `drop`; the lower is 0 and the upper None if it never falls."""
    floor = top.height - drop

    def miss(p: Point) -> Solved:
        return Solved(p.height - floor, p.mu_slope, p.mu_slope, p.tau_slope, p.mu_curve, p.cross)

    def height(tau: float) -> float:
        return climb_mu(surface, tau, top.mu).height - floor

    along = top.tau_curve - top.cross * top.cross / top.mu_curve
    step = math.sqrt(2.0 * drop / -along) if along < -1e-3 else 1.0
    lower = 0.0
    if top.tau > 0.0 and height(0.0) < 0.0:
        found = _arrive(surface, miss, top.mu, max(top.tau - step, 0.3 * top.tau), ends=True)
        good = found is not None and found.tau < top.tau
        lower = found.tau if found is not None and good else bracketed(height, 0.0, top.tau, CLOSE)
    found = _arrive(surface, miss, top.mu, min(top.tau + 1.3 * step, 0.9 * TAU_MOST), ends=True)
    if found is not None and found.tau > top.tau:
        return lower, found.tau
    near, far = top.tau, min(2.0 * top.tau + 0.2, TAU_MOST)
    while height(far) > 0.0:
        if far >= TAU_MOST:
            return lower, None
        near, far = far, min(1.7 * far, TAU_MOST)
    return lower, bracketed(height, near, far, CLOSE) if near < far else far


class Solved(NamedTuple):
    """Two values that should be 0, and their slopes in mu and in tau."""

    first: float
    second: float
    first_mu: float
    first_tau: float
    second_mu: float
    second_tau: float


def _arrive(
    surface: Surface, miss: Callable[[Point], Solved], mu: float, tau: float, ends: bool = False
) -> Point | None:
    """Return the point inside the range at which both values are 0, None where Newton's steps do not get there.

    Of `ends`, only mu and tau are exact; heights and slopes are those of the step before.
    """
    for _ in range(15):
        point = surface.at(mu, tau)
        e = miss(point)
        area = e.first_mu * e.second_tau - e.first_tau * e.second_mu
        if area == 0.0 or not math.isfinite(area):
            return None
        mu_step = (e.first_tau * e.second - e.first * e.second_tau) / area
        tau_step = (e.first * e.second_mu - e.first_mu * e.second) / area
        short = max(abs(mu_step) / max(1.0, abs(mu)), abs(tau_step) / max(1.0, tau))
        if short <= CLOSE:
            return point
        if ends and short <= 1e-5:  # what is left is of the order of its square
            return point._replace(mu=mu + mu_step, tau=tau + tau_step)
        mu += min(max(mu_step, -2.0), 2.0)
        tau = min(max(tau + tau_step, 0.5 * tau), 1.6 * tau + 0.2)
        if not (1e-4 < tau < TAU_MOST and abs(mu) < MU_MOST):
            return None
    return None


def _mu_end_walking(surface: Surface, top: Point, floor: float, step: float) -> float:
    near, here = top, top
    while here.height > floor:
        near = here
        if abs(near.mu) >= MU_MOST:
            return math.copysign(math.inf, step)
        here = climb_tau(surface, min(max(near.mu + step, -MU_MOST), MU_MOST), near.tau)
        step *= 1.5
    sign = math.copysign(1.0, here.mu - near.mu)
    taus = [near.tau]

    def look(mu: float) -> tuple[float, float, Point]:
        point = climb_tau(surface, mu, taus[-1])
        taus.append(point.tau)
        return sign * (point.height - floor), sign * point.mu_slope, point

    start = here.mu - (here.height - floor) / here.mu_slope if here.mu_slope != 0.0 else 0.5 * (near.mu + here.mu)
    return _downhill(look, min(near.mu, here.mu), max(near.mu, here.mu), start).mu


def _downhill(
    look: Callable[[float], tuple[float, float, Point]], low: float, high: float, start: float, close: float = CLOSE
) -> Point:
    """Return the point where a function that falls from above 0 at `low` to below 0 at `high` is 0.

    Newton's steps inside the bracket, halving it when a step leaves it or when two steps together gain too little.
    """
    x = start if low < start < high else 0.5 * (low + high)
    before = math.inf
    for _ in range(MOST_STEPS):
        value, slope, point = look(x)
        if value == 0.0:
            return point
        low, high = (x, high) if value > 0.0 else (low, x)
        step = -value / slope if slope < 0.0 else math.inf
        if abs(step) <= close * max(1.0, abs(x)) or high - low <= 1e-13 * max(1.0, abs(x)):
            return point
        inside = low < x + step < high and abs(step) < before
        new = x + step if inside else 0.5 * (low + high)
        before = 0.9 * abs(new - x) if inside else math.inf
        x = new
    raise NotConverged(f"no maximum found between {low:g} and {high:g} in {MOST_STEPS} steps")
