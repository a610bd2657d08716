"""What must hold of a log and of the flow counted from it, asserted before either is shown."""

from collections.abc import Mapping, Sequence

from remit.errors import ReviewError
from remit.model.place import Place, Problem
from remit.model.review import Review
from remit.model.standing import Standing
from remit.screen.identified import Found


def consistent(review: Review, found: Sequence[Found], first: Mapping[str, Standing]) -> None:
    """Refuse a log that contradicts itself. `first` is where records stand at title and abstract.

    Raises
    ------
    ReviewError
        A search has fewer hits than records and duplicates, or a record excluded at title and abstract has a line at
        full text.
    """
    problems = []
    for f in found:
        if f.absent < 0:
            more = f" and {f.duplicates} duplicates" if f.duplicates else ""
            seen, expected = f"{f.found} hits but {f.kept} records{more}", "hits that cover every line stored"
            problems.append(
                Problem(f.search.place, "flow", seen, expected, "mend hits, or the search the records name")
            )
    for d in {d.record: d for d in review.decisions if d.stage == "full-text"}.values():
        if d.record in first and first[d.record].state == "exclude":
            seen = f"record {d.record!r} judged at full text after it was excluded at title and abstract"
            advice = "add a line at title and abstract that lets it through"
            problems.append(Problem(d.place, "flow", seen, "only records let through", advice))
    if problems:
        raise ReviewError(tuple(problems))


def adds_up(c: Mapping[str, int], records: int) -> None:
    """Assert the arithmetic of PRISMA 2020, in which what is undecided at a stage stands beside its boxes.

    Parameters
    ----------
    c
        The flow by the names of PRISMA 2020's data file, and `undecided_STAGE`.
    records
        Records that were neither removed before screening nor duplicates.

    Raises
    ------
    ReviewError
        A sum fails; each that does is named.
    """
    removed = c["duplicates"] + c["excluded_automatic"] + c["excluded_other"]
    found = sum(n for key, n in c.items() if key.endswith("_results"))
    first, last = c.get("undecided_title_abstract", 0), c.get("undecided_full_text", 0)
    decided = c["records_screened"] + c["other_records_excluded"] + c["other_sought_reports"]
    sought = c["dbr_sought_reports"] + c["other_sought_reports"]
    lost = c["dbr_notretrieved_reports"] + c["other_notretrieved_reports"]
    assessed, excluded = c["dbr_assessed"] + c["other_assessed"], c["dbr_excluded"] + c["other_excluded"]
    sums = {
        "identified - removed = records": found - removed == records,
        "records = screened + undecided": records == decided + first,
        "screened - excluded = sought": c["records_screened"] - c["records_excluded"] == c["dbr_sought_reports"],
        "sought - not retrieved = assessed + undecided": sought - lost == assessed + last,
        "assessed - excluded = included": assessed - excluded == c["new_reports"],
        "studies ≤ reports": c["new_studies"] <= c["new_reports"],
        "previous + new = total": c["previous_studies"] + c["new_studies"] == c["total_studies"]
        and c["previous_reports"] + c["new_reports"] == c["total_reports"],
    }
    failed = [words for words, holds in sums.items() if not holds]
    if failed:
        advice = "compare records, decisions and reports: each included record is one report of one study"
        place = Place("screening")
        raise ReviewError(tuple(Problem(place, "flow", "the flow does not add up", w, advice) for w in failed))
