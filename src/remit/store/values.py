"""The value tables of a study as observations: cells as printed beside the numbers read from them.

The columns of each table are data here; the checks of single values are in `checks`.
"""

from collections.abc import Mapping
from typing import TypedDict, get_args

from remit.model.observation import (
    Basis,
    Contrast,
    ContrastMeasure,
    Count,
    Favours,
    Median,
    Source,
    SourceKind,
    Survival,
    SurvivalMeasure,
    TransplantRule,
)
from remit.model.place import Place
from remit.model.study import Study
from remit.store import checks
from remit.store.fields import Fields
from remit.store.known import Known
from remit.store.refusals import nearest

TAIL = ("report", "locator", "url", "source", "extracted_by", "checked_by", "flags", "note")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    name: (*head.split(","), *TAIL)
    for name, head in {
        "counts": "key,arm,outcome,months,events,total,proportion,lower,upper,level,basis,population,scale,threshold",
        "survival": "key,arm,outcome,months,measure,probability,lower,upper,level,se,total,basis,population,transplant",
        "medians": "key,arm,outcome,median,lower,upper,level,total,basis,population,transplant",
        "contrasts": "key,arm,comparator,outcome,months,measure,estimate,lower,upper,level,p,events_arm,total_arm,"
        "events_comparator,total_comparator,basis,population,transplant",
    }.items()
}
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "contrasts": ("favours", "events", "o_minus_e", "v", "expected_arm", "expected_comparator"),
}
"""Columns that a table may leave out; where they are, they stand before `report`, in this order."""
FLAGS = (
    *("suspect", "derived", "disagrees", "confirms", "superseded", "interim", "denominator-inferred"),
    *("definition-differs", "mixed-disease", "mixed-ages", "no-timepoint", "no-address", "not-poolable", "reread"),
    "digitised",
)
BASES: tuple[Basis, ...] = get_args(Basis)
SOURCES: tuple[SourceKind, ...] = get_args(SourceKind)
SURVIVAL_MEASURES: tuple[SurvivalMeasure, ...] = get_args(SurvivalMeasure)
CONTRAST_MEASURES: tuple[ContrastMeasure, ...] = get_args(ContrastMeasure)
FAVOURS: tuple[Favours, ...] = get_args(Favours)
TRANSPLANT: tuple[TransplantRule, ...] = get_args(TransplantRule)


class _Shared(TypedDict):
    key: str
    arm: str
    outcome: str
    months: float | None
    basis: Basis
    population: str
    source: Source
    flags: tuple[str, ...]
    note: str
    printed: Mapping[str, str]
    corrected: tuple[str, ...]
    place: Place


class Reader:
    """Reads the rows of one study's tables."""

    def __init__(self, study: Study, known: Known) -> None:
        self._known = known
        self._arms = [a.id for a in study.arms]
        self._reports = [r.id for r in study.reports]

    def _shared(self, f: Fields, printed: Mapping[str, str], corrected: tuple[str, ...]) -> _Shared:
        flags = self._flags(f)
        return _Shared(
            key=f.id("key"),
            arm=f.ref("arm", self._arms, "arm", needed=True),
            outcome=self._outcome(f),
            months=f.positive("months") if "months" in printed else None,
            basis=f.choice("basis", BASES),
            population=f.text("population"),
            source=self._source(f, flags),
            flags=flags,
            note=f.text("note"),
            printed=printed,
            corrected=corrected,
            place=f.place,
        )

    def _flags(self, f: Fields) -> tuple[str, ...]:
        flags = f.words("flags")
        for flag in flags:
            if flag not in FLAGS:
                f.refuse("flags", "unknown-flag", f"the flag {flag!r}", "a flag of format 2", nearest(flag, FLAGS))
        return flags

    def _outcome(self, f: Fields) -> str:
        text = f.needed("outcome")
        known = self._known.outcomes
        if text.startswith("other:"):
            f._id("outcome", text.removeprefix("other:") or ":")
        elif text and known is not None and text not in known:
            expected = "an outcome of the protocol, or other:<code>"
            f.refuse("outcome", "dangling-outcome", f"outcome {text!r}", expected, nearest(text, known))
        return text

    def _source(self, f: Fields, flags: tuple[str, ...]) -> Source:
        for key in ("report", "locator"):
            if not f.text(key):
                advice = "say where the value was read; no source, no number"
                f.refuse(key, "no-source", f"a value without a {key}", f"a {key}", advice)
        if not f.text("url") and "no-address" not in flags:
            advice = "write the address it was read at, or the flag no-address"
            f.refuse("url", "no-address", "a value without a url", "a url", advice)
        return Source(
            report=f.ref("report", self._reports, "report"),
            locator=f.text("locator"),
            kind=f.choice("source", SOURCES),
            url=f.url("url"),
            extracted_by=f.ref("extracted_by", self._known.people, "person", needed=True),
            checked_by=f.ref("checked_by", self._known.people, "person"),
        )

    def count(self, f: Fields, printed: Mapping[str, str], corrected: tuple[str, ...]) -> Count:
        """A row of counts.csv."""
        row = Count(
            **self._shared(f, printed, corrected),
            events=f.whole("events"),
            total=f.whole("total"),
            proportion=f.number("proportion"),
            lower=f.number("lower"),
            upper=f.number("upper"),
            level=f.number("level"),
            scale=f.ref("scale", self._known.scales, "scale"),
            threshold=f.text("threshold"),
        )
        graded = self._known.outcomes is not None and self._known.outcomes.get(row.outcome, False)
        checks.count(row, f, graded)
        return row

    def survival(self, f: Fields, printed: Mapping[str, str], corrected: tuple[str, ...]) -> Survival:
        """A row of survival.csv."""
        probability = f.number("probability", needed=True)
        row = Survival(
            **self._shared(f, printed, corrected),
            measure=f.choice("measure", SURVIVAL_MEASURES),
            probability=0.5 if probability is None else probability,
            lower=f.number("lower"),
            upper=f.number("upper"),
            level=f.number("level"),
            se=f.positive("se"),
            total=f.whole("total"),
            transplant=f.choice("transplant", TRANSPLANT),
        )
        checks.survival(row, f, known=probability is not None)
        return row

    def median(self, f: Fields, printed: Mapping[str, str], corrected: tuple[str, ...]) -> Median:
        """A row of medians.csv."""
        row = Median(
            **self._shared(f, printed, corrected),
            median=_or_not_reached(f, "median"),
            reached=f.text("median") != "NR",
            lower=_or_not_reached(f, "lower"),
            upper=_or_not_reached(f, "upper"),
            level=f.number("level"),
            total=f.whole("total"),
            transplant=f.choice("transplant", TRANSPLANT),
        )
        checks.median(row, f)
        return row

    def contrast(self, f: Fields, printed: Mapping[str, str], corrected: tuple[str, ...]) -> Contrast:
        """A row of contrasts.csv."""
        row = Contrast(
            **self._shared(f, printed, corrected),
            comparator=f.ref("comparator", self._arms, "comparator", needed=True),
            measure=f.choice("measure", CONTRAST_MEASURES),
            estimate=f.number("estimate"),
            lower=f.number("lower"),
            upper=f.number("upper"),
            level=f.number("level"),
            p=f.text("p"),
            events_arm=f.whole("events_arm"),
            events_comparator=f.whole("events_comparator"),
            total_arm=f.whole("total_arm"),
            total_comparator=f.whole("total_comparator"),
            transplant=f.choice("transplant", TRANSPLANT),
            favours=f.choice("favours", FAVOURS) if f.text("favours") else None,
            events=f.whole("events"),
            o_minus_e=f.number("o_minus_e"),
            v=f.positive("v"),
            expected_arm=f.positive("expected_arm"),
            expected_comparator=f.positive("expected_comparator"),
        )
        checks.contrast(row, f)
        return row


def _or_not_reached(f: Fields, key: str) -> float | None:
    """A number of months, or None for NR (not reached) and for a blank."""
    return None if f.text(key) == "NR" else f.positive(key)
