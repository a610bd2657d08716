"""Invented records at any scale with the duplicates and the traps of real searches; the same number, the same records.

`made(n)` gives (record, document): two records of one `document` are duplicates. Of 100 records about 22 repeat one
given before, washed as databases and reference managers do; about 8 are traps: a meeting's abstract or a preprint with
the report's title, errata, comments, parts of one work, editorials, abstracts of a supplement under one DOI.
"""

import random
from dataclasses import replace

from remit.model.source_record import SourceRecord

SYLLABLES = [a + b for a in "bcdfghklmnprstv" for b in "aeio"]
GIVEN = ("Anna", "Bob", "Chen", "Dana", "Eva", "Finn", "Gus", "Hana", "Ivan", "Jun", "Kim", "Lea", "Max", "Nia")
COMMON = [
    "Wang",
    "Li",
    "Zhang",
    "Liu",
    "Chen",
    "Yang",
    "Kim",
    "Lee",
    "Park",
    "Smith",
    "Nguyen",
    "Singh",
    "Kumar",
    "Müller",
]
SMALL = ("of", "in", "with", "and", "for", "the", "after", "during", "versus", "among")
MARKS = ("randomised trial", "cohort study", "systematic review", "case series", "pilot study", "phase 2 trial")


def made(n, seed=1):
    """Give `n` records with the number of their document."""
    dice = random.Random(seed)
    words = _words(dice, 30_000)
    names = COMMON * 40 + [w.title() for w in _words(dice, 20_000)]
    journals = [_journal(dice, words) for _ in range(3_000)]
    recent = []
    trapped = set()
    document = given = 0
    while given < n:
        kind = dice.random()
        if recent and kind < 0.22:
            record, of = recent[int(len(recent) * dice.random())]
            out = [(washed(record, dice), of)]
        elif recent and kind < 0.30:
            record, of = recent[int(len(recent) * dice.random())]
            kind = dice.randrange(7)
            out = []
            for trap in _traps(record, dice, kind) if (of, kind) not in trapped else ():
                document += 1
                out.append((trap, document))
            trapped.add((of, kind))
        else:
            document += 1
            record = _document(document, dice, words, names, journals)
            out = [(record, document)]
            if len(recent) < 50_000:
                recent.append((record, document))
            else:
                recent[int(50_000 * dice.random())] = (record, document)
        for pair in out[: n - given]:
            given += 1
            yield pair


def _words(dice, n):
    return ["".join(dice.choice(SYLLABLES) for _ in range(dice.randint(2, 5))) for _ in range(n)]


def _zipf(dice, n):
    """A rank that small ranks get far more often."""
    return min(int(n ** dice.random()) - 1, n - 1)


def _journal(dice, words):
    kind = dice.choice(("Journal of", "Annals of", "International Journal of", "Archives of", "European"))
    return f"{kind} {words[_zipf(dice, 2000)].title()} {dice.choice(('Medicine', 'Research', 'Surgery', 'Oncology'))}"


def _document(number, dice, words, names, journals):
    place = _zipf(dice, len(journals))
    year = dice.randint(1985, 2024)
    title = " ".join(
        dice.choice(SMALL) if i % 3 == 2 else words[_zipf(dice, len(words))] for i in range(dice.randint(6, 14))
    )
    title = f"{title.capitalize()}: a {dice.choice(MARKS)}"
    first = dice.randint(1, 2_500)
    people = tuple(
        f"{names[dice.randrange(len(names))]}, {dice.choice(GIVEN)} {chr(65 + dice.randrange(26))}"
        for _ in range(dice.choice((1, 2, 3, 4, 5, 6, 6, 8, 10)))
    )
    has_doi, has_pmid = dice.random() < 0.7, dice.random() < 0.6
    said = " ".join(words[_zipf(dice, len(words))] for _ in range(90)) if dice.random() < 0.6 else ""
    return SourceRecord(
        key=str(number),
        title=title,
        authors=people,
        year=year,
        journal=journals[place],
        volume=str(year - 1960 - place % 20),
        issue=str(dice.randint(1, 12)),
        pages=f"{first}-{first + dice.randint(2, 14)}",
        doi=f"10.{1000 + place}/j.{year}.{number}" if has_doi else "",
        pmid=str(10_000_000 + number) if has_pmid else "",
        abstract=said,
    )


def washed(record, dice):
    """The same record as another database or a reference manager gives it."""
    first, _, last = record.pages.partition("-")
    short = last[next((i for i in range(len(first)) if first[i : i + 1] != last[i : i + 1]), 0) :]
    abridged = tuple(f"{a.split(',')[0]}, {a.split(', ')[1][0]}." for a in record.authors)
    wash = (
        (0.6, {"authors": abridged}),
        (0.3, {"authors": record.authors[:3]}),
        (0.5, {"journal": " ".join(w[:4] for w in record.journal.split() if w != "of")}),
        (0.5 if len(first) == len(last) else 0, {"pages": f"{first}-{short}"}),
        (0.4, {"doi": ""}),
        (0.5, {"pmid": ""}),
        (0.3, {"abstract": ""}),
        (0.1, {"issue": ""}),
        (0.03 if record.doi else 0, {"volume": "", "issue": "", "pages": ""}),
        (0.3, {"title": record.title.title()}),
        (0.1, {"title": record.title.upper()}),
        (0.1, {"title": record.title + dice.choice((" [Review]", ".", " [33 refs]"))}),
    )
    changes = {}
    for chance, change in wash:
        if dice.random() < chance:
            changes.update(change)
    title = changes.pop("title", record.title)
    if dice.random() < 0.1:
        at = dice.randrange(len(title) - 1)
        title = title[:at] + title[at + 1] + title[at] + title[at + 2 :]
    return replace(record, title=title, **changes)


def _traps(record, dice, trap):
    """Records of other documents that look like this one."""
    bare = replace(record, doi="", pmid="", abstract="")
    number = str(dice.randint(1, 900))
    if trap == 0:
        year = (record.year or 2000) - 1
        return [
            replace(bare, journal="Annual Meeting Abstracts", volume=str(year - 1970), pages=f"S{number}", year=year)
        ]
    if trap == 1:
        return [replace(bare, journal="Preprints", volume="", issue="", pages="", doi=f"10.1101/{record.key}.{number}")]
    if trap == 2:
        return [replace(bare, title=f"Erratum to: {record.title}", pages=str(3000 + int(number)))]
    if trap == 3:
        return [
            replace(bare, title=f"Comment on: {record.title}", pages=str(3000 + int(number)), authors=("Other, O",))
        ]
    if trap == 4:
        parts = ("Part I", "Part II")
        return [
            replace(bare, title=f"{record.title}. {p}", pages=f"{3100 + i * 9}-{3107 + i * 9}")
            for i, p in enumerate(parts)
        ]
    if trap == 5:
        return [replace(bare, title="Editorial", issue=str(i), pages=f"{i * 90 + 1}-{i * 90 + 2}") for i in range(1, 4)]
    shared = f"10.{number}999/supplement.{record.key}"
    return [
        replace(bare, title=f"{record.title[:30]} abstract {i} of {number}", doi=shared, pages=f"S{i}")
        for i in range(4)
    ]
