"""Retractions and corrections a source told of."""

from hypothesis import given
from hypothesis import strategies as st
from invented import a_report, a_review, a_study

from remit import lint, store
from remit.model.source_record import Related, SourceRecord
from remit.store import texts
from remit.tasks.check import check
from remit.tasks.results import Results

REPORTS = (a_report("r1", doi="10.1/One", pmid="11"), a_report("r2", doi="10.1/two"))


def told(*records, reports=REPORTS):
    review = a_review(studies=(a_study("s", reports=reports),))
    return [(p.rule, p.severity, p.seen) for p in lint.notices(review, records)]


def test_a_report_its_own_record_calls_retracted():
    record = SourceRecord(
        source="pubmed", pmid="11", retracted=True, related=(Related("retracted-by", "J 2. PMID: 99"),)
    )
    assert told(("x", record)) == [("retracted", "warning", "report r1 was retracted, says pubmed: J 2. PMID: 99")]
    bare = SourceRecord(source="openalex", retracted=True)
    assert [r for r, *_ in told(("r2", bare))] == ["retracted"]


def test_a_notice_names_what_it_retracts_or_corrects():
    notice = SourceRecord(
        source="crossref", doi="10.1/n", title="Erratum", related=(Related("corrects", "doi 10.1/two"),)
    )
    assert told(("x", notice)) == [
        ("corrected", "warning", "report r2 was corrected, says crossref: Erratum (doi 10.1/n)")
    ]
    other = SourceRecord(related=(Related("retracts", "J 1. PMID: 12"), Related("comment-on", "PMID 11")))
    assert told(("x", other)) == []


def test_a_registry_that_knows_of_a_retraction():
    trial = SourceRecord(source="clinicaltrials.gov", related=(Related("other", "PMID 11 retracted by PMID 99 J"),))
    assert told(("x", trial)) == [
        ("retracted", "warning", "report r1 was retracted, says clinicaltrials.gov: PMID 99 J")
    ]


def test_a_concern_counts_as_a_correction_and_each_notice_once():
    record = SourceRecord(source="pubmed", pmid="11", related=(Related("other", "ExpressionOfConcernIn: J 4"),))
    assert [r for r, *_ in told(("x", record), ("y", record))] == ["corrected"]


@given(st.text(max_size=40), st.sampled_from(["retracts", "corrects", "other", "retracted-by"]))
def test_any_reference_is_read_without_an_error(ref, relation):
    told(("r1", SourceRecord(related=(Related(relation, ref),))))


def test_check_reads_the_local_cache(tmp_path, monkeypatch):
    store.new(tmp_path / "r", "r", "R")
    review = a_review(studies=(a_study("s", reports=REPORTS),))
    opened = Results(review, {}, (), ())
    monkeypatch.setattr("remit.tasks.check.open_review", lambda *_: opened)
    monkeypatch.setattr("remit.store.findings.stale", lambda *_: ())
    assert check(tmp_path / "r") == ()
    texts.write(tmp_path / "r", {"x": SourceRecord(source="pubmed", pmid="11", retracted=True)})
    assert [p.rule for p in check(tmp_path / "r")] == ["retracted"]
