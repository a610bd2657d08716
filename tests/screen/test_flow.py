"""The flow counted from invented logs, and its arithmetic."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit import screen, store
from remit.errors import ReviewError
from remit.model.decision import Decision, Record, Search
from remit.model.place import Place
from remit.model.protocol import Criterion, Screening
from remit.model.review import Review, StudyData
from remit.model.study import Report

HERE = Place("screening/full-text/ab.csv", 2)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Review:
    root: Path = tmp_path_factory.mktemp("flow") / "r"
    store.new(root, "r", "R")
    return store.read(root)


def search(name: str, route: str, hits: int | None = None) -> Search:
    return Search(id=name, source=name, route=route, query="", date="", hits=hits, place=Place(f"searches/{name}.yaml"))


def decided(record: str, verdict: str, criterion: str = "", stage: str = "full-text") -> Decision:
    return Decision(
        record=record, stage=stage, verdict=verdict, criterion=criterion, reason="", by="ab", date="2020", place=HERE
    )


def study(name: str, *reports: str) -> StudyData:
    from remit.model.study import Arm, Study

    where = Place(f"studies/{name}/study.yaml")
    arm = Arm(id="all", label="All", role="experimental", agents=(), drug_class="car-t", place=where)
    return StudyData(
        study=Study(
            id=name,
            name=name,
            family=name,
            family_reason="",
            design="single-arm",
            populations=("relapsed-refractory",),
            age_group="children",
            lineage="b-all",
            reports=tuple(Report(id=r, kind="article", place=where) for r in reports),
            arms=(arm,),
            place=where,
        )
    )


def review(empty: Review, **changes: object) -> Review:
    return replace(empty, **changes)  # type: ignore[arg-type]


def records(*pairs: tuple[str, str]) -> tuple[Record, ...]:
    return tuple(Record(id=r, search=s, title=r, place=Place("records/records.csv")) for r, s in pairs)


def test_an_empty_review_has_an_empty_flow(empty):
    assert set(screen.flow(empty).values()) == {0}


def test_records_are_followed_to_where_they_ended(empty):
    full = review(
        empty,
        searches=(search("db", "database", 7), search("reg", "register"), search("hand", "citation")),
        records=records(*((f"d{i}", "db") for i in range(5)), ("r0", "reg"), *((f"h{i}", "hand") for i in range(5))),
        decisions=(
            decided("d0", "exclude", "exc-population", "title-abstract"),
            decided("d1", "include", "", "title-abstract"),
            decided("d1", "include"),
            decided("d2", "exclude", "exc-overlap"),
            decided("d3", "exclude", "exc-awaiting"),
            decided("d4", "unsure"),
            decided("r0", "exclude", "exc-population"),
            decided("h0", "include"),
            decided("h1", "exclude", "exc-no-outcome"),
            decided("h1", "include"),
            decided("h2", "exclude", "exc-overlap"),
            decided("h3", "exclude", "exc-overlap"),
        ),
        studies=(study("one", "d1", "h0"), study("two", "h1"), study("three", "h2")),
    )
    flow = screen.flow(full)
    assert {k: v for k, v in flow.items() if v} == {
        "database_results": 7,
        "register_results": 1,
        "citations_results": 5,
        "duplicates": 2,
        "records_screened": 6,
        "records_excluded": 1,
        "dbr_sought_reports": 5,
        "dbr_notretrieved_reports": 2,
        "dbr_assessed": 3,
        "dbr_excluded": 2,
        "other_sought_reports": 5,
        "other_notretrieved_reports": 1,
        "other_assessed": 4,
        "other_excluded": 2,
        "new_studies": 2,
        "new_reports": 3,
        "total_studies": 2,
        "total_reports": 3,
    }
    assert (flow.awaiting, flow.undecided) == (1, 2)
    assert flow.reasons == (("dbr", "exc-population", 1), ("dbr", "exc-overlap", 1), ("other", "exc-overlap", 2))
    assert flow.sources[0] == ("db", "db", "database", 7)
    rows = {r["data"]: r["n"] for r in csv.DictReader(screen.prisma_csv(flow).splitlines())}
    assert rows["dbr_excluded"] == "exc-population, 1; exc-overlap, 1"
    assert rows["other_assessed"] == "4"


def test_reasons_are_words_without_the_marks_the_format_uses(empty):
    found = review(
        empty,
        searches=(search("hand", "website"),),
        records=records(("a", "hand")),
        decisions=(decided("a", "exclude", "exc-x"),),
    )
    words = (Criterion(id="exc-x", effect="exclude", text="Adults only, or mixed; see note", place=HERE),)
    rows = {r["data"]: r for r in csv.DictReader(screen.prisma_csv(screen.flow(found), words).splitlines())}
    assert rows["other_excluded"]["n"] == "Adults only, 1"
    assert rows["website_results"]["node"] == "node17"
    assert len(rows["website_results"]) == 8


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({"searches": (search("db", "database", 0),), "records": records(("a", "db"))}, "0 hits but 1 records"),
        (
            {
                "searches": (search("db", "database"),),
                "records": records(("a", "db")),
                "decisions": (decided("a", "exclude", "exc-x", "title-abstract"), decided("a", "include")),
            },
            "record 'a' judged at full text after it was excluded at title and abstract",
        ),
        ({"decisions": (decided("ghost", "include"),)}, "the flow does not add up"),
    ],
)
def test_a_log_that_does_not_add_up_is_refused(empty, changes, seen):
    with pytest.raises(ReviewError) as raised:
        screen.flow(review(empty, **changes))
    assert seen in {p.seen for p in raised.value.problems}


VERDICTS = st.sampled_from(
    [None, ("include", ""), ("exclude", "exc-overlap"), ("exclude", "exc-awaiting"), ("unsure", "")]
)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["db", "reg", "web", "hand"]), VERDICTS), max_size=25))
def test_every_log_adds_up(empty, entries):
    named = [(f"r{i}", where, verdict) for i, (where, verdict) in enumerate(entries)]
    included = [r for r, _, v in named if v and v[0] == "include"]
    flow = screen.flow(
        review(
            empty,
            searches=(
                search("db", "database"),
                search("reg", "register"),
                search("web", "website"),
                search("hand", "organisation"),
            ),
            records=records(*((r, where) for r, where, _ in named)),
            decisions=tuple(decided(r, *v) for r, _, v in named if v),
            studies=tuple(study(f"s-{r}", r) for r in included),
        )
    )
    assert flow["new_reports"] == len(included)
    ended = sum(n for _, _, n in flow.reasons) + flow.awaiting + flow.undecided + flow["new_reports"]
    assert ended == len(entries)


def _stopped(empty, rule: str, readers: int = 1):
    """Two hundred records of which ten were included first and then none for long, read in the order the rule asks."""
    held = records(*((f"d{i}", "db") for i in range(200)))
    ids = [r.id for r in held]
    said = [(r, i < 10) for i, r in enumerate(ids[:70])]
    said += [(r, False) for r in (screen.sample_order(said, ids) or [])[:125]]
    return review(
        empty,
        searches=(search("db", "database", 203),),
        records=held,
        decisions=(
            *(decided(r, "include" if on else "exclude", stage="title-abstract") for r, on in said),
            *(decided(r, "include") for r, on in said if on),
        ),
        studies=tuple(study(f"s{i}", f"d{i}") for i in range(10)),
        protocol=replace(
            empty.protocol,
            screening=Screening(stop=rule, recall=0.9, confidence=0.9, readers=readers),  # type: ignore[arg-type]
        ),
    )


@pytest.mark.parametrize("rule", ["sampled", "ranked"])
def test_records_unread_after_a_lawful_stop_are_removed_before_screening_and_the_rule_is_named(empty, rule):
    held = _stopped(empty, rule)
    flow = screen.flow(held)
    assert (flow["excluded_automatic"], flow["records_screened"], flow["records_excluded"]) == (5, 195, 185)
    assert (flow["duplicates"], flow.undecided, flow["new_reports"]) == (3, 0, 10)
    assert flow.stopped == f"stopping rule {rule}, recall 90% at 90% confidence"
    rows = {r["data"]: r for r in csv.DictReader(screen.prisma_csv(flow).splitlines())}
    assert rows["excluded_automatic"]["n"] == "5"
    assert flow.stopped in rows["excluded_automatic"]["boxtext"]


@pytest.mark.parametrize(("rule", "readers"), [("none", 1), ("sampled", 2)])
def test_records_unread_without_a_lawful_stop_are_undecided(empty, rule, readers):
    flow = screen.flow(_stopped(empty, rule, readers))
    assert (flow["excluded_automatic"], flow.undecided, flow.stopped) == (0, 5, "")


def test_a_stop_too_early_is_none(empty):
    held = _stopped(empty, "sampled")
    few = replace(held, decisions=(*held.decisions[:75], *held.decisions[-10:]))
    assert screen.flow(few)["excluded_automatic"] == 0
    assert screen.flow(few).undecided == 125
