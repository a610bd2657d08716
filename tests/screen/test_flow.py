"""The flow counted from invented logs, and its arithmetic."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit import screen, store
from remit.errors import ReviewError
from remit.model.decision import Alike, Decision, Record, Repeat, Search
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


def decided(
    record: str,
    verdict: str,
    criterion: str = "",
    stage: str = "full-text",
    by: str = "ab",
    settles: bool = False,
    date: str = "2020",
) -> Decision:
    return Decision(
        record=record,
        stage=stage,  # type: ignore[arg-type]
        verdict=verdict,  # type: ignore[arg-type]
        criterion=criterion,
        reason="",
        by=by,
        date=date,
        settles=settles,
        place=HERE,
    )


def repeat(record: str, where: str) -> Repeat:
    place = Place("records/duplicates.csv")
    return Repeat(record=record, search=where, source_key="", title=record, agreed="DOI", place=place)


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
        searches=(search("db", "database", 9), search("reg", "register"), search("hand", "citation")),
        records=records(*((f"d{i}", "db") for i in range(5)), ("r0", "reg"), *((f"h{i}", "hand") for i in range(5))),
        repeats=(repeat("d0", "db"), repeat("d1", "db")),
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
        "database_results": 9,
        "register_results": 1,
        "citations_results": 5,
        "duplicates": 2,
        "excluded_other": 2,
        "records_screened": 6,
        "records_excluded": 1,
        "dbr_sought_reports": 5,
        "dbr_notretrieved_reports": 1,
        "dbr_assessed": 3,
        "dbr_excluded": 2,
        "other_sought_reports": 4,
        "other_assessed": 4,
        "other_excluded": 2,
        "new_studies": 2,
        "new_reports": 3,
        "total_studies": 2,
        "total_reports": 3,
        "undecided_title_abstract": 1,
        "unread_title_abstract": 1,
        "undecided_full_text": 1,
        "unsure_full_text": 1,
    }
    assert flow.absent == (("db", 2),)
    assert (flow.awaiting, flow.undecided) == (1, 2)
    assert flow.reasons == (("dbr", "exc-population", 1), ("dbr", "exc-overlap", 1), ("other", "exc-overlap", 2))
    assert flow.sources[0] == ("db", "db", "database", 9)
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
        repeats=tuple(repeat("d0", "db") for _ in range(3)),
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


def test_records_unread_without_a_lawful_stop_are_undecided(empty):
    flow = screen.flow(_stopped(empty, "none"))
    assert (flow["excluded_automatic"], flow.undecided, flow.stopped) == (0, 5, "")


def test_one_person_is_too_few_where_the_protocol_asks_for_two(empty):
    flow = screen.flow(replace(_stopped(empty, "sampled", 2), studies=()))
    assert (flow["excluded_automatic"], flow["records_screened"], flow.undecided) == (0, 0, 200)
    assert flow.open == (("title-abstract", "dbr", "waiting", 195), ("title-abstract", "dbr", "unread", 5))


def test_a_stop_too_early_is_none(empty):
    held = _stopped(empty, "sampled")
    few = replace(held, decisions=(*held.decisions[:75], *held.decisions[-10:]))
    assert screen.flow(few)["excluded_automatic"] == 0
    assert screen.flow(few).undecided == 125


def _read_by(empty, readers, *logs, stage="title-abstract"):
    """Records that several people decided at a stage, those at full text let through before by everybody."""
    held = sorted({r for log in logs for r in log})
    people = [f"p{i}" for i in range(len(logs))]
    before = [decided(r, "include", stage="title-abstract", by=p) for r in held for p in people]
    lines = [decided(r, *v, stage=stage, by=p) for p, log in zip(people, logs, strict=True) for r, v in log.items()]
    return review(
        empty,
        searches=(search("db", "database"),),
        records=records(*((r, "db") for r in held)),
        decisions=(*(before if stage == "full-text" else ()), *lines),
        protocol=replace(empty.protocol, screening=Screening(readers=readers)),
    )


IN, OUT, OTHER, MAYBE = ("include",), ("exclude", "exc-overlap"), ("exclude", "exc-population"), ("unsure",)


@pytest.mark.parametrize("turned", [False, True])
def test_open_conflicts_and_records_read_by_too_few_are_undecided_whoever_is_named_last(empty, turned):
    one = {f"r{i}": IN for i in range(3)} | {f"r{i}": OUT for i in range(3, 9)}
    other = {f"r{i}": OUT for i in range(3)} | {"r3": IN, "r4": OUT, "r5": OTHER}
    logs = (other, one) if turned else (one, other)
    flow = screen.flow(_read_by(empty, 2, *logs))
    assert (flow["records_screened"], flow["records_excluded"], flow["dbr_sought_reports"]) == (2, 2, 0)
    assert flow.open == (("title-abstract", "dbr", "conflict", 4), ("title-abstract", "dbr", "waiting", 3))
    assert not flow.final
    assert flow.notes == (
        "This flow is not final: 7 records are undecided and in no box.",
        "Undecided at title and abstract: 7 (4 whose conflict is open, 3 read by too few).",
    )


def test_maybe_goes_on_and_a_consensus_settles(empty):
    held = _read_by(empty, 2, {"a": IN, "b": MAYBE, "c": IN, "d": OUT}, {"a": MAYBE, "b": MAYBE, "c": OUT})
    settled = [decided("c", *OUT, stage="title-abstract", settles=True)]
    settled += [decided("d", *IN, stage="title-abstract", settles=True)]
    flow = screen.flow(replace(held, decisions=(*held.decisions, *settled)))
    assert (flow["records_screened"], flow["records_excluded"], flow["dbr_sought_reports"]) == (4, 1, 3)
    assert flow.open == (("full-text", "dbr", "unread", 3),)


def test_at_full_text_the_reason_to_exclude_must_be_agreed_too(empty):
    one = {"a": OUT, "b": OUT, "c": IN, "d": MAYBE, "e": OUT}
    other = {"a": OUT, "b": OTHER, "c": MAYBE, "d": MAYBE}
    flow = screen.flow(_read_by(empty, 2, one, other, stage="full-text"))
    assert (flow["dbr_sought_reports"], flow["dbr_assessed"], flow["dbr_notretrieved_reports"]) == (5, 1, 0)
    assert flow.reasons == (("dbr", "exc-overlap", 1),)
    assert {state: n for _, _, state, n in flow.open} == {"conflict": 2, "waiting": 1, "unsure": 1}


def test_where_one_reader_is_enough_a_later_day_stands_and_one_day_conflicts(empty):
    lines = (
        decided("a", *OUT, stage="title-abstract", by="zz", date="2020-01-01"),
        decided("a", *IN, stage="title-abstract", by="aa", date="2020-01-02"),
        decided("b", *IN, stage="title-abstract", by="aa", date="2020-01-02"),
        decided("b", *OUT, stage="title-abstract", by="zz", date="2020-01-02"),
    )
    flow = screen.flow(replace(_read_by(empty, 1, {"a": IN, "b": IN}), decisions=lines))
    assert (flow["dbr_sought_reports"], flow["records_excluded"]) == (1, 0)
    assert flow["conflict_title_abstract"] == 1


def test_a_report_of_which_people_disagree_is_not_included(empty):
    held = _read_by(empty, 2, {"a": IN, "b": IN}, {"a": IN, "b": OUT}, stage="full-text")
    held = replace(held, studies=(study("one", "a"), study("two", "b")))
    assert held.included_reports() == {"a"}
    assert (screen.flow(held)["new_reports"], screen.flow(held)["new_studies"]) == (1, 1)
    before = replace(held, decisions=(*held.decisions, decided("a", *OUT, stage="title-abstract", by="p1")))
    assert before.included_reports() == frozenset()
    assert screen.flow(before)["conflict_title_abstract"] == 1


def test_what_a_search_did_not_bring_is_no_duplicate(empty):
    held = review(
        empty,
        searches=(search("db", "database", 20), search("web", "website", 3)),
        records=records(*((f"d{i}", "db") for i in range(12))),
        repeats=(repeat("d0", "db"), repeat("d1", "web"), repeat("d1", "web")),
    )
    flow = screen.flow(held)
    assert (flow["duplicates"], flow["excluded_other"], flow.undecided) == (3, 8, 12)
    assert flow.absent == (("db", 7), ("web", 1))
    rows = {r["data"]: r for r in csv.DictReader(screen.prisma_csv(flow).splitlines())}
    assert rows["excluded_other"]["boxtext"].endswith("(found by a search and not brought or not readable)")
    assert [(p.rule, p.severity, p.seen) for p in screen.remarks(held)] == [
        ("not-brought", "warning", "20 hits, of which 7 are neither a record nor a duplicate"),
        ("not-brought", "warning", "3 hits, of which 1 are neither a record nor a duplicate"),
    ]
    claimed = replace(held, searches=(replace(search("db", "database", 13), claimed=15), search("web", "website", 2)))
    assert [(p.rule, p.seen) for p in screen.remarks(claimed)] == [
        ("not-delivered", "the source claimed 15 hits and gave 13")
    ]
    with pytest.raises(ReviewError, match="1 hits but 0 records and 2 duplicates"):
        screen.flow(replace(held, searches=(search("db", "database"), search("web", "website", 1))))


def test_of_records_judged_to_be_one_document_one_is_counted(empty):
    def same(one: str, other: str) -> Alike:
        place = Place("records/pairs.csv")
        return Alike(record=one, other=other, why="", verdict="same", by="ab", date="2020", place=place)

    held = review(empty, searches=(search("db", "database"),), records=records(*((r, "db") for r in "abcd")))
    for pairs in ([("a", "b"), ("b", "c"), ("c", "a")], [("b", "a"), ("b", "c")], [("a", "c"), ("b", "c")]):
        flow = screen.flow(replace(held, alike=tuple(same(*p) for p in pairs)))
        assert (flow["duplicates"], flow.undecided) == (2, 2)


def test_a_flow_before_screening_counts_nothing_as_screened_and_says_so(empty):
    held = _read_by(empty, 1, {"a": IN, "b": IN})
    flow = screen.flow(replace(held, decisions=()))
    assert {k: v for k, v in flow.items() if v} == {
        "database_results": 2,
        "undecided_title_abstract": 2,
        "unread_title_abstract": 2,
    }
    rows = list(csv.DictReader(screen.prisma_csv(flow).splitlines()))
    titles = [r["boxtext"] for r in rows if r["box"] in ("newstud", "othstud")]
    assert all(t.startswith("NOT FINAL: Identification of new studies") for t in titles)
    assert {r["data"]: r["boxtext"] for r in rows}["records_screened"] == "Records screened (2 more undecided)"
    assert screen.prisma_notes(flow).startswith("This flow is not final: 2 records are undecided")
    done = replace(held, decisions=(*held.decisions, decided("a", *OUT), decided("b", *OUT)))
    assert screen.flow(done).final
    assert "NOT FINAL" not in screen.prisma_csv(screen.flow(done))
    assert screen.prisma_notes(screen.flow(done)) == "This flow is final: every record is decided.\n"
