"""Reports of one study: which records may belong together, and why. Suggestions only: a person decides what a study is.

Records are linked by a registry number both bear, by what a source says of them (an erratum of, a comment on) or a
title does (`Erratum to: …`), by a trial's name or number in both titles with an author in common, by the same title
and authors printed elsewhere (a meeting's abstract and the full report, a preprint, a translation), and by the same
accrual window with authors in common.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from remit.dedupe import fold
from remit.dedupe.cluster import Groups
from remit.dedupe.evidence import EQUAL, NEAR, PART, authors, title
from remit.dedupe.normalise import Key, key
from remit.model.source_record import SourceRecord

MOST = 40
"""A mark that more records than this share says nothing: a register's own pages, a word all bear."""

TELLING = 30
"""Letters of a title from where it says which report is meant."""

_REGISTRY = re.compile(
    r"\b(?:NCT\d{8}|ISRCTN\d{8}|ACTRN\d{14}|ChiCTR[-A-Z]*\d{8,10}|UMIN\d{9}|DRKS\d{8}|CTRI/\d{4}/\d{2,3}/\d{6}|"
    r"NTR\d{3,5}|IRCT\d{8,}N\d+|jRCT[a-z]*\d{9,10}|20\d{2}-[05]\d{5}-\d{2}(?:-\d{2})?)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b(?=[A-Z/-]*\d)[A-Z]{3,}[A-Z0-9]*(?:[-/][A-Z0-9]+)*\b")
_NAME = re.compile(
    r"(?:\A|[(\s])([A-Z]{4,}(?:[-\u2013 ]?\d+)?)(?=:|[\s-]+(?:trial|study|studies|randomi[sz]ed|results)\b)"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?:\d{1,2},?\s+)?"
_WINDOW = re.compile(
    rf"(?:between|from)\s+({_MONTH}(?:19|20)\d\d)\s*(?:,\s*)?(?:and|to|until|through|\u2013|-)\s*({_MONTH}(?:19|20)\d\d)",
    re.IGNORECASE,
)
_REF = re.compile(r"10\.\d{4,9}/\S+|\b\d{6,8}\b")
_KINDS = {
    "retracted-by": "retraction",
    "retracts": "retraction",
    "corrected-by": "correction",
    "corrects": "correction",
    "comment-on": "comment",
    "comment-in": "comment",
    "update-of": "update",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Records that may report one study. `why` has a link a line: two records and the reason."""

    records: tuple[str, ...]
    why: tuple[tuple[str, str, str], ...]


def families(records: Mapping[str, SourceRecord]) -> tuple[Family, ...]:
    """Return families of two records or more among records by id, ordered by their first record.

    A link is a suggestion with its reason; none of them merges or removes anything.
    """
    names = sorted(records)
    keys = {name: key(records[name]) for name in names}
    at = {name: i for i, name in enumerate(names)}
    groups = Groups(len(names))
    links: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one, other, reason in _links(records, keys):
        pair = (min(one, other), max(one, other))
        if one != other and reason not in links[pair]:
            links[pair].append(reason)
            groups.join(at[one], at[other])
    out = []
    for members in groups.together(range(len(names))).values():
        if len(members) > 1:
            held = tuple(names[i] for i in members)
            inside = set(held)
            why = tuple((a, b, "; ".join(r)) for (a, b), r in sorted(links.items()) if a in inside)
            out.append(Family(records=held, why=why))
    return tuple(out)


def _links(records: Mapping[str, SourceRecord], keys: Mapping[str, Key]) -> Iterator[tuple[str, str, str]]:
    yield from _related(records, keys)
    yield from _noticed(keys)
    for mark, bearers in _shared((n, m) for n, r in records.items() for m in _registry(r)):
        yield from ((a, b, f"registry number {mark}") for a, b in combinations(bearers, 2))
    for mark, bearers in _shared((n, m) for n, r in records.items() for m in _trial_names(r.title)):
        yield from (
            (a, b, f"trial {mark} and authors") for a, b in combinations(bearers, 2) if _know(keys[a], keys[b], 1)
        )
    for mark, bearers in _shared((n, m) for n, r in records.items() for m in _windows(r.abstract)):
        yield from (
            (a, b, f"accrual {mark} and authors") for a, b in combinations(bearers, 2) if _know(keys[a], keys[b], 2)
        )
    for _, bearers in _shared((n, k.title[:24]) for n, k in keys.items() if len(k.title) > 29 and not k.series):
        for a, b in combinations(bearers, 2):
            if title(keys[a].title, keys[b].title) in (EQUAL, NEAR, PART) and authors(keys[a], keys[b]) > 0:
                yield a, b, "title and authors, printed elsewhere"


def _noticed(keys: Mapping[str, Key]) -> Iterator[tuple[str, str, str]]:
    """Errata, retractions and comments whose title holds the whole title of another record, behind or before words."""
    titles: dict[str, list[str]] = defaultdict(list)
    for name, k in keys.items():
        if len(k.title) >= TELLING and not k.notice:
            titles[k.title].append(name)
    for name, k in keys.items():
        if k.notice in ("erratum", "retraction", "comment"):
            cuts = range(1, min(MOST, len(k.title) - TELLING) + 1)
            found = {t for i in cuts for t in (k.title[i:], k.title[:-i]) if t in titles}
            yield from ((name, other, f"{k.notice} of that title") for t in found for other in titles[t])


def _shared(marks: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Marks that two records or more bear, but not all the world."""
    bearers: dict[str, list[str]] = defaultdict(list)
    for record, mark in marks:
        if record not in bearers[mark][-1:]:
            bearers[mark].append(record)
    for mark in sorted(bearers):
        if 1 < len(bearers[mark]) <= MOST:
            yield mark, sorted(set(bearers[mark]))


def _registry(record: SourceRecord) -> set[str]:
    """Registry numbers of a record: its own, its title's, and its abstract's where that names only one trial."""
    own = {r.strip().upper() for r in record.registry if r.strip()}
    own |= {m.upper() for m in _REGISTRY.findall(record.title)}
    said = {m.upper() for m in _REGISTRY.findall(record.abstract)}
    return own | (said if len(said) < 3 else set())


def _trial_names(printed: str) -> set[str]:
    """Names such as AALL1331, or ELIANA before the word trial, in a title that is not all capitals."""
    if sum(c.islower() for c in printed) < 0.3 * len(printed):
        return set()
    codes = {m for m in _CODE.findall(printed) if len(m) > 5 and not m.startswith(("COVID", "SARS"))}
    return codes | set(_NAME.findall(printed))


def _windows(abstract: str) -> set[str]:
    """Accrual windows such as `jan 2012 to mar 2015`."""
    found = set()
    for begin, end in _WINDOW.findall(abstract):
        a, b = (f"{fold.text(side)[:3]} {side[-4:]}" for side in (begin, end))
        found.add(f"{a} to {b}")
    return found


def _know(a: Key, b: Key, least: int) -> bool:
    """Whether two records have at least that many family names in common."""
    return len(set(a.authors) & set(b.authors)) >= least


def _related(records: Mapping[str, SourceRecord], keys: Mapping[str, Key]) -> Iterator[tuple[str, str, str]]:
    """What sources say of records: each a correction of, comment on, retraction or update of another."""
    by_id: dict[str, str] = {}
    for name, k in keys.items():
        by_id.update({i: name for i in (k.doi, k.pmid) if i})
    for name, record in records.items():
        for related in record.related:
            if related.relation not in _KINDS:
                continue
            for ref in _REF.findall(related.ref.lower()):
                other = by_id.get(ref.rstrip(".,;"))
                if other is not None and other != name:
                    yield name, other, f"{_KINDS[related.relation]}, as its source says"
