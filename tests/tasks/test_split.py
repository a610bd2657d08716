"""A wrong merge undone by a person: nothing is lost, and later imports keep the two apart."""

import pytest
from brought import record, search

from remit import screen, store
from remit.cli import main
from remit.errors import UsageError
from remit.store import texts
from remit.tasks.bring import bring
from remit.tasks.duplicates import open_pairs, settle
from remit.tasks.split import merged, split

WRONG = {"key": "w1", "doi": "10.1000/1", "pmid": "77", "abstract": "What only the other says. " * 9}
DAY = "2020-02-03"


@pytest.fixture
def wrongly(root):
    """A record with two lines in it: one right, and one (with a PMID and an abstract) that should not be there."""
    bring(root, search("one"), [record(1, abstract="Own words."), record(5)])
    bring(root, search("two"), [record(1, **WRONG), record(1, key="r1", issue="4")])
    return root


def test_the_line_is_a_record_again_and_the_record_says_its_own(wrongly):
    before = store.read(wrongly)
    (kept,) = {r.record for r in before.repeats}
    key = next(r.key for r in merged(wrongly, kept) if r.source_key == "w1")
    done = split(wrongly, key, "r1", "another trial of the same team", DAY)
    review = store.read(wrongly)
    (new,) = {r.id for r in review.records} - {r.id for r in before.records}
    assert new in done
    held = dict(texts.read(wrongly))
    assert (held[new].pmid, held[new].abstract[:9]) == ("77", "What only")
    assert (held[kept].pmid, held[kept].abstract, held[kept].issue) == ("", "Own words.", "4")
    assert next(r for r in review.records if r.id == new).search == "two"
    assert [r.source_key for r in review.repeats] == ["r1"]
    (pair,) = review.alike
    assert (pair.record, pair.other, pair.verdict, pair.by, pair.date) == (kept, new, "different", "r1", DAY)
    assert pair.why.startswith("taken apart: another trial of the same team; had agreed: DOI, title")


def test_the_flow_counts_one_duplicate_less(wrongly):
    before = screen.flow(store.read(wrongly))
    split(wrongly, "x1", "r1", "two documents", DAY)
    after = screen.flow(store.read(wrongly))
    assert (before["database_results"], before["duplicates"], before.undecided) == (4, 2, 2)
    assert (after["database_results"], after["duplicates"], after.undecided) == (4, 1, 3)


def test_later_imports_keep_them_apart(wrongly):
    split(wrongly, "x1", "r1", "two documents", DAY)
    again = bring(wrongly, search("two"), [record(1, **WRONG), record(1, key="r1", issue="4")])
    assert (again.again, again.new, again.repeats) == (2, (), ())
    bring(wrongly, search("three"), [record(1, **{**WRONG, "key": "w3"})])
    review = store.read(wrongly)
    assert len(review.records) == 3
    assert review.repeats[-1].record == review.alike[0].other
    assert {a.verdict for a in store.read(wrongly).alike if "taken apart" in a.why} == {"different"}


def test_a_cell_that_only_the_line_filled_is_emptied_one_that_a_person_wrote_is_not(root):
    bring(root, search("one"), [record(1, doi="", journal=""), record(1, key="w", pmid="77")])
    (held,) = store.read(root).records
    assert (held.doi, held.pmid, held.journal) == ("10.1000/1", "77", "Journal of Tests")
    path = root / "records" / "records.csv"
    path.write_text(path.read_text().replace("Journal of Tests", "Journal as a person wrote it"))
    split(root, "x1", "r1", "two documents", DAY)
    now = {r.id: r for r in store.read(root).records}
    mine = now.pop(held.id)
    (other,) = now.values()
    assert "Journal as a person wrote it" in (mine.journal, other.journal)
    assert (mine.pmid, other.pmid) in (("", "77"), ("77", ""))


def test_keys_of_other_lines_stay(wrongly):
    bring(wrongly, search("three"), [record(5, key="z")])
    split(wrongly, "x1", "r1", "two documents", DAY)
    bring(wrongly, search("four"), [record(5, key="zz")])
    assert [r.key for r in store.read(wrongly).repeats] == ["x2", "x3", "x4"]


def test_a_verdict_of_the_same_is_undone_too(root):
    title = "A title that is long enough to be telling of one document"
    bring(root, search("one"), [record(1, doi="10.1000/a", title=title, pages="9", abstract="A.")])
    bring(root, search("two"), [record(1, doi="10.1000/b", title=title, pages="9", key="b", abstract="Longer, B.")])
    (pair,) = open_pairs(root)
    settle(root, pair.pair.record, pair.pair.other, "same", "r1", "2020-01-02")
    split(root, "x1", "r1", "I was wrong", DAY)
    held = dict(texts.read(root))
    assert sorted(held[r.id].abstract for r in store.read(root).records) == ["A.", "Longer, B."]


def test_texts_not_kept_leave_what_the_list_of_duplicates_says(wrongly):
    (wrongly / texts.LINES).unlink()
    assert "was not kept" in split(wrongly, "x1", "r1", "two documents", DAY)
    assert len(store.read(wrongly).records) == 3


def test_a_changed_mind_is_a_new_line(root):
    title = "A title that is long enough to be telling of one document"
    bring(root, search("one"), [record(1, doi="10.1000/a", title=title, pages="9")])
    bring(root, search("two"), [record(1, doi="10.1000/b", title=title, pages="9", key="b")])
    (pair,) = open_pairs(root)
    one, other = pair.pair.record, pair.pair.other
    settle(root, one, other, "different", "r1", "2020-01-02", "two trials")
    settle(root, one, other, "different", "r1", "2020-01-03", "looked again")
    said = store.read(root).alike
    assert [(a.date, a.why.rpartition("; ")[2]) for a in said] == [
        ("2020-01-02", "two trials"),
        ("2020-01-03", "looked again"),
    ]
    settle(root, one, other, "same", "r1", "2020-01-04")
    (repeat,) = store.read(root).repeats
    assert "before: different by r1 on 2020-01-02; before: different by r1 on 2020-01-03" in repeat.agreed


@pytest.mark.parametrize(
    ("line", "by", "reason", "said"),
    [
        ("x9", "r1", "why", "no line"),
        ("x1", "zz", "why", "is no person"),
        ("x1", "r1", " ", "for a reason"),
    ],
)
def test_refusals(wrongly, line, by, reason, said):
    before = (wrongly / "records" / "duplicates.csv").read_text()
    with pytest.raises(UsageError, match=said):
        split(wrongly, line, by, reason, DAY)
    with pytest.raises(UsageError, match="no record"):
        merged(wrongly, "nobody")
    assert (wrongly / "records" / "duplicates.csv").read_text() == before


def test_the_command(wrongly, capsys):
    assert main(["dedupe", str(wrongly), "--merged"]) == 0
    said = capsys.readouterr().out
    assert "2 lines brought into records" in said
    assert "x1 in" in said
    assert main(["dedupe", str(wrongly), "--split", "x1", "--by", "r1", "--reason", "two trials"]) == 0
    assert "is now a record of its own" in capsys.readouterr().out
    assert main(["dedupe", str(wrongly), "--split", "x1", "--by", "r1", "--reason", "two trials"]) == 2
    assert "no line" in capsys.readouterr().err
