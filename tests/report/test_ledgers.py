"""The table of denominators sets side by side only what one source prints of one arm."""

import pytest

import remit
from remit.report.pages import ledgers

pytestmark = pytest.mark.flagship


class Held:
    """The part of a book that the table reads."""

    def __init__(self, review):
        self.review = review


@pytest.fixture(scope="module")
def table():
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    return ledgers.table(Held(remit.open_review(root / "reviews" / "pediatric-b-all").review), "car-t")


def line(table, name):
    found = next(x for x in table.lines if x.name == name)
    return dict(zip(table.stages, found.people, strict=True)), found.remission


def test_eliana_is_told_per_enrolled_and_per_infused(table):
    people, remission = line(table, "ELIANA")
    assert (people["enrolled"], people["infused"]) == ("97", "79")
    assert remission == ("65 of 97", "65 of 79")


def test_figures_of_two_cuts_are_not_set_side_by_side(table):
    people, _ = line(table, "CATULUS")
    assert (people["enrolled"], people["infused"], people["evaluable"]) == ("21", "20", "")


def test_every_line_has_two_stages_or_more(table):
    assert all(sum(bool(n) for n in x.people) > 1 for x in table.lines)
