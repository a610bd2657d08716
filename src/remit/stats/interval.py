"""An interval, and the quantiles and tail areas from which intervals and p values are made."""

from dataclasses import dataclass
from functools import lru_cache

from scipy.special import chdtrc, chdtri, fdtrc, ndtr, ndtri, stdtr, stdtrit

from remit.errors import InputError


@dataclass(frozen=True, slots=True)
class Interval:
    """Two ends and the level they were made for; an open end is minus or plus infinity."""

    lower: float
    upper: float
    level: float = 0.95

    @property
    def width(self) -> float:
        """Distance between the two ends."""
        return self.upper - self.lower

    def __contains__(self, value: float) -> bool:
        return self.lower <= value <= self.upper


def tail(level: float) -> float:
    """Return the area in each tail; InputError when `level` is not strictly between 0 and 1."""
    try:
        inside = 0.0 < level < 1.0
    except TypeError:
        inside = False
    if not inside:
        raise InputError(f"level {level!r}; expected a number between 0 and 1, such as 0.95")
    return (1.0 - level) / 2.0


def normal_quantile(level: float) -> float:
    """Half-width, in standard errors, of a two-sided normal interval."""
    return -float(ndtri(tail(level)))


@lru_cache(maxsize=1024)
def t_quantile(level: float, df: float) -> float:
    """Half-width, in standard errors, of a two-sided t interval with `df` degrees of freedom."""
    return -float(stdtrit(df, tail(level)))


@lru_cache(maxsize=1024)
def chi2_quantile(upper_tail: float, df: float) -> float:
    """Value that a chi-square variable with `df` degrees of freedom exceeds with probability `upper_tail`."""
    return float(chdtri(df, upper_tail))


def normal_p(statistic: float) -> float:
    """Two-sided p of a standard normal statistic."""
    return 2.0 * float(ndtr(-abs(statistic)))


def t_p(statistic: float, df: float) -> float:
    """Two-sided p of a t statistic with `df` degrees of freedom."""
    return 2.0 * float(stdtr(df, -abs(statistic)))


def chi2_p(statistic: float, df: float) -> float:
    """Probability that a chi-square variable exceeds `statistic`; 1.0 for df = 0."""
    return float(chdtrc(df, max(statistic, 0.0))) if df > 0 else 1.0


def f_p(statistic: float, df1: float, df2: float) -> float:
    """Probability that an F variable exceeds `statistic`."""
    return float(fdtrc(df1, df2, max(statistic, 0.0)))
