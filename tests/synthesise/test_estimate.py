"""Routes from a row to an estimate, with the numbers worked out by hand."""

import math

import pytest
from invented import a_contrast, a_count, a_review, a_study, a_survival, an_analysis, an_arm

from remit import synthesise
from remit.synthesise.proportions import counts_that_print

ARMS = [an_arm(n=50), an_arm("b", drug_class="chemotherapy", role="control", agents=("chemotherapy",), n=60)]
Z = 1.959963984540054


def used(rows, analysis, **kw):
    f = synthesise.findings(a_review([a_study(rows=rows, **kw)], [analysis]))[0]
    assert f.k == 1, f.left_out
    return f.used[0]


def efs(**kw):
    return an_analysis(kind="survival", outcomes=("efs",), **kw)


def hr(**kw):
    return an_analysis(kind="contrast", outcomes=("efs",), **kw)


def test_count_from_a_printed_percentage():
    u = used([a_count("c1", None, 79, proportion=0.82)], an_analysis())
    assert (u.events, u.route, u.marks) == (65, "count from printed percentage", ("count-from-percentage",))
    # 0.6 stands for 60 %: 24 of 40; in 500 people a whole percent leaves several counts open
    assert used([a_count("c1", None, 40, proportion=0.6)], an_analysis()).events == 24
    assert "count-uncertain" in used([a_count("c1", None, 500, proportion=0.61)], an_analysis()).marks


@pytest.mark.parametrize(
    ("proportion", "total", "decimals", "expected"),
    [
        (0.82, 79, 2, (65,)),
        (0.825, 40, 3, (33,)),
        (0.82, 10, 2, ()),
        (1.0, 7, 2, (7,)),
        (0.0, 7, 2, (0,)),
        (0.815, 27, 3, (22,)),
    ],
)
def test_counts_that_print_a_percentage(proportion, total, decimals, expected):
    assert counts_that_print(proportion, total, decimals) == expected


@pytest.mark.parametrize("events", [0, 20])
def test_empty_cells_keep_their_proportion(events):
    u = used([a_count("c1", events, 20)], an_analysis())
    assert u.estimate == events / 20
    assert math.isfinite(u.effect) and u.variance == pytest.approx(1 / 0.5 + 1 / 20.5)


def test_survival_takes_the_interval_then_the_error_then_n():
    full = used([a_survival(probability=0.6, lower=0.5, upper=0.7, se=0.01, total=50)], efs())
    assert full.route == "survival and interval, made on the plain scale" and (full.lower, full.upper) == (0.5, 0.7)
    usual = used([a_survival(probability=0.729, lower=0.561, upper=0.841, total=46)], efs())
    assert usual.route == "survival and interval"
    assert full.effect == pytest.approx(math.log(-math.log(0.6)))
    by_se = used([a_survival(probability=0.6, se=0.05, total=50)], efs())
    assert by_se.route == "survival and standard error"
    assert by_se.variance == pytest.approx((0.05 / (0.6 * math.log(0.6))) ** 2)
    by_n = used([a_survival(probability=0.6, total=50)], efs())
    assert by_n.marks == ("approximate",)
    assert by_n.lower < 0.6 < by_n.upper
    by_arm = used([a_survival(probability=0.6)], efs())
    assert by_arm.marks == ("approximate", "total-of-arm") and by_arm.total == 50


def test_a_ninety_percent_interval_is_widened_for_display():
    u = used([a_survival(probability=0.6, lower=0.5, upper=0.7, level=0.9, total=50)], efs())
    assert u.lower < 0.5 and u.upper > 0.7
    assert "interval-recomputed" in u.marks


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_survival_at_the_edge_is_corrected_and_says_so(probability):
    u = used([a_survival(probability=probability, total=20)], efs())
    assert u.estimate == probability
    assert u.marks == ("approximate", "continuity-corrected")
    assert u.effect == pytest.approx(math.log(-math.log((20 * probability + 0.5) / 21)))


def test_cumulative_incidence_is_the_mirror_of_survival():
    relapse = an_analysis(kind="survival", outcomes=("relapse",))
    u = used(
        [a_survival(outcome="relapse", probability=0.3, lower=0.2, upper=0.4, measure="cumulative-incidence")], relapse
    )
    s = used([a_survival(probability=0.7, lower=0.6, upper=0.8)], efs())
    assert u.effect == pytest.approx(s.effect) and u.variance == pytest.approx(s.variance)
    assert (u.estimate, u.lower, u.upper) == (0.3, 0.2, 0.4)


def test_hazard_ratio_routes_in_their_order():
    interval = a_contrast("k1", 0.5, 0.25, 1.0, p="0.05")
    u = used([interval], hr(), arms=ARMS)
    assert u.route == "hazard ratio and interval" and (u.total, u.comparator_total) == (50, 60)
    assert u.variance == pytest.approx((math.log(4) / (2 * Z)) ** 2)
    p = used([a_contrast("k1", 0.5, p="0.05")], hr(), arms=ARMS)
    assert p.route == "hazard ratio and p-value"
    assert p.variance == pytest.approx((math.log(0.5) / Z) ** 2)
    assert used([a_contrast("k1", 0.5, p="<.001")], hr(), arms=ARMS).marks == ("p-bound",)
    events = used([a_contrast("k1", 0.5, events_arm=10, events_comparator=20)], hr(), arms=ARMS)
    assert (events.route, events.marks) == ("hazard ratio and events of both arms", ("approximate",))
    assert events.effect == pytest.approx(math.log(0.5)) and events.variance == pytest.approx(1 / 10 + 1 / 20)
    counts = [a_count("c1", 10, 50, outcome="efs-events", basis="randomised")]
    counts.append(a_count("c2", 20, 50, arm="b", outcome="efs-events", basis="randomised"))
    peto = used(counts, hr(), arms=ARMS)
    assert peto.route == "events of both arms, Peto (rows c1, c2)"
    assert peto.effect == pytest.approx((10 - 15) / (50 * 50 * 30 * 70 / (100 * 100 * 99)))
    survival = [a_survival("s1", 0.8, se=0.05), a_survival("s2", 0.6, arm="b", se=0.06)]
    both = used(survival, hr(), arms=ARMS)
    assert both.route == "survival of both arms at 12 months (rows s1, s2)"
    assert both.effect == pytest.approx(math.log(math.log(0.8) / math.log(0.6)))
    assert used([*survival, *counts], hr(), arms=ARMS).route.startswith("events")
    assert used([*survival, *counts, a_contrast("k1", 0.5, p="0.05")], hr(), arms=ARMS).route.endswith("p-value")


def test_the_latest_common_time_serves_when_none_is_planned():
    rows = [a_survival(f"a{m}", 0.8, se=0.05, months=m) for m in (12.0, 24.0, 36.0)]
    rows += [a_survival(f"b{m}", 0.6, se=0.05, months=m, arm="b") for m in (12.0, 24.0)]
    assert "24 months" in used(rows, hr(), arms=ARMS).route
    assert "12 months" in used(rows, hr(months=12.0), arms=ARMS).route


def test_a_ratio_printed_the_other_way_round_gives_the_reciprocal():
    straight = used([a_contrast("k1", 0.5, 0.25, 0.8)], hr(), arms=ARMS)
    turned = used([a_contrast("k1", 2.0, 1.25, 4.0, arm="b", comparator="a", total_arm=61)], hr(), arms=ARMS)
    assert turned.effect == pytest.approx(straight.effect)
    assert (turned.estimate, turned.lower, turned.upper) == pytest.approx((0.5, 0.25, 0.8))
    assert turned.variance == pytest.approx(straight.variance)
    assert (turned.arm, turned.comparator, turned.comparator_total) == ("a", "b", 61)
    assert turned.marks == ("inverted", "printed 2.0 (1.25 to 4.0) as b versus a")


@pytest.mark.parametrize("measure", ["RR", "OR"])
def test_ratios_of_counts(measure):
    analysis = an_analysis(kind="contrast", outcomes=("cr",), measure=measure)
    rows = [a_count("c1", 10, 50, outcome="cr"), a_count("c2", 20, 60, outcome="cr", arm="b")]
    u = used(rows, analysis, arms=ARMS)
    expected = (10 / 50) / (20 / 60) if measure == "RR" else (10 / 40) / (20 / 40)
    assert u.estimate == pytest.approx(expected)
    assert u.route == "counts of both arms (rows c1, c2)"
    printed = a_contrast("k1", expected, 0.1, 0.9, outcome="cr", measure=measure)
    assert used([printed], analysis, arms=ARMS).route.endswith("ratio and interval")
    assert used([*rows, printed], analysis, arms=ARMS).key == "c1"


def test_time_to_event_outcomes_never_become_risk_ratios():
    analysis = an_analysis(kind="contrast", outcomes=("efs",), measure="RR")
    rows = [a_count("c1", 10, 50, outcome="efs-events"), a_count("c2", 20, 60, outcome="efs-events", arm="b")]
    f = synthesise.findings(a_review([a_study(rows=rows, arms=ARMS)], [analysis]))[0]
    assert f.used == ()


def test_two_sides_must_be_the_same_look():
    analysis = an_analysis(kind="contrast", outcomes=("cr",), measure="RR")
    for other in ({"report": "elsewhere"}, {"months": 3.0}, {"basis": "treated"}, {"scale": "penn"}):
        rows = [a_count("c1", 10, 50, outcome="cr"), a_count("c2", 20, 60, outcome="cr", arm="b", **other)]
        assert synthesise.findings(a_review([a_study(rows=rows, arms=ARMS)], [analysis]))[0].k == 0


def test_two_arms_sharing_a_comparator_give_one_estimate():
    arms = [*ARMS, an_arm("a2")]
    rows = [a_contrast("k1", 0.5, 0.25, 1.0), a_contrast("k2", 0.6, 0.3, 1.2, arm="a2")]
    f = synthesise.findings(a_review([a_study(rows=rows, arms=arms)], [hr()]))[0]
    assert [u.key for u in f.used] == ["k1"]
    assert f.left_out[0].reason == "not-preferred" and "shares its comparator" in f.left_out[0].detail


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.03", (0.03, 2, False)),
        ("<.0001", (0.0001, 2, True)),
        ("p = 0.2", (0.2, 2, False)),
        (".03 (1-sided)", (0.03, 1, False)),
        ("0.15 one-sided", (0.15, 1, False)),
        ("4e-5", (4e-5, 2, False)),
        ("NS", None),
        (">0.05", None),
        ("", None),
        ("0.0", None),
    ],
)
def test_p_values_as_printed(text, expected):
    assert a_contrast(p=text).p_value == expected


def test_an_interval_that_misses_its_ratio_is_not_shown_beside_it():
    u = used([a_contrast("k1", 0.5, 0.6, 0.9, p="0.05")], hr(), arms=ARMS)
    assert u.route == "hazard ratio and p-value"
    assert u.lower < 0.5 < u.upper == pytest.approx(1.0)
