"""Do groups differ in when the event comes: the log-rank test and its weighted and stratified forms."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._people import BoolArray, IntArray, codes, follow_up
from remit.stats.interval import chi2_p, normal_quantile
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class LogRank(Result):
    """Observed and expected events of each group, the covariance of observed minus expected, and the test.

    `groups` are in ascending order, the other tuples in theirs. With weights (rho or gamma not 0) observed and
    expected are weighted sums. `statistic` is chi-square on `df` = number of groups - 1.
    """

    groups: tuple[float | int | str, ...]
    n: tuple[int, ...]
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    statistic: float
    df: int
    p: float
    rho: float
    gamma: float
    strata: int

    @property
    def o_minus_e(self) -> float:
        """Observed minus expected of the last group, which for 0/1 is the arm. InputError for other than two groups."""
        self._two()
        return self.observed[1] - self.expected[1]

    @property
    def v(self) -> float:
        """Variance of observed minus expected (hypergeometric). InputError for other than two groups."""
        self._two()
        return self.covariance[1][1]

    def hazard_ratio(self, level: float = 0.95) -> "PetoRatio":
        """Return Peto's one-step hazard ratio of the last group against the first: log HR = (O - E) / V.

        Source: Yusuf et al. (1985), Prog Cardiovasc Dis 27:335-371. Biased towards 1 when the ratio is far from 1.
        InputError for weighted tests, other than two groups, or V = 0.
        """
        self._two()
        if (self.rho, self.gamma) != (0.0, 0.0):
            raise InputError("a weighted test has no Peto ratio; run it with rho = 0 and gamma = 0")
        if self.v <= 0.0:
            raise InputError("the variance of observed minus expected is 0: no event happened while both were at risk")
        estimate, se = self.o_minus_e / self.v, self.v**-0.5
        half = normal_quantile(level) * se
        return PetoRatio(estimate, se, estimate - half, estimate + half, level)

    def _two(self) -> None:
        if len(self.groups) != 2:
            raise InputError(f"{len(self.groups)} groups; expected two for one observed minus expected")


@dataclass(frozen=True, slots=True)
class PetoRatio(Result):
    """Log hazard ratio of the second group against the first from observed, expected and V."""

    estimate: float
    se: float
    lower: float
    upper: float
    level: float


def logrank(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    group: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
) -> LogRank:
    """Return the test that all groups have one hazard, weighted by S(t-)^rho (1 - S(t-))^gamma.

    rho = gamma = 0 is the log-rank test; rho = 1 that of Peto and Peto; gamma = 1 looks at late differences, as after
    a plateau. S is the Kaplan-Meier curve of all people of the stratum, just before t.

    Parameters
    ----------
    time, event : shape (n,)
        As for `kaplan_meier`.
    group, strata : shape (n,)
        Numbers or text; comparisons are made within strata and added up.

    Raises
    ------
    InputError
        What `kaplan_meier` refuses; fewer than two groups; rho or gamma below 0; no event; or a group never at risk
        with another, so that nothing can be compared.

    Notes
    -----
    Sources: Mantel (1966), Cancer Chemother Rep 50:163-170; Harrington and Fleming (1982), Biometrika 69:553-566;
    Fleming and Harrington (1991), Counting Processes and Survival Analysis, chapter 7.
    """
    t, d = follow_up(time, event)
    groups, member = codes(group, "group", t.size)
    if len(groups) < 2:
        raise InputError(f"group is {groups[0]!r} for everybody; expected at least two groups")
    for name, value in (("rho", rho), ("gamma", gamma)):
        if _check.finite(value, name) < 0.0:
            raise InputError(f"{name} {value:g}; expected 0 or more")
    if not d.any():
        raise InputError("nobody had the event; expected at least one; the groups cannot be compared")
    layers, layer = (("all",), np.zeros(t.size, np.intp)) if strata is None else codes(strata, "strata", t.size)
    k = len(groups)
    observed, expected, covariance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for s in range(len(layers)):
        inside = layer == s
        parts = _stratum(t[inside], d[inside], member[inside], k, (rho, gamma))
        observed, expected, covariance = observed + parts[0], expected + parts[1], covariance + parts[2]
    gap = (observed - expected)[1:]
    if np.linalg.matrix_rank(covariance) < k - 1:
        raise InputError(
            "a group is never at risk together with another when some but not all at risk have the event; "
            "the test cannot compare it; leave it out"
        )
    statistic = float(gap @ np.linalg.solve(covariance[1:, 1:], gap))
    return LogRank(
        groups=groups,
        n=tuple(int(c) for c in np.bincount(member, minlength=k)),
        observed=tuple(observed.tolist()),
        expected=tuple(expected.tolist()),
        covariance=tuple(tuple(row) for row in covariance.tolist()),
        statistic=statistic,
        df=k - 1,
        p=chi2_p(statistic, k - 1),
        rho=float(rho),
        gamma=float(gamma),
        strata=len(layers),
    )


def _stratum(
    time: FloatArray, event: BoolArray, member: IntArray, k: int, power: tuple[float, float]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weighted observed, expected (k,) and covariance (k, k) of one stratum."""
    times, at = np.unique(time[event], return_inverse=True)
    if times.size == 0:
        return np.zeros(k), np.zeros(k), np.zeros((k, k))
    died = np.bincount(at * k + member[event], minlength=times.size * k).reshape(times.size, k).astype(np.float64)
    risk = np.empty((times.size, k))
    for g in range(k):
        own = np.sort(time[member == g])
        risk[:, g] = own.size - np.searchsorted(own, times, side="left")
    n, x = risk.sum(axis=1), died.sum(axis=1)
    survival = np.concatenate(([1.0], np.cumprod(1.0 - x / n)[:-1]))
    weight = survival ** power[0] * (1.0 - survival) ** power[1]
    share = risk / n[:, None]
    spread = weight * weight * x * np.divide(n - x, n - 1.0, out=np.zeros_like(n), where=n > 1.0)
    covariance = np.diag(spread @ share) - share.T @ (share * spread[:, None])
    observed: FloatArray = weight @ died
    expected: FloatArray = (weight * x) @ share
    return observed, expected, covariance
