"""Imports that went wrong: nothing is left of one that brought nothing, and another can be replaced."""

import pytest
from brought import record, search

from remit import store
from remit.errors import UsageError
from remit.store import texts
from remit.tasks.bring import bring
from remit.tasks.import_ import Wish, import_files

TODAY = "2026-01-02"
TABLE = (
    "Titel,Verfasser,Jahr,DOI\n"
    "Copper on hospital surfaces,Ay A,2018,10.1000/a\n"
    "Gout and its costs,Cee C,2019,10.1000/c\n"
)
FULL = (
    "Title,Authors,Year,Journal,DOI,Kurzfassung\n"
    '"Copper on hospital surfaces, part 1","Author1, A.; Second, B.",2001,Journal of Tests,10.1000/1,Its abstract.\n'
    '"Acne in schools, part 3","Author3, A.; Second, B.",2003,Journal of Tests,10.1000/3,Another.\n'
)
RIGHT = Wish(columns={"Titel": "title", "Verfasser": "authors", "Jahr": "year"}, again=True)


@pytest.fixture
def export(tmp_path):
    (tmp_path / "export.csv").write_text(TABLE)
    return str(tmp_path / "export.csv")


def files(root):
    return {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != "lock"}


def test_an_import_that_brought_nothing_leaves_nothing(root, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear colleague, nothing is attached.\n")
    before = files(root)
    (came,) = import_files(root, [str(tmp_path / "letter.txt")], Wish(), TODAY).searches
    assert (came.read, len(came.unread), came.already) == (0, 1, "")
    assert files(root) == before


def test_a_file_is_read_again_otherwise_and_what_it_brought_replaced(root, export):
    import_files(root, [export], Wish(), TODAY)
    assert {r.title for r in store.read(root).records} == {"(no title given)"}
    assert import_files(root, [export], Wish(), TODAY).searches[0].already == "export"
    done = import_files(root, [export], RIGHT, "2026-01-03")
    review = store.read(root)
    assert len(done.replaced[0].records) == 2
    assert {r.title for r in review.records} == {"Copper on hospital surfaces", "Gout and its costs"}
    (found,) = (s for s in review.searches if s.id == "export")
    assert (found.id, found.hits, found.date) == ("export", 2, TODAY)
    assert "again on 2026-01-03" in found.note
    assert import_files(root, [export], Wish(), TODAY).searches[0].already == "export"


def test_a_dry_run_says_what_would_be_replaced(root, export):
    import_files(root, [export], Wish(), TODAY)
    before = files(root)
    done = import_files(root, [export], RIGHT, TODAY, dry_run=True)
    assert len(done.replaced[0].records) == 2 and len(done.searches[0].new) == 2
    assert files(root) == before


def test_a_record_that_another_search_found_too_becomes_that_search_s(root, tmp_path):
    (tmp_path / "full.csv").write_text(FULL)
    import_files(root, [str(tmp_path / "full.csv")], Wish(), TODAY)
    assert len(bring(root, search("other"), [record(1, volume="9", abstract="Said by the other.")]).repeats) == 1
    done = import_files(
        root, [str(tmp_path / "full.csv")], Wish(again=True, columns={"Kurzfassung": "abstract"}), TODAY
    )
    assert list(done.replaced[0].passed.values()) == ["other"]
    review = store.read(root)
    (kept,) = (r for r in review.records if r.search == "other")
    assert (kept.title, kept.first_author) == ("Copper on hospital surfaces, part 1", "Author1, A.")
    assert [(r.record, r.search) for r in review.repeats] == [(kept.id, "full")]
    assert sorted(r.search for r in review.records) == ["full", "other"]
    own = [said for name, said in texts.read(root, texts.LINES) if name == kept.id]
    assert [said.abstract for said in own] == ["Said by the other."]
    assert len([name for name, _ in texts.read(root, texts.LINES)]) == 2


def test_records_of_others_no_longer_say_what_only_the_replaced_import_said(root, tmp_path):
    bring(root, search("first"), [record(1, abstract="")])
    (tmp_path / "full.csv").write_text(FULL.replace("Kurzfassung", "Abstract"))
    wrong = [str(tmp_path / "full.csv")]
    import_files(root, wrong, Wish(), TODAY)
    first = next(r.id for r in store.read(root).records if r.search == "first")
    assert dict(texts.read(root))[first].abstract == "Its abstract."
    done = import_files(root, wrong, Wish(again=True, columns={"Abstract": "other"}), TODAY)
    assert (len(done.replaced[0].records), done.replaced[0].repeats) == (1, 1)
    assert dict(texts.read(root))[first].abstract == ""
    assert [(r.record, r.search) for r in store.read(root).repeats] == [(first, "full")]


def test_what_people_decided_on_is_not_replaced(root, export):
    import_files(root, [export], Wish(), TODAY)
    first = store.read(root).records[0].id
    (root / "screening" / "title-abstract").mkdir(parents=True, exist_ok=True)
    person = store.read(root).about.people[0].id
    log = root / "screening" / "title-abstract" / f"{person}.csv"
    log.write_text(f"key,record,verdict,criterion,reason,date\nd1,{first},include,,,2026-01-02\n")
    before = files(root)
    with pytest.raises(UsageError, match=first):
        import_files(root, [export], RIGHT, TODAY)
    assert files(root) == before


@pytest.mark.parametrize("wish", [Wish(again=True, format="ris"), Wish(again=True, columns={"None": "title"})])
def test_nothing_is_taken_back_for_a_reading_that_gives_nothing(root, export, wish):
    import_files(root, [export], Wish(), TODAY)
    before = files(root)
    with pytest.raises(UsageError):
        import_files(root, [export], wish, TODAY)
    assert files(root) == before


def test_a_search_of_several_files_is_replaced_whole(root, export, tmp_path):
    (tmp_path / "more.csv").write_text(TABLE.replace("10.1000/", "10.1000/m").replace("Copper", "Talc"))
    both = [export, str(tmp_path / "more.csv")]
    import_files(root, both, Wish(search="scopus"), TODAY)
    with pytest.raises(UsageError, match="name all of them"):
        import_files(root, both[:1], RIGHT, TODAY)
    with pytest.raises(UsageError, match="leave --search out"):
        import_files(root, both, Wish(again=True, search="embase"), TODAY)
    done = import_files(root, both, RIGHT, TODAY)
    assert [s.search for s in done.searches] == ["scopus"] and done.searches[0].read == 4
    assert {r.search for r in store.read(root).records} == {"scopus"} and len(store.read(root).records) == 4


def test_several_files_are_several_searches_unless_one_is_named(root, tmp_path):
    (tmp_path / "full.csv").write_text(FULL)
    (tmp_path / "embase.ris").write_text(
        "TY  - JOUR\nTI  - Copper on hospital surfaces, part 1\nAU  - Author1, A.\nAU  - Second, B.\nPY  - 2001\n"
        "JF  - Journal of Tests\nDO  - 10.1000/1\nER  - \n"
    )
    both = [str(tmp_path / "embase.ris"), str(tmp_path / "full.csv")]
    dry = import_files(root, both, Wish(), TODAY, dry_run=True)
    assert store.read(root).records == ()
    done = import_files(root, [*both, both[0]], Wish(), TODAY)
    for came in (dry, done):
        assert [(s.search, s.read, len(s.repeats)) for s in came.searches] == [("embase", 1, 0), ("full", 2, 1)]
    assert [(s.id, s.source, s.hits) for s in store.read(root).searches if s.hits] == [
        ("embase", "embase.ris", 1),
        ("full", "full.csv", 2),
    ]
