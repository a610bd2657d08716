"""The functions that numba compiles give what the vectorised likelihoods give, whether or not they are compiled."""

import ast
import importlib
from pathlib import Path

import numpy as np
import pytest

from remit.stats import compiled, glmm, likelihood_kernels
from remit.stats._compiled_surfaces import logit_normal, two_by_two
from remit.stats._logit_normal import LogitNormal
from remit.stats._mixture import Hypergeometric, Mixture
from remit.stats._selection import Likelihood, step_cells
from remit.stats.exact_ratio import odds_ratio
from remit.stats.gosh import SUMMED, gosh
from remit.stats.likelihood_kernels import FAR, KNOT
from remit.stats.selection import step_selection

CELLS = np.array([0.0, 12.0, 3.0, 7.0, 40.0]), np.array([12.0, 12.0, 9.0, 30.0, 44.0])
TABLES = (
    np.array([4.0, 0.0, 3.0, 7.0]),
    np.array([20.0, 9.0, 15.0, 60.0]),
    np.array([11.0, 2.0, 3.0, 20.0]),
    np.array([25.0, 8.0, 14.0, 90.0]),
)
POINTS = ((0.3, 0.02), (-1.0, 0.4), (2.0, 1.5), (0.0, 9.0), (-6.0, 3.0))


@pytest.fixture
def as_if_compiled(monkeypatch):
    monkeypatch.setattr(compiled, "loaded", lambda: True)


@pytest.mark.parametrize("name", compiled.MODULES)
def test_compiled_functions_read_nothing_of_other_files(name):
    """What numba keeps on disk is renewed when its own file changes, and only then."""
    module = importlib.import_module(f"remit.stats.{name}")
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("remit")
        for alias in node.names
    }
    for function in module.COMPILED:
        found = getattr(module, function)
        assert not imported & set(getattr(found, "py_func", found).__code__.co_names), function


def like(got, wanted, scale):
    assert np.abs(np.subtract(got, wanted)).max() <= 1e-8 * scale, (got, wanted)


@pytest.mark.parametrize(("mu", "tau"), POINTS)
def test_points_of_binomial_counts(mu, tau, as_if_compiled):
    fast, slow = logit_normal(*CELLS).at(mu, tau), LogitNormal(*CELLS).at(mu, tau)
    assert type(logit_normal(*CELLS)) is not LogitNormal
    like(fast, slow, 1.0 + np.abs(slow).max())


@pytest.mark.parametrize(("mu", "tau"), (*POINTS, (0.4, 0.0)))
def test_points_of_two_by_two_tables(mu, tau, as_if_compiled):
    a, n1, c, n2 = TABLES
    fast = two_by_two(a, n1, a + c, n2)
    assert not isinstance(fast, Mixture)
    slow = Mixture(Hypergeometric(a, n1, a + c, n2))
    point = slow.at(mu, tau)
    like(fast.at(mu, tau), point, 1.0 + np.abs(point).max())
    assert fast.rise_at_zero(mu) == pytest.approx(slow.rise_at_zero(mu), rel=1e-8)
    assert (fast.k, fast.best()) == (slow.k, pytest.approx(slow.best(), rel=1e-8))


def test_cumulants_are_those_of_a_slow_sum():
    a, n1, events, n2 = 3.0, 15.0, 6.0, 14.0
    table = np.empty((round(2.0 * FAR / KNOT) + 1, 3))
    likelihood_kernels.cumulants(a, n1, events, n2, table)
    j = np.arange(7)
    ways = np.array([1.0, 15.0, 105.0, 455.0, 1365.0, 3003.0, 5005.0])  # 15 over j
    ways *= np.array([3003.0, 2002.0, 1001.0, 364.0, 91.0, 14.0, 1.0])  # 14 over 6 - j
    for at in (0, 300, 450, 463, 700, 900):
        theta = -FAR + KNOT * at
        mass = ways * np.exp(j * theta)
        mean = (j * mass).sum() / mass.sum()
        variance = ((j - mean) ** 2 * mass).sum() / mass.sum()
        assert table[at] == pytest.approx((np.log(mass.sum() / ways[3]), mean, variance), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("two_sided", (False, True))
@pytest.mark.parametrize("fixed", (None, np.array([1.0, 0.6, 0.2])))
def test_looks_through_steps(two_sided, fixed, monkeypatch):
    random = np.random.default_rng(4)
    v = random.uniform(0.02, 0.4, 12)
    y = random.normal(0.4, np.sqrt(v + 0.1))
    seen = Likelihood(y, v, step_cells(y / np.sqrt(v), (0.05, 0.5), two_sided), fixed)
    point = np.array([0.3, 0.12, -0.4, -1.1][: 4 if fixed is None else 2])
    monkeypatch.setattr(compiled, "loaded", lambda: False)
    slow = seen.at(point)
    monkeypatch.setattr(compiled, "loaded", lambda: True)
    fast = seen.at(point)
    assert fast.height == pytest.approx(slow.height, rel=1e-12)
    assert fast.slope == pytest.approx(slow.slope, rel=1e-10)
    assert fast.curve == pytest.approx(slow.curve, rel=1e-10)


def test_a_chance_that_is_nil_is_said_so(monkeypatch):
    seen = Likelihood(np.array([-9.0]), np.array([0.01]), step_cells(np.array([-90.0]), (0.025,), False), None)
    point = np.array([-40.0, 0.0, -400.0])
    monkeypatch.setattr(compiled, "loaded", lambda: False)
    assert seen.at(point).height == -np.inf
    monkeypatch.setattr(compiled, "loaded", lambda: True)
    assert seen.at(point).height == -np.inf


def fits():
    random = np.random.default_rng(6)
    v = random.uniform(0.05, 0.3, 14)
    y = random.normal(0.4, np.sqrt(v + 0.1))
    pooled = glmm.pool_proportions(*CELLS, "t")
    ratio = odds_ratio(*TABLES, "wald")
    through = step_selection(y, v, minimum=10)
    return (
        (pooled.logit, pooled.se, pooled.tau2, pooled.tau2_lower, pooled.log_likelihood),
        (ratio.estimate, ratio.se, ratio.q, ratio.log_likelihood),
        (through.estimate, through.tau2, through.delta[1], through.log_likelihood),
    )


def test_whole_fits_are_the_same(monkeypatch):
    monkeypatch.setattr(compiled, "loaded", lambda: False)
    slow = fits()
    monkeypatch.setattr(compiled, "loaded", lambda: True)
    for fast, wanted in zip(fits(), slow, strict=True):
        assert fast == pytest.approx(wanted, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("estimator", SUMMED)
def test_subsets_have_the_same_bits(estimator, monkeypatch):
    random = np.random.default_rng(9)
    v = random.uniform(0.02, 0.3, 7)
    y = random.normal(0.4, np.sqrt(v + 0.1))
    monkeypatch.setattr("remit.stats.gosh.LOW_BITS", 6)  # so that there is more than one block
    slow = gosh(y, v, estimator, engine="numpy")
    monkeypatch.setattr(compiled, "loaded", lambda: True)
    fast = gosh(y, v, estimator)
    for name in ("k", "estimate", "tau2", "i2", "q"):
        assert np.array_equal(getattr(fast, name), getattr(slow, name)), name
