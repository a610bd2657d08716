"""What a review defines, run on stand-ins of the services, and stopped halfway."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from remit import screen, store
from remit.cli import main
from remit.errors import SourceError, UsageError
from remit.ingest.live.services import SERVICES as LIVE
from remit.ingest.strategy.dialects import DIALECTS as CHECKED
from remit.model.search import DIALECTS, SERVICES
from remit.tasks import search
from remit.tasks.import_ import Wish, import_files

sys.path.insert(0, str(Path(__file__).parents[1] / "ingest"))

from live_fakes import Cursor, Entrez, polite

FLAGSHIP = Path(__file__).parents[2] / "reviews" / "pediatric-b-all"
DEFINED = """\
search: epmc
source: Europe PMC
route: database
dialect: europepmc
service: europepmc
query: |
  TITLE_ABS:leukemia
  AND TITLE_ABS:child
"""


def define(root, name="epmc", text=DEFINED):
    (root / "searches").mkdir(exist_ok=True)
    (root / "searches" / f"{name}.yaml").write_text(text.replace("search: epmc", f"search: {name}"), encoding="utf-8")


def run(root, server, names=(), today="2026-01-02", environment=None, **more):
    wish = search.Wish(today=today, **more)
    return list(search.run(root, names, lambda _: polite(server), environment or {}, wish))


def test_a_definition_is_counted_nowhere_until_it_is_run(root):
    define(root)
    review = store.read(root)
    assert ([s.id for s in review.searches], [d.id for d in review.definitions]) == (["hand"], ["epmc"])
    assert screen.flow(review)["database_results"] == 0
    (ran,) = run(root, Cursor("europepmc", total=5))
    assert (ran.gathered.got, len(ran.brought.new), ran.brought.search) == (5, 5, "epmc-2026-01-02")
    review = store.read(root)
    kept = review.searches[0]
    assert (kept.of, kept.hits, kept.claimed, kept.date) == ("epmc", 5, 5, "2026-01-02")
    assert kept.query == "TITLE_ABS:leukemia AND TITLE_ABS:child"
    assert kept.sha256 == ran.gathered.sha256
    assert screen.flow(review)["database_results"] == 5
    assert (root / "searches" / "epmc.yaml").read_text(encoding="utf-8") == DEFINED


def test_run_again_it_adds_what_is_new_as_a_run_of_its_own(root):
    define(root)
    run(root, Cursor("europepmc", total=5))
    (again,) = run(root, Cursor("europepmc", total=7), today="2026-02-02")
    assert (len(again.brought.new), len(again.brought.repeats)) == (2, 5)
    assert [s.id for s in store.read(root).searches] == ["epmc-2026-01-02", "epmc-2026-02-02", "hand"]
    (same_day,) = run(root, Cursor("europepmc", total=8), today="2026-02-02")
    assert same_day.brought.search == "epmc-2026-02-02-2"


def test_stopped_halfway_it_goes_on_the_next_day_where_it_was(root):
    define(root)
    server, left = Cursor("europepmc", total=9), [3]

    def failing(request):
        left[0] -= 1
        return server(request) if left[0] >= 0 else httpx.Response(500)

    with pytest.raises(SourceError, match="finished pages are kept"):
        run(root, failing)
    assert store.read(root).records == ()
    log = next((root / ".remit" / "pages").glob("epmc-open-*/log.jsonl"))
    log.write_bytes(log.read_bytes() + b'{"ask": "torn')
    again = Cursor("europepmc", total=9)
    (ran,) = run(root, again, today="2026-01-03")
    assert ran.gathered.asked == len(again.requests) == len(ran.gathered.sheets) - 3
    assert ran.brought.search == "epmc-2026-01-02"
    assert len(store.read(root).records) == 9
    assert not list((root / ".remit" / "pages").glob("epmc-open-*"))


KILLED = """
import os, signal, sys
sys.path[:0] = {paths!r}
from live_fakes import Cursor, polite
from remit.tasks import search
server, left = Cursor("europepmc", total=12), [{after}]
def dying(request):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return server(request)
list(search.run({root!r}, [], lambda _: polite(dying), {{}}, search.Wish(today="2026-01-02")))
"""


@pytest.mark.parametrize("after", [0, 1, 4])
def test_killed_at_any_request_nothing_is_lost_and_nothing_asked_twice(root, after):
    define(root)
    script = KILLED.format(paths=[p for p in sys.path if p], after=after, root=str(root))
    assert subprocess.run([sys.executable, "-c", script], capture_output=True).returncode == -9
    again = Cursor("europepmc", total=12)
    (ran,) = run(root, again, today="2026-01-02")
    assert (ran.gathered.asked, len(again.requests)) == (len(ran.gathered.sheets) - after,) * 2
    assert len(store.read(root).records) == 12


def test_a_page_that_was_damaged_on_the_disk_is_asked_for_again(root):
    define(root)
    run(root, Cursor("europepmc", total=4), dry_run=True)
    page = next(p for p in (root / ".remit" / "pages").rglob("*.gz"))
    page.write_bytes(page.read_bytes()[:-9])
    again = Cursor("europepmc", total=4)
    (ran,) = run(root, again)
    assert (ran.gathered.asked, len(again.requests), len(ran.brought.new)) == (1, 1, 4)


def test_fresh_forgets_what_was_fetched(root):
    define(root)
    run(root, Cursor("europepmc", total=4), dry_run=True)
    assert store.read(root).records == ()
    (ran,) = run(root, Cursor("europepmc", total=4), fresh=True)
    assert ran.gathered.asked == len(ran.gathered.sheets)


def test_errors_are_refused_before_anything_is_asked(root):
    define(root, text=DEFINED.replace("AND", "and"))
    server = Cursor("europepmc", total=1)
    with pytest.raises(UsageError, match="lower-case-operator"):
        run(root, server)
    assert server.requests == []
    run(root, server, anyway=True)
    define(root, text=DEFINED + "parameters: {pageSise: 10}\n")
    with pytest.raises(UsageError, match="pageSise"):
        run(root, server)
    define(root, "hand", DEFINED.replace("service: europepmc", "service: by-hand"))
    with pytest.raises(UsageError, match="by hand"):
        run(root, server, ["hand"])
    with pytest.raises(UsageError, match="no search 'x'"):
        run(root, server, ["x"])


def test_a_definition_holds_no_run(root):
    define(root, text=DEFINED + "date: 2026-01-02\nhits: 4\n")
    _, problems = store.load(root)
    assert {p.rule for p in problems} == {"run-in-definition"}


def test_an_export_of_a_defined_search_is_a_run_of_it(root, tmp_path):
    define(root, "embase", DEFINED.replace("service: europepmc", "service: by-hand"))
    export = tmp_path / "export.ris"
    export.write_text("TY  - JOUR\nTI  - A title of a report\nPY  - 2020\nER  - \n", encoding="utf-8")
    before = (root / "searches" / "embase.yaml").read_bytes()
    (brought,) = import_files(root, [str(export)], Wish(search="embase"), "2026-01-02").searches
    assert (brought.search, len(brought.new)) == ("embase-2026-01-02", 1)
    assert (root / "searches" / "embase.yaml").read_bytes() == before
    run_ = next(s for s in store.read(root).searches if s.id == brought.search)
    assert (run_.of, run_.source, run_.query.split()[0]) == ("embase", "Europe PMC", "TITLE_ABS:leukemia")


def test_the_store_knows_the_languages_and_services_that_ingest_has():
    assert set(CHECKED) | {"ctgov", "openalex", "crossref", "other"} == set(DIALECTS)
    assert set(LIVE) | {"by-hand"} == set(SERVICES)


def test_check_and_translate_on_the_command_line(root, capsys):
    define(root)
    assert main(["search", str(root), "--check"]) == 0
    assert main(["search", str(root), "--translate", "epmc", "--to", "wos"]) == 0
    assert "TI=leukemia" in capsys.readouterr().out
    define(root, text=DEFINED.replace("TITLE_ABS:child", "(TITLE_ABS:child"))
    assert main(["search", str(root), "--check", "--json"]) == 1
    assert '"rule": "bracket"' in capsys.readouterr().out
    assert main(["search", str(root), "--translate", "epmc"]) == 2


@pytest.mark.flagship
def test_the_flagships_searches_are_sound_and_run(tmp_path, root):
    defined = search.definitions(FLAGSHIP)
    assert [d.id for d in defined] == ["ctgov", "embase", "europepmc", "pubmed"]
    for definition in defined:
        assert search.remarks(definition) == ()
    for name in ("ctgov", "embase", "europepmc", "pubmed"):
        text = (FLAGSHIP / "searches" / f"{name}.yaml").read_text(encoding="utf-8")
        (root / "searches").mkdir(exist_ok=True)
        (root / "searches" / f"{name}.yaml").write_text(text, encoding="utf-8")
    servers = {"pubmed": Entrez([(str(i), "2020/01/01") for i in range(900, 910)])}
    servers |= {kind: Cursor(kind, total=6) for kind in ("europepmc", "ctgov")}
    wish = search.Wish(today="2026-01-02")
    ran = list(search.run(root, [], lambda s: polite(servers[s.name]), {}, wish))
    assert [(r.definition.id, r.gathered.got) for r in ran] == [("ctgov", 6), ("europepmc", 6), ("pubmed", 10)]
    asked = servers["ctgov"].requests[0]
    assert "AREA[StdAge]CHILD" in asked["filter.advanced"]
    assert asked["query.term"].startswith("AREA[ConditionSearch](acute lymphoblastic leukemia")
    _, first = servers["pubmed"].requests[0]
    assert '"Precursor Cell Lymphoblastic Leukemia-Lymphoma"[Mesh]' in first["term"]


@pytest.mark.flagship
def test_the_flagships_searches_cover_every_class_and_drug_of_its_protocol():
    review = store.read(FLAGSHIP)
    texts = {d.id: d.query.lower() for d in review.definitions}
    drugs = {a.id.split("-")[0] for a in review.protocol.agents}
    known = {"blinatumomab", "inotuzumab", "epratuzumab", "rituximab", "daratumumab", "moxetumomab", "imatinib"}
    known |= {"dasatinib", "bortezomib", "carfilzomib", "venetoclax", "navitoclax", "revumenib", "lestaurtinib"}
    assert known <= drugs
    for name, text in texts.items():
        missing = [d for d in known if d not in text]
        assert not missing, name
