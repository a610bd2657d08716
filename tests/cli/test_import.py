"""remit import: what it shows, what it writes, what it refuses."""

import json

import pytest

from remit import screen, store
from remit.cli import main

RIS = """TY  - JOUR
AU  - Ay, Anna
AU  - Bee, Bob
TI  - {title}
PY  - 2018
JO  - Journal of Tests
VL  - 3
SP  - 11
EP  - 19
DO  - {doi}
ER  -
"""
CSV = (
    "Titel,Authors,Year,DOI\nTalc for effusions in adults: a trial,Ay A,2018,10.1000/a\nAnother,Cee C,2019,10.1000/c\n"
)


@pytest.fixture
def root(tmp_path):
    store.new(tmp_path / "r", "r", "R")
    (tmp_path / "a.ris").write_text(RIS.format(title="Talc for effusions in adults: a trial", doi="10.1000/a"))
    (tmp_path / "b.csv").write_text(CSV)
    return tmp_path / "r"


def test_two_exports_and_the_flow(root, capsys):
    a, b = str(root.parent / "a.ris"), str(root.parent / "b.csv")
    assert main(["import", str(root), a, "--source", "Embase"]) == 0
    assert "search a: 1 records read, 0 not read, 1 new, 0 repeats, 0 pairs" in capsys.readouterr().out
    assert main(["import", str(root), b, "--search", "scopus", "--column", "title=Titel"]) == 0
    said = capsys.readouterr().out
    assert "b.csv: table" in said
    assert "repeat of ay-2018-talc" in said
    flow = screen.flow(store.read(root))
    assert (flow["database_results"], flow["duplicates"], flow.undecided) == (3, 1, 2)
    assert ("a", "Embase", "database", 1) in flow.sources
    assert ("scopus", "scopus", "database", 2) in flow.sources


def test_words_that_could_not_be_read_back_are_written_as_text(root):
    a = str(root.parent / "a.ris")
    words = ["--source", "Em\x02ba\x7fse\u2028", "--query", "one\x00\n two\r\x85"]
    assert main(["import", str(root), a, *words]) == 0
    (found,) = (s for s in store.read(root).searches if s.id == "a")
    assert (found.source, found.query) == ("Em ba se", "one \n two")
    assert main(["import", str(root), str(root.parent / "b.csv"), "--column", "title=Titel", "--source", "\x02"]) == 0
    assert "b" in {s.source for s in store.read(root).searches}


def test_the_same_file_again_adds_nothing(root, capsys):
    a = str(root.parent / "a.ris")
    main(["import", str(root), a])
    before = {p: p.read_bytes() for p in root.rglob("*.*") if p.is_file()}
    (root.parent / "renamed.ris").write_bytes((root.parent / "a.ris").read_bytes())
    capsys.readouterr()
    for file in (a, str(root.parent / "renamed.ris")):
        assert main(["import", str(root), file]) == 0
        assert "imported before, as search a" in capsys.readouterr().out
    assert {p: p.read_bytes() for p in root.rglob("*.*") if p.is_file()} == before


def test_a_dry_run_as_json(root, capsys):
    assert main(["import", str(root), str(root.parent / "a.ris"), "--dry-run", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["read"], said["new"], said["written"]) == (1, ["ay-2018-talc"], False)
    assert store.read(root).records == ()


def test_a_file_without_records_fails_and_leaves_nothing(root, capsys):
    bad, good = root.parent / "bad.txt", root.parent / "a.ris"
    bad.write_text("nothing here\n")
    before = len(store.read(root).searches)
    assert main(["import", str(root), str(bad)]) == 1
    assert "no record was read, and no search was made" in capsys.readouterr().out
    assert len(store.read(root).searches) == before
    assert main(["import", str(root), str(bad), str(good)]) == 1
    assert [r.search for r in store.read(root).records] == ["a"]


def test_a_wrong_import_is_put_right(root, capsys):
    b = str(root.parent / "b.csv")
    assert main(["import", str(root), b]) == 0
    assert main(["import", str(root), b, "--column", "title=Titel"]) == 0
    assert "add --again" in capsys.readouterr().out
    assert main(["import", str(root), b, "--column", "title=Titel", "--again"]) == 0
    said = capsys.readouterr().out
    assert "replaced: search b lost 2 records" in said and "Titel → title" in said
    assert {r.title for r in store.read(root).records} == {"Talc for effusions in adults: a trial", "Another"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["nowhere.ris"], "nowhere.ris"),
        (["--format", "nonsense"], "nonsense"),
        (["--route", "pigeon"], "pigeon"),
        (["--search", "Bad Name"], "Bad Name"),
        (["--column", "title"], "FIELD=COLUMN"),
    ],
)
def test_refusals(root, more, said, capsys):
    assert main(["import", str(root), str(root.parent / "a.ris"), *more]) == 2
    assert said in capsys.readouterr().err
    assert store.read(root).records == ()
