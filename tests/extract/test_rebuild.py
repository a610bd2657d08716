"""An arm rebuilt from its published curve, and the checks that let it into an analysis or keep it out."""

import math
from dataclasses import replace

import numpy as np
import pytest

from remit.errors import InputError
from remit.extract.quality import RULES, quality
from remit.extract.rebuild import published as published_curve
from remit.extract.rebuild import rebuild_arm
from remit.model.curve import RiskTable, TracedCurve
from remit.model.decision import Person
from remit.model.place import Place
from remit.model.rebuilt import PrintedLandmark, PublishedContrast, PublishedCurve, RebuiltArm
from remit.stats.cox import cox
from remit.stats.kaplan_meier import kaplan_meier

RISK = (0.0, 6.0, 12.0, 18.0, 24.0)
SOMEBODY = Person(id="ab", name="A. B.", role="reviewer", place=Place("people.yaml", None))


def cohort(seed, n, scale):
    rng = np.random.default_rng(seed)
    death, leave = rng.exponential(scale, n), rng.uniform(6.0, 40.0, n)
    return np.round(np.minimum(death, leave), 2) + 0.01, death <= leave


def published(name, time, event, **words):
    curve = kaplan_meier(time, event)
    at = curve.n_event > 0
    return PublishedCurve(
        arm=name,
        n=time.size,
        times=(0.0, *curve.time[at].tolist(), float(curve.time[-1])),
        survival=(1.0, *curve.survival[at].tolist(), float(curve.survival[-1])),
        risk_times=RISK,
        at_risk=tuple(float((time >= t).sum()) for t in RISK),
        events=int(event.sum()),
        **words,
    )


FIRST, SECOND = cohort(1, 90, 30.0), cohort(2, 85, 14.0)


def figure():
    curve = kaplan_meier(*FIRST)
    marks = (PrintedLandmark(time=12.0, survival=round(float(curve.survival_at([12.0])[0]), 2)),)
    return [
        published("blinatumomab", *FIRST, landmarks=marks),
        published("chemotherapy", *SECOND, median=round(kaplan_meier(*SECOND).median.time, 1)),
    ]


def truth():
    time = np.concatenate((FIRST[0], SECOND[0]))
    event = np.concatenate((FIRST[1], SECOND[1]))
    return cox(time, event, np.arange(time.size) < FIRST[0].size)


def test_a_clean_figure_passes_every_check():
    curves, fit = figure(), truth()
    arms = [rebuild_arm(c) for c in curves]
    assert [a.n for a in arms] == [90, 85]
    assert arms[0].information == "risk table and events" and "Liu" in arms[0].source
    report = quality(curves, arms, PublishedContrast(hr=round(fit.hazard_ratio[0], 2), p=fit.score_p))
    assert report.verdict == "pass" and report.may_enter and report.reasons == ()
    assert {c.name for c in report.checks} == set(RULES) - {"tracing", "ticks", "unseen"}
    with pytest.raises(InputError, match="only a failing figure"):
        report.allow(SOMEBODY, "because", "2026-01-01")


def test_swapped_arms_fail_and_enter_only_with_a_signed_reason():
    curves = figure()
    arms = [rebuild_arm(c) for c in curves]
    report = quality(curves, arms, PublishedContrast(hr=1.0 / truth().hazard_ratio[0]))
    assert report.verdict == "fail" and not report.may_enter
    assert "hazard ratio (blinatumomab against chemotherapy)" in report.reasons[0]
    with pytest.raises(InputError, match="reason in words"):
        report.allow(SOMEBODY, " ", "2026-01-01")
    signed = report.allow(SOMEBODY, "the report prints the inverse; see its Table 2", "2026-01-01")
    assert signed.may_enter and signed.verdict == "fail" and signed.overruled.by is SOMEBODY


def test_people_of_another_curve_fail():
    curves = figure()
    first = rebuild_arm(curves[0])
    other = RebuiltArm(arm="chemotherapy", time=first.time, event=first.event, method="x", information="x", source="x")
    failing = {c.name for c in quality(curves, [first, other]).checks if c.verdict == "fail"}
    assert {"curve rmse", "curve maximum", "events", "median"} <= failing


def test_a_printed_median_that_is_never_reached_fails():
    curve = replace(figure()[0], median=30.0, landmarks=())
    arm = RebuiltArm(arm="blinatumomab", time=(9.0,) * 90, event=(False,) * 90, method="x", information="x", source="x")
    found = {c.name: c for c in quality([curve], [arm]).checks}
    assert found["median"].verdict == "fail" and math.isinf(found["median"].found)


def test_people_without_events_fail_their_contrast():
    curves = figure()
    still = [
        RebuiltArm(arm=c.arm, time=(9.0,) * c.n, event=(False,) * c.n, method="x", information="x", source="x")
        for c in curves
    ]
    report = quality(curves, still, PublishedContrast(hr=0.5, p=0.01))
    assert [c.verdict for c in report.checks[-2:]] == ["fail", "fail"]


def test_a_bound_on_p_is_met_by_any_smaller_p():
    curves = figure()
    arms = [rebuild_arm(c) for c in curves]
    report = quality(curves, arms, PublishedContrast(p=0.05, p_bound=True))
    assert report.checks[-1].distance == 0.0


def test_a_traced_curve_brings_its_table_and_ticks():
    traced = TracedCurve(
        curve="a",
        unit="months",
        time=(0.0, 2.0, 5.0),
        survival=(1.0, 0.8, 0.6),
        end=9.0,
        risk=RiskTable((0.0, 4.0), (10, 7)),
        events=4,
    )
    curve = published_curve(traced)
    assert (curve.n, curve.times[-1], curve.survival[-1]) == (10, 9.0, 0.6)
    made = rebuild_arm(curve)
    assert (made.n, made.events, max(made.time)) == (10, 4, 9.0)
    with pytest.raises(InputError, match="give n"):
        published_curve(replace(traced, risk=None))


def test_guyot_is_named_with_its_source():
    arm = rebuild_arm(figure()[0], "guyot")
    assert arm.method == "guyot" and "12:9" in arm.source


def test_what_does_not_belong_together_is_refused():
    curves = figure()
    arms = [rebuild_arm(c) for c in curves]
    with pytest.raises(InputError, match="expected the same"):
        quality(curves, arms[::-1])
    with pytest.raises(InputError, match="expected two"):
        quality(curves[:1], arms[:1], PublishedContrast(hr=0.5))
    with pytest.raises(InputError, match="expected as many"):
        RebuiltArm(arm="a", time=(1.0,), event=(), method="x", information="x", source="x")
