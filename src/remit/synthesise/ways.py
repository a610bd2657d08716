"""The defensible ways to pool one set of estimates: transformation, estimator of tau2, interval.

proportions   logit by exact likelihood (GLMM) with profile, Wald and t intervals; then, study by study, logit (1/2
              added to 0 % and 100 % cells), arcsine and double arcsine (Freeman-Tukey, at the harmonic mean)
survival      complementary log-log, log and logit; variances carried over by the delta method
contrasts     log

Each that works study by study is pooled by REML, Paule-Mandel (PM) and DerSimonian-Laird (DL) with Hartung-Knapp
intervals, with and without the ad-hoc correction, and normal ones.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.model.finding import Used
from remit.model.protocol import Analysis
from remit.stats.interval import normal_quantile, t_quantile
from remit.stats.measures import double_arcsine_back, proportions
from remit.stats.several import means
from remit.synthesise.combine import INTERVALS as EXACT
from remit.synthesise.combine import fit_proportions, interval_for
from remit.synthesise.scale import cloglog_inverse, exp, logit_inverse

INTERVALS = {
    "hartung-knapp-adhoc": "Hartung–Knapp, ad-hoc correction",
    "hartung-knapp": "Hartung–Knapp",
    "normal": "normal",
}
GLMM = "GLMM"
LOGIT, ARCSINE, DOUBLE_ARCSINE, CLOGLOG, LOG = "logit", "arcsine", "double arcsine", "complementary log-log", "log"


@dataclass(frozen=True, slots=True)
class Answer:
    """One way's words and its estimate on the natural scale."""

    transformation: str
    estimator: str
    interval: str
    estimate: float
    lower: float
    upper: float
    tau2: float


Array = npt.NDArray[np.float64]
Back = Callable[[Array], Array]
Scale = tuple[str, Sequence[float], Sequence[float], Back]


def planned_words(analysis: Analysis, k: int) -> tuple[str, str, str]:
    """Return transformation, estimator and interval as findings of k studies are made."""
    if analysis.kind == "proportion":
        return LOGIT, GLMM, EXACT[interval_for(k)]
    return (CLOGLOG if analysis.kind == "survival" else LOG), "REML", INTERVALS["hartung-knapp-adhoc"]


def ways(used: Sequence[Used], analysis: Analysis, incidence: bool) -> Iterator[Answer]:
    """Yield every answer for two or more studies. Raises NotConverged where a fit fails."""
    if analysis.kind == "proportion":
        yield from exact(used)
    for name, effect, variance, back in scales(used, analysis, incidence):
        found = means(effect, variance)
        natural = back(np.array([(m.estimate, m.lower, m.upper) for m in found])).tolist()
        for m, (estimate, low, high) in zip(found, natural, strict=True):
            low, high = min(low, high), max(low, high)
            yield Answer(name, m.estimator, INTERVALS[m.interval], estimate, low, high, m.tau2)


def exact(used: Sequence[Used]) -> Iterator[Answer]:
    """Yield the exact fit with its three intervals; one where every cell is 0 % or every cell is 100 %."""
    cells = tuple(u.events or 0 for u in used), tuple(u.total or 0 for u in used)
    fit = fit_proportions(*cells, "profile", brief=True)
    if not (math.isfinite(fit.logit) and math.isfinite(fit.se)):
        yield Answer(LOGIT, GLMM, EXACT[interval_for(fit.k)], fit.estimate, fit.lower, fit.upper, fit.tau2)
        return
    yield Answer(LOGIT, GLMM, EXACT["profile"], fit.estimate, fit.lower, fit.upper, fit.tau2)
    for word, quantile in ((EXACT["wald"], normal_quantile(0.95)), (EXACT["t"], t_quantile(0.95, fit.k - 1))):
        low, high = (logit_inverse(fit.logit + sign * quantile * fit.se) for sign in (-1.0, 1.0))
        yield Answer(LOGIT, GLMM, word, fit.estimate, low, high, fit.tau2)


def scales(used: Sequence[Used], analysis: Analysis, incidence: bool) -> Iterator[Scale]:
    """Yield name, effects, variances and back-transform of every scale that the estimates allow."""
    if analysis.kind == "proportion":
        yield from _proportion_scales(used)
        return
    effect, variance = [u.effect for u in used], [u.variance for u in used]
    if analysis.kind == "contrast":
        yield LOG, effect, variance, each(exp)
        return
    yield CLOGLOG, effect, variance, each(lambda value: cloglog_inverse(value, incidence))
    hazards = [math.exp(min(y, 700.0)) for y in effect]
    natural = [cloglog_inverse(y, incidence) for y in effect]
    errors = [math.sqrt(v) * h * math.exp(-h) for v, h in zip(variance, hazards, strict=True)]
    moved = list(zip(natural, errors, strict=True))
    if all(0.0 < p < 1.0 and s > 0.0 for p, s in moved):
        yield LOG, [math.log(p) for p in natural], [(s / p) ** 2 for p, s in moved], each(lambda v: min(1.0, exp(v)))
        odds = [math.log(p) - math.log1p(-p) for p in natural]
        yield LOGIT, odds, [(s / (p * (1.0 - p))) ** 2 for p, s in moved], each(logit_inverse)


def each(back: Callable[[float], float]) -> Back:
    """Return a back-transform of single values as one of arrays."""
    return lambda values: np.array([back(v) for v in values.ravel().tolist()]).reshape(values.shape)


def _proportion_scales(used: Sequence[Used]) -> Iterator[Scale]:
    x, n = [u.events or 0 for u in used], [u.total or 0 for u in used]
    size = len(n) / sum(1.0 / t for t in n)
    yield LOGIT, [u.effect for u in used], [u.variance for u in used], each(logit_inverse)
    sines, doubles = proportions(x, n, "arcsine"), proportions(x, n, "double-arcsine")
    yield ARCSINE, sines.estimate.tolist(), sines.variance.tolist(), arcsine_back
    yield DOUBLE_ARCSINE, doubles.estimate.tolist(), doubles.variance.tolist(), lambda v: double_arcsine_back(v, size)


def arcsine_back(values: Array) -> Array:
    """Return the proportions whose arcsine roots are `values`, 0 and 1 beyond the range."""
    return np.asarray(np.sin(np.clip(values, 0.0, np.pi / 2.0)) ** 2, dtype=np.float64)
