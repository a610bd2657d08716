"""A whole folder as nouns."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from remit import store
from remit.errors import ReviewError
from remit.model.place import Place


def test_a_sound_review_reads_without_a_problem(folder):
    review, problems = store.load(folder)
    assert problems == ()
    assert review is not None
    assert [s.study.id for s in review.studies] == ["alpha", "beta"]
    assert review.about.version == "1.0"
    assert review.included_reports() == {"alpha-2018", "beta-2019"}
    assert store.read(str(folder)) == review


def test_numbers_stay_as_printed_beside_what_was_read(folder):
    alpha = store.read(folder).studies[0]
    row = alpha.counts[0]
    assert (row.events, row.total, row.proportion, row.lower, row.upper, row.level) == (24, 30, 0.8, 0.61, 0.92, 0.95)
    assert row.printed["proportion"] == "0.8"
    assert row.place == Place("studies/alpha/counts.csv", 2)
    assert [c.key for c in alpha.counts] == ["c1", "c2", "c10"]
    assert alpha.counts[2].note == "one, mild"
    first, second = alpha.medians
    assert (first.median, first.reached, first.lower, first.upper) == (19.1, True, 9.0, None)
    assert (second.median, second.reached) == (None, False)
    assert alpha.study.age_max == 17.5
    assert alpha.study.place == Place("studies/alpha/study.yaml", 1)
    assert alpha.study.reports[0].place.line == 11


def test_a_correction_is_used_and_the_printed_value_kept(folder):
    row = store.read(folder).studies[0].survival[0]
    assert row.upper == 0.85
    assert row.printed["upper"] == "0.65"
    assert row.corrected == ("upper",)


def test_analyses_are_written_out_for_each_value(folder):
    protocol = store.read(folder).protocol
    assert [a.id for a in protocol.analyses] == ["car-t-cr", "chemotherapy-cr", "os-24", "hr"]
    first = protocol.analyses[0]
    assert first.title == "Remission with car-t"
    assert first.where == {"class": ("car-t",), "design": ("!registry",)}
    assert (first.measure, first.important, first.drug_class) == ("PLO", (0.5, 0.7), "car-t")
    assert first.allow == {"mixed-ages": "few trials"}
    assert protocol.analyses[2].measure == "cloglog"
    assert protocol.claims[0].test.tests[0].threshold == 0.5


def test_the_last_decision_by_date_holds_whoever_made_it(folder):
    log = folder / "screening/full-text/cd.csv"
    log.write_text("key,record,verdict,criterion,reason,date\nx1,beta-2019,exclude,exc-adults,seen again,2020-02-01\n")
    assert store.read(folder).included_reports() == {"alpha-2018"}
    log.write_text("key,record,verdict,criterion,reason,date\nx1,beta-2019,exclude,exc-adults,seen first,2019-02-01\n")
    assert store.read(folder).included_reports() == {"alpha-2018", "beta-2019"}


def test_yaml_words_stay_words(folder: Path, change: Callable[[str, str, str], None]):
    change("studies/alpha/study.yaml", "family: alpha", "family: alpha\nphase: 1\nsponsor: NO\nnote: 2020-01-02")
    study = store.read(folder).studies[0].study
    assert (study.phase, study.sponsor, study.note) == ("1", "NO", "2020-01-02")


def test_read_raises_with_every_problem(folder, change):
    change("studies/alpha/counts.csv", "c1,all,cr,,24,30", "c1,all,cr,,34,30")
    change("studies/beta/study.yaml", "lineage: b-all", "lineage: t-all")
    with pytest.raises(ReviewError) as raised:
        store.read(folder)
    assert {p.rule for p in raised.value.problems} == {"events-exceed-total", "bad-code"}
    assert "studies/alpha/counts.csv:2: events 34 exceed total 30 (arm all)" in str(raised.value)


def test_a_folder_that_is_not_there_is_a_problem(tmp_path):
    review, problems = store.load(tmp_path / "nothing")
    assert review is None
    assert {str(p.place) for p in problems} == {"review.yaml", "protocol.yaml"}


def test_windows_line_ends_are_a_warning(folder):
    path = folder / "studies/beta/contrasts.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    review, problems = store.load(folder)
    assert review is not None
    assert [(p.rule, p.severity, str(p.place)) for p in problems] == [
        ("line-ends", "warning", "studies/beta/contrasts.csv:1")
    ]


def test_reading_needs_neither_numpy_nor_scipy():
    code = "import sys, remit.store; print(sorted({'numpy', 'scipy', 'jinja2'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
