"""A person's verdict on a pair, and what it does to the review and its flow."""

import pytest
from brought import record, search

from remit import screen, store
from remit.cli import main
from remit.errors import UsageError
from remit.store import log, texts
from remit.tasks.bring import bring
from remit.tasks.duplicates import open_pairs, settle

TITLE = "A title that is long enough to be telling of one document"


@pytest.fixture
def paired(root):
    bring(root, search("one"), [record(1, doi="10.1000/a", title=TITLE, pages="9"), record(5)])
    bring(
        root, search("two"), [record(1, doi="10.1000/b", title=TITLE, pages="9", key="b", abstract="Only here. " * 50)]
    )
    return root


def test_open_pairs_show_both_records(paired):
    (pair,) = open_pairs(paired)
    assert (pair.one.doi, pair.other.doi) == ("10.1000/a", "10.1000/b")
    assert "differ: DOI" in pair.pair.why


def test_different_is_remembered(paired):
    (pair,) = open_pairs(paired)
    settle(paired, pair.pair.record, pair.pair.other, "different", "r1", "2020-01-02")
    assert open_pairs(paired) == ()
    bring(paired, search("three"), [record(1, doi="10.1000/b", title=TITLE, pages="9", key="c")])
    assert open_pairs(paired) == ()
    assert [a.verdict for a in store.read(paired).alike] == ["different"]


def test_same_makes_a_repeat_and_keeps_what_both_said(paired):
    (pair,) = open_pairs(paired)
    kept = pair.pair.record
    settle(paired, kept, pair.pair.other, "same", "r1", "2020-01-02")
    review = store.read(paired)
    assert kept in {r.id for r in review.records}
    assert pair.pair.other not in {r.id for r in review.records}
    assert [(r.record, r.search, r.agreed[:36]) for r in review.repeats] == [
        (kept, "two", "judged the same by r1 on 2020-01-02:")
    ]
    assert dict(texts.read(paired))[kept].abstract.startswith("Only here.")
    flow = screen.flow(review)
    assert (flow["database_results"], flow["duplicates"], flow.undecided) == (3, 1, 2)


def test_the_record_that_people_decided_on_is_kept(paired):
    (pair,) = open_pairs(paired)
    decide(paired, pair.pair.other)
    settle(paired, pair.pair.record, pair.pair.other, "same", "r1", "2020-01-02")
    assert pair.pair.other in {r.id for r in store.read(paired).records}


def test_two_records_decided_on_count_as_one(paired):
    (pair,) = open_pairs(paired)
    decide(paired, pair.pair.other)
    decide(paired, pair.pair.record)
    settle(paired, pair.pair.record, pair.pair.other, "same", "r1", "2020-01-02")
    flow = screen.flow(store.read(paired))
    assert (flow["database_results"], flow["duplicates"], flow["records_screened"]) == (3, 1, 1)
    assert flow.undecided == 1
    assert open_pairs(paired) == ()


def decide(root, name):
    criterion = next(c.id for c in store.read(root).protocol.criteria if c.effect == "exclude")
    line = log.Line(record=name, verdict="exclude", criterion=criterion, date="2020-01-02")
    log.append(root, "title-abstract", "r1", [line], len(log.read(root, "title-abstract", "r1")))


@pytest.mark.parametrize(
    ("one", "other", "by", "said"),
    [
        ("nobody", None, "r1", "is no record"),
        (None, "nobody", "r1", "is no record"),
        (None, None, "zz", "is no person"),
        ("same", "same", "r1", "beside itself"),
    ],
)
def test_refusals(paired, one, other, by, said):
    (pair,) = open_pairs(paired)
    first = pair.pair.record if one in (None, "same") else one
    second = pair.pair.record if other == "same" else other or pair.pair.other
    with pytest.raises(UsageError, match=said):
        settle(paired, first, second, "same", by, "2020-01-02")


def test_the_command_lists_and_takes_a_verdict(paired, capsys):
    assert main(["dedupe", str(paired)]) == 0
    said = capsys.readouterr().out
    assert "1 pairs to judge" in said
    (pair,) = open_pairs(paired)
    assert main(["dedupe", str(paired), "--same", pair.pair.record, pair.pair.other, "--by", "r1"]) == 0
    assert "is now a repeat of" in capsys.readouterr().out
    assert main(["dedupe", str(paired), "--families", "--json"]) == 0
    assert capsys.readouterr().out.strip() == "[]"
    assert main(["dedupe", str(paired), "--json"]) == 0
    assert capsys.readouterr().out.strip() == "[]"
