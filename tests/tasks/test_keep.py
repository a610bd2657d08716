"""Traced curves kept in a study: written, read back, held against what is printed; a refusal leaves no file."""

from dataclasses import replace

import pytest

from remit import store
from remit.cli import main
from remit.errors import InputError, ReviewError, UsageError
from remit.extract.rebuild import published, rebuild_arm
from remit.model.curve import GUESS, RiskTable, TracedCurve
from remit.stats.kaplan_meier import kaplan_meier
from remit.tasks.keep import Shared, keep
from remit.tasks.results import results

TIMES = [2, 3, 5, 8, 9, 12, 15, 16, 20, 22, 24, 27, 30, 30, 30, 30]
EVENTS = [1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0]
STUDY = """\
study: alpha
name: Alpha
family: alpha
design: randomised
populations: [relapsed-refractory]
age_group: children
lineage: b-all
reports:
  - {id: alpha-2020, kind: article, title: Alpha, year: 2020}
arms:
  - {id: new, label: New, role: experimental, agents: [blinatumomab], class: bispecific, n: 16}
  - {id: old, label: Old, role: control, agents: [blinatumomab], class: bispecific, n: 16}
"""
PLAN = """\
  - {id: os-12, title: OS, question: q1, kind: survival, outcomes: [os], basis: [randomised], measure: cloglog, months: "12"}
"""  # noqa: E501
SEARCH = """\
search: hand
source: By hand
route: website
query: alpha
date: 2026-11-01
hits: 1
"""
RECORD = """\
key,search,title,first_author,year,journal,doi,pmid,registry,url
alpha-2020,hand,Alpha,,2020,,,,,
"""
SHARED = Shared(
    outcome="os",
    basis="randomised",
    transplant="not-stated",
    competing="not-applicable",
    report="alpha-2020",
    locator="Figure 2",
    extracted_by="r1",
)


@pytest.fixture
def review(root):
    protocol = root / "protocol.yaml"
    text = protocol.read_text(encoding="utf-8")
    question = text.split("questions:")[1].split("id: ")[1].split("\n")[0].split(",")[0].strip()
    text = text.replace("\nanalyses:\n", "\nanalyses:\n" + PLAN.replace("q1", question), 1)
    protocol.write_text(text, encoding="utf-8")
    files = {"studies/alpha/study.yaml": STUDY, "searches/hand.yaml": SEARCH, "records/records.csv": RECORD}
    for name, held in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(held, encoding="utf-8")
    store.read(root)
    return root


def traced(name="red", pace=1.0, **kw):
    times = [t * pace for t in TIMES]
    made = kaplan_meier(times, EVENTS)
    at = [0.0, 10.0, 20.0]
    values = {
        "curve": name, "unit": "months", "end": 30.0 * pace, "total": 16, "events": sum(EVENTS),
        "time": (0.0, *map(float, made.time)), "survival": (1.0, *map(float, made.survival)),
        "risk": RiskTable(tuple(at), tuple(sum(x >= t for x in times) for t in at)),
    }  # fmt: skip
    return TracedCurve(**{**values, **kw})


def test_a_kept_curve_is_read_back_checked_and_says_what_it_holds(review):
    (kept,) = keep(review, "alpha", [traced()], {"red": "new"}, SHARED)
    assert kept.file == review / "studies/alpha/curves/os-new.yaml"
    assert (kept.rebuilt.report.verdict, kept.rebuilt.arm.events) == ("pass", sum(EVENTS))
    (value,) = kept.values
    assert (value.key, value.months) == ("os-new-12m", 12.0)
    assert value.probability == pytest.approx(kaplan_meier(TIMES, EVENTS).landmark(12.0).survival)
    (curve,) = store.read(review).study("alpha").curves
    assert (curve.n, curve.events, curve.risk[0]) == (16, sum(EVENTS), (0.0, 16))
    assert curve.time[:3] == (0.0, 2.0, 3.0)


def test_two_arms_are_compared(review):
    found = keep(review, "alpha", [traced(), traced("blue", 0.5)], {"red": "new", "blue": "old"}, SHARED)
    for kept in found:
        (ratio,) = [v for v in kept.values if v.key == "os-new-v-os-old"]
        assert (ratio.arm, ratio.comparator) == ("new", "old") and 0.1 < ratio.estimate < 0.9


def test_a_curve_that_contradicts_the_tables_is_kept_and_fails(review):
    row = "s1,new,os,24,survival,0.9,,,,,16,randomised,all,not-stated,alpha-2020,abstract,https://example.org,primary,r1,,,"
    head = (
        "key,arm,outcome,months,measure,probability,lower,upper,level,se,total,basis,population,transplant,"
        "report,locator,url,source,extracted_by,checked_by,flags,note"
    )
    (review / "studies/alpha/survival.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    (kept,) = keep(review, "alpha", [traced()], {"red": "new"}, SHARED)
    assert kept.rebuilt.report.verdict == "fail" and not kept.rebuilt.may_enter
    assert kept.values == ()


def test_a_curve_of_that_name_is_replaced_only_when_asked(review):
    keep(review, "alpha", [traced()], {"red": "new"}, SHARED)
    with pytest.raises(UsageError, match=r"os-new\.yaml is there already; replace it with --again"):
        keep(review, "alpha", [traced()], {"red": "new"}, SHARED)
    keep(review, "alpha", [traced(events=8)], {"red": "new"}, SHARED, again=True)
    assert store.read(review).study("alpha").curves[0].events == 8


@pytest.mark.parametrize(
    ("arms", "change", "study", "message"),
    [
        ({"red": "newer"}, {}, "alpha", "no arm of alpha is called 'newer'; did you mean new"),
        ({"green": "new"}, {}, "alpha", "no traced curve is called 'green'"),
        ({"red": "new"}, {"outcome": "../../x"}, "alpha", "no outcome is called"),
        ({"red": "new"}, {"outcome": "cr-cri"}, "alpha", "cr-cri is a proportion; a curve needs a time to an event"),
        ({"red": "new", "blue": "new"}, {}, "alpha", "curves red and blue are both of arm new"),
        ({"red": "new"}, {}, "../alpha", "no study is called '../alpha'; did you mean alpha"),
    ],
)
def test_names_that_nobody_knows_are_refused_before_anything_is_written(review, arms, change, study, message):
    with pytest.raises(UsageError, match=message.replace("?", r"\?")):
        keep(review, study, [traced(), traced("blue")], arms, replace(SHARED, **change))
    assert not (review / "studies/alpha/curves").exists()


def test_words_the_folder_does_not_know_leave_every_file_as_it_was(review):
    keep(review, "alpha", [traced()], {"red": "new"}, SHARED)
    before = {p.name: p.read_bytes() for p in (review / "studies/alpha/curves").iterdir()}
    with pytest.raises(ReviewError) as refused:
        keep(review, "alpha", [traced("a"), traced("b")], {"a": "new", "b": "old"}, replace(SHARED, basis="all"), True)
    assert "basis 'all'" in str(refused.value.problems[0])
    assert {p.name: p.read_bytes() for p in (review / "studies/alpha/curves").iterdir()} == before


def test_ticks_are_kept_as_read_two_at_one_time_too_and_rebuilt_as_the_trace_rebuilds_them(review):
    ticks = (*(float(t) for t, e in zip(TIMES, EVENTS, strict=True) if not e), 1e-9)
    for exact, kind in ((True, "vector"), (False, "picture")):
        red = traced(censored=ticks, exact=exact, risk=None, events=None)
        (kept,) = keep(review, "alpha", [red], {"red": "new"}, SHARED, again=True)
        (curve,) = store.read(review).study("alpha").curves
        assert (curve.ticks, curve.censored) == (kind, (*ticks[:-1], 0.0))
        alone = rebuild_arm(published(red))
        assert kept.rebuilt.arm.event == alone.event and kept.rebuilt.arm.notes == alone.notes
        assert kept.rebuilt.arm.time == pytest.approx(alone.time)


def test_warnings_of_tracing_stay_with_the_curve(review):
    said = 'hidden for 235 columns: "its" course, there: is doubtful'
    (kept,) = keep(review, "alpha", [traced(warnings=(said, "a gap", "a gap"))], {"red": "new"}, SHARED)
    assert store.read(review).study("alpha").curves[0].warnings == (said, "a gap")
    assert kept.rebuilt.report.verdict == "warn" and f"tracing (new): {said}" in kept.rebuilt.report.reasons
    found = results(store.read(review)).problems
    assert [p.severity for p in found if p.rule == "curve-warns" and said in p.seen] == ["warning"]


def test_a_stretch_that_is_a_guess_is_refused_until_somebody_signs(review):
    (kept,) = keep(review, "alpha", [traced(warnings=(f"hidden: {GUESS}",))], {"red": "new"}, SHARED)
    assert kept.rebuilt.report.verdict == "fail" and not kept.good
    file = review / "studies/alpha/curves/os-new.yaml"
    signed = "accepted: {by: r1, date: 2026-01-02, reason: the table leaves one course}\n"
    file.write_text(file.read_text(encoding="utf-8") + signed, encoding="utf-8")
    assert [p.severity for p in results(store.read(review)).problems if p.rule == "curve-fails"] == ["warning"]


def test_more_people_than_the_arm_has_are_said(review):
    (kept,) = keep(review, "alpha", [traced(total=40, risk=None, events=None)], {"red": "new"}, SHARED)
    assert [(p.rule, p.severity) for p in kept.problems] == [("curve-people", "warning")]
    assert "has 40 people, arm new has 16" in kept.problems[0].seen
    study = review / "studies/alpha/study.yaml"
    study.write_text(STUDY.replace("lineage: b-all\n", "lineage: b-all\nenrolled: 32\n"), encoding="utf-8")
    (kept,) = keep(review, "alpha", [traced(total=40, risk=None, events=None)], {"red": "new"}, SHARED, again=True)
    assert "the study enrolled 32" in kept.problems[0].seen and not kept.good


def test_nobody_says_how_many_people(review):
    with pytest.raises(InputError, match="how many people"):
        keep(review, "alpha", [traced(total=None, events=None, risk=None)], {"red": "new"}, SHARED)


def test_the_command_keeps_what_was_traced(review, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = kaplan_meier(TIMES, EVENTS)
    lines = ["time,survival", "0,1", *(f"{t},{s}" for t, s in zip(made.time, made.survival, strict=True))]
    (tmp_path / "points.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["trace", "points.csv", "--risk", "0:16 10:11 20:7", "--events", "9", "--out", "traced"]) == 0
    words = [
        "--outcome",
        "os",
        "--basis",
        "randomised",
        "--report",
        "alpha-2020",
        "--by",
        "r1",
        "--transplant",
        "not-stated",
    ]
    words += ["--competing", "not-applicable", "--locator"]
    assert main(["keep", str(review), "alpha", "traced/trace.yaml", "--arm", "new", *words, "Figure 2"]) == 0
    out = capsys.readouterr().out
    assert "studies/alpha/curves/os-new.yaml: 16 people, 9 events; passes" in out
    assert "survival at 12 months: 0.673 [" in out
    assert main(["keep", str(review), "alpha", "traced/trace.yaml", *words, "Figure 2"]) == 2
    assert "whose curves are they?" in capsys.readouterr().err
    twice = ["keep", str(review), "alpha", "traced/trace.yaml", "--arm", "curve=new", "--arm", "curve=old", *words, "F"]
    assert main(twice) == 2
    assert "curve curve was given to new already" in capsys.readouterr().err


def test_the_command_keeps_that_the_figure_is_another_one(review, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = kaplan_meier(TIMES, EVENTS)
    lines = ["time,survival", "0,1", *(f"{t},{s}" for t, s in zip(made.time, made.survival, strict=True))]
    (tmp_path / "points.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["trace", "points.csv", "--total", "16", "--events", "9", "--out", "traced"]) == 0
    (tmp_path / "points.csv").write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    words = ["--outcome", "os", "--basis", "randomised", "--report", "alpha-2020", "--by", "r1", "--locator", "F"]
    asked = ["keep", str(review), "alpha", "traced/trace.yaml", "--arm", "new", *words]
    with pytest.raises(SystemExit):
        main(asked)
    assert "--transplant, --competing" in capsys.readouterr().err
    assert main([*asked, "--transplant", "not-stated", "--competing", "not-applicable"]) == 0
    out = capsys.readouterr().out
    assert "passes with doubts" in out and "its SHA-256 differs" in out
    assert "SHA-256" in store.read(review).study("alpha").curves[0].warnings[0]
