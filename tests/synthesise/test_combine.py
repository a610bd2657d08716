"""Pooling: k = 1 is never pooled, scales are turned back right, and laws that hold for any review."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import a_contrast, a_count, a_review, a_study, a_survival, an_analysis, an_arm

from remit import synthesise
from remit.stats.exact import clopper_pearson
from remit.stats.glmm import pool_proportions
from remit.stats.pool import random_effects

ARMS = [an_arm(n=50), an_arm("b", drug_class="chemotherapy", role="control", agents=("chemotherapy",), n=60)]


def found(studies, analysis=None):
    return synthesise.findings(a_review(studies, [analysis or an_analysis()]))[0]


def cells(pairs):
    return [a_study(f"s{i}", rows=[a_count("c1", x, n)]) for i, (x, n) in enumerate(pairs)]


def test_no_study_gives_nothing():
    f = found([])
    assert (f.k, f.estimate, f.pooled, f.subgroups) == (0, None, None, ())


def test_one_study_is_shown_with_its_exact_interval_and_never_pooled():
    f = found(cells([(30, 40)]), an_analysis(subgroups=("target",)))
    exact = clopper_pearson(30, 40)
    assert f.pooled is None
    assert (f.estimate, f.lower, f.upper) == (0.75, exact.lower, exact.upper)


@pytest.mark.parametrize(("k", "interval"), [(2, "profile"), (3, "t")])
def test_proportions_follow_the_exact_model_with_t_from_three_studies(k, interval):
    pairs = [(30, 40), (12, 20), (20, 20)][:k]
    f = found(cells(pairs))
    fit = pool_proportions([x for x, _ in pairs], [n for _, n in pairs], interval=interval)
    assert f.pooled is not None
    assert (f.estimate, f.lower, f.upper) == (fit.estimate, fit.lower, fit.upper)
    assert (f.pooled.n, f.pooled.events) == (sum(n for _, n in pairs), sum(x for x, _ in pairs))
    assert sum(u.weight for u in f.used) == pytest.approx(100)


def test_survival_is_turned_back_with_its_ends_in_order():
    values = [(0.5, 0.4, 0.6), (0.7, 0.5, 0.8), (0.6, 0.5, 0.75)]
    studies = [
        a_study(f"s{i}", rows=[a_survival(probability=p, lower=a, upper=b)]) for i, (p, a, b) in enumerate(values)
    ]
    f = found(studies, an_analysis(kind="survival", outcomes=("efs",)))
    p = f.pooled
    assert p is not None and p.prediction_lower is not None and p.prediction_upper is not None
    assert p.prediction_lower < p.lower < p.estimate < p.upper < p.prediction_upper
    assert p.common_lower < p.common_estimate < p.common_upper
    assert 0.5 < p.estimate < 0.7


def test_a_new_study_is_never_foretold_more_narrowly_than_the_average_is_known():
    values = [(0.601, 0.06), (0.394, 0.081), (0.6, 0.063), (0.57, 0.041), (0.546, 0.048)]
    studies = [a_study(f"s{i}", rows=[a_survival(probability=p, se=se)]) for i, (p, se) in enumerate(values)]
    f = found(studies, an_analysis(kind="survival", outcomes=("efs",)))
    p = f.pooled
    assert p is not None
    fit = random_effects([u.effect for u in f.used], [u.variance for u in f.used])
    assert fit.prediction_lower is not None and fit.prediction_lower > fit.lower  # studies as alike as chance allows
    assert (p.prediction_lower, p.prediction_upper) == (p.lower, p.upper)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(40, 60)), min_size=3, max_size=12))
def test_prediction_holds_the_interval_of_proportions(pairs):
    p = found(cells(pairs)).pooled
    assert p is not None
    if p.prediction_lower is not None and p.prediction_upper is not None:
        assert p.prediction_lower <= p.lower <= p.estimate <= p.upper <= p.prediction_upper


def test_contrasts_are_pooled_on_the_log_scale():
    values = [(0.5, 0.3, 0.9), (0.7, 0.5, 1.0)]
    studies = [a_study(f"s{i}", arms=ARMS, rows=[a_contrast("k1", *v)]) for i, v in enumerate(values)]
    f = found(studies, an_analysis(kind="contrast", outcomes=("efs",)))
    direct = random_effects([u.effect for u in f.used], [u.variance for u in f.used])
    assert f.pooled is not None
    assert f.pooled.effect == pytest.approx(direct.estimate)
    assert f.pooled.prediction_lower is None
    assert f.pooled.n == 220
    assert 0.5 < f.pooled.estimate < 0.7


def test_subgroups_pool_or_show_their_single_study_and_test_the_difference():
    studies = [
        a_study("s1", arms=[an_arm(costimulation="4-1BB")], rows=[a_count("c1", 30, 40)]),
        a_study("s2", arms=[an_arm(costimulation="4-1BB")], rows=[a_count("c1", 28, 40)]),
        a_study("s3", arms=[an_arm(costimulation="CD28")], rows=[a_count("c1", 10, 40)]),
        a_study("s4", arms=[an_arm()], rows=[a_count("c1", 10, 40)]),
    ]
    (split,) = found(studies, an_analysis(subgroups=("costimulation",))).subgroups
    assert [(v.level, v.k) for v in split.levels] == [("4-1BB", 2), ("CD28", 1), ("not stated", 1)]
    assert split.df == 1 and split.p is not None and split.p < 0.01
    assert split.levels[1].estimate == 0.25
    assert split.levels[0].studies == ("s1", "s2")


@pytest.mark.parametrize(
    "by", ["class", "agent", "target", "population", "line", "design", "phase", "basis", "scale", "age-group", "source"]
)
def test_every_split_the_format_names(by):
    one = a_study("s1", phase="1", rows=[a_count("c1", 30, 40, basis="treated", scale="penn", source="secondary")])
    arm = an_arm(drug_class="bispecific", agents=("x", "y"), targets=("CD3",), line="first-relapse")
    two = a_study(
        "s2",
        arms=[arm],
        phase="2",
        design="randomised",
        populations=("first-relapse",),
        age_group="infants",
        rows=[a_count("c1", 20, 40, scale="astct-2019")],
    )
    (split,) = found([one, two], an_analysis(where={}, subgroups=(by,))).subgroups
    assert len(split.levels) == 2
    assert by != "agent" or [v.level for v in split.levels] == ["agent-x", "x+y"]


def test_a_level_of_empty_cells_still_has_a_test():
    studies = [
        a_study(f"s{i}", phase=phase, rows=[a_count("c1", x, 20)])
        for i, (phase, x) in enumerate([("1", 0), ("1", 0), ("2", 15)])
    ]
    (split,) = found(studies, an_analysis(subgroups=("phase",))).subgroups
    assert split.levels[0].estimate == 0.0
    assert split.p is not None and split.p < 0.05


PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(30, 40)), min_size=2, max_size=5)
calm = settings(derandomize=True, deadline=None, max_examples=25)


def numbers(f):
    return (f.estimate, f.lower, f.upper, f.n, f.k)


@calm
@given(PAIRS)
def test_order_and_names_of_studies_change_nothing(pairs):
    studies = cells(pairs)
    base = numbers(found(studies))
    assert numbers(found(studies[::-1])) == pytest.approx(base, rel=1e-6)
    renamed = [a_study(f"z{9 - i}", rows=[a_count("q1", x, n)]) for i, (x, n) in enumerate(pairs)]
    assert numbers(found(renamed)) == pytest.approx(base, rel=1e-6)


@calm
@given(PAIRS, st.integers(0, 40))
def test_a_study_outside_the_filter_changes_nothing(pairs, events):
    studies = cells(pairs)
    outside = a_study("t", arms=[an_arm(drug_class="bispecific")], rows=[a_count("c1", events, 40)])
    assert found([*studies, outside]) == found(studies)


def test_adding_one_study_moves_only_the_findings_it_answers():
    analyses = [an_analysis("x"), an_analysis("y", where={"class": ("bispecific",)})]
    studies = cells([(30, 40), (20, 40)])
    added = a_study("t", arms=[an_arm(drug_class="bispecific")], rows=[a_count("c1", 5, 40)])
    before = synthesise.findings(a_review(studies, analyses))
    after = synthesise.findings(a_review([*studies, added], analyses))
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False]


def test_findings_follow_the_protocols_order():
    analyses = [an_analysis("b"), an_analysis("a")]
    assert [f.id for f in synthesise.findings(a_review(cells([(1, 2)]), analyses))] == ["b", "a"]
