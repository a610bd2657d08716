"""Whether pooled estimates of subgroups differ."""

import numpy.typing as npt

from remit.stats import _check
from remit.stats.heterogeneity import Q
from remit.stats.interval import chi2_p
from remit.stats.tau2 import q_at


def between(effect: npt.ArrayLike, se: npt.ArrayLike) -> Q:
    """Return the test that subgroups share one pooled effect, from their pooled estimates and standard errors.

    Q of the pooled estimates with weights 1 / se^2, referred to chi-square with one degree of freedom less than the
    subgroups. Both on the analysis scale. InputError for fewer than two subgroups or a standard error not above 0.
    Source: Borenstein et al. (2009), Introduction to Meta-Analysis, ch. 19.
    """
    spread = _check.column(se, "se")
    y, v = _check.studies(effect, spread * spread)
    q = q_at(y, v, 0.0)
    return Q(q, y.size - 1, chi2_p(q, y.size - 1))
