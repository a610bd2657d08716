"""Every result says itself, becomes plain values and gives its interval."""

import dataclasses
import importlib
import inspect
import json
import pkgutil

import numpy as np
import pytest

import remit.stats
from remit.errors import InputError
from remit.stats import batch, gosh, influence, pool, regression, tau2
from remit.stats.interval import Interval
from remit.stats.result import Result

Y, V = [0.1, 0.4, -0.2, 0.5, 0.3], [0.05, 0.1, 0.04, 0.2, 0.07]
NOT_RESULTS = {"Interval", "Effect", "Rows", "Ask"} | {  # inputs, or too small to need words
    name for name, _ in inspect.getmembers(importlib.import_module("remit.stats.priors"), inspect.isclass)
}


def results():
    for module in pkgutil.iter_modules(remit.stats.__path__):
        if not module.name.startswith("_"):
            found = importlib.import_module(f"remit.stats.{module.name}")
            for name, kind in vars(found).items():
                if inspect.isclass(kind) and kind.__module__ == found.__name__ and dataclasses.is_dataclass(kind):
                    yield name, kind


def test_every_public_result_is_frozen_and_speaks():
    missing = [n for n, c in results() if not issubclass(c, Result) and not n.startswith("_") and n not in NOT_RESULTS]
    assert missing == []
    assert all(c.__dataclass_params__.frozen for n, c in results() if issubclass(c, Result))


def test_to_dict_has_every_field_unrounded():
    fit = pool.random_effects(Y, V, tau2.reml(Y, V))
    held = fit.to_dict()
    assert list(held) == [f.name for f in dataclasses.fields(fit)]
    assert held["estimate"] == fit.estimate
    assert held["weights"] == list(fit.weights)
    assert json.loads(json.dumps(held)) == held


def test_summary_is_a_line_a_field():
    fit = pool.common_effect([0.0, 1.0], [1.0, 1.0])
    assert fit.summary().splitlines()[1:4] == ["  estimate   0.5", "  se         0.707107", "  lower      -0.885904"]
    long = gosh.gosh(Y, V).summary()
    assert "… 23 more" in long


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_intervals_keep_their_level(level):
    fit = pool.random_effects(Y, V, 0.1, level=level)
    assert fit.confidence_interval() == Interval(fit.lower, fit.upper, level)
    line = regression.meta_regression(Y, V, np.column_stack((np.ones(5), np.arange(5.0))), level=level)
    assert line.confidence_interval(1) == Interval(line.lower[1], line.upper[1], level)


def test_what_has_no_interval_says_so():
    with pytest.raises(InputError, match="no interval"):
        influence.influence(Y, V).confidence_interval()
    line = regression.meta_regression(Y, V, np.column_stack((np.ones(5), np.arange(5.0))))
    with pytest.raises(InputError, match="expected 0 to 1"):
        line.confidence_interval()


def test_arrays_become_lists():
    fits = batch.random_effects(np.array([Y, Y]), np.array([V, V]))
    assert fits.to_dict()["k"] == [5, 5]
