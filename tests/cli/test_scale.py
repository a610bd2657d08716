"""remit scale: from files to sets, duplicates and an order; what is refused."""

from pathlib import Path

import pytest

from remit import store
from remit.cli import main

ibis = pytest.importorskip("ibis")
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
parquet = pytest.importorskip("pyarrow.parquet")

RIS = """TY  - JOUR
AU  - Ay, Anna
TI  - {title}
PY  - 2018
JO  - Journal of Tests
VL  - {n}
SP  - 11
EP  - 19
DO  - 10.1000/{n}
ER  -

"""
TITLES = ("Talc for effusions in adults: a trial", "Leukemia in children <script>", "Copper pipes of old houses")


@pytest.fixture
def place(tmp_path):
    store.new(tmp_path / "r", "r", "R")
    for name, count in (("a", 3), ("b", 2)):
        text = "".join(RIS.format(title=t, n=n) for n, t in enumerate(TITLES[:count], 1))
        (tmp_path / f"{name}.ris").write_text(text)
    return tmp_path


def run(*words):
    return main(["scale", *map(str, words)])


@pytest.mark.parametrize("engine", [(), ("--connect", "polars://")])
def test_import_deduplicate_and_rank(place, capsys, engine):
    s, f, o = (place / f"{n}.parquet" for n in ("set", "found", "order"))
    assert run("import", s, place / "a.ris", place / "b.ris", "--first", 100) == 0
    assert "5 records, 0 not read" in capsys.readouterr().out
    assert run("dedupe", s, "--out", f, *engine) == 0
    assert "2 repeats, 0 pairs" in capsys.readouterr().out
    rows = parquet.read_table(f).to_pylist()
    assert [(r["record"], r["other"], r["what"]) for r in rows] == [(103, 100, "repeat"), (104, 101, "repeat")]
    assert "DOI" in rows[0]["why"] or "every field" in rows[0]["why"]
    assert run("rank", s, "--review", place / "r", "--found", f, "--out", o, *engine) == 0
    assert "Leukemia in children <script>" in capsys.readouterr().out
    order = parquet.read_table(o).to_pylist()
    assert [r["place"] for r in order] == [1, 2, 3]
    assert sorted(r["id"] for r in order) == [100, 101, 102]
    assert [r["score"] for r in order] == sorted((r["score"] for r in order), reverse=True)


def test_every_field_is_in_the_set(place):
    run("import", place / "s.parquet", place / "a.ris")
    row = parquet.read_table(place / "s.parquet").to_pylist()[0]
    assert (row["title"], row["authors"], row["year"], row["doi"]) == (TITLES[0], ["Ay, Anna"], 2018, "10.1000/1")
    assert (row["id"], row["number"], row["format"]) == (0, 1, "ris")


def test_a_half_character_and_an_unreadable_file_do_no_harm(place, capsys):
    (place / "bad.ris").write_bytes(RIS.format(title="A \ud83d half", n=9).encode("utf-8", "surrogatepass"))
    (place / "none.ris").write_text("nothing")
    assert run("import", place / "s.parquet", place / "bad.ris", place / "none.ris") == 0
    assert "1 records, 1 not read" in capsys.readouterr().out


def refusals(place):
    s = place / "set.parquet"
    ranked = ("rank", s, "--review", place / "r", "--out", place / "x.parquet")
    return [
        (("import", s, place / "a.ris"), "is there already"),
        (("import", place / "no" / "s.parquet", place / "a.ris"), "no folder"),
        (("import", place / "x.parquet", place / "nowhere.ris"), "nowhere.ris"),
        (("dedupe", place / "nowhere.parquet", "--out", place / "x.parquet"), "cannot be read as a set"),
        (("dedupe", place / "other.parquet", "--out", place / "x.parquet"), "cannot be read as a set"),
        (("dedupe", place / "old.parquet", "--out", place / "x.parquet"), "'remit set 0'"),
        (("dedupe", s, "--out", place / "x.parquet", "--connect", "pigeon://"), "cannot be connected"),
        (("dedupe", "tablename", "--out", place / "x.parquet"), "cannot be read as a set"),
        ((*ranked[:3], place, *ranked[4:]), "review.yaml"),
        ((*ranked, "--found", s), "not what remit scale dedupe writes"),
    ]


def test_refusals_leave_nothing_behind(place, capsys):
    import pyarrow

    run("import", place / "set.parquet", place / "a.ris")
    parquet.write_table(pyarrow.table({"id": [1]}), place / "other.parquet")
    parquet.write_table(pyarrow.table({"id": [1], "made_by": ["remit set 0"]}), place / "old.parquet")
    before = set(place.iterdir())
    for words, said in refusals(place):
        assert run(*words) == 2, words
        assert said in capsys.readouterr().err
        assert set(place.iterdir()) == before


@pytest.mark.parametrize(
    "engine", [(), ("--connect", "polars://"), ("--connect", "duckdb://?memory_limit=1GB&threads=2")]
)
def test_a_set_in_parts(place, capsys, engine):
    (place / "parts").mkdir()
    run("import", place / "parts" / "0.parquet", place / "a.ris")
    run("import", place / "parts" / "1.parquet", place / "b.ris", "--first", 1_000_000)
    assert run("dedupe", place / "parts" / "*.parquet", "--out", place / "f.parquet", *engine) == 0
    assert "2 repeats, 0 pairs" in capsys.readouterr().out
    assert {r["record"] for r in parquet.read_table(place / "f.parquet").to_pylist()} == {1_000_000, 1_000_001}


def test_a_table_that_a_database_holds(place, capsys):
    run("import", place / "s.parquet", place / "a.ris", place / "b.ris")
    database = f"duckdb://{place / 'd.ddb'}"
    connection = ibis.connect(database)
    connection.create_table("pubmed", connection.read_parquet(place / "s.parquet"))
    connection.disconnect()
    assert run("dedupe", "pubmed", "--out", place / "f.parquet", "--connect", database) == 0
    assert "2 repeats, 0 pairs" in capsys.readouterr().out


@pytest.mark.flagship
def test_an_order_learns_from_what_a_review_decided(place, capsys):
    run("import", place / "s.parquet", place / "a.ris")
    review = Path(__file__).resolve().parents[2] / "reviews" / "pediatric-b-all"
    words = ("--review", review, "--stage", "full-text", "--out", place / "o.parquet")
    assert run("rank", place / "s.parquet", *words) == 0
    assert "  1  Leukemia in children" in capsys.readouterr().out


@pytest.mark.parametrize("engine", [(), ("--connect", "polars://")])
def test_verdicts_of_people_are_honoured(place, capsys, engine):
    s, f, judged = place / "set.parquet", place / "found.parquet", place / "verdicts.csv"
    assert run("import", s, place / "a.ris", place / "b.ris", "--first", 100) == 0
    head = "key,record,other,verdict,by,date\n"
    judged.write_text(
        f"{head}p1,100,103,different,r1,2020-01-02\np2,102,104,same,r1,2020-01-02\np3,1,2,same,r1,2020-01-02\n"
    )
    capsys.readouterr()
    assert run("dedupe", s, "--out", f, "--judged", judged, *engine) == 0
    assert "no verdicts" not in capsys.readouterr().out
    rows = parquet.read_table(f).to_pylist()
    assert {frozenset((r["record"], r["other"])) for r in rows if r["what"] == "repeat"} & {
        frozenset((100, 103))
    } == set()
    assert any(104 in (r["record"], r["other"]) for r in rows if r["what"] == "repeat")
    judged.write_text(f"{head}p1,100,100,perhaps,,\n")
    assert run("dedupe", s, "--out", place / "more.parquet", "--judged", judged) != 0
    said = capsys.readouterr().err
    assert "verdicts.csv:2" in said
    assert "same or different" in said
    assert not (place / "more.parquet").exists()
