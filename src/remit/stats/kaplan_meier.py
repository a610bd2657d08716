"""Survival over time from individual follow-up: Kaplan-Meier, its interval, landmarks, quantiles.

Arrays hold one value per distinct time, ascending. Survival is the probability of still being without the event just
after that time; it is 1 before the first. Times may be in any unit: results are in the same.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._people import follow_up, level_before, tabulate
from remit.stats.interval import normal_quantile
from remit.stats.result import Result

BandKind = Literal["log-log", "log", "plain", "logit", "arcsine"]
BANDS: Final[tuple[BandKind, ...]] = ("log-log", "log", "plain", "logit", "arcsine")
SAME = 1e-12
"""How near a step must come to a quantile's height to lie on it: the product of many fractions carries rounding."""


@dataclass(frozen=True, slots=True)
class Landmark(Result):
    """Survival at one time, its standard error and interval, and the people at risk just before that time."""

    time: float
    survival: float
    se: float
    lower: float
    upper: float
    n_risk: int
    level: float


@dataclass(frozen=True, slots=True)
class Quantile(Result):
    """Time by which a share `p` of people had the event, with its interval; inf where the curve never falls so far."""

    p: float
    time: float
    lower: float
    upper: float
    level: float


@dataclass(frozen=True, slots=True)
class KaplanMeier(Result):
    """Survival curve of one group, a value per distinct time.

    `se` is Greenwood's, on the survival scale. Where the curve is 0 the variance on the scale of the interval is not
    known, so `se`, `lower` and `upper` are nan there (`plain` and `arcsine` too).
    """

    n: int
    events: int
    time: FloatArray
    n_risk: FloatArray
    n_event: FloatArray
    n_censor: FloatArray
    survival: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    band: BandKind
    level: float

    def survival_at(self, times: npt.ArrayLike) -> FloatArray:
        """Return survival just after each time. InputError for a time below 0 or beyond the last follow-up.

        Beyond the last follow-up nothing is known, unless the curve had come to 0 there.
        """
        return level_before(self.time, self.survival, 1.0, self._within(times))

    def landmark(self, time: float) -> Landmark:
        """Return survival at one time with its interval. InputError as for `survival_at`."""
        at = self._within([time])
        se, lower, upper = (
            float(level_before(self.time, v, s, at)[0])
            for v, s in ((self.se, 0.0), (self.lower, 1.0), (self.upper, 1.0))
        )
        risk = self.n - int(np.sum((self.n_event + self.n_censor)[self.time < at[0]]))
        return Landmark(float(at[0]), float(self.survival_at(at)[0]), se, lower, upper, risk, self.level)

    def quantile(self, p: float) -> Quantile:
        """Return the time by which a share `p` (0 < p < 1) had the event, with the interval from the curve's band.

        Where the curve lies exactly at 1 - p over a span, its middle is returned, as for the median of a sample.
        Source: Brookmeyer and Crowley (1982), Biometrics 38:29-41, with the band of this curve.
        """
        height = 1.0 - _check.between(p, "p")
        found = (_falls_to(self.time, s, height) for s in (self.survival, self.lower, self.upper))
        time, lower, upper = found
        return Quantile(p, time, lower, upper, self.level)

    @property
    def median(self) -> Quantile:
        """Median survival time with its interval."""
        return self.quantile(0.5)

    def _within(self, times: npt.ArrayLike) -> FloatArray:
        at = _check.column(times, "times")
        last = float(self.time[-1])
        if at.size and at.min() < 0.0:
            raise InputError(f"time {at.min():g}; expected 0 or more")
        if at.size and at.max() > last and self.survival[-1] > 0.0:
            raise InputError(
                f"time {at.max():g} lies beyond the last follow-up, {last:g}; nothing is known there; "
                f"ask for {last:g} or less"
            )
        return at


def kaplan_meier(
    time: npt.ArrayLike, event: npt.ArrayLike, *, band: BandKind = "log-log", level: float = 0.95
) -> KaplanMeier:
    """Return the Kaplan-Meier curve with Greenwood's standard error and a pointwise interval.

    Parameters
    ----------
    time : shape (n,)
        Follow-up of each person, 0 or more, in any unit.
    event : shape (n,)
        1 (or True) where follow-up ended in the event, 0 where it was censored.
    band
        Scale of the interval: log(-log S) keeps to (0, 1) and is least biased in small samples; R's default is "log".
    level
        Confidence level of the interval.

    Raises
    ------
    InputError
        Nobody, unequal lengths, a negative or missing time, an event other than 0 or 1, an unknown band.

    Notes
    -----
    Sources: Kaplan and Meier (1958), J Am Stat Assoc 53:457-481; Greenwood (1926); intervals: Kalbfleisch and
    Prentice (2002), The Statistical Analysis of Failure Time Data, section 1.4; Borgan and Liestøl (1990), Scand J
    Stat 17:35-41 (arcsine). Events come before censorings at the same time.
    """
    if band not in BANDS:
        raise InputError(f"band {band!r}; expected one of {', '.join(BANDS)}")
    z = normal_quantile(level)
    t, d = follow_up(time, event)
    table = tabulate(t, d)
    left = table.n_risk - table.n_event
    survival = np.asarray(np.cumprod(left / table.n_risk), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard_se: FloatArray = np.sqrt(np.cumsum(table.n_event / (table.n_risk * left)))
        hazard_se[left == 0.0] = np.nan
        lower, upper = _band(survival, hazard_se, z, band)
    return KaplanMeier(
        n=t.size,
        events=int(d.sum()),
        time=table.time,
        n_risk=table.n_risk,
        n_event=table.n_event,
        n_censor=table.n_censor,
        survival=survival,
        se=survival * hazard_se,
        lower=lower,
        upper=upper,
        band=band,
        level=level,
    )


def _band(s: FloatArray, se: FloatArray, z: float, band: BandKind) -> tuple[FloatArray, FloatArray]:
    """Ends of the interval; `se` is the standard error of log S. Before the first event both ends are 1."""
    if band == "plain":
        ends = s - z * se * s, s + z * se * s
    elif band == "log":
        ends = s * np.exp(-z * se), s * np.exp(z * se)
    elif band == "log-log":
        spread = z * se / np.log(s)
        ends = s ** np.exp(-spread), s ** np.exp(spread)
    elif band == "logit":
        odds, spread = s / (1.0 - s), z * se / (1.0 - s)
        ends = 1.0 / (1.0 + np.exp(spread) / odds), 1.0 / (1.0 + np.exp(-spread) / odds)
    else:
        angle, spread = np.arcsin(np.sqrt(s)), 0.5 * z * se * np.sqrt(s / (1.0 - s))
        ends = np.sin(np.maximum(angle - spread, 0.0)) ** 2, np.sin(np.minimum(angle + spread, np.pi / 2.0)) ** 2
    whole = s == 1.0
    lower: FloatArray = np.where(whole, 1.0, np.clip(ends[0], 0.0, 1.0))
    upper: FloatArray = np.where(whole, 1.0, np.clip(ends[1], 0.0, 1.0))
    return lower, upper


def _falls_to(time: FloatArray, survival: FloatArray, height: float) -> float:
    """First time at which a falling step function is at or below `height`, the middle of a span that lies on it.

    nan in the function (an end not known, where survival is 0) counts as not yet there.
    """
    at = np.flatnonzero(survival <= height + SAME)
    if at.size == 0:
        return float("inf")
    first = at[0]
    if survival[first] < height - SAME:
        return float(time[first])
    below = np.flatnonzero(survival < height - SAME)
    return float(0.5 * (time[first] + time[below[0] if below.size else -1]))
