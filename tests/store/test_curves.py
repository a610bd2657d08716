"""Printed curves: read as written, refused by file and line."""

import pytest

from remit import store
from remit.errors import ReviewError
from remit.model.curve import TracedCurve
from remit.store import trace_file

CURVE = """\
curve: os-all
arm: all
outcome: os
basis: infused
population: all infused
transplant: not-censored
competing: not-applicable
report: alpha-2018
locator: Figure 2
url: https://example.org/a
source: primary
extracted_by: ab
checked_by: cd
unit: months
n: 30
events: 12
risk:
  - {time: 0, n: 30}
  - {time: 12, n: 20}
  - {time: 24, n: 20}
censored: [5, 7.5]
landmarks:
  - {time: 24, survival: 0.62}
median: 20.5
"""
POINTS = "time,survival\n0,1\n3,0.9\n12,0.7\n24,0.62\n"
HERE = "studies/alpha/curves/os-all"


@pytest.fixture
def curved(folder):
    def write(curve=CURVE, points=POINTS):
        place = folder / HERE
        place.parent.mkdir(exist_ok=True)
        place.with_suffix(".yaml").write_text(curve, encoding="utf-8")
        if points is not None:
            place.with_suffix(".csv").write_text(points, encoding="utf-8")
        return folder

    return write


def test_a_curve_is_read_with_its_table(curved):
    (alpha, _) = store.read(curved()).studies
    (c,) = alpha.curves
    assert (c.id, c.arm, c.outcome, c.n, c.events, c.median) == ("os-all", "all", "os", 30, 12, 20.5)
    assert (c.time, c.survival) == ((0.0, 3.0, 12.0, 24.0), (1.0, 0.9, 0.7, 0.62))
    assert c.risk == ((0.0, 30), (12.0, 20), (24.0, 20))
    assert (c.censored, c.landmarks) == ((5.0, 7.5), ((24.0, 0.62),))
    assert (c.transplant, c.competing, c.accepted) == ("not-censored", "not-applicable", None)


def test_two_people_may_leave_at_one_time_and_ticks_say_how_they_were_read(curved):
    text = CURVE.replace("censored: [5, 7.5]", "censored: [6.3, 6.3, 7]")
    (alpha, _) = store.read(curved(text)).studies
    assert (alpha.curves[0].censored, alpha.curves[0].ticks, alpha.curves[0].warnings) == (
        (6.3, 6.3, 7.0),
        "picture",
        (),
    )
    (alpha, _) = store.read(curved(text + "ticks: vector\nwarnings: [the line is pale]\n")).studies
    assert (alpha.curves[0].ticks, alpha.curves[0].warnings) == ("vector", ("the line is pale",))


def test_an_acceptance_is_signed(curved):
    signed = CURVE + "accepted: {by: cd, date: 2020-01-02, reason: the figure is coarse}\n"
    assert store.read(curved(signed)).studies[0].curves[0].accepted.reason == "the figure is coarse"
    with pytest.raises(ReviewError, match="no reason"):
        store.read(curved(CURVE + "accepted: {by: cd, date: 2020-01-02}\n"))


@pytest.mark.parametrize(
    ("old", "new", "said", "line"),
    [
        ("events: 12", "events: 31", "31 events in 30 people", 16),
        ("{time: 24, n: 20}", "{time: 24, n: 25}", "20 at risk at 12, then 25 at 24", 17),
        ("{time: 0, n: 30}", "{time: 0, n: 33}", "33 at risk at the start of 30 people", 17),
        ("transplant: not-censored\n", "", "no transplant", 1),
        ("competing: not-applicable", "competing: perhaps", "competing 'perhaps'", 7),
        ("outcome: os", "outcome: efs", "outcome names 'efs'", 3),
        ("arm: all", "arm: some", "arm names 'some'", 2),
        ("report: alpha-2018\n", "", "without a report", 1),
        ("unit: months", "unit: fortnights", "unit 'fortnights'", 14),
        ("survival: 0.62}", "survival: 62}", "survival 62", 23),
        ("median: 20.5", "mean: 20.5", "the key 'mean'", 24),
        ("censored: [5, 7.5]", "censored: [5, x]", "censored 'x'", 21),
        ("censored: [5, 7.5]", "censored: [5, '']", "censored holds an empty part", 21),
        ("median: 20.5", "ticks: drawn", "ticks 'drawn'", 24),
        ("curve: os-all", "curve: os", "curve 'os' in os-all.yaml", 1),
    ],
)
def test_each_refusal_has_its_line(curved, old, new, said, line):
    with pytest.raises(ReviewError) as caught:
        store.read(curved(CURVE.replace(old, new)))
    told = [str(p) for p in caught.value.problems]
    assert any(t.startswith(f"{HERE}.yaml:{line}:") and said in t for t in told), told


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (None, "no studies/alpha/curves/os-all.csv"),
        ("t,s\n0,1\n", "t,s"),
        ("time_years,survival\n0,1\n1,0.9\n", "time_months,survival"),
        ("", "an empty file"),
        ("time,survival\n0,1\nx,0.9\n", "x,0.9"),
        ("time,survival\n0,1\n3,90\n", "3,90"),
        ("time,survival\n0,1\n", "1 points"),
        ("time,survival\n0,1\n3,0.9,1\n", "3,0.9,1"),
    ],
)
def test_a_broken_table_is_refused(curved, points, said):
    with pytest.raises(ReviewError) as caught:
        store.read(curved(points=points))
    assert any(said in str(p) and f"{HERE}.csv" in str(p) for p in caught.value.problems)


def test_a_table_alone_is_refused(curved):
    root = curved()
    (root / HERE).with_suffix(".yaml").unlink()
    with pytest.raises(ReviewError, match="the file os-all"):
        store.read(root)


def test_a_traced_curve_is_read_as_it_was_written(curved):
    traced = TracedCurve(curve="os", unit="months", time=(0.0, 2.5, 7.0), survival=(1.0, 0.9, 0.00002), end=30.0)
    (c,) = store.read(curved(points=trace_file.steps(traced))).studies[0].curves
    assert c.time == (0.0, 2.5, 7.0, 30.0)
    assert c.survival == (1.0, 0.9, 0.00002, 0.00002)
