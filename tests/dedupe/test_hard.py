"""Pairs that real searches bring: fields in each other's place, identifiers of another, marks and notes."""

from dataclasses import replace

import pytest

from remit.dedupe import normalise, notices
from remit.dedupe.find import duplicates
from remit.model.source_record import SourceRecord

PAPER = SourceRecord(
    title="Invented antibody in children with relapsed leukaemia: a cohort",
    authors=("Invented, Ada", "Made, Bob", "Thought, Cy"),
    year=2019,
    journal="Journal of Invented Haematology",
    volume="12",
    issue="4",
    pages="301-309",
)


def answer(*records: SourceRecord) -> str:
    found = duplicates(records)
    return "one" if len(set(found.kept)) == 1 else "left" if found.alike else "apart"


def test_an_identifier_at_another_journal_volume_and_page_is_left_to_a_person():
    paper = replace(PAPER, doi="10.1000/paper")
    abstract = replace(paper, journal="Annals of Made Oncology", volume="30", issue="S1", pages="S55")
    assert answer(paper, abstract) == "left"
    assert answer(replace(paper, pmid="1"), replace(abstract, pmid="1")) == "left"
    other = replace(abstract, title="Pharmacokinetics of another substance in adult volunteers")
    assert answer(paper, other) == "apart"


def test_what_bears_the_identifier_of_another_place_does_not_join_the_two_places():
    paper = replace(PAPER, doi="10.1000/paper")
    abstract = replace(PAPER, journal="Annals of Made Oncology", volume="30", issue="S1", pages="S55")
    mixed = replace(abstract, doi="10.1000/paper")
    kept = duplicates((paper, replace(PAPER), abstract, mixed)).kept
    assert kept[0] == kept[1] != kept[2] == kept[3]


def test_one_doi_and_span_in_another_journal_and_volume_needs_the_same_title():
    paper = replace(PAPER, doi="10.1000/paper")
    similar = replace(paper, title="Invented antibody in relapsed leukaemia", journal="Made Reviews", volume="77")
    assert answer(paper, similar) != "one"


def test_two_abstracts_of_one_supplement_with_its_doi_stay_apart():
    first = replace(PAPER, doi="10.1000/supplement", pages="S354", abstract="First things were seen. " * 30)
    second = replace(
        first,
        title="Cell counts in rabbits given a wholly different product",
        authors=("Thought, Cy", "New, Di", "Other, Ed"),
        abstract="Second things were counted. " * 30,
    )
    assert answer(first, second) == "apart"


def test_an_article_number_in_the_issues_field_agrees_with_the_page():
    first = replace(PAPER, pages="660775", issue="3")
    assert answer(first, replace(first, pages="", issue="660775")) == "one"
    assert answer(replace(first, pages="e32"), replace(first, pages="", issue="32")) == "one"
    assert answer(first, replace(first, pages="", issue="9")) == "left"


def test_a_volume_in_the_issues_field_agrees():
    moved = replace(PAPER, volume="", issue="12", pages="4")
    assert answer(PAPER, moved) == "one"
    assert answer(PAPER, replace(moved, pages="77")) != "one"


@pytest.mark.parametrize("words", ["Online ahead of print.", "Ph.D.", "(Jul)", "ahead-of-print"])
def test_words_for_a_volume_say_nothing(words):
    assert normalise.volume(words, 2019) == ""
    assert answer(PAPER, replace(PAPER, volume=words, issue="", pages="")) == "one"


def test_letters_and_numerals_of_volumes_tell_volumes_apart():
    assert [normalise.volume(v, 2019) for v in ("XII", "B", "12 Suppl 3", "2019")] == ["xii", "b", "12", ""]


def test_a_count_of_pages_is_no_page():
    assert normalise.pages("215 p") == ("", "")
    assert normalise.pages("1234P") == ("1234p", "")


@pytest.mark.parametrize(
    "note",
    [
        ".[Erratum appears in J Made Haem. 2019 Jun;12(6):500 Note: Made, B [added]].[Erratum",
        " [corrected][published",
        " [Comment in Lancet Haematol. 2021 May;8(5):e300-e302; PMID: 33900001",
        ". [Erratum appears in Leukemia. 2020 Mar;34(3):900 Note: Made, B [corrected to Maid, B]]",
    ],
)
def test_notes_behind_a_title_are_no_part_of_it(note):
    assert normalise.bare(PAPER.title + note).strip(" .") == normalise.bare(PAPER.title)
    assert answer(PAPER, replace(PAPER, title=PAPER.title + note)) == "one"


def test_an_erratum_stays_one_and_a_word_in_brackets_stays():
    assert normalise.bare("Dose [corrected] of a product") == "dose [corrected] of a product"
    assert notices.notice(normalise.bare("Doses of a product [Erratum]"), "") == "erratum"


@pytest.mark.parametrize(
    "title",
    [
        f"RETRACTED: {PAPER.title}",
        f"RETRACTED ARTICLE: {PAPER.title}",
        f"RETRACTED: {PAPER.title} (Retracted article. See vol. 14, pg. 307, 2021)",
        f"{PAPER.title} (Retracted Article)",
    ],
)
def test_an_article_marked_as_retracted_is_the_article(title):
    assert answer(PAPER, replace(PAPER, title=title)) == "one"


@pytest.mark.parametrize("title", [f"Retracted: {PAPER.title}", f"Retraction: {PAPER.title}"])
def test_a_notice_of_retraction_is_not_the_article(title):
    assert answer(PAPER, replace(PAPER, title=title, year=2021, volume="14", pages="500")) == "apart"


def test_a_title_with_its_source_behind_it_is_an_erratum():
    notice = replace(PAPER, title=f"{PAPER.title} (Journal of Made Haematology (2019) 12 (301-309))", pages="600")
    assert notices.notice(normalise.bare(notice.title), "") == "erratum"
    assert answer(PAPER, notice) == "apart"
    assert notices.notice(normalise.bare("Survival after leukaemia in Europe (2000-2007)"), "") == ""


def test_one_record_of_several_letters_is_left_beside_the_first():
    letter = replace(PAPER, pages="301-302")
    several = replace(
        PAPER,
        title=f"{PAPER.title} (multiple letters) [1]",
        pages="301-303",
        authors=(*PAPER.authors, "Reply, Eve", "Answer, Flo"),
    )
    assert answer(letter, several) == "left"


def test_a_conference_behind_a_journals_name_leaves_the_journal():
    meeting = "Journal of Invented Haematology.Conference: 23rd Congress of a Made Society Kyoto Japan."
    assert "journal invented haematology" in normalise.journal(meeting).split("|")
    assert answer(PAPER, replace(PAPER, journal=meeting, volume="", issue="", pages="")) == "one"


def test_another_doi_without_pages_in_one_issue_is_left_to_a_person():
    first = replace(PAPER, doi="10.1000/a")
    assert answer(first, replace(first, doi="10.1000/b", pages="")) == "left"
    assert answer(first, replace(first, doi="10.1000/b", pages="", issue="5")) == "apart"


def test_one_issue_and_first_page_are_a_place_where_one_record_has_no_volume():
    letter = replace(PAPER, title="Addicts lose an invented thing", pages="ec201", issue="128")
    assert answer(letter, replace(letter, volume="")) == "one"
    assert answer(letter, replace(letter, volume="", issue="129")) != "one"


def test_two_translations_of_a_title_with_one_text_and_span_are_one():
    text = "Only two of the products lowered the time that was counted in the test of invention. " * 8
    first = replace(
        PAPER, title="[Blockers of made channels: property of the class or of an individual]", abstract=text
    )
    second = replace(
        first, title="Blockers of made channels: Property of the class or an agent alone", journal="Other", volume=""
    )
    assert answer(first, second) == "one"
    assert answer(replace(first, abstract=""), replace(second, abstract="")) != "one"


def test_a_record_without_title_is_left_to_a_person():
    assert answer(PAPER, replace(PAPER, title="")) == "left"
    assert answer(replace(PAPER, doi="10.1000/a"), replace(PAPER, title="", doi="10.1000/a")) in ("one", "left")


def test_two_numbers_of_meeting_abstracts_in_one_supplement_are_two():
    first = replace(PAPER, kind="Conference Abstract", pages="10501", issue="15_suppl")
    assert answer(first, replace(first, pages="e21500")) == "left"
    assert answer(first, replace(first, pages="")) == "one"


def test_a_preprint_with_and_without_its_version_is_one():
    first = replace(PAPER, journal="medRxiv", kind="Preprint", volume="", issue="", pages="")
    versions = [replace(first, doi=f"10.1101/2021.03.03.21250001{v}") for v in ("", "v1", "v2.full.pdf")]
    assert answer(*versions) == "one"
    assert normalise.doi("10.1000/inv1") == "10.1000/inv1"


def test_two_journals_of_one_publisher_may_begin_alike():
    cancer = replace(PAPER, journal="Made Cancer", volume="12", issue="1", pages="1-9")
    health = replace(cancer, title="Cost of inhalers in a district of another country", journal="Made Public Health")
    assert answer(cancer, health) == "left"
    assert answer(cancer, replace(health, journal="")) == "left"


EDITORIAL = replace(PAPER, title="Editorial Introduction", authors=("Invented, Ada",), pages="5-6", issue="2")


def test_an_issue_tells_editorials_on_one_page_apart():
    assert answer(EDITORIAL, replace(EDITORIAL, issue="3")) == "apart"
    assert answer(EDITORIAL, replace(EDITORIAL, issue="3", pages="5-9")) == "apart"
    assert answer(EDITORIAL, replace(EDITORIAL, pages="5-9")) == "left"
    assert answer(EDITORIAL, replace(EDITORIAL, journal="J Invented Haematol")) == "one"


def test_editorials_alike_in_what_little_they_say_are_left_to_a_person():
    for lost in ({"volume": "", "issue": ""}, {"issue": ""}, {"pages": "", "issue": ""}):
        bare = replace(EDITORIAL, **lost)
        assert answer(bare, replace(bare)) == "left"
    assert answer(replace(EDITORIAL, pages="505-506", issue=""), replace(EDITORIAL, pages="505-506", issue="")) == "one"


def test_consultations_numbered_apart_on_one_span_need_authors():
    first = replace(PAPER, title="August consultation #3.", authors=(), pages="1788-1791")
    assert answer(first, replace(first, title="August consultation #4.")) != "one"
    assert normalise.pages("1788; discussion 1791") == ("1788", "")


def test_a_reply_with_a_typographic_apostrophe_is_a_reply():
    reply = replace(PAPER, title=f"Authors\u2019 Reply to Other et al.: \u201c{PAPER.title}\u201d", pages="")
    assert notices.notice(normalise.bare(reply.title), "") == "comment"
    assert answer(replace(PAPER, pages=""), reply) == "apart"


def test_what_stands_before_a_title_may_make_it_another_text():
    debate = replace(PAPER, title=f"Continuing the debate - a response to a response - {PAPER.title}", pages="")
    assert answer(replace(PAPER, pages=""), debate) == "left"
    series = replace(PAPER, title=f"How I did it ... {PAPER.title}", pages="")
    assert answer(replace(PAPER, pages=""), series) == "one"


def test_a_volume_behind_a_conferences_name_is_found():
    assert normalise.volume("Conference: 22nd Made World Congress. Brazil. 143", 2018) == "143"
    assert normalise.volume("14 Suppl. 2", 2018) == "14"
