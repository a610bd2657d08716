"""Warnings: nothing that stops a build, everything a careful reader wants told. One line per study, not per row."""

from collections.abc import Iterator, Sequence

from remit.model.finding import Finding
from remit.model.observation import Contrast, Count, Median, Observation, Survival
from remit.model.place import Place, Problem
from remit.model.review import Review


def _warning(place: Place, rule: str, seen: str, expected: str, advice: str) -> Problem:
    return Problem(place, rule, seen, expected, advice, "warning")


def _rows(rows: Sequence[Observation]) -> str:
    """Name up to four rows by table and key."""
    named = [f"{row.place.file.rsplit('/', 1)[-1].removesuffix('.csv')} {row.key}" for row in rows]
    return ", ".join(named[:4]) + (f" and {len(named) - 4} more" if len(named) > 4 else "")


def secondary_only(review: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """secondary-only: everything of a study that enters was read in secondary sources."""
    primary: set[str] = set()
    entered: dict[str, list[str]] = {}
    for f in findings:
        for u in f.used:
            entered.setdefault(u.study, []).append(f.id)
            if "secondary" not in u.marks:
                primary.add(u.study)
    for data in review.studies:
        s = data.study
        if s.id in entered and s.id not in primary:
            n = len(set(entered[s.id]))
            seen = f"study {s.id} enters {n} analys{'is' if n == 1 else 'es'} from secondary sources only"
            yield _warning(s.place, "secondary-only", seen, "its own report", "read the report itself and add its rows")


def single_reader(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """single-reader: rows that nobody but their extractor has checked."""
    for data in review.studies:
        rows = data.rows
        alone = [r for r in rows if not r.source.checked_by or r.source.checked_by == r.source.extracted_by]
        if alone:
            seen = f"{len(alone)} of {len(rows)} values of {data.study.id} were read by one person only"
            yield _warning(data.study.place, "single-reader", seen, "two readers", "check them and fill checked_by")


def interval_level(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """interval-level: intervals printed at a level other than 95 %."""
    for data in review.studies:
        odd = [r for r in data.rows if r.level is not None and abs(r.level - 0.95) > 1e-9]
        if odd:
            seen = f"intervals of {data.study.id} not at 95 %: {_rows(odd)}"
            advice = "compare with the report; 95 % intervals are computed where they enter"
            yield _warning(odd[0].place, "interval-level", seen, "level 0.95", advice)


def suspect(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """suspect: possible misprints that nobody has corrected; they never enter."""
    for data in review.studies:
        odd = [r for r in data.rows if "suspect" in r.flags and not r.corrected]
        if odd:
            seen = f"possible misprints in {data.study.id}: {_rows(odd)}"
            advice = "compare with the report; correct in corrections.yaml or remove the flag with a note"
            yield _warning(odd[0].place, "suspect", seen, "values without doubt", advice)


def no_denominator(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """no-denominator: percentages that cannot be pooled because nobody knows of how many."""
    for data in review.studies:
        odd = [r for r in data.counts if _bare(r)]
        if odd:
            seen = f"percentages of {data.study.id} without a denominator: {_rows(odd)}"
            yield _warning(
                odd[0].place, "no-denominator", seen, "a total", "find the total in the report, or leave as is"
            )


def _bare(row: Count) -> bool:
    return row.total is None and row.proportion is not None and not row.outcome.startswith("other:")


def undecided(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """undecided: a report not decided or agreed on at full text; its rows never enter once anything was decided."""
    if not review.decisions:
        return
    standing, settled = review.standings("full-text"), review.settled_reports()
    for data in review.studies:
        for report in data.study.reports:
            if report.id not in standing:
                seen = f"report {report.id} has no decision at full text"
                advice = "add a line to screening/full-text; until then its rows do not enter"
                yield _warning(report.place, "undecided", seen, "include or exclude", advice)
            elif report.id not in settled or settled[report.id].verdict == "unsure":
                seen = f"report {report.id} is not settled: {_open(review, report.id)}"
                advice = "let it be read or settled; until then its rows do not enter"
                yield _warning(report.place, "undecided", seen, "include or exclude", advice)


def _open(review: Review, report: str) -> str:
    """Why a report with a line at full text is not decided."""
    last = review.standings("full-text")[report]
    before = review.standings("title-abstract").get(report)
    held = last if before is None or before.goes_on else before
    where = "full text" if held is last else "title and abstract"
    readers = review.protocol.screening.readers
    words = {
        "conflict": f"people disagree at {where}",
        "waiting": f"{held.readers} of {readers} have read it at {where}",
        "exclude": f"it was excluded at {where}",
    }
    return words.get(held.state, f"who read it could not settle it at {where}")


def unreasoned_family(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """family-reason: studies joined in a family, and nobody says why."""
    sizes: dict[str, int] = {}
    for data in review.studies:
        sizes[data.study.family] = sizes.get(data.study.family, 0) + 1
    for data in review.studies:
        s = data.study
        if sizes[s.family] > 1 and not s.family_reason:
            seen = f"study {s.id} shares family {s.family} without a reason"
            yield _warning(s.place, "family-reason", seen, "which people are shared", "write family_reason")


def one_armed(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """one-armed: a randomised study with fewer than two arms of different people."""
    for data in review.studies:
        s = data.study
        if s.design == "randomised" and sum(1 for a in s.arms if not a.part_of) < 2:
            seen = f"study {s.id} is randomised and has fewer than two arms"
            yield _warning(s.place, "one-armed", seen, "the arms that were randomised", "add the other arm, even empty")


def unsigned(review: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """unsigned: how many certainties nobody has signed (one line)."""
    signed = {s.analysis for s in review.signatures}
    waiting = [f.id for f in findings if f.k and f.id not in signed]
    if waiting:
        seen = f"the certainty of {len(waiting)} findings is suggested and not signed"
        place = Place("certainty.yaml")
        yield _warning(place, "unsigned", seen, "a named person's judgement", "sign in certainty.yaml, with the reason")


def transplant_unknown(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """transplant-unknown: times to an event whose source does not say what it did with transplantation."""
    timed = [r for data in review.studies for r in data.rows if isinstance(r, Survival | Median | Contrast)]
    silent = [r for r in timed if r.transplant == "not-stated"]
    if silent:
        seen = f"{len(silent)} of {len(timed)} times to an event do not say whether follow-up ended at transplantation"
        advice = "look in the full text and fill the column transplant"
        yield _warning(review.about.place, "transplant-unknown", seen, "the rule of each", advice)
