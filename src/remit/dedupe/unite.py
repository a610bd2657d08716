"""What becomes of records that are one document: the kept one says what any of them said; and ids for new records."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace

from remit.dedupe import fold
from remit.dedupe.normalise import Key, fullness
from remit.model.source_record import SourceRecord


def united(kept: SourceRecord, others: Iterable[SourceRecord]) -> SourceRecord:
    """Return `kept` with its blanks filled from `others`: the longest abstract, the longest list of authors, every
    registry number, keyword, ISSN and related document. What `kept` says itself stays.
    """
    out = kept
    for other in others:
        out = replace(
            out,
            kind=out.kind or other.kind,
            title=out.title or other.title,
            abstract=max(out.abstract, other.abstract, key=len),
            authors=max(out.authors, other.authors, key=len),
            year=out.year if out.year is not None else other.year,
            journal=out.journal or other.journal,
            volume=out.volume or other.volume,
            issue=out.issue or other.issue,
            pages=out.pages or other.pages,
            doi=out.doi or other.doi,
            pmid=out.pmid or other.pmid,
            pmcid=out.pmcid or other.pmcid,
            registry=_either(out.registry, other.registry),
            issn=_either(out.issn, other.issn),
            language=out.language or other.language,
            keywords=_either(out.keywords, other.keywords),
            url=out.url or other.url,
            related=(*out.related, *(r for r in other.related if r not in out.related)),
            retracted=out.retracted or other.retracted,
        )
    return out


def _either(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def stem(record: SourceRecord) -> str:
    """Return what the id of a record begins with: family name, year and first telling word of the title.

    >>> stem(SourceRecord(title="The talc trial", authors=("Müller, A.",), year=2018))
    'muller-2018-talc'
    """
    family = record.authors[0].partition(",")[0] if record.authors else ""
    words = [w for w in map(_plain, fold.words(fold.text(record.title))) if len(w) > 3]
    parts = (_plain(fold.text(family))[:20], str(record.year or ""), words[0][:20] if words else "")
    return "-".join(p for p in parts if p) or "record"


def ids(stems: Mapping[int, str], keys: Sequence[Key], taken: Container[str]) -> dict[int, str]:
    """Return an id for each new record, by its place: its stem, numbered where that is taken.

    Records of one stem are numbered by what they say, not by the order they came in.
    """
    by_stem: dict[str, list[int]] = {}
    for place, text in stems.items():
        by_stem.setdefault(text, []).append(place)
    out: dict[int, str] = {}
    used: set[str] = set()
    for text in sorted(by_stem):
        number = 1
        for place in sorted(by_stem[text], key=lambda i: fullness(keys[i])):
            found = text if number == 1 else f"{text}-{number}"
            while found in taken or found in used:
                number += 1
                found = f"{text}-{number}"
            used.add(found)
            out[place] = found
            number += 1
    return out


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isalnum())
