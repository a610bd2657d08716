"""Ways down a curve where no risk table is printed: whole people, the nearest way, plain and compiled alike."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.stats import compiled, descent_kernels
from remit.stats._descent import WAYS, Descent
from remit.stats._fineness import Fineness
from remit.stats._follow import Walk
from remit.stats._risk_table import risk_table
from remit.stats._spread import Spread
from remit.stats.kaplan_meier import kaplan_meier
from remit.stats.rebuild import read_steps, rebuild

ERROR = 0.001 / math.sqrt(6.0)


def trial(seed, n):
    """People who leave evenly over the second half and, a few, before; their curve on a grid of 1,000 points."""
    rng = np.random.default_rng(seed)
    death, leave = rng.exponential(12.0, n), np.minimum(rng.uniform(8.0, 24.0, n), rng.exponential(60.0, n))
    time, event = np.maximum(np.minimum(death, leave), 0.01), death <= leave
    curve = kaplan_meier(time, event)
    times = np.arange(1001) / 1000 * float(curve.time[-1])
    levels = np.concatenate(([1.0], curve.survival))[np.searchsorted(curve.time, times, side="right")]
    levels = np.round(levels, 3)
    kept = np.concatenate(([True], np.diff(levels) != 0.0))
    kept[-1] = True
    return time, event, times[kept], levels[kept]


def led(times, levels, n, asked):
    """A walk down the curve, led by the fineness of its drops."""
    steps = read_steps(times, levels)
    spread = Spread(steps, risk_table(n, None, None, steps)[0], None)
    walk = Walk(spread, 1.0, 0.5 * n, asked, True)
    drops = Fineness(steps, n, 1.0 - steps.time / (1.1 * times[-1]), ((ERROR,), 0.001), asked)
    walk.led(*drops.shares(asked))
    return walk


def misfit(people, times, levels):
    """Root mean square between the curve rebuilt and the one read, at its drops."""
    steps = read_steps(times, levels)
    return float(np.sqrt(np.mean((kaplan_meier(*people).survival_at(steps.time) - steps.level) ** 2)))


@given(st.integers(0, 10**6), st.integers(20, 900), st.booleans())
@settings(max_examples=25, deadline=None)
def test_every_way_has_all_people_and_the_kept_one_is_the_nearest(seed, n, total):
    _, event, times, levels = trial(seed, n)
    asked = int(event.sum()) if total else None
    descent = Descent(led(times, levels, n, asked), ERROR, asked)
    kept = descent.nearest()
    assert min(kept.deaths.min(), kept.before.min(), kept.after.min()) >= 0
    assert kept.deaths.sum() + kept.before.sum() + kept.after.sum() == n
    assert kept.after[-1] >= (levels[-1] > 0.0)
    each = [descent._kept((way,), 0.0, 0.5)[0] for way in WAYS]
    if asked is None and kept.misfit > ERROR:
        assert kept.misfit == pytest.approx(min(way.misfit for way in each))
    assert np.array_equal(descent.again(0.0, 0.0).deaths, kept.deaths)


def test_a_scan_is_followed_within_its_pixels_though_nothing_tells_how_people_left():
    far, events = [], []
    for seed in range(12):
        time, event, times, levels = trial(seed, 600)
        made = rebuild(times, levels, n=600)
        far.append(misfit((made.time, made.event), times, levels))
        events.append(made.events / event.sum())
        assert made.time.size == time.size
    assert np.median(far) < 0.0006 and max(far) < 0.0012
    assert np.median(events) == pytest.approx(1.0, abs=0.02)


@given(st.integers(0, 10**6), st.integers(2, 500), st.sampled_from(WAYS), st.booleans())
@settings(max_examples=40, deadline=None)
def test_compiled_code_gives_what_plain_code_gives(seed, n, way, total):
    rng = np.random.default_rng(seed)
    level = np.sort(rng.uniform(0.0, 1.0, 30))[::-1].copy()
    step, need = rng.uniform(0.0, 0.3, 30), rng.uniform(0.0, 3.0, 30) * total
    plain = getattr(descent_kernels.descend, "py_func", descent_kernels.descend)
    words = (n, 1, 0.4 * n, 0.5 * n, 0.5, way[0] * ERROR, *way[1:], 1e9)
    lists, arrays = ([0] * 30, [0] * 30), (np.zeros(30, dtype=np.intp), np.zeros(30, dtype=np.intp))
    told = plain(level.tolist(), step.tolist(), need.tolist(), *words, *lists)
    again = descent_kernels.descend(level, step, need, *words, *arrays)
    assert told == again
    assert lists[0] == arrays[0].tolist() and lists[1] == arrays[1].tolist()
    assert hasattr(descent_kernels.descend, "py_func") == compiled.loaded()


def test_a_way_that_cannot_be_the_nearest_is_given_up():
    level, step, need = np.array([0.9, 0.8, 0.7]), np.full(3, 0.1), np.zeros(3)
    rows = np.zeros(3, dtype=np.intp), np.zeros(3, dtype=np.intp)
    told = descent_kernels.descend(level, step, need, 2, 1, 1.0, 0.0, 0.5, 0.1, 1.0, 1.0, 1e-9, *rows)
    assert told[0] >= 1e-9
