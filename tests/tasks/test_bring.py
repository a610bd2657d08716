"""Records brought into a review: what is new, what repeats, what a crash leaves, and the flow counted from it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from brought import record, search

from remit import screen, store
from remit.model.source_record import Unread
from remit.store import staging, texts
from remit.tasks.bring import bring


def test_repeats_are_noted_beside_the_record_kept(root):
    first = bring(root, search("one"), (record(n) for n in range(6)))
    assert (first.read, len(first.new), first.repeats) == (6, 6, ())
    unread = Unread(file="f", number=3, line=9, seen="half a record", advice="export again")
    again = [record(n, key=f"x{n}", abstract="Said here only. " * 40) for n in range(3)]
    second = bring(root, search("two", "register"), [*again, unread, record(9)])
    assert (second.read, len(second.new), len(second.repeats), second.unread) == (4, 1, 3, (unread,))
    review = store.read(root)
    assert [(r.record, r.search, r.source_key) for r in review.repeats] == [
        (next(x.id for x in review.records if x.doi == f"10.1000/{n}"), "two", f"x{n}") for n in range(3)
    ]
    assert review.repeats[0].agreed.startswith("DOI, title, authors, year, journal, volume, first page")
    cached = dict(texts.read(root))
    assert cached[review.repeats[0].record].abstract.startswith("Said here only.")
    assert cached[review.repeats[0].record].key == "k0"


def test_the_flow_counts_what_was_brought(root):
    bring(root, search("one"), [record(n) for n in range(6)])
    bring(root, search("two", "register"), [record(n, key=f"x{n}") for n in range(2, 9)])
    bring(root, search("three", "website"), [record(n, key=f"y{n}") for n in (1, 20)])
    flow = screen.flow(store.read(root))
    assert (flow["database_results"], flow["register_results"], flow["website_results"]) == (6, 7, 2)
    assert flow["duplicates"] == 4 + 1
    assert flow["unread_title_abstract"] == 10


def test_the_same_lines_of_the_same_search_add_nothing(root):
    bring(root, search("one"), [record(n) for n in range(6)])
    before = {p: p.read_bytes() for p in root.rglob("*.csv")}
    again = bring(root, search("one"), [record(n) for n in range(6)])
    assert (again.read, again.again, again.new, again.repeats) == (6, 6, (), ())
    assert {p: p.read_bytes() for p in root.rglob("*.csv")} == before
    assert screen.flow(store.read(root))["database_results"] == 6


def test_a_dry_run_writes_nothing(root):
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
    told = bring(root, search("one"), [record(1), record(1, key="other")], dry_run=True)
    assert (len(told.new), len(told.repeats)) == (1, 1)
    assert {p: p.read_bytes() for p in root.rglob("*") if p.is_file()} == before


def test_ids_are_of_lasting_form_and_do_not_hang_on_the_order(root, tmp_path):
    records = [
        record(n, authors=("Ångström, Åsa",), year=2001, title="Ålesund study", pages=f"{n}1-{n}9") for n in (1, 2)
    ]
    bring(root, search("one"), records)
    store.new(tmp_path / "s", "s", "S")
    bring(tmp_path / "s", search("one"), records[::-1])
    one, other = (store.read(r).records for r in (root, tmp_path / "s"))
    assert [(r.id, r.doi) for r in one] == [(r.id, r.doi) for r in other]
    assert [r.id for r in one] == ["angstrom-2001-alesund", "angstrom-2001-alesund-2"]


def test_hostile_text_is_kept_readable(root):
    bring(root, search("one"), [record(1, title='=cmd()\x00"\n<script>\u2028', url="javascript:alert(1)")])
    (held,) = store.read(root).records
    assert held.url == ""
    assert "<script>" in held.title


def test_unsure_pairs_are_listed_once(root):
    a = record(1, doi="10.1000/a", pages="9", title="A title that is long enough to be telling of one document")
    b = record(
        1, doi="10.1000/b", pages="9", title="A title that is long enough to be telling of one document", key="b"
    )
    first = bring(root, search("one"), [a, b])
    assert [p.why for p in first.alike] == ["title, authors, year, journal, volume, first page (differ: DOI)"]
    assert bring(root, search("two"), [a, b]).alike == ()
    assert len(store.read(root).alike) == 1


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from brought import record, search
from remit.tasks.bring import bring
step, real = int(sys.argv[3]), Path.replace
def replace(self, target):
    global step
    if step == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    step -= 1
    return real(self, target)
Path.replace = replace
bring(sys.argv[1], search("two"), [record(n, key=f"x{n}") for n in range(3, 9)])
"""


@pytest.mark.parametrize("step", range(6))
def test_a_kill_at_any_step_leaves_all_or_nothing(root, step):
    bring(root, search("one"), [record(n) for n in range(6)])
    run = [sys.executable, "-c", KILLED, str(root), str(Path(__file__).parents[1] / "made"), str(step)]
    ended = subprocess.run(run, env=os.environ, capture_output=True, check=False)
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    store.read(root)
    with staging.alone(root):
        review = store.read(root)
    counts = len(review.records), len(review.repeats), len(review.searches)
    assert counts in ((6, 0, 2), (9, 3, 3))
    assert not (root / ".remit" / "staged").exists()
    bring(root, search("two"), [record(n, key=f"x{n}") for n in range(3, 9)])
    review = store.read(root)
    assert (len(review.records), len(review.repeats)) == (9, 3)
    assert screen.flow(review)["duplicates"] == 3


def test_a_foreign_list_of_staged_texts_writes_nowhere_else(root):
    (root / ".remit" / "staged").mkdir(parents=True)
    (root / ".remit" / "staged" / "0").write_text("bad")
    (root / ".remit" / "staged.json").write_text(json.dumps(["../../outside.csv"]))
    with staging.alone(root):
        pass
    assert not (root.parent.parent / "outside.csv").exists()
    assert not (root / ".remit" / "staged").exists()
