"""Many fits at once equal the fits one at a time, and metafor's over all subsets."""

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats import gosh, pool, tau2

SINGLE = {"none": lambda y, v: 0.0, "dersimonian-laird": tau2.dersimonian_laird, "reml": tau2.reml}


def data(rows: int = 120, most: int = 9):
    generator = np.random.default_rng(7)
    v = np.exp(generator.normal(-2.0, 1.2, (rows, most)))
    y = generator.normal(0.0, 1.0, (rows, most)) * np.sqrt(v + generator.choice([0.0, 0.05, 0.5], (rows, 1)))
    mask = generator.random((rows, most)) < 0.7
    mask[:, :2] = True
    return y, v, mask


@pytest.mark.parametrize("interval", ["normal", "t", "hartung-knapp", "hartung-knapp-adhoc"])
@pytest.mark.parametrize("estimator", ["none", "dersimonian-laird", "reml"])
def test_each_row_equals_its_own_fit(estimator, interval):
    y, v, mask = data()
    got = gosh.fits(y, v, mask, estimator, interval)
    for i, on in enumerate(mask):
        one = pool.random_effects(y[i][on], v[i][on], SINGLE[estimator](y[i][on], v[i][on]), interval)
        row = [got.k[i], got.estimate[i], got.se[i], got.lower[i], got.upper[i], got.tau2[i], got.i2[i], got.q[i]]
        wanted = [one.k, one.estimate, one.se, one.lower, one.upper, one.tau2, one.i2, one.q]
        assert row == pytest.approx(wanted, rel=1e-9, abs=1e-11)


def test_blocks_do_not_show():
    y, v, _ = data(2 * gosh.BLOCK + 5, 4)
    got = gosh.fits(y, v)
    assert got.k.size == 2 * gosh.BLOCK + 5
    alone = gosh.fits(y[gosh.BLOCK :][:1], v[gosh.BLOCK :][:1])
    assert got.estimate[gosh.BLOCK] == pytest.approx(alone.estimate[0], rel=1e-12)


def test_values_outside_the_mask_are_never_looked_at():
    y, v, mask = data(20)
    inside = gosh.fits(y, v, mask)
    outside = gosh.fits(np.where(mask, y, np.nan), np.where(mask, v, -1.0), mask)
    assert np.array_equal(inside.upper, outside.upper)


def test_every_subset_once():
    mask, fits = gosh.gosh([0.1, 0.4, -0.2], [0.1, 0.2, 0.1], "none")
    assert mask.shape == (7, 3)
    assert len({tuple(row) for row in mask.tolist()}) == 7
    single = int(np.flatnonzero((mask == [False, True, False]).all(axis=1))[0])
    assert (fits.estimate[single], fits.se[single] ** 2) == pytest.approx((0.4, 0.2))
    assert fits.tau2[single] == 0.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: gosh.fits([[1.0, 2.0]], [[1.0, 2.0, 3.0]]),
        lambda: gosh.fits([1.0, 2.0], [1.0, 2.0]),
        lambda: gosh.fits([[1.0, np.nan]], [[1.0, 2.0]]),
        lambda: gosh.fits([[1.0, 2.0]], [[1.0, 0.0]]),
        lambda: gosh.fits([[1.0, 2.0]], [[1.0, 2.0]], [[False, False]]),
        lambda: gosh.fits([[1.0, 2.0]], [[1.0, 2.0]], estimator="DL"),
        lambda: gosh.fits([[1.0, 2.0]], [[1.0, 2.0]], interval="z"),
        lambda: gosh.gosh(np.arange(21.0), np.ones(21)),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError):
        call()


def test_all_subsets_against_metafor(reference):
    names = {"EE": "none", "DL": "dersimonian-laird", "REML": "reml"}
    for case in reference.cases("gosh"):
        mask, fits = gosh.gosh(*case.studies(), names[case.args["method"]])
        got = {"n_subsets": mask.shape[0]}
        columns = {"k": fits.k, "QE": fits.q, "estimate": fits.estimate, "tau2": fits.tau2}
        for name, values in columns.items():
            listed = case.output.get(name)
            if not isinstance(listed, dict):
                continue
            case.output[f"{name}_mean"], case.output[f"{name}_sd"] = listed["mean"], listed["sd"]
            got |= {f"{name}_mean": float(values.mean()), f"{name}_sd": float(values.std(ddof=1))}
            case.output[f"{name}_q"] = listed["quantiles_0_2.5_25_50_75_97.5_100"]
            got[f"{name}_q"] = np.percentile(values, [0, 2.5, 25, 50, 75, 97.5, 100])
        reference.agree(case, got)
