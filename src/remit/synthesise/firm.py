"""A pooled finding looked at hard: each study's influence, every set of its studies, every defensible way."""

import math

import numpy as np

from remit.model.finding import Finding
from remit.model.firmness import Firmness, StudyInfluence, Subsets
from remit.model.multiverse import Multiverse
from remit.stats import influence as measures
from remit.stats.batch import Fits
from remit.stats.batch import leave_one_out as batch_left
from remit.stats.gosh import MOST, gosh
from remit.stats.interval import chi2_quantile
from remit.stats.pool import RandomEffects
from remit.synthesise.left import incidence, leave_one_out
from remit.synthesise.scale import cloglog_inverse, exp, logit_inverse

LEAST = 3
BINS = 24


def firmness(finding: Finding, multiverse: Multiverse) -> Firmness:
    """Return how firm a pooled finding is; the parts that need three studies are empty below."""
    if finding.pooled is None or finding.k < LEAST:
        return Firmness(finding=finding.id, multiverse=multiverse)
    return Firmness(
        finding=finding.id,
        multiverse=multiverse,
        without=leave_one_out(finding),
        influence=study_influence(finding),
        subsets=subsets(finding),
    )


def study_influence(finding: Finding) -> tuple[StudyInfluence, ...]:
    """Return each study's influence on the REML fit of the analysis scale, in the order of the finding; k >= 3."""
    effect, variance = [u.effect for u in finding.used], [u.variance for u in finding.used]
    k = len(effect)
    found = measures.influence(effect, variance, without=_singles(batch_left(effect, variance, interval="normal")))
    far, heavy, moved = 3.0 * math.sqrt(1.0 / (k - 1)), 3.0 / k, chi2_quantile(0.5, 1.0)
    return tuple(
        StudyInfluence(
            label=u.label or u.study,
            rstudent=found.rstudent[i],
            dffits=found.dffits[i],
            cook=found.cook[i],
            weight=found.hat[i],
            cov_ratio=found.cov_ratio[i],
            marked=abs(found.dffits[i]) > far or found.cook[i] > moved or found.hat[i] > heavy,
        )
        for i, u in enumerate(finding.used)
    )


def _singles(fits: Fits) -> tuple[RandomEffects, ...]:
    """Return the fits of a batch one by one."""
    return tuple(
        RandomEffects(
            k=int(fits.k[i]), estimate=float(fits.estimate[i]), se=float(fits.se[i]), lower=float(fits.lower[i]),
            upper=float(fits.upper[i]), statistic=float(fits.statistic[i]), df=float(fits.df[i]), p=float(fits.p[i]),
            tau2=float(fits.tau2[i]), tau2_lower=math.nan, tau2_upper=math.nan, i2=float(fits.i2[i]),
            q=float(fits.q[i]), q_df=int(fits.q_df[i]), q_p=float(fits.q_p[i]), prediction_lower=None,
            prediction_upper=None, weights=(),
        )
        for i in range(len(fits))
    )  # fmt: skip


def subsets(finding: Finding) -> Subsets | None:
    """Return the pooled estimates of every set of two or more studies; None where there are too many sets to count."""
    if finding.k > MOST:
        return None
    found = gosh([u.effect for u in finding.used], [u.variance for u in finding.used])
    values = found.estimate[found.k > 1]
    low, high = float(values.min()), float(values.max())
    natural = {v: _natural(finding, v) for v in (low, high, *np.quantile(values, (0.25, 0.75)).tolist())}
    first, *_ = ends = sorted((natural[low], natural[high]))
    last = ends[-1]
    edges = [_effect(finding, first + (last - first) * i / BINS) for i in range(1, BINS)]
    turned = natural[low] > natural[high]
    inner = np.array(edges[::-1] if turned else edges)
    counts = np.bincount(np.searchsorted(inner, values), minlength=BINS).tolist()
    quarters = sorted(v for q, v in natural.items() if q not in (low, high)) or [first, last]
    return Subsets(
        sets=values.size,
        low=first,
        high=last,
        quarters=(quarters[0], quarters[-1]),
        counts=tuple(counts[::-1] if turned else counts),
    )


def _natural(finding: Finding, effect: float) -> float:
    kind = finding.analysis.kind
    if kind == "survival":
        return cloglog_inverse(effect, incidence(finding))
    return logit_inverse(effect) if kind == "proportion" else exp(effect)


def _effect(finding: Finding, natural: float) -> float:
    kind = finding.analysis.kind
    if kind == "contrast":
        return math.log(natural)
    inside = min(max(natural, 1e-12), 1.0 - 1e-12)
    if kind == "proportion":
        return math.log(inside) - math.log1p(-inside)
    return math.log(-math.log1p(-inside)) if incidence(finding) else math.log(-math.log(inside))
