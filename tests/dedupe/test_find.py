"""What is one document, what is not, and laws that hold whatever the records."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import FULL, bare, library, washed

from remit.dedupe.find import against, duplicates
from remit.dedupe.normalise import key
from remit.model.source_record import SourceRecord

LIBRARY = library()


def one(*records: SourceRecord) -> bool:
    return len(set(duplicates(records).kept)) == 1


def left(*records: SourceRecord) -> int:
    return len(duplicates(records).alike)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("the same", {}),
        ("short pages", {"pages": "1038-49"}),
        ("no identifiers", {"doi": "", "pmid": ""}),
        ("entities and markup", {"title": FULL.title.replace("β-cell", "<i>&beta;</i>-cell"), "doi": "", "pmid": ""}),
        ("review note", {"title": FULL.title + " [Review] [33 refs]", "doi": "", "pmid": ""}),
        ("translation", {"title": "[Übersetzter Titel einer Arbeit]", "doi": "", "pmid": ""}),
        ("misspelt", {"title": FULL.title.replace("relapsed", "relasped"), "doi": "", "pmid": ""}),
        ("subtitle left out", {"title": FULL.title.split(":")[0], "doi": "", "pmid": ""}),
        ("names turned", {"authors": ("Anna, Müller", "Jan, De Vries", "Kate, O'Brien"), "doi": "", "pmid": ""}),
        ("before print", {"volume": "", "issue": "", "pages": "", "pmid": ""}),
        ("article number", {"pages": "e20181038", "pmid": "", "doi": ""}),
        ("group as author", {"authors": ("Invented Study Group",), "doi": "", "pmid": ""}),
        ("a spreadsheet's date", {"pages": "12-Jun", "doi": "", "pmid": ""}),
    ],
)
def test_one_document_is_found(name, changes):
    first = replace(FULL, pages="6-12") if name == "a spreadsheet's date" else FULL
    assert one(first, replace(first, **changes)), duplicates((first, replace(first, **changes)))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("meeting abstract", {"journal": "Annual Book of Abstracts", "volume": "9", "pages": "S27", "year": 2017}),
        ("abstract, same journal", {"volume": "11", "pages": "S500", "year": 2017}),
        ("preprint", {"journal": "medRxiv", "volume": "", "issue": "", "pages": "", "doi": "10.1101/2018.01"}),
        ("part two", {"title": FULL.title + ". Part II", "pages": "1050-1061"}),
        ("erratum", {"title": "Erratum to: " + FULL.title, "pages": "1200"}),
        ("comment", {"title": "Comment on: " + FULL.title, "pages": "1201-1202", "authors": ("Other, Ann",)}),
        ("reply", {"title": FULL.title + ": reply", "pages": "1203"}),
        ("another phase", {"title": FULL.title.replace("phase 2", "phase 3"), "pages": "1050-1061"}),
        ("printed elsewhere too", {"journal": "Invented Paediatrics", "volume": "77", "pages": "5-17", "issue": "1"}),
    ],
)
def test_what_is_not_one_document_is_not_merged(name, changes):
    other = replace(FULL, **{"doi": "", "pmid": "", **changes})
    for first in (FULL, bare(FULL)):
        assert not one(first, other), name


def test_two_abstracts_on_one_page_stay_apart():
    first = replace(bare(FULL), pages="S27")
    for title in (FULL.title.replace("phase 2", "phase 3"), "Costs of an invented product in the same children"):
        assert not one(first, replace(first, title=title))


@pytest.mark.parametrize("pages", ["S1-S214", "S27", "27-28"])
@pytest.mark.parametrize("doi", ["", "10.1000/supplement"])
def test_abstracts_of_one_supplement_that_differ_in_a_word_stay_apart(pages, doi):
    first = replace(bare(FULL), doi=doi, pages=pages, kind="Conference Abstract", title=f"{FULL.title}: efficacy")
    for other in (": safety", ": pharmacokinetics"):
        assert not one(first, replace(first, title=FULL.title + other, authors=FULL.authors[:1]))
    assert one(first, replace(first, title=f"{FULL.title}: eficacy"))


def test_a_span_of_a_whole_supplement_is_no_place_in_print():
    first = replace(bare(FULL), pages="1-214")
    assert not one(first, replace(first, title="Another text of these people in the same supplement"))
    assert not one(first, replace(first, title=f"{FULL.title}: costs"))
    assert one(first, replace(first, pages=""))


def test_an_abstract_without_a_page_and_the_report_in_the_same_volume_go_to_a_person():
    abstract = replace(bare(FULL), kind="Conference Abstract", issue="", pages="", title=f"{FULL.title}: first results")
    assert not one(bare(FULL), abstract)
    assert left(bare(FULL), abstract) == 1


def test_abstracts_of_two_meetings_under_one_title_need_a_year_and_a_place():
    first = replace(bare(FULL), kind="Conference Abstract", pages="S27", issue="")
    assert one(first, replace(first, title=FULL.title.upper()))
    for changes in ({"volume": "", "pages": ""}, {"year": 2019, "volume": ""}, {"year": None, "pages": ""}):
        assert not one(first, replace(first, **changes)), changes


def test_an_ampersand_is_and_but_a_second_part_is_no_subtitle():
    first = replace(bare(FULL), title="Children & young adults with relapsed disease: a phase 2 trial", pages="")
    assert one(first, replace(first, title="Children and young adults with relapsed disease: a phase 2 trial"))
    assert not one(
        first, replace(first, title="Children & youngadults with relapsed diseases: a phase 2 trial. Part II")
    )


def test_a_title_with_erratum_behind_it_is_an_erratum_and_one_that_has_an_erratum_is_not():
    assert not one(bare(FULL), replace(bare(FULL), title=f"{FULL.title} [Erratum]", pages="1200"))
    noted = replace(bare(FULL), title=f"{FULL.title} [Erratum appears in Invented J 2019;13:4]")
    assert one(bare(FULL), noted)


def test_et_al_is_no_author_and_groups_agree_with_groups_alone():
    many = replace(bare(FULL), pages="", authors=(*FULL.authors, "Sato, Ken", "Ito, Emi", "Kim, Jun"))
    assert one(many, replace(many, authors=(FULL.authors[0], "et al.")))
    group = replace(bare(FULL), pages="", authors=("Invented Study Group",))
    assert one(group, replace(group, title=FULL.title.upper()))
    assert not one(group, replace(group, authors=("Another Study Group",)))


def test_entries_of_trials_in_registers_are_told_apart_by_their_numbers():
    entry = SourceRecord(
        kind="trial registration", title="An invented trial", registry=("NCT01234567", "2011-001234-12")
    )
    central = SourceRecord(title="A trial, invented: its official title", authors=("NCT01234567",), year=2011)
    sister = replace(central, title=entry.title, authors=("NCT01234568",))
    assert one(entry, central)
    assert not one(entry, sister)
    assert not left(entry, sister)
    assert not one(entry, replace(FULL, title=entry.title, registry=("NCT01234567",)))


def test_initials_before_a_journals_name_are_the_journal():
    assert one(
        replace(bare(FULL), journal="BMJ", issue="", pages=""),
        replace(bare(FULL), journal="BMJ-BRITISH MEDICAL JOURNAL"),
    )


def test_updates_of_a_cochrane_review_stay_apart():
    first = replace(
        bare(FULL), journal="Cochrane Database of Systematic Reviews", volume="", issue="3", pages="CD001234"
    )
    assert not one(
        replace(first, doi="10.1002/14651858.cd001234.pub2"), replace(first, doi="10.1002/14651858.cd001234.pub3")
    )
    assert not one(first, replace(first, year=2019, issue="4"))


def test_one_doi_on_a_whole_supplement_merges_nothing():
    whole = [replace(r, doi="10.1000/supplement", pages=f"S{i}", volume="1") for i, r in enumerate(LIBRARY)]
    found = duplicates(whole)
    assert len(set(found.kept)) == len(whole)
    assert not found.alike


def test_a_doi_typed_wrong_does_not_merge_different_documents():
    other = replace(LIBRARY[3], doi=FULL.doi)
    assert not one(FULL, other)


def test_an_editorial_printed_in_every_issue_stays_apart():
    issues = [
        SourceRecord(
            title="Editorial", authors=("Avis, D.", "Fitz, G."), year=2000, journal="Inf J", volume="10", issue=str(i)
        )
        for i in range(1, 5)
    ]
    found = duplicates(issues)
    assert len(set(found.kept)) == 4
    assert not found.alike


def test_two_editorials_with_one_author_in_common_go_to_a_person():
    first = replace(bare(FULL), title="Editorial", authors=("Avis, D.", "Fitz, G.", "Low, P."), pages="91-92")
    assert not one(first, replace(first, authors=("Ito, K.", "Fitz, G.", "Kim, J.")))
    assert left(first, replace(first, authors=("Ito, K.", "Fitz, G.", "Kim, J."))) == 1
    assert one(first, replace(first, authors=("Avis, D", "Fitz, G", "Low, P")))


def test_two_texts_of_one_author_on_the_same_pages_of_two_issues_go_to_a_person():
    first = replace(bare(FULL), authors=("Lemke, R.",), issue="1")
    other = replace(first, title="Something else entirely about digital services", issue="2")
    assert not one(first, other)


def test_what_contradicts_is_left_to_a_person():
    """A and C have different DOIs; B fits both and has none: nobody is merged, B's pairs are on the list."""
    a = replace(FULL, pmid="", volume="", pages="")
    c = replace(a, doi="10.1000/another")
    found = duplicates((a, bare(FULL), c))
    assert len(set(found.kept)) == 3
    assert set(found.alike) == {(0, 1), (1, 2)}


def test_a_second_doi_of_one_place_in_print_is_the_same_document():
    assert one(FULL, replace(FULL, doi="10.9999/moved", pmid=""))
    assert not one(FULL, replace(FULL, doi="10.9999/moved", pmid="", pages="S27"))


PAPER = SourceRecord(
    title="Calls for bids and how well they match: evidence from invented labour markets",
    authors=("Guo, Xue", "Gong, Jing", "Pavlou, Paul A."),
    year=2017,
    journal="International Conference on Invented Systems",
    pages="1--12",
)


def test_a_meeting_paper_dated_by_the_meeting_and_by_its_publisher_is_one():
    other = replace(PAPER, authors=("Guo, X.", "Gong, J.", "Pavlou, P."), year=2018, pages="")
    assert one(PAPER, other)
    assert one(other, PAPER)


@pytest.mark.parametrize(
    ("name", "first", "changes"),
    [
        ("two years apart", {}, {"year": 2019, "pages": ""}),
        ("both with pages", {}, {"year": 2018, "pages": "1--9"}),
        ("an abstract of one page", {"pages": "1"}, {"year": 2018, "pages": ""}),
        ("a page of a supplement", {"pages": "S12-S13", "volume": "9"}, {"year": 2018, "pages": "", "volume": ""}),
        ("said to be abstracts", {"kind": "Conference Abstract"}, {"year": 2018, "pages": ""}),
        ("one author more", {}, {"year": 2018, "pages": "", "authors": (*PAPER.authors, "New, Ann")}),
        ("a journal's", {"journal": "Journal of Invented Systems"}, {"year": 2018, "pages": ""}),
        ("with a DOI of its own", {"doi": "10.1000/a"}, {"year": 2018, "pages": "", "doi": "10.1000/b"}),
        ("other numbers", {}, {"year": 2018, "pages": "", "title": PAPER.title + " 2018"}),
        (
            "annual",
            {"title": "Proceedings of the track on invented systems and their many users"},
            {"year": 2018, "pages": ""},
        ),
        (
            "other abstracts",
            {"abstract": "One year of bids. " * 40},
            {"year": 2018, "pages": "", "abstract": "Two years of bids. " * 40},
        ),
    ],
)
def test_what_a_meeting_sees_again_is_not_merged(name, first, changes):
    before = replace(PAPER, **first)
    assert not one(before, replace(before, **changes)), name


@pytest.mark.parametrize(
    ("full", "initials", "alike"),
    [
        ("Americas Conference on Information Systems", "AMCIS 2017 Proceedings", True),
        ("Proceedings of the Annual Hawaii International Conference on System Sciences", "HICSS", True),
        ("International Conference on Information Systems", "ICIS 2017", True),
        ("Pacific Asia Conference on Information Systems", "AMCIS 2017 Proceedings", False),
        ("Annual Meeting of the Invented Society of Hematology", "ISON 2017 Proceedings", False),
    ],
)
def test_a_meeting_goes_by_its_initials(full, initials, alike):
    said = replace(PAPER, journal=full, pages="")
    assert one(said, replace(said, journal=initials)) is alike
    assert not one(said, replace(said, journal=initials, year=2015))


def test_what_stands_behind_the_brackets_of_a_translation_counts():
    title = "[Costs of invented treatments on many hospital wards]"
    first = replace(bare(FULL), title=title)
    for more in (": reply", ". Erratum", ", 2019", " Part 2"):
        assert not one(first, replace(first, title=title + more, pages="")), more
    for more in (".", " [German]", " Originaltitel derselben Arbeit"):
        assert one(first, replace(first, title=title + more, pages="")), more


EARLY = replace(bare(FULL), volume="", issue="", pages="", year=2017)


def test_a_report_before_print_is_the_report_printed_the_year_after():
    assert one(bare(FULL), EARLY)
    assert one(replace(EARLY, doi=FULL.doi), bare(FULL))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("the year after", {"year": 2019}),
        ("two years before", {"year": 2016}),
        ("an author less", {"authors": FULL.authors[:3]}),
        ("an issue of its own", {"issue": "7"}),
        ("a meeting", {"journal": "Annual Conference of Invented Haematology"}),
        ("an abstract", {"kind": "Conference Abstract"}),
        ("another DOI", {"doi": "10.1000/other"}),
    ],
)
def test_what_came_the_year_before_is_not_always_the_report(name, changes):
    assert not one(replace(FULL, pmid="", abstract=""), replace(EARLY, **changes)), name


@pytest.mark.parametrize(
    "more", [": part 2", ". Part II", ", 2019", " III", ": part one", " - 2", ". Section 4", ": report 3"]
)
def test_a_title_that_goes_on_with_a_number_is_of_another_document(more):
    title = "Costs of invented treatments and what they are worth in hospital wards"
    whole = replace(bare(FULL), title=title, doi="10.1000/1")
    part = replace(bare(FULL), title=title + more, pages="2001-2009")
    silent = replace(whole, title=title, pages="", doi="")
    assert len(set(duplicates((whole, silent, part)).kept)) == 2
    assert not one(part, silent)
    bracketed = [replace(r, title=f"[{title}]{more if r is part else ''}") for r in (silent, part)]
    assert not one(*bracketed)


def test_it_says_what_agreed():
    found = duplicates((FULL, washed(FULL)))
    assert found.kept == (0, 0)
    assert found.why[1].startswith("DOI, title, all authors, year, journal, volume")


def test_new_records_are_compared_with_those_held_and_their_ids_stay():
    known = [key(r) for r in LIBRARY]
    found = against(known, [washed_other(r) for r in LIBRARY[:5]] + [FULL])
    assert found.kept == (*range(24), 0, 1, 2, 3, 4, 29)


def test_a_persons_verdict_is_honoured():
    place = {"pages": "1038", "pmid": ""}
    a, b = replace(FULL, doi="10.1000/another", **place), replace(FULL, **place)
    assert left(a, b) == 1
    known = [key(b)]
    assert not against(known, [a], {(0, 1): False}).alike
    assert against(known, [a], {(0, 1): True}).kept == (0, 0)


def washed_other(record: SourceRecord) -> SourceRecord:
    return replace(record, title=record.title.upper() + ".", doi="", pages=record.pages.split("-")[0])


@st.composite
def heaps(draw):
    """Some records of a library, some of them twice, changed as exports change them."""
    picked = draw(st.lists(st.sampled_from(LIBRARY), min_size=2, max_size=12))
    changed = [draw(st.sampled_from((lambda r: r, washed_other, bare)))(r) for r in picked]
    return picked, changed, draw(st.permutations(range(len(changed))))


@given(heaps())
@settings(max_examples=60, deadline=None)
def test_the_order_of_records_does_not_matter(heap):
    _, records, order = heap
    straight, mixed = duplicates(records), duplicates([records[i] for i in order])
    back = {i: at for at, i in enumerate(order)}
    for i, j in combinations(range(len(records)), 2):
        together = straight.kept[i] == straight.kept[j]
        assert together == (mixed.kept[back[i]] == mixed.kept[back[j]])


@given(heaps())
@settings(max_examples=60, deadline=None)
def test_every_copy_is_found_and_nothing_else_merged(heap):
    picked, records, _ = heap
    found = duplicates(records)
    for i, j in combinations(range(len(records)), 2):
        assert (found.kept[i] == found.kept[j]) == (picked[i] == picked[j])


@given(heaps(), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_identical_records_always_merge_and_add_nothing(heap, times):
    _, records, _ = heap
    once, again = duplicates(records), duplicates(records * (times + 1))
    assert len(set(again.kept)) == len(set(once.kept))
    for i in range(len(records)):
        assert len({again.kept[i + k * len(records)] for k in range(times + 1)}) == 1


@given(heaps(), st.integers(0, 12))
@settings(max_examples=40, deadline=None)
def test_in_two_goes_as_in_one(heap, cut):
    """What is held and what is new later give the same documents as all at once."""
    _, records, _ = heap
    first = duplicates(records[:cut])
    held = sorted(set(first.kept))
    later = against([key(records[i]) for i in held], records[cut:])
    assert len(set(later.kept)) == len(set(duplicates(records).kept))


@pytest.mark.parametrize("name", ["cytology_screening", "respiratory"])
def test_gold_sets(gold, name):
    records, pairs = gold(name)
    found = duplicates(records)
    groups: dict[int, list[int]] = {}
    for i, kept in enumerate(found.kept):
        groups.setdefault(kept, []).append(i)
    merged = {p for g in groups.values() for p in combinations(g, 2)}
    assert merged <= pairs
    assert len(merged) > 0.97 * len(pairs)
    assert len(found.alike) <= 20
