"""Cox and log-rank: R's numbers on tied, stratified and clustered data, laws, and what is refused."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError, NotConverged
from remit.stats.cox import cox
from remit.stats.cox_checks import baseline_hazard, concordance, proportional_hazards, schoenfeld
from remit.stats.cox_exact import cox_exact
from remit.stats.cumulative_hazard import nelson_aalen
from remit.stats.logrank import logrank

TIME = np.array([4, 3, 1, 1, 2, 2, 3, 5, 6, 6, 2, 4.0])
EVENT = np.array([1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1.0])
ARM = np.array([0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0.0])
AGE = np.array([0.2, -0.5, 1.1, 0.3, 0.9, -1.2, 0.4, 0.0, -0.7, 0.6, 0.1, -0.3])
SITE = np.array([1, 1, 1, 2, 2, 2, 1, 1, 2, 2, 1, 2])
GROUP = np.array(list("abcabcabcabc"))
BOTH = np.column_stack([ARM, AGE])
"""Twelve people with ties. Expected numbers: R survival 3.5-3 at coxph.control(eps = 1e-15), ties = "efron"."""

COHORT = st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.booleans()), min_size=6, max_size=40).filter(
    lambda rows: sum(d for _, d, _ in rows) > 2 and 0 < sum(a for _, _, a in rows) < len(rows)
)


def columns(rows):
    return tuple(np.array(v, dtype=float) for v in zip(*rows, strict=True))


@pytest.mark.parametrize(
    "words, estimate, covariance",
    [
        ({}, (0.413427698069686, -0.256174279724741), (0.663115502554803, -0.335168735094977, 0.543969780614592)),
        (
            {"ties": "breslow"},
            (0.448110816664252, -0.269407567089185),
            (0.682097398050663, -0.346577587838808, 0.536273190485323),
        ),
        (
            {"strata": SITE},
            (0.166077041451701, -0.206377234186462),
            (0.667757163388901, -0.261709881883045, 0.539180279405301),
        ),
        (
            {"cluster": GROUP},
            (0.413427698069686, -0.256174279724741),
            (0.00230292630026997, 0.0215810677978949, 0.366490976922283),
        ),
        (
            {"cluster": GROUP, "strata": SITE},
            (0.166077041451701, -0.206377234186462),
            (0.00501890773723316, -0.0284324421284415, 0.41530407743299),
        ),
    ],
)
def test_fits_agree_with_r(words, estimate, covariance):
    fit = cox(TIME, EVENT, BOTH, **words)
    assert fit.estimate == pytest.approx(estimate, rel=1e-10)
    (a, b), (_, c) = fit.covariance
    assert (a, b, c) == pytest.approx(covariance, rel=1e-9)
    assert fit.hazard_ratio[0] == pytest.approx(math.exp(estimate[0]))


def test_tests_of_a_fit_agree_with_r():
    fit = cox(TIME, EVENT, BOTH)
    assert (fit.null_log_likelihood, fit.log_likelihood) == pytest.approx((-15.7975597536355, -15.6647341819))
    assert (fit.score, fit.wald) == pytest.approx((0.265481211177807, 0.263706876298067), rel=1e-10)
    wanted = {
        "kaplan-meier": (1.51855532988485, 2.20764763072164, 2.21431882190727),
        "rank": (2.148431239461, 2.66412205392635, 2.7774268158904),
        "identity": (2.09502734675912, 2.44823542675503, 2.53775905919439),
        "log": (2.08109719180059, 3.16478432349358, 3.22635427824015),
    }
    for transform, numbers in wanted.items():
        test = proportional_hazards(fit, transform=transform)
        assert (*test.statistic, test.overall) == pytest.approx(numbers, rel=1e-9)
    layered = proportional_hazards(cox(TIME, EVENT, BOTH, strata=SITE))
    assert (*layered.statistic, layered.overall) == pytest.approx(
        (2.64787321780146, 2.45804860858353, 2.93527789139835), rel=1e-9
    )


def test_residuals_and_baseline_agree_with_r():
    fit = cox(TIME, EVENT, BOTH)
    seen = schoenfeld(fit)
    first = [0.434696045793267, 0.444844383129886, -0.555155616870114, 0.444844383129886, 0.476997694630494]
    assert seen.residual[:, 0].tolist() == pytest.approx(
        [*first, -0.512433921832846, -0.512433921832846, 0.298730416527794, -0.520089462675521], rel=1e-9
    )
    scaled = [-0.221151561660504, 0.0983385123703133, 0.464988082672151, 2.51155340505415, 4.52736187623503]
    assert sorted(seen.scaled[:5, 0]) == pytest.approx(sorted(scaled), rel=1e-9)
    assert seen.residual.sum(axis=0) == pytest.approx([0.0, 0.0], abs=1e-9)
    (base,) = baseline_hazard(fit)
    hazards = [0.0677637768547383, 0.334693882436637, 0.450219077796683, 0.815127389495902, 1.06481724105332]
    assert base.hazard == pytest.approx([*hazards, 1.46594409053247], rel=1e-9)


def test_weighted_and_stratified_log_rank_agree_with_r():
    assert logrank(TIME, EVENT, GROUP).statistic == pytest.approx(3.15711284431093)
    assert logrank(TIME, EVENT, ARM, strata=SITE).statistic == pytest.approx(0.00557275541795662)
    assert logrank(TIME, EVENT, ARM, rho=0.5).statistic == pytest.approx(0.504804322962458)


def test_baseline_without_covariate_effect_is_the_hazard_of_all():
    fit = cox(TIME, EVENT, ARM, ties="breslow")
    (base,) = baseline_hazard(fit)
    assert (np.diff(base.hazard) > 0).all()
    flat = cox(np.tile(TIME, 2), np.tile(EVENT, 2), np.repeat([0.0, 1.0], 12), ties="breslow")
    assert flat.estimate[0] == pytest.approx(0.0, abs=1e-12)
    (same,) = baseline_hazard(flat)
    plain = nelson_aalen(TIME, EVENT)
    np.testing.assert_allclose(same.hazard, plain.hazard[plain.n_event > 0], rtol=1e-12)


def test_a_group_without_events_is_reported_not_hidden():
    time, event, arm = [1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0]
    fit = cox(time, event, arm)
    assert fit.monotone == (0,)
    assert fit.estimate == (math.inf,) and fit.upper == (math.inf,)
    assert 0.0 < fit.lower[0] < 2.0 and math.isnan(fit.se[0])
    assert fit.likelihood_ratio_p < 0.05
    assert cox(time, event, 1 - np.array(arm)).upper[0] == pytest.approx(-fit.lower[0])
    with pytest.raises(InputError, match="infinite"):
        proportional_hazards(fit)
    two = cox(np.append(time, [2.5, 3.5]), np.append(event, [1, 1]), np.column_stack(([*arm, 1, 1], AGE[:8])))
    assert two.monotone == (0,) and math.isfinite(two.estimate[1])


def test_beside_an_infinite_coefficient_the_others_are_those_of_the_people_who_can_still_die():
    rng = np.random.default_rng(5)
    safe, age = np.repeat([0.0, 1.0], [30, 10]), rng.normal(size=40)
    time, event = rng.exponential(10.0, 40), (rng.random(40) < 0.6) & (safe == 0.0)
    both, alone = cox(time, event, np.column_stack((safe, age))), cox(time[:30], event[:30], age[:30])
    assert both.monotone == (0,) and both.estimate[0] == -math.inf and both.lower[0] == -math.inf
    assert both.estimate[1] == pytest.approx(alone.estimate[0], abs=1e-6)
    assert both.se[1] == pytest.approx(alone.se[0], rel=1e-6)


@given(
    st.integers(0, 2**32 - 1), st.integers(5, 16), st.integers(1, 3), st.sampled_from([None, 2]), st.floats(0.2, 0.9)
)
@settings(max_examples=60, deadline=None)
def test_few_people_and_many_covariates_give_an_estimate_an_infinite_one_or_a_refusal(seed, n, p, sites, share):
    rng = np.random.default_rng(seed)
    x = np.where(rng.random(p) < 0.6, rng.integers(0, 2, (n, p)), rng.normal(size=(n, p)) * 20.0)
    event = (rng.random(n) < share) & (x[:, 0] > np.median(x[:, 0]))
    site = None if sites is None else rng.integers(0, sites, n)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            fit = cox(np.round(rng.exponential(10.0, n)), event, x, strata=site)
        except (InputError, NotConverged):
            return
    assert all(math.isinf(fit.estimate[k]) == (k in fit.monotone) for k in range(p))
    assert all(fit.se[k] > 0.0 for k in range(p) if k not in fit.monotone)


@given(COHORT)
@settings(max_examples=40, deadline=None)
def test_the_order_of_arms_flips_the_sign(rows):
    time, event, arm = columns(rows)
    try:
        one, other = cox(time, event, arm), cox(time, event, 1.0 - arm)
    except InputError:
        return
    assert one.estimate[0] == pytest.approx(-other.estimate[0], rel=1e-8, abs=1e-9)
    assert one.likelihood_ratio == pytest.approx(other.likelihood_ratio, rel=1e-8, abs=1e-9)


@given(COHORT, st.sampled_from([12.0, 1 / 12, 30.4375]))
@settings(max_examples=40, deadline=None)
def test_the_unit_of_time_does_not_matter(rows, unit):
    time, event, arm = columns(rows)
    try:
        one, other = cox(time, event, arm), cox(time * unit, event, arm)
        test = logrank(time, event, arm)
    except InputError:
        return
    assert one.estimate == other.estimate
    assert test.statistic == logrank(time * unit, event, arm).statistic


@given(COHORT)
@settings(max_examples=40, deadline=None)
def test_the_score_test_is_the_log_rank_test_without_ties(rows):
    time, event, arm = columns(rows)
    time = time + np.arange(time.size) * 1e-3
    try:
        fit = cox(time, event, arm)
    except InputError:
        return
    assert fit.score == pytest.approx(logrank(time, event, arm).statistic, rel=1e-9, abs=1e-12)


def test_the_exact_likelihood_without_ties_is_the_partial_one():
    time = TIME + np.arange(12) * 1e-3
    one, other = cox_exact(time, EVENT, BOTH, strata=SITE), cox(time, EVENT, BOTH, strata=SITE)
    assert one.estimate == pytest.approx(other.estimate, rel=1e-10)
    assert one.likelihood_ratio == pytest.approx(other.likelihood_ratio, rel=1e-10)
    assert one.covariance == pytest.approx(np.array(other.covariance), rel=1e-9)


def test_concordance_of_a_perfect_order_is_one():
    fit = cox([1, 2, 3, 4, 5], [1, 1, 1, 1, 0], [1.0, 2.0, 0.5, 0.2, 0.1])
    assert concordance(fit).estimate == pytest.approx(9 / 10)
    assert concordance(fit).pairs == 10.0


def test_observed_and_expected_add_up():
    test = logrank(TIME, EVENT, GROUP, strata=SITE)
    assert sum(test.observed) == pytest.approx(sum(test.expected))
    assert test.groups == ("a", "b", "c") and test.df == 2 and test.strata == 2
    with pytest.raises(InputError, match="3 groups"):
        _ = test.v


@pytest.mark.parametrize(
    "call, said",
    [
        (lambda: cox(TIME, np.zeros(12), ARM), "nobody had the event"),
        (lambda: cox(TIME, EVENT, np.ones(12)), "same for all people at risk"),
        (lambda: cox(TIME, EVENT, np.column_stack([ARM, 1.0 - ARM])), "combinations of one another"),
        (lambda: cox(TIME, EVENT, ARM[:5]), "a row for each of 12 people"),
        (lambda: cox(TIME, EVENT, np.where(ARM == 1, np.nan, 0.0)), r"covariates\[1, 0\] is nan"),
        (lambda: cox(TIME, EVENT, ARM, ties="exact"), "efron, breslow"),
        (lambda: cox(TIME, EVENT, ARM, cluster=np.ones(12)), "at least two clusters"),
        (lambda: proportional_hazards(cox(TIME, EVENT, ARM), transform="sqrt"), "kaplan-meier, rank"),
        (lambda: baseline_hazard(cox(TIME, EVENT, ARM), [1.0, 2.0]), "one per covariate"),
        (lambda: cox_exact(TIME, np.zeros(12), ARM), "nobody had the event"),
        (lambda: cox_exact(TIME, EVENT, np.ones(12)), "constant among those compared"),
        (lambda: logrank(TIME, EVENT, np.ones(12)), "at least two groups"),
        (lambda: logrank(TIME, np.zeros(12), ARM), "nobody had the event"),
        (lambda: logrank(TIME, EVENT, ARM, rho=-1.0), "rho -1"),
        (lambda: logrank([1, 2, 3, 4], [1, 1, 0, 1], [0, 0, 1, 1], strata=[0, 0, 1, 1]), "never at risk together"),
        (lambda: logrank(TIME, EVENT, ARM, rho=1.0).hazard_ratio(), "no Peto ratio"),
    ],
)
def test_refusals_say_what_to_do(call, said):
    with pytest.raises(InputError, match=said):
        call()
