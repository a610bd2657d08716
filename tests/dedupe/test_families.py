"""Which records are offered as reports of one study, with what reasons."""

from dataclasses import replace

from made import FULL, library

from remit.dedupe.families import families
from remit.model.source_record import Related, SourceRecord


def reasons(**records: SourceRecord) -> dict[tuple[str, str], str]:
    return {(a, b): why for family in families(records) for a, b, why in family.why}


def test_a_registry_number_links_a_trials_reports():
    paper = replace(FULL, abstract="Registered as NCT01234567.")
    entry = SourceRecord(title="A protocol in a register", registry=("nct01234567",))
    other = SourceRecord(title="Another trial", registry=("NCT07654321",))
    assert reasons(a=paper, b=entry, c=other) == {("a", "b"): "registry number NCT01234567"}


def test_an_abstract_and_its_full_report_are_linked():
    abstract = replace(FULL, journal="Meeting", pages="S1", volume="9", doi="", pmid="", year=2017)
    assert reasons(a=FULL, b=abstract) == {("a", "b"): "title and authors, printed elsewhere"}


def test_a_trials_name_links_only_where_an_author_is_shared():
    one = replace(FULL, title="Outcome after AALL9999 in infants")
    two = replace(FULL, title="Late effects of AALL9999 therapy", authors=("Müller, A", "Xu, B"))
    three = replace(FULL, title="A letter about AALL9999", authors=("Nobody, N",))
    assert reasons(a=one, b=two, c=three) == {("a", "b"): "trial AALL9999 and authors"}


def test_accrual_and_authors_link_reports_without_a_number():
    early = replace(FULL, title="Remission", abstract="Between January 2012 and March 2015, 75 children were enrolled.")
    late = replace(FULL, title="Survival", abstract="From Jan 2012 to Mar 2015 we enrolled 75 children.")
    assert reasons(a=early, b=late) == {("a", "b"): "accrual jan 2012 to mar 2015 and authors"}


def test_what_a_source_says_links_an_erratum():
    erratum = SourceRecord(title="Erratum", related=(Related("corrects", f"J Inv. doi: {FULL.doi}."),))
    assert reasons(a=FULL, b=erratum) == {("a", "b"): "correction, as its source says"}


def test_a_title_alone_links_an_erratum_or_comment():
    report = SourceRecord(title="Invented antibody in children with relapsed leukaemia", authors=("Made, Ada",))
    notices = ("Erratum to: {}", "Comment on '{}'", "{} [Erratum]", "Retraction: {}")
    for words in notices:
        found = families({"a": report, "b": SourceRecord(title=words.format(report.title))})
        assert [f.records for f in found] == [("a", "b")], words
    other = SourceRecord(title="Erratum to: Invented antibody in adults with another leukaemia")
    assert families({"a": report, "b": other}) == ()


def test_strangers_are_no_family():
    assert families({str(i): r for i, r in enumerate(library())}) == ()
