"""Many data sets in one call give what each gives alone, to the last digits, however they are put together."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats import batch, batch_kernels, batch_tau2, compiled, heterogeneity, influence, pool, tau2
from remit.stats.batch_solve import POWERS
from remit.stats.interval import chi2_quantile

SINGLE = {
    "reml": tau2.reml, "maximum-likelihood": tau2.maximum_likelihood, "paule-mandel": tau2.paule_mandel,
    "empirical-bayes": tau2.empirical_bayes, "dersimonian-laird": tau2.dersimonian_laird, "hedges": tau2.hedges,
    "hunter-schmidt": tau2.hunter_schmidt, "sidik-jonkman": tau2.sidik_jonkman, "none": lambda y, v: 0.0,
    "median-unbiased": tau2.median_unbiased, "generalised-q": lambda y, v: tau2.generalised_q(y, v, v**-0.5),
    "hunter-schmidt-small-sample": lambda y, v: tau2.hunter_schmidt(y, v, small_sample=True),
}  # fmt: skip
INTERVALS = ("normal", "t", "hartung-knapp", "hartung-knapp-adhoc", "kenward-roger")
FIELDS = ("k", "estimate", "se", "lower", "upper", "statistic", "df", "p", "tau2", "i2", "q", "q_df", "q_p")


def ragged(rows=32, most=12, seed=7):
    """Data sets of 2 to `most` studies: alike, unlike, very unlike, with equal or very unequal variances."""
    random = np.random.default_rng(seed)
    sets = []
    for i in range(rows):
        k = 2 + i % (most - 1)
        v = np.full(k, 0.05) if i % 7 == 0 else random.uniform(0.01, 0.5, k) * (10.0 ** random.uniform(-2, 2))
        spread = (0.0, 0.3, 3.0, 300.0)[i % 4]
        sets.append((random.normal(random.normal(), np.sqrt(v + spread * v.mean())), v))
    sets += [(np.zeros(4), np.full(4, 0.1)), (np.full(3, 2.0), np.array([0.1, 0.2, 0.3]))]
    return sets


def close(mine, wanted, scale=0.0):
    return mine == wanted or abs(mine - wanted) <= 1e-10 * max(abs(wanted), scale)


def same_bits(a, b):
    for field in dataclasses.fields(a):
        one, two = getattr(a, field.name), getattr(b, field.name)
        if isinstance(one, np.ndarray):
            assert np.array_equal(one, two, equal_nan=True), field.name


@pytest.mark.parametrize("estimator", SINGLE)
@pytest.mark.parametrize("interval", INTERVALS)
def test_each_row_equals_its_own_fit(estimator, interval):
    sets = ragged(22)
    prediction = {"t": "k-1", "hartung-knapp": "hartung-knapp", "kenward-roger": "kenward-roger"}.get(interval, "k-2")
    got = batch.random_effects(*batch.stack(sets), estimator, interval, prediction, 0.9, tau2_interval=True)
    for i, (y, v) in enumerate(sets):
        one = pool.random_effects(y, v, SINGLE[estimator](y, v), interval, prediction, 0.9)
        scale = float(np.abs(y).max()) * (0.0 if one.estimate == 0.0 else 1e-3)
        for name in FIELDS:
            mine, wanted = float(getattr(got, name)[i]), float(getattr(one, name))
            assert close(mine, wanted, scale), (i, name, mine, wanted)
        for name in ("tau2_lower", "tau2_upper"):
            assert close(float(getattr(got, name)[i]), getattr(one, name)), (i, name)
        for name in ("prediction_lower", "prediction_upper"):
            mine, wanted = float(getattr(got, name)[i]), getattr(one, name)
            assert math.isnan(mine) if wanted is None else close(mine, wanted, scale), (i, name, mine, wanted)


@pytest.mark.parametrize("prediction", pool.PREDICTIONS)
@pytest.mark.parametrize("interval", INTERVALS)
def test_every_pair_of_intervals_equals_the_single_fit(interval, prediction):
    sets = ragged(12)
    got = batch.random_effects(*batch.stack(sets), "reml", interval, prediction)
    for i, (y, v) in enumerate(sets):
        one = pool.random_effects(y, v, None, interval, prediction)
        for name in ("lower", "upper", "p", "prediction_lower", "prediction_upper"):
            mine, wanted = float(getattr(got, name)[i]), getattr(one, name)
            assert math.isnan(mine) if wanted is None else close(mine, wanted, 1e-3), (i, name, mine, wanted)


def test_a_likelihood_with_two_summits_gives_the_higher_one():
    random = np.random.default_rng(5)
    found = 0
    sets = []
    for _ in range(4000):
        v = np.array([1e-4, 1e-4, *random.uniform(0.5, 3.0, 4)])
        sets.append((random.normal(0.0, np.sqrt(v) + np.array([0.02, 0.02, 1.0, 1.0, 1.0, 1.0]) * 1.2), v))
    got = batch.random_effects(*batch.stack(sets), "maximum-likelihood")
    for i, (y, v) in enumerate(sets[:400]):
        assert close(float(got.tau2[i]), tau2.maximum_likelihood(y, v)), i
    for (y, v), best in zip(sets, got.tau2, strict=True):
        grid = np.geomspace(1e-6, 10.0, 60)
        heights = np.array([tau2.log_likelihood(y, v, t, False) for t in grid[::6]])
        top = tau2.log_likelihood(y, v, float(best), False)
        assert top >= heights.max() - 1e-12
        inner = (heights[1:-1] > heights[:-2]) & (heights[1:-1] > heights[2:])
        found += int(np.count_nonzero(inner)) > 1 or (inner.any() and heights[0] > heights[1])
        if found >= 3:
            break
    assert found >= 3, "the data hold no likelihood with two summits, so nothing was shown"


def test_a_row_has_the_same_bits_in_any_batch():
    y, v, here = batch.stack(ragged(40))
    whole = batch.random_effects(y, v, here, tau2_interval=True)
    for i in (0, 5, 17, 41):
        k = int(here[i].sum())
        alone = batch.random_effects(y[i, :k], v[i, :k], tau2_interval=True)
        shuffled = batch.random_effects(np.roll(y, i, 0), np.roll(v, i, 0), np.roll(here, i, 0), tau2_interval=True)
        for field in dataclasses.fields(batch.Fits):
            values = getattr(whole, field.name)
            if isinstance(values, np.ndarray):
                assert np.array_equal(values[i : i + 1], getattr(alone, field.name), equal_nan=True), field.name
                assert np.array_equal(np.roll(values, i), getattr(shuffled, field.name), equal_nan=True), field.name


def test_many_blocks_equal_one():
    random = np.random.default_rng(2)
    v = random.uniform(0.1, 0.4, (9000, 5))
    y = random.normal(0.0, np.sqrt(v + 0.2))
    got = batch.random_effects(y, v)
    part = batch.random_effects(y[8500:], v[8500:])
    assert np.array_equal(got.lower[8500:], part.lower)
    assert np.array_equal(got.tau2[8500:], part.tau2)


def test_plain_python_kernels_have_the_bits_of_the_vectorised_arithmetic():
    sets = ragged(50)
    y, v, here = batch.stack(sets)
    columns = np.where(here, y, 0.0).T.copy(), np.where(here, v, np.inf).T.copy()
    k = here.sum(axis=1).astype(float)
    for restricted in (True, False):
        vectorised, _ = batch_tau2.likeliest(*columns, k, restricted, compiled=False)
        one_by_one, found = batch_tau2.likeliest(*columns, k, restricted, compiled=True)
        assert found.all()
        assert np.array_equal(vectorised, one_by_one)
    target = np.linspace(0.5, 15.0, k.size)
    vectorised, _ = batch_tau2.roots_of_q(*columns, k, target, compiled=False)
    one_by_one, found = batch_tau2.roots_of_q(*columns, k, target, compiled=True)
    assert found.all()
    assert np.array_equal(vectorised, one_by_one)


@pytest.mark.skipif(not compiled.loaded(), reason="run by test_compiled.py, with compiled functions")
def test_compiled_results_have_the_same_bits():
    y, v, here = batch.stack(ragged(80))
    for estimator in ("reml", "maximum-likelihood", "paule-mandel"):
        same_bits(
            batch.random_effects(y, v, here, estimator, tau2_interval=True, engine="numpy"),
            batch.random_effects(y, v, here, estimator, tau2_interval=True, engine="compiled"),
        )
    for interval in INTERVALS:
        for prediction in pool.PREDICTIONS:
            ask = (y, v, here, "reml", interval, prediction)
            same_bits(batch.random_effects(*ask, engine="numpy"), batch.random_effects(*ask, engine="compiled"))


@pytest.mark.parametrize("prediction", ("k-2", "k-1", "hartung-knapp", "normal"))
@pytest.mark.parametrize("interval", INTERVALS[:4])
def test_plain_python_ends_have_the_bits_of_the_vectorised_ones(interval, prediction, monkeypatch):
    """The path of compiled functions, whether or not they are compiled."""
    y, v, here = batch.stack([*ragged(20), ([0.3], [0.1])])
    wanted = batch.random_effects(y, v, here, "reml", interval, prediction, engine="numpy")
    monkeypatch.setattr(batch, "uses_compiled", lambda engine, *_, **__: engine != "numpy")
    with np.errstate(invalid="ignore", divide="ignore"):
        same_bits(wanted, batch.random_effects(y, v, here, "reml", interval, prediction))
        same_bits(batch.leave_one_out(y[5, :7], v[5, :7]), batch.leave_one_out(y[5, :7], v[5, :7], engine="numpy"))


def test_asking_for_compiled_functions_without_numba_says_what_to_install(monkeypatch):
    monkeypatch.setattr(compiled, "loaded", lambda: False)
    monkeypatch.setattr(compiled, "installed", lambda: False)
    with pytest.raises(InputError, match="numba"):
        batch.random_effects([0.1, 0.2], [0.1, 0.1], engine="compiled")


def test_one_study_keeps_its_own_interval():
    got = batch.random_effects([[0.4, np.nan]], [[0.04, -1.0]], [[True, False]], interval="normal")
    one = pool.common_effect([0.4], [0.04])
    assert (got.estimate[0], got.se[0], got.lower[0], got.upper[0]) == (one.estimate, one.se, one.lower, one.upper)
    assert (got.k[0], got.tau2[0], got.q[0], got.q_df[0], got.q_p[0], got.i2[0]) == (1, 0.0, 0.0, 0, 1.0, 0.0)
    assert math.isnan(got.prediction_lower[0])


@pytest.mark.parametrize("interval", INTERVALS[1:])
@pytest.mark.parametrize("estimator", SINGLE)
def test_one_study_has_no_t_interval(interval, estimator):
    got = batch.random_effects([[0.4]], [[0.04]], None, estimator, interval)
    assert got.tau2[0] == 0.0
    assert got.se[0] == pytest.approx(0.2 if not interval.startswith("hartung-knapp") else got.se[0])
    assert math.isnan(got.lower[0]) and math.isnan(got.upper[0]) and math.isnan(got.p[0])


def test_a_given_tau2_is_used():
    y, v, here = batch.stack(ragged(10))
    got = batch.random_effects(y, v, here, tau2=np.linspace(0.0, 2.0, 12))
    for i, given_tau2 in enumerate(np.linspace(0.0, 2.0, 12)):
        one = pool.random_effects(y[i][here[i]], v[i][here[i]], float(given_tau2))
        assert close(got.lower[i], one.lower, abs(one.estimate))
        assert got.tau2[i] == given_tau2
    assert got.estimator == "given"
    assert (batch.random_effects(y, v, here, tau2=0.3).tau2 == 0.3).all()


@settings(derandomize=True, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=2, max_size=10), st.floats(0.1, 10), st.floats(-5, 5), st.integers(0, 9))
def test_tau2_follows_shift_scale_and_order(effect, scale, shift, turn):
    y, v = np.array(effect), np.linspace(0.05, 0.6, len(effect))
    sets = [(y, v), (scale * y + shift, scale**2 * v), (np.roll(y, turn), np.roll(v, turn)), (-y, v)]
    got = batch.random_effects(*batch.stack(sets))
    size = 1e-9 * (1.0 + float(np.abs(y).max()) + abs(shift) / scale) ** 2
    assert got.tau2[1] == pytest.approx(scale**2 * got.tau2[0], rel=1e-7, abs=size * scale**2)
    assert got.tau2[2] == pytest.approx(got.tau2[0], rel=1e-9, abs=size)
    assert got.tau2[3] == got.tau2[0]
    assert got.estimate[3] == pytest.approx(-got.estimate[0], rel=1e-9, abs=1e-12)


def test_leave_one_out_and_cumulative_equal_the_single_fits():
    y, v = ragged(12, 12)[10]
    left, one_by_one = batch.leave_one_out(y, v), influence.leave_one_out(y, v)
    grown, step_by_step = batch.cumulative(y, v), influence.cumulative(y, v)
    assert (len(left), len(grown)) == (y.size, y.size)
    for name in FIELDS:
        assert getattr(left, name) == pytest.approx([getattr(f, name) for f in one_by_one], rel=1e-10), name
        assert getattr(grown, name)[1:] == pytest.approx([getattr(f, name) for f in step_by_step], rel=1e-10), name


def test_the_ends_of_tau2_are_those_of_q_profile():
    y, v = ragged()[9]
    got = batch.random_effects(y, v, tau2_interval=True, level=0.8)
    wanted = heterogeneity.q_profile(y, v, 0.8)
    assert (got.tau2_lower[0], got.tau2_upper[0]) == pytest.approx((wanted.lower, wanted.upper), rel=1e-11)
    assert batch.random_effects(y, v).tau2_lower is None


@pytest.mark.parametrize(("arguments", "words"), [
    (([[1.0, 2.0]], [[0.1, 0.0]]), r"row 0: variance\[1\] is 0.0"),
    (([[1.0, 2.0]], [[0.1, -1.0]]), r"row 0: variance\[1\] is -1.0"),
    (([[1.0, 2.0], [np.nan, 1.0]], [[0.1, 0.1], [0.1, 0.1]]), r"row 1: effect\[0\] is nan"),
    (([[1.0, 2.0], [1.0, 1.0]], [[0.1, 0.1], [0.1, np.inf]]), r"row 1: variance\[1\] is inf"),
    (([[1.0, 2.0]], [[0.1, 0.1, 0.1]]), r"shapes \(1, 2\), \(1, 3\)"),
    (([[1.0, 2.0]] * 2, [[0.1, 0.1]] * 3), "shapes"),
    (([1.0, 2.0], [0.1, 0.1], [[True, True], [False, False]]), "row 1 has no study"),
    (([1.0, 2.0], [0.1, 0.1], [[1, 0]]), "expected True or False"),
    (([], []), "neither of them 0"),
    (([[[1.0]]], [[[1.0]]]), "dimensions"),
    ((["a"], [1.0]), "expected numbers"),
    (([[1.0, 2.0], [1.0]], [[0.1, 0.1], [0.1]]), "see batch.stack"),
    (([1.0, 2.0], [0.1, 0.1], None, "dl"), "estimator 'dl'"),
    (([1.0, 2.0], [0.1, 0.1], None, "reml", "z"), "interval 'z'"),
    (([1.0, 2.0], [0.1, 0.1], None, "reml", "t", "none"), "prediction 'none'"),
    (([1.0, 2.0], [0.1, 0.1], None, "reml", "t", "k-2", 95), "level 95"),
    (([1.0, 2.0], [0.1, 0.1], None, "reml", "t", "k-2", 0.95, -0.1), r"tau2\[0\] is -0.1"),
    (([1.0, 2.0], [0.1, 0.1], None, "reml", "t", "k-2", 0.95, [0.1, 0.1]), "tau2 has shape"),
    (([1.0, 2.0], [0.1, 0.1], None, "reml", "t", "k-2", 0.95, None, False, "fast"), "engine 'fast'"),
])  # fmt: skip
def test_nonsense_is_refused_by_name_and_place(arguments, words):
    with pytest.raises(InputError, match=words):
        batch.random_effects(*arguments)


def test_stack_refuses_what_is_not_a_list_of_pairs():
    with pytest.raises(InputError, match="no data sets"):
        batch.stack([])
    with pytest.raises(InputError, match=r"set 1: effects \(2,\), variances \(1,\)"):
        batch.stack([([1.0], [1.0]), ([1.0, 2.0], [1.0])])


def test_what_a_row_does_not_hold_is_never_read():
    y, v, here = batch.stack(ragged(8))
    other_y, other_v = np.where(here, y, np.nan), np.where(here, v, -1.0)
    same_bits(batch.random_effects(y, v, here), batch.random_effects(other_y, other_v, here))


def test_a_distant_origin_costs_few_digits():
    y, v = ragged()[6]
    near, far = batch.random_effects(y, v), batch.random_effects(y + 1e6, v)
    assert far.tau2[0] == pytest.approx(near.tau2[0], rel=1e-6)


def test_kernels_of_one_fit_and_of_columns_agree_with_the_single_fit():
    """The same functions that numba compiles, whether or not it has."""
    y, v = np.array([0.1, 0.9, -0.4, 1.2, 0.3]), np.array([0.05, 0.1, 0.04, 0.2, 0.12])
    fit = pool.random_effects(y, v, interval="normal")
    targets = (chi2_quantile(0.025, 4.0), chi2_quantile(0.975, 4.0))
    q, _, _, tau2, total, mean, _, lower, upper, found = batch_kernels.one_fit(y - y[0], v, -1.0, *targets, POWERS)
    assert found
    assert (q, tau2, lower, upper) == pytest.approx((fit.q, fit.tau2, fit.tau2_lower, fit.tau2_upper), rel=1e-9)
    assert (y[0] + mean, total**-0.5) == pytest.approx((fit.estimate, fit.se), rel=1e-12)
    out = np.empty((8, 1))
    assert batch_kernels.fit_columns(y[:, None], v[:, None], True, out, POWERS) == -1
    assert (out[0, 0], out[3, 0], out[7, 0] + out[5, 0]) == pytest.approx((fit.q, fit.tau2, fit.estimate), rel=1e-9)
    out = np.empty((8, 6))
    assert batch_kernels.fit_left_out(np.append(y, 9.0), np.append(v, 0.1), True, out, POWERS) == -1
    out = out[:, 5:]
    assert (out[0, 0], out[3, 0], out[7, 0] + out[5, 0]) == pytest.approx((fit.q, fit.tau2, fit.estimate), rel=1e-9)
