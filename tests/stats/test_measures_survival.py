"""Survival at a time on each scale."""

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats.effects import cloglog_survival_from_se
from remit.stats.measures_survival import survival_back, survivals

SCALES = ("raw", "log", "log-log", "logit")
NAMES = {"cloglog": "log-log", "logit": "logit", "log": "log"}


@pytest.mark.parametrize("measure", SCALES)
def test_there_and_back(measure):
    s = np.array([0.05, 0.5, 0.8, 0.97])
    assert survival_back(survivals(s, np.full(4, 0.04), measure).estimate, measure) == pytest.approx(s, rel=1e-13)


@pytest.mark.parametrize("measure", SCALES)
def test_the_variance_is_that_of_a_small_step(measure):
    s, step = np.array([0.05, 0.5, 0.8, 0.97]), 1e-6
    slope = (survivals(s + step, np.ones(4), measure).estimate - survivals(s - step, np.ones(4), measure).estimate) / (
        2.0 * step
    )
    assert survivals(s, np.full(4, 0.04), measure).variance == pytest.approx((0.04 * slope) ** 2, rel=1e-7)


def test_one_study_is_the_route_from_print():
    one = cloglog_survival_from_se(0.62, 0.07)
    got = survivals([0.62], [0.07])
    assert (got.estimate[0], got.variance[0]) == pytest.approx((one.estimate, one.variance), rel=1e-14)


def test_against_metafor(reference):
    for case in reference.cases("survival_at_time_pool"):
        got = survivals(case.column("surv"), case.column("se_greenwood"), NAMES[case.args["transform"]])
        reference.agree(case, {"yi": got.estimate, "vi": got.variance})


@pytest.mark.parametrize(
    ("survival", "se", "measure", "said"),
    [
        ([0.5, 1.0], [0.1, 0.1], "log", r"survival\[1\] is 1.0"),
        ([0.5, 0.0], [0.1, 0.1], "raw", r"survival\[1\] is 0.0"),
        ([0.5], [0.0], "logit", r"se\[0\] is 0.0"),
        ([0.5], [0.1, 0.1], "logit", "unequal lengths"),
        ([0.5], [0.1], "probit", "measure 'probit'"),
    ],
)
def test_what_cannot_be_is_refused(survival, se, measure, said):
    with pytest.raises(InputError, match=said):
        survivals(survival, se, measure)
    if measure == "probit":
        with pytest.raises(InputError, match=said):
            survival_back(0.5, measure)
