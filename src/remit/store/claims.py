"""Claims with their operational tests."""

from typing import get_args

from remit.model.protocol import Claim, Test, VerdictWord
from remit.store.analyses import SUBGROUPS
from remit.store.fields import Fields

VERDICTS: tuple[VerdictWord, ...] = get_args(VerdictWord)


def claim(f: Fields, analyses: frozenset[str]) -> Claim:
    """Return one claim; the findings its test names must be planned."""
    inner = f.inner("test")
    if inner is None:
        f.refuse("test", "missing", "a claim without a test", "test: {kind: …}", "write what would show it true")
    return Claim(
        id=f.id("id"),
        statement=f.needed("statement"),
        kind=f.choice("kind", ("rate", "comparative")),
        test=_test(inner, analyses) if inner else Test(kind="all"),
        recorded=f.choice("recorded", VERDICTS),
        recorded_on=f.date("recorded_on", needed=True),
        why=f.text("why"),
        place=f.place,
    )


def _test(f: Fields, analyses: frozenset[str]) -> Test:
    kind = f.choice("kind", ("threshold", "difference", "subgroup", "all"))
    if kind == "all":
        found = Test(kind="all", tests=tuple(_test(t, analyses) for t in f.each("tests")))
        if not found.tests:
            f.refuse("tests", "missing", "no tests", "at least one test", "write tests: [...]")
    elif kind == "subgroup":
        found = Test(
            kind="subgroup",
            finding=f.ref("finding", analyses, "finding", needed=True),
            by=f.choice("by", SUBGROUPS),
            level=f.needed("level"),
            versus_level=f.needed("versus_level"),
            op=f.choice("op", (">", "<")),
        )
    else:
        threshold = f.number("threshold", needed=True)
        found = Test(
            kind="threshold" if kind == "threshold" else "difference",
            finding=f.ref("finding", analyses, "finding", needed=True),
            versus=f.ref("versus", analyses, "finding", needed=True) if kind == "difference" else "",
            op=f.choice("op", (">", "<")),
            threshold=threshold or 0.0,
        )
    f.close()
    return found
