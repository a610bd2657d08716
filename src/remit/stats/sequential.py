"""Looking more than once: boundaries that keep the error of repeated tests, and how much information is enough.

A pooled estimate that is tested after every study is tested often; its critical value must be wider than 1.96 until the
information a single trial would need has been gathered.

Words: a fraction is information gathered over information required; spending is the share of alpha used by then; power
is 1 - beta; diversity D2 is the share by which heterogeneity shrinks the information of the common-effect model.

Sources: Lan and DeMets (1983), Biometrika 70:659-663 (spending); O'Brien and Fleming (1979), Biometrics 35:549-556;
Pocock (1977), Biometrika 64:191-199; Armitage, McPherson and Rowe (1969), J R Stat Soc A 132:235-244 (recursion);
Wetterslev et al. (2008), J Clin Epidemiol 61:64-75 (trial sequential analysis); Wetterslev et al. (2009), BMC Med Res
Methodol 9:86 (diversity).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtr, ndtri, ndtri_exp

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import normal_p
from remit.stats.result import Result
from remit.stats.roots import bracketed
from remit.stats.tau2 import reml

Spending = Literal["obrien-fleming", "pocock"]
FARTHEST = 12.0  # standard deviations kept of the paths that have not crossed
PANEL = 1.5  # width of a panel of nodes, in standard deviations of one increment
_NODES, _WEIGHTS = (np.asarray(part) for part in np.polynomial.legendre.leggauss(16))
_ROOT = math.sqrt(2.0 * math.pi)


@dataclass(frozen=True, slots=True)
class Boundaries(Result):
    """Critical values of z at each look, two-sided and symmetric, or upper only when `sided` is 1.

    `spent` is alpha used up to each look, `nominal` the p (on as many sides) that crosses there. A value of infinity
    says that the look spends less than 1e-300.
    """

    fractions: tuple[float, ...]
    critical: tuple[float, ...]
    spent: tuple[float, ...]
    nominal: tuple[float, ...]
    alpha: float
    sided: int
    spending: str


def spent(fraction: float, alpha: float = 0.05, sided: int = 2, spending: Spending = "obrien-fleming") -> float:
    """Return alpha used when this fraction of the information is in, each side spending alpha / sided on its own.

    "obrien-fleming": 2 - 2 Phi(z / sqrt(t)) with z exceeded by half the side's alpha; "pocock": log(1 + (e - 1) t).
    """
    return math.exp(_log_spent(fraction, alpha, sided, spending))


def boundaries(
    fractions: Sequence[float], alpha: float = 0.05, sided: int = 2, spending: Spending = "obrien-fleming"
) -> Boundaries:
    """Return critical values at rising information fractions in (0, 1], by recursive numerical integration.

    The density of paths that have crossed nowhere is carried from look to look on Gauss-Legendre panels; each critical
    value is solved so that the probability of crossing first there equals what that look may spend. Alpha left over
    when the last fraction is below 1 stays unspent.

    Raises InputError for fractions that do not rise, or lie outside (0, 1].
    """
    t = _rising(fractions)
    total = [math.exp(_log_spent(f, alpha, sided, spending)) for f in t]
    critical = [-float(ndtri_exp(_log_spent(t[0], alpha, sided, spending) - math.log(sided)))]
    paths = _Paths(sided)
    for i in range(1, len(t)):
        paths.advance(t[i - 1], critical[-1])
        critical.append(paths.solve(t[i], (total[i] - total[i - 1]) / sided))
    nominal = tuple(min(1.0, sided * math.exp(float(log_ndtr(-c)))) for c in critical)
    return Boundaries(tuple(t), tuple(critical), tuple(total), nominal, alpha, sided, spending)


def crossing(
    fractions: Sequence[float], critical: Sequence[float], drift: float = 0.0, sided: int = 2
) -> tuple[float, ...]:
    """Return the probability of crossing first at each look, on either side, when z at fraction 1 has mean `drift`.

    Their sum is alpha at drift 0, and the power at the drift that a true effect gives.
    """
    t = _rising(fractions)
    if len(critical) != len(t):
        raise InputError(f"{len(critical)} critical values for {len(t)} fractions; expected one for each")
    theta = _check.finite(drift, "drift")
    first = ndtr(theta * math.sqrt(t[0]) - critical[0])
    low = ndtr(-critical[0] - theta * math.sqrt(t[0])) if sided == 2 else 0.0
    out, paths = [float(first + low)], _Paths(sided, theta)
    for i in range(1, len(t)):
        paths.advance(t[i - 1], critical[i - 1])
        out.append(paths.beyond(t[i], critical[i]) + (paths.below(t[i], -critical[i]) if sided == 2 else 0.0))
    return tuple(out)


class _Paths:
    """Density of the score S = z sqrt(t) over paths that have crossed at no look so far."""

    def __init__(self, sided: int, drift: float = 0.0) -> None:
        self.sided, self.drift, self.time = sided, drift, 0.0
        self.s: FloatArray = np.zeros(1)
        self.mass: FloatArray = np.ones(1)

    def advance(self, time: float, critical: float) -> None:
        """Move to a look at which |z| (or z) below `critical` goes on."""
        step, root = time - self.time, math.sqrt(time)
        centre = self.drift * time
        high = min(critical * root, centre + FARTHEST * root)
        low = max(-critical * root if self.sided == 2 else -math.inf, centre - FARTHEST * root)
        edges = np.linspace(low, high, max(2, math.ceil((high - low) / (PANEL * math.sqrt(step)))) + 1)
        half, middle = 0.5 * np.diff(edges)[:, None], 0.5 * (edges[:-1] + edges[1:])[:, None]
        s = (middle + half * _NODES).ravel()
        z = (s[:, None] - self.s - self.drift * step) / math.sqrt(step)
        density = np.exp(-0.5 * z * z) @ self.mass / (_ROOT * math.sqrt(step))
        self.s, self.mass, self.time = s, np.asarray(density * (half * _WEIGHTS).ravel(), dtype=np.float64), time

    def beyond(self, time: float, critical: float) -> float:
        """Return the probability of being above `critical` at a later look."""
        step = time - self.time
        z = (critical * math.sqrt(time) - self.s - self.drift * step) / math.sqrt(step)
        return float(ndtr(-z) @ self.mass)

    def below(self, time: float, critical: float) -> float:
        """Return the probability of being below `critical` at a later look."""
        step = time - self.time
        z = (critical * math.sqrt(time) - self.s - self.drift * step) / math.sqrt(step)
        return float(ndtr(z) @ self.mass)

    def solve(self, time: float, share: float) -> float:
        """Return the critical value that is crossed upwards with probability `share`."""
        if share < 1e-300:
            return math.inf
        low, high = -1.0, 40.0
        return bracketed(lambda c: math.log(max(self.beyond(time, c), 1e-320) / share), low, high, 1e-13)


def diversity(effect: npt.ArrayLike, variance: npt.ArrayLike, tau2: float | None = None) -> float:
    """Return D2 = 1 - (variance of the common-effect estimate) / (that of the random-effects one); tau2 None: REML.

    Source: Wetterslev et al. (2009), BMC Med Res Methodol 9:86.
    """
    y, v = _check.studies(effect, variance)
    between = reml(y, v) if tau2 is None else _check.finite(tau2, "tau2")
    if between < 0.0:
        raise InputError(f"tau2 {between!r}; expected 0 or more")
    return 1.0 - float((1.0 / (v + between)).sum()) / float((1.0 / v).sum())


def required_information(effect: float, alpha: float = 0.05, power: float = 0.8, d2: float = 0.0) -> float:
    """Return the information, 1 / variance of the pooled estimate, to detect `effect`; 1 / (1 - D2) times as much.

    Two-sided alpha. In people: multiply by the variance that one person contributes.
    """
    size = abs(_check.finite(effect, "effect"))
    if size == 0.0:
        raise InputError("effect 0; expected the smallest effect that matters, on the analysis scale")
    return (_z_sum(alpha, power) / size) ** 2 / (1.0 - _share(d2))


def required_size(
    control: float, intervention: float, alpha: float = 0.05, power: float = 0.8, d2: float = 0.0
) -> float:
    """Return how many people a meta-analysis of two proportions needs, both arms together, adjusted for diversity.

    4 (z + z)^2 p (1 - p) / (difference)^2, p the mean of both. Not rounded.
    Source: Wetterslev et al. (2008), J Clin Epidemiol 61:64-75; (2009), BMC Med Res Methodol 9:86.
    """
    p1, p2 = _two(control, intervention)
    mean = 0.5 * (p1 + p2)
    return 4.0 * _z_sum(alpha, power) ** 2 * mean * (1.0 - mean) / (p1 - p2) ** 2 / (1.0 - _share(d2))


@dataclass(frozen=True, slots=True)
class SequentialLook(Result):
    """A meta-analysis after one more study, beside its boundary; None once the required information is exceeded.

    lower and upper are the interval that stays valid under repeated looks: estimate +- critical value x se.
    """

    studies: int
    fraction: float
    estimate: float
    se: float
    statistic: float
    p: float
    critical: float | None
    lower: float | None
    upper: float | None
    crossed: bool


@dataclass(frozen=True, slots=True)
class TrialSequential(Result):
    """Every look in order, the diversity used, the information required, and the first look that crossed, if any."""

    looks: tuple[SequentialLook, ...]
    required: float
    diversity: float
    first_crossing: int | None
    alpha: float
    spending: str


def trial_sequential(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    target: float,
    alpha: float = 0.05,
    power: float = 0.8,
    d2: float | None = None,
    spending: Spending = "obrien-fleming",
) -> TrialSequential:
    """Return the cumulative random-effects analysis of studies in the order given, with its sequential boundary.

    Parameters
    ----------
    effect, variance : shape (k,), k >= 2, in the order in which studies were reported
    target : smallest effect that matters, on the analysis scale
    alpha, power : two-sided error and power that fix the required information
    d2 : diversity; None takes it from all studies (REML)

    Notes
    -----
    Information is the sum of 1 / sampling variance, so a fraction is of the information that would do if studies were
    alike, over that times 1 / (1 - D2). Each look pools with its own REML tau2; the first uses the study itself. The
    first look at or beyond fraction 1 spends all that is left; later ones have no boundary.
    Source: Wetterslev et al. (2008), J Clin Epidemiol 61:64-75.
    """
    y, v = _check.studies(effect, variance)
    shrunk = diversity(y, v) if d2 is None else _share(d2)
    required = required_information(target, alpha, power, shrunk)
    fractions = np.cumsum(1.0 / v) / required
    planned = [float(f) for f in fractions if f < 1.0]
    if len(planned) < y.size:
        planned.append(1.0)
    bound = boundaries(planned, alpha, 2, spending).critical
    looks = tuple(
        _look(y[: i + 1], v[: i + 1], float(fractions[i]), bound[i] if i < len(bound) else None) for i in range(y.size)
    )
    first = next((look.studies for look in looks if look.crossed), None)
    return TrialSequential(looks, required, shrunk, first, alpha, spending)


def two_proportions(
    control: float, intervention: float, alpha: float = 0.05, power: float = 0.8, ratio: float = 1.0
) -> float:
    """Return the optimal information size of two proportions: people in both arms, `ratio` of them per control.

    No continuity correction, not rounded.
    Source: Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 3rd ed., ch. 4; use in GRADE:
    Guyatt et al. (2011), J Clin Epidemiol 64:1283-1293.
    """
    p1, p2 = _two(control, intervention)
    r = _check.above(ratio, "ratio")
    mean = (p1 + r * p2) / (1.0 + r)
    null = float(-ndtri(_half(alpha))) * math.sqrt((1.0 + r) * mean * (1.0 - mean))
    other = float(ndtri(_check.between(power, "power"))) * math.sqrt(r * p1 * (1.0 - p1) + p2 * (1.0 - p2))
    return (null + other) ** 2 / (r * (p1 - p2) ** 2) * (1.0 + r)


def hazard_ratio_events(hazard_ratio: float, alpha: float = 0.05, power: float = 0.8, allocation: float = 0.5) -> float:
    """Return the optimal information size of a hazard ratio in events; `allocation` is the share in one arm.

    Source: Schoenfeld (1981), Biometrika 68:316-319; (1983), Biometrics 39:499-503.
    """
    size = math.log(_check.above(hazard_ratio, "hazard ratio"))
    if size == 0.0:
        raise InputError("hazard ratio 1; expected the smallest effect that matters")
    share = _check.between(allocation, "allocation")
    return (_z_sum(alpha, power) / size) ** 2 / (share * (1.0 - share))


def single_proportion(proportion: float, half_width: float, level: float = 0.95) -> float:
    """Return how many people give a proportion this half-width of its normal interval: z^2 p (1 - p) / d^2.

    Source: Fleiss, Levin and Paik (2003), ch. 2. Not rounded; the exact interval is wider near 0 and 1.
    """
    p, d = _check.between(proportion, "proportion"), _check.between(half_width, "half-width")
    return (float(ndtri(_half(1.0 - level))) / d) ** 2 * p * (1.0 - p)


def _look(y: FloatArray, v: FloatArray, fraction: float, critical: float | None) -> SequentialLook:
    between = reml(y, v) if y.size > 1 else 0.0
    w = 1.0 / (v + between)
    estimate, se = float(w @ y) / float(w.sum()), 1.0 / math.sqrt(float(w.sum()))
    z = estimate / se
    crossed = critical is not None and abs(z) >= critical
    reach = None if critical is None else critical * se
    return SequentialLook(
        y.size,
        fraction,
        estimate,
        se,
        z,
        normal_p(z),
        critical,
        None if reach is None else estimate - reach,
        None if reach is None else estimate + reach,
        crossed,
    )


def _log_spent(fraction: float, alpha: float, sided: int, spending: str) -> float:
    t = _check.finite(fraction, "fraction")
    if not 0.0 < t <= 1.0:
        raise InputError(f"fraction {t!r}; expected information gathered over required, above 0 and at most 1")
    if sided not in (1, 2):
        raise InputError(f"sided {sided!r}; expected 1 or 2")
    side = _check.between(alpha, "alpha") / sided
    if spending == "obrien-fleming":
        return math.log(2.0 * sided) + float(log_ndtr(float(ndtri(0.5 * side)) / math.sqrt(t)))
    if spending == "pocock":
        return math.log(sided * side * math.log1p((math.e - 1.0) * t))
    raise InputError(f"spending {spending!r}; expected obrien-fleming or pocock")


def _rising(fractions: Sequence[float]) -> list[float]:
    t = [float(f) for f in _check.column(fractions, "fractions")]
    if not t or t[0] <= 0.0 or t[-1] > 1.0 or any(b <= a for a, b in pairwise(t)):
        raise InputError(f"fractions {t}; expected rising numbers above 0, the last at most 1")
    return t


def _z_sum(alpha: float, power: float) -> float:
    return float(ndtri(_check.between(power, "power")) - ndtri(_half(alpha)))


def _half(alpha: float) -> float:
    return 0.5 * _check.between(alpha, "alpha")


def _share(d2: float) -> float:
    share = _check.finite(d2, "D2")
    if not 0.0 <= share < 1.0:
        raise InputError(f"D2 {share!r}; expected 0 or more and below 1")
    return share


def _two(control: float, intervention: float) -> tuple[float, float]:
    p1, p2 = _check.between(control, "control"), _check.between(intervention, "intervention")
    if p1 == p2:
        raise InputError(f"both proportions {p1!r}; expected the smallest difference that matters")
    return p1, p2
