"""Common effects of two-arm tables without study-level estimates: Mantel-Haenszel and Peto.

Sparse tables enter as they are; no continuity correction is made unless the caller puts it into the counts.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.heterogeneity import Q
from remit.stats.interval import chi2_p, normal_p, normal_quantile
from remit.stats.measures import To, correction, tables
from remit.stats.measures_rates import two_rates
from remit.stats.result import Result

MantelHaenszelMeasure = Literal["odds-ratio", "risk-ratio", "risk-difference"]
DifferenceVariance = Literal["sato", "greenland-robins"]


@dataclass(frozen=True, slots=True)
class Stratified(Result):
    """A common effect (ratios on the log scale) with its normal interval; `heterogeneity` tests that there is one."""

    k: int
    estimate: float
    se: float
    lower: float
    upper: float
    statistic: float
    p: float
    heterogeneity: Q
    level: float = 0.95


def mantel_haenszel(
    a: npt.ArrayLike,
    n1: npt.ArrayLike,
    c: npt.ArrayLike,
    n2: npt.ArrayLike,
    measure: MantelHaenszelMeasure = "odds-ratio",
    level: float = 0.95,
    add: float = 0.0,
    to: To = "none",
    difference_variance: DifferenceVariance = "sato",
) -> Stratified:
    """Return the Mantel-Haenszel estimate of a in n1 against c in n2 over k >= 1 studies.

    Sources: Mantel and Haenszel (1959), J Natl Cancer Inst 22:719-748; variances of Robins, Breslow and Greenland
    (1986), Biometrics 42:311-323 (odds ratio), Greenland and Robins (1985), Biometrics 41:55-68 (risk ratio) and Sato
    (1989), Biometrics 45:1323-1324 (risk difference; with `difference_variance` "greenland-robins" theirs, which is
    consistent in large studies only). Heterogeneity is Cochran's Q of study-level estimates around the
    pooled one, half an event added in studies with an empty cell; studies with events in nobody or in everybody are
    left out of Q. `add` and `to` put a continuity correction into the pooled estimate, as `measures` does; it needs
    none and is biased by one, so it is offered to reproduce older reviews.
    Raises InputError when no study holds information on the measure.
    """
    yes1, all1, yes2, all2 = _arms(a, n1, c, n2)
    differences = {"sato": _risk_difference, "greenland-robins": _difference_in_large_studies}
    if difference_variance not in differences:
        raise InputError(f"difference_variance {difference_variance!r}; expected one of {', '.join(differences)}")
    forms = {
        "odds-ratio": _odds_ratio,
        "risk-ratio": _risk_ratio,
        "risk-difference": differences[difference_variance],
    }
    if measure not in forms:
        raise InputError(f"measure {measure!r}; expected one of {', '.join(forms)}")
    plus = correction(np.stack((yes1, all1 - yes1, yes2, all2 - yes2)), add, to)
    estimate, variance = forms[measure](yes1 + plus, all1 + 2.0 * plus, yes2 + plus, all2 + 2.0 * plus)
    each = tables(yes1, all1, yes2, all2, measure)
    events, total = yes1 + yes2, all1 + all2
    told = (events > 0.0) & (events < total)
    q = float(np.sum((each.estimate[told] - estimate) ** 2 / each.variance[told]))
    return _normal(yes1.size, estimate, variance, q, int(told.sum()) - 1, level)


def mantel_haenszel_rates(
    events1: npt.ArrayLike,
    time1: npt.ArrayLike,
    events2: npt.ArrayLike,
    time2: npt.ArrayLike,
    measure: Literal["rate-ratio", "rate-difference"] = "rate-ratio",
    level: float = 0.95,
) -> Stratified:
    """Return the Mantel-Haenszel log rate ratio or rate difference of events over person-time, arm 1 against arm 2.

    Heterogeneity is Cochran's Q of study-level estimates (half an event added in studies with an empty cell) around
    it; studies without any event are left out of it. Source: Greenland and Robins (1985), Biometrics 41:55-68.
    """
    each = two_rates(events1, time1, events2, time2, measure)
    x1, t1, x2, t2 = (np.asarray(column, dtype=np.float64) for column in (events1, time1, events2, time2))
    t = t1 + t2
    weight = float((t1 * t2 / t).sum())
    r, s = float((x1 * t2 / t).sum()), float((x2 * t1 / t).sum())
    if measure == "rate-ratio":
        r, s = _both_ways(r, s)
        estimate, variance = math.log(r / s), float(((x1 + x2) * t1 * t2 / (t * t)).sum()) / (r * s)
    else:
        estimate = (r - s) / weight
        variance = float(((x1 * t2 * t2 + x2 * t1 * t1) / (t * t)).sum()) / weight**2
    told = x1 + x2 > 0.0
    q = float(np.sum((each.estimate[told] - estimate) ** 2 / each.variance[told]))
    return _normal(x1.size, estimate, variance, q, int(told.sum()) - 1, level)


def cochran_rates(
    events1: npt.ArrayLike, time1: npt.ArrayLike, events2: npt.ArrayLike, time2: npt.ArrayLike, level: float = 0.95
) -> Stratified:
    """Return the log rate ratio of arm 1 against arm 2 weighted by the events expected in arm 1 at arm 2's rates.

    Its variance is that of the summed events, 1 / events1 + 1 / events2. A study-level ratio has half an event added
    where a cell is empty, a study's weight has not; Q is around the estimate, over studies with any event. Source:
    Smoking and Health, Report of the Advisory Committee to the Surgeon General (Bayne-Jones et al. 1964).
    Offered to reproduce older reviews: its weights take no account of how little an arm without events tells.
    InputError where an arm has no event in any study.
    """
    each = two_rates(events1, time1, events2, time2, "rate-ratio")
    x1, t1, x2, t2 = (np.asarray(column, dtype=np.float64) for column in (events1, time1, events2, time2))
    if x1.sum() == 0.0 or x2.sum() == 0.0:
        raise InputError(
            "an arm has no event in any study, so the rate ratio has no weights; pool a difference instead"
        )
    weight = x2 * t1 / t2
    estimate = float(weight @ each.estimate) / float(weight.sum())
    variance = 1.0 / float(x1.sum()) + 1.0 / float(x2.sum())
    told = x1 + x2 > 0.0
    q = float(np.sum((each.estimate[told] - estimate) ** 2 / each.variance[told]))
    return _normal(x1.size, estimate, variance, q, int(told.sum()) - 1, level)


def peto(a: npt.ArrayLike, n1: npt.ArrayLike, c: npt.ArrayLike, n2: npt.ArrayLike, level: float = 0.95) -> Stratified:
    """Return Peto's log odds ratio: sum of observed less expected events over the sum of hypergeometric variances.

    Source: Yusuf et al. (1985), Prog Cardiovasc Dis 27:335-371. Good for rare events and arms of like size; biased for
    large effects or very unequal arms (Greenland and Salvan 1990, Stat Med 9:247-252).
    """
    yes1, all1, yes2, all2 = _arms(a, n1, c, n2)
    expected, information = moments(yes1, all1, yes2, all2)
    total = float(information.sum())
    if total <= 0.0:
        raise InputError("every study has events in nobody or in everybody; an odds ratio cannot be estimated")
    told = information > 0.0
    estimate = float((yes1 - expected).sum()) / total
    own = (yes1[told] - expected[told]) / information[told]
    q = float(information[told] @ (own - estimate) ** 2)
    return _normal(yes1.size, estimate, 1.0 / total, q, int(told.sum()) - 1, level)


def moments(yes1: FloatArray, all1: FloatArray, yes2: FloatArray, all2: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the expectation and variance of arm 1's events when both arms share one risk, margins given."""
    events, total = yes1 + yes2, all1 + all2
    expected = all1 * events / total
    return expected, all1 * all2 * events * (total - events) / (total * total * np.maximum(total - 1.0, 1.0))


def cochran_mantel_haenszel(
    a: npt.ArrayLike,
    n1: npt.ArrayLike,
    c: npt.ArrayLike,
    n2: npt.ArrayLike,
    correct: bool = True,
    add: float = 0.0,
    to: To = "none",
) -> Q:
    """Return the test that the common odds ratio is 1; `correct` takes half an event off the difference,
    at most the difference itself. `add` and `to` are as in `mantel_haenszel`.

    Source: Mantel and Haenszel (1959), J Natl Cancer Inst 22:719-748.
    """
    yes1, all1, yes2, all2 = _arms(a, n1, c, n2)
    plus = correction(np.stack((yes1, all1 - yes1, yes2, all2 - yes2)), add, to)
    yes1, all1, yes2, all2 = yes1 + plus, all1 + 2.0 * plus, yes2 + plus, all2 + 2.0 * plus
    expected, information = moments(yes1, all1, yes2, all2)
    distance = abs(float((yes1 - expected).sum())) - (0.5 if correct else 0.0)
    total = float(information.sum())
    if total <= 0.0:
        raise InputError("every study has events in nobody or in everybody; there is nothing to test")
    q = max(distance, 0.0) ** 2 / total
    return Q(q, 1, chi2_p(q, 1))


@dataclass(frozen=True, slots=True)
class Homogeneity(Result):
    """Tests that one odds ratio holds in every study: Breslow and Day's, and with Tarone's correction."""

    breslow_day: float
    breslow_day_p: float
    tarone: float
    tarone_p: float
    df: int


def homogeneity(
    a: npt.ArrayLike,
    n1: npt.ArrayLike,
    c: npt.ArrayLike,
    n2: npt.ArrayLike,
    add: float = 0.0,
    to: To = "none",
) -> Homogeneity:
    """Return the tests of equal odds ratios at the Mantel-Haenszel estimate, over studies that inform it.

    Sources: Breslow and Day (1980), Statistical Methods in Cancer Research I, eq. 4.30; Tarone (1985), Biometrika
    72:91-95. Raises InputError where `mantel_haenszel` does, and where a single study informs the odds ratio.
    """
    yes1, all1, yes2, all2 = _arms(a, n1, c, n2)
    plus = correction(np.stack((yes1, all1 - yes1, yes2, all2 - yes2)), add, to)
    yes1, all1, yes2, all2 = yes1 + plus, all1 + 2.0 * plus, yes2 + plus, all2 + 2.0 * plus
    odds = math.exp(_odds_ratio(yes1, all1, yes2, all2)[0])
    events = yes1 + yes2
    told = (events > 0.0) & (events < all1 + all2)
    _check.same_length(2, informative=yes1[told])
    x, n, m, t = yes1[told], all1[told], all2[told], events[told]
    expected = _expected(odds, n, m, t)
    variance = 1.0 / (1.0 / expected + 1.0 / (n - expected) + 1.0 / (t - expected) + 1.0 / (m - t + expected))
    miss = x - expected
    plain = float((miss * miss / variance).sum())
    corrected = plain - float(miss.sum()) ** 2 / float(variance.sum())
    df = x.size - 1
    return Homogeneity(plain, chi2_p(plain, df), corrected, chi2_p(corrected, df), df)


def _expected(odds: float, n: FloatArray, m: FloatArray, t: FloatArray) -> FloatArray:
    """Return arm 1's events that give `odds` with these margins: n and m people, t events."""
    a, b, c = 1.0 - odds, m - t + odds * (n + t), -odds * n * t
    root = np.sqrt(np.maximum(b * b - 4.0 * a * c, 0.0))
    return np.asarray(-2.0 * c / (b + root), dtype=np.float64)  # the root within the margins, without cancellation


def _arms(
    a: npt.ArrayLike, n1: npt.ArrayLike, c: npt.ArrayLike, n2: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    yes1, all1 = _check.cells(a, n1, minimum=1)
    yes2, all2 = _check.cells(c, n2, minimum=1)
    _check.same_length(1, a=yes1, c=yes2)
    return yes1, all1, yes2, all2


def _odds_ratio(a: FloatArray, n1: FloatArray, c: FloatArray, n2: FloatArray) -> tuple[float, float]:
    b, d, n = n1 - a, n2 - c, n1 + n2
    r, s = a * d / n, b * c / n
    big_r, big_s = _both_ways(float(r.sum()), float(s.sum()))
    p, q = (a + d) / n, (b + c) / n
    variance = 0.5 * (float(p @ r) / big_r**2 + float(p @ s + q @ r) / (big_r * big_s) + float(q @ s) / big_s**2)
    return math.log(big_r / big_s), variance


def _risk_ratio(a: FloatArray, n1: FloatArray, c: FloatArray, n2: FloatArray) -> tuple[float, float]:
    n = n1 + n2
    r, s = _both_ways(float((a * n2 / n).sum()), float((c * n1 / n).sum()))
    spread = float(((n1 * n2 * (a + c) - a * c * n) / (n * n)).sum())
    return math.log(r / s), spread / (r * s)


def _risk_difference(a: FloatArray, n1: FloatArray, c: FloatArray, n2: FloatArray) -> tuple[float, float]:
    n = n1 + n2
    weight = float((n1 * n2 / n).sum())
    estimate = float((a * n2 / n - c * n1 / n).sum()) / weight
    first = float((c * (n1 / n) ** 2 - a * (n2 / n) ** 2 + (n1 / n) * (n2 / n) * (n2 - n1) / 2.0).sum())
    second = float((a * (n2 - c) / n + c * (n1 - a) / n).sum()) / 2.0
    return estimate, (estimate * first + second) / weight**2


def _difference_in_large_studies(a: FloatArray, n1: FloatArray, c: FloatArray, n2: FloatArray) -> tuple[float, float]:
    n = n1 + n2
    weight = float((n1 * n2 / n).sum())
    estimate = float((a * n2 / n - c * n1 / n).sum()) / weight
    spread = (a * (n1 - a) * n2**3 + c * (n2 - c) * n1**3) / (n1 * n2 * n * n)
    return estimate, float(spread.sum()) / weight**2


def _both_ways(r: float, s: float) -> tuple[float, float]:
    if r <= 0.0 or s <= 0.0:
        raise InputError("the pooled ratio is 0 or infinite, as one arm has no events; pool the risk difference")
    return r, s


def _normal(k: int, estimate: float, variance: float, q: float, df: int, level: float) -> Stratified:
    se = math.sqrt(variance)
    half = normal_quantile(level) * se
    statistic = estimate / se if se > 0.0 else 0.0
    df = max(df, 0)
    return Stratified(
        k,
        estimate,
        se,
        estimate - half,
        estimate + half,
        statistic,
        normal_p(statistic),
        Q(q, df, chi2_p(q, df)),
        level=level,
    )
