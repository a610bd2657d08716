"""Planned analyses: one entry of the protocol, written out for each value of `each`, and checked word by word."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from remit.model.place import Place
from remit.model.protocol import Analysis, AnalysisKind
from remit.store.fields import ID, Fields
from remit.store.studies import AGE_GROUPS, DESIGNS, LINEAGES, ROLES
from remit.store.values import BASES

KINDS: tuple[AnalysisKind, ...] = get_args(AnalysisKind)
MEASURES: Mapping[AnalysisKind, tuple[str, ...]] = {
    "proportion": ("PLO",),
    "survival": ("cloglog",),
    "contrast": ("HR", "RR", "OR"),
}
WHERE = (
    *("class", "agent", "target", "costimulation", "population", "line", "design", "age-group", "lineage", "role"),
    *("study", "arm"),
)
SUBGROUPS = (
    *("class", "agent", "target", "costimulation", "population", "line", "design", "phase", "basis", "scale"),
    *("age-group", "source"),
)
ALLOW = (
    "mixed-denominators",
    "mixed-scales",
    "mixed-transplant",
    "mixed-competing",
    "nested-arms",
    "mixed-ages",
    "mixed-lineage",
)
MAX_EXPANDED = 400
_LEFT = re.compile(r"\{([a-z-]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The ids an analysis may name."""

    questions: frozenset[str]
    populations: frozenset[str]
    classes: frozenset[str]
    agents: frozenset[str]
    scales: frozenset[str]
    outcomes: frozenset[str]


def expanded(f: Fields, codes: Codes) -> tuple[Analysis, ...]:
    """Return the analyses that one entry stands for."""
    each = f.inner("each")
    if each is None:
        return (_analysis(f, codes),)
    values = {key: each.words(key) for key in each.names()}
    count = 1
    for key, words in values.items():
        count *= len(words)
        if not words:
            each.refuse(key, "each", f"no values for {key}", "a list of values", f"write {key}: [one, two]")
    if count > MAX_EXPANDED:
        f.refuse("each", "each", f"{count} analyses of one entry", f"at most {MAX_EXPANDED}", "split the entry")
        return ()
    out = []
    for combination in itertools.product(*values.values()):
        one = f.filled(dict(zip(values, combination, strict=True)), without="each")
        out.append(_analysis(one, codes))
    return tuple(out)


def _analysis(f: Fields, codes: Codes) -> Analysis:
    kind = f.choice("kind", KINDS)
    found = Analysis(
        id=_id(f),
        title=f.needed("title"),
        question=f.ref("question", codes.questions, "question", needed=True),
        kind=kind,
        outcomes=f.refs("outcomes", codes.outcomes, "outcome"),
        where=_filter(f.inner("where"), codes),
        versus=_filter(f.inner("versus"), codes),
        basis=f.choices("basis", BASES),
        measure=f.choice("measure", MEASURES[kind], MEASURES[kind][0] if kind != "contrast" else None),
        months=f.positive("months"),
        window=f.positive("window") or 0.0,
        scale=f.ref("scale", codes.scales, "scale"),
        subgroups=f.choices("subgroups", SUBGROUPS),
        allow=_allow(f.inner("allow")),
        indirectness=f.text("indirectness"),
        drug_class=f.ref("class", codes.classes, "class"),
        important=f.numbers("important"),
        note=f.text("note"),
        place=f.place,
    )
    if not f.has("outcomes"):
        f.refuse("outcomes", "missing", "no outcomes", "at least one outcome", "write outcomes: [code]")
    if found.kind == "survival" and found.months is None:
        f.refuse("months", "missing", "a survival analysis without months", "the landmark in months", "write months")
    f.close()
    return found


def _id(f: Fields) -> str:
    text = f.id("id")
    if text == "claims":
        f.refuse("id", "bad-id", "the id 'claims'", "another id (findings/claims.json is taken)", "rename it")
    left = _LEFT.search(text)
    if left and not ID.match(text):
        f.refuse("id", "each", f"{left[0]} in an id", "a key of `each`", f"add {left[1]} to each")
    return text


def _filter(f: Fields | None, codes: Codes) -> Mapping[str, tuple[str, ...]]:
    """Read `where` or `versus`; codes are checked, free words are not."""
    if f is None:
        return {}
    known: Mapping[str, frozenset[str] | tuple[str, ...]] = {
        "class": codes.classes,
        "agent": codes.agents,
        "population": codes.populations,
        "design": DESIGNS,
        "age-group": AGE_GROUPS,
        "lineage": LINEAGES,
        "role": ROLES,
    }
    out: dict[str, tuple[str, ...]] = {}
    for key in WHERE:
        if f.has(key):
            out[key] = f.words(key)
            for word in out[key]:
                f.dangling(key, word.removeprefix("!"), known.get(key), key)
    f.close()
    return out


def _allow(f: Fields | None) -> Mapping[str, str]:
    if f is None:
        return {}
    out = {}
    for key in ALLOW:
        if key in f.names():
            out[key] = f.needed(key)
    f.close()
    return out


def named(analyses: tuple[Analysis, ...], key: str) -> dict[str, Place]:
    """Return the studies or arms (`key`) that the filters of `analyses` name, with a place that names each."""
    out: dict[str, Place] = {}
    for a in analyses:
        for words in (a.where.get(key, ()), a.versus.get(key, ())):
            for word in words:
                out.setdefault(word.removeprefix("!"), a.place)
    return out
