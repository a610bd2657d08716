"""A new review checks as it stands, and a digest notices what people write."""

import pytest

from remit import store
from remit.errors import UsageError


def test_a_new_review_reads_without_a_problem(tmp_path):
    store.new(tmp_path / "mine", "mine", 'Title: with "marks" # and [brackets]')
    review, problems = store.load(tmp_path / "mine")
    assert problems == ()
    assert review is not None
    assert review.about.id == "mine"
    assert review.about.title == 'Title: with "marks" # and [brackets]'
    assert review.studies == () and len(review.protocol.analyses) == 2


def test_two_new_reviews_are_the_same_bytes(tmp_path):
    store.new(tmp_path / "a", "mine", "Title")
    store.new(tmp_path / "b", "mine", "Title")
    assert store.digest(tmp_path / "a") == store.digest(tmp_path / "b")


@pytest.mark.parametrize(("name", "title"), [("My Review", "T"), ("", "T"), ("ok", " "), ("ok", "a\nb")])
def test_a_bad_id_or_title_is_wrong_usage(tmp_path, name, title):
    with pytest.raises(UsageError):
        store.new(tmp_path / "x", name, title)
    assert not (tmp_path / "x").exists()


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError):
        store.new(tmp_path, "mine", "T")
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_the_digest_covers_what_people_write_and_nothing_made(folder):
    before = store.digest(folder)
    (folder / "findings").mkdir()
    (folder / "findings/x.json").write_text("{}")
    (folder / "site").mkdir()
    (folder / "site/data.csv").write_text("x")
    assert store.digest(folder) == before
    path = folder / "studies/alpha/counts.csv"
    path.write_bytes(path.read_bytes().replace(b"0.61", b"0.62"))
    assert store.digest(folder) != before
