"""Every subset, every arrangement and redrawn data, against slow counting and the single fits."""

import itertools

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats import batch, permutation, pool, resample, tau2
from remit.stats.gosh import LOW_BITS, gosh

SINGLE = {
    "none": lambda y, v: 0.0, "dersimonian-laird": tau2.dersimonian_laird, "hunter-schmidt": tau2.hunter_schmidt,
    "hedges": tau2.hedges, "reml": tau2.reml, "paule-mandel": tau2.paule_mandel,
}  # fmt: skip


def data(k=8, seed=3, spread=0.3):
    random = np.random.default_rng(seed)
    v = random.uniform(0.02, 0.3, k)
    return random.normal(0.4, np.sqrt(v + spread)), v


@pytest.mark.parametrize("estimator", SINGLE)
def test_every_subset_of_eight_equals_its_own_fit(estimator):
    y, v = data()
    got = gosh(y, v, estimator)
    assert len(got) == 255
    for number in range(1, 256):
        rows = np.array([number >> j & 1 for j in range(8)], dtype=bool)
        i = number - 1
        assert got.k[i] == rows.sum()
        assert [got.holds(j)[i] for j in range(8)] == rows.tolist()
        if rows.sum() == 1:
            assert (got.estimate[i], got.tau2[i], got.q[i], got.i2[i], got.h2[i]) == (y[rows][0], 0, 0, 0, 1)
            continue
        one = pool.random_effects(y[rows], v[rows], SINGLE[estimator](y[rows], v[rows]))
        df = rows.sum() - 1
        i2 = 100.0 * max(0.0, (one.q - df) / one.q) if estimator == "none" else one.i2
        wanted = (one.estimate, one.tau2, one.q, i2)
        assert (got.estimate[i], got.tau2[i], got.q[i], got.i2[i]) == pytest.approx(wanted, rel=1e-10, abs=1e-12)
        h2 = one.q / df if estimator in ("none", "dersimonian-laird") else 1.0 / (1.0 - one.i2 / 100.0)
        assert got.h2[i] == pytest.approx(h2, rel=1e-10)


def test_more_studies_than_one_block_holds():
    y, v = data(LOW_BITS + 2)
    got = gosh(y, v)
    numbers = np.array([1, 2**LOW_BITS - 1, 2**LOW_BITS, 2**LOW_BITS + 5, 2 ** (LOW_BITS + 2) - 1])
    rows = (numbers[:, None] >> np.arange(y.size) & 1).astype(bool)
    wanted = batch.random_effects(y, v, rows, "dersimonian-laird")
    for name in ("k", "estimate", "tau2", "q", "i2"):
        assert getattr(got, name)[numbers - 1] == pytest.approx(getattr(wanted, name), rel=1e-10, abs=1e-12), name


def test_subsets_far_from_the_origin():
    y, v = data()
    near, far = gosh(y, v), gosh(y + 1e4, v)
    assert far.tau2 == pytest.approx(near.tau2, rel=1e-7, abs=1e-9)
    assert far.estimate - 1e4 == pytest.approx(near.estimate, abs=1e-9)


@pytest.mark.parametrize(("k", "words"), [(1, "k = 1"), (21, "k = 21")])
def test_subsets_of_too_few_or_too_many_studies(k, words):
    with pytest.raises(InputError, match=words):
        gosh(np.arange(float(k)), np.ones(k))
    with pytest.raises(InputError, match="study 3; expected 0 to 1"):
        gosh([0.0, 1.0], [1.0, 1.0]).holds(3)


@pytest.mark.parametrize("estimator", ["none", "dersimonian-laird", "reml"])
def test_sign_flips_equal_those_counted_one_by_one(estimator):
    y, v = data(7)
    got = permutation.sign_flips(y, v, estimator)
    alone = pool.random_effects(y, v, SINGLE[estimator](y, v), "normal")
    assert (got.arrangements, got.statistic) == (128, (pytest.approx(alone.statistic, rel=1e-10),))
    z = []
    for signs in itertools.product((1.0, -1.0), repeat=7):
        flipped = y * np.array(signs)
        z.append(abs(pool.random_effects(flipped, v, SINGLE[estimator](flipped, v), "normal").statistic))
    assert got.p == (sum(one >= z[0] * (1.0 - 1e-10) for one in z) / 128,)


@pytest.mark.parametrize("estimator", permutation.LINE_ESTIMATORS)
@pytest.mark.parametrize("x", [[1.0, 2.5, 3.0, 4.0, 9.0], [0.0, 1.0, 0.0, 1.0, 1.0, 0.0], [7.0, 7.0, 7.0, 1, 1, 2]])
def test_orders_of_a_moderator_equal_those_counted_one_by_one(estimator, x):
    y, v = data(len(x), seed=11, spread=1.0)
    y = y + 0.2 * np.array(x)
    got = permutation.moderator(y, v, x, estimator)
    slow = permutation._of_design(y, v, np.column_stack((np.ones(len(x)), x)), estimator)
    assert (got.p, got.arrangements) == (slow.p, slow.arrangements)
    assert got.statistic == pytest.approx(slow.statistic, rel=1e-9)


def test_permutations_refuse_what_cannot_be_tested():
    y, v = data(18)
    with pytest.raises(InputError, match="262144 arrangements"):
        permutation.sign_flips(y, v)
    with pytest.raises(InputError, match="different orders"):
        permutation.moderator(y, v, np.arange(18.0))
    with pytest.raises(InputError, match="moderator is 1 in every study"):
        permutation.moderator(y[:4], v[:4], np.ones(4))
    with pytest.raises(InputError, match="estimator 'hedges'"):
        permutation.moderator(y[:4], v[:4], np.arange(4.0), "hedges")
    with pytest.raises(InputError, match="unequal lengths"):
        permutation.moderator(y[:4], v[:4], np.arange(5.0))


def test_a_bootstrap_follows_its_seed_and_the_fitted_model():
    y, v = data(12)
    once = resample.parametric_bootstrap(y, v, np.random.default_rng(4), 2000)
    again = resample.parametric_bootstrap(y, v, np.random.default_rng(4), 2000)
    other = resample.parametric_bootstrap(y, v, np.random.default_rng(5), 2000)
    assert np.array_equal(once.estimate, again.estimate)
    assert not np.array_equal(once.estimate, other.estimate)
    fit = pool.random_effects(y, v)
    assert once.estimate.mean() == pytest.approx(fit.estimate, abs=4.0 * fit.se / 2000**0.5)
    assert once.estimate.std() == pytest.approx(fit.se, rel=0.2)
    assert once.estimate_interval.lower < fit.estimate < once.estimate_interval.upper
    assert once.tau2_interval.lower < fit.tau2 < once.tau2_interval.upper
    assert 0.92 < once.coverage < 0.98


def test_a_bootstrap_of_a_handful_is_refused():
    with pytest.raises(InputError, match="draws 3"):
        resample.parametric_bootstrap(*data(), np.random.default_rng(1), 3)
