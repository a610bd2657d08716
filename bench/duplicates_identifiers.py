"""Real records whose identifiers are taken away: what is merged, and what the identifiers say of it.

    python bench/duplicates_identifiers.py SAMPLES

SAMPLES holds exports of databases, in folders. Every record is read; PMID, PMCID and DOI are taken away, and in each
further run one more field, or two in five of all fields. Two merged records count as wrong where both bear a PMID, or
else a DOI, and these differ; they count as right where these are the same. A document can have two DOIs or PMIDs, so
what is wrong needs a look: --show prints each such pair once.
"""

import argparse
import os
import random
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from remit.dedupe.find import duplicates
from remit.dedupe.normalise import key
from remit.errors import UsageError
from remit.ingest.reading import read
from remit.model.source_record import SourceRecord

FOLDERS = ("exports", "pubmed", "europepmc", "screening", "dedupe")
BLANK = {"abstract": "", "pages": "", "volume": "", "issue": "", "authors": (), "journal": "", "year": None}
LOST = {
    "nothing more": lambda r, dice: r,
    "abstract": lambda r, dice: replace(r, abstract=""),
    "pages": lambda r, dice: replace(r, pages=""),
    "volume, issue": lambda r, dice: replace(r, volume="", issue=""),
    "issue": lambda r, dice: replace(r, issue=""),
    "all authors but one": lambda r, dice: replace(r, authors=r.authors[:1]),
    "authors": lambda r, dice: replace(r, authors=()),
    "journal": lambda r, dice: replace(r, journal="", issn=()),
    "year": lambda r, dice: replace(r, year=None),
    "end of the title": lambda r, dice: replace(r, title=r.title[:60]),
    "two fields in five": lambda r, dice: replace(r, **{k: v for k, v in BLANK.items() if dice.random() < 0.4}),
}


def records(samples):
    for folder in FOLDERS:
        for place, _, files in sorted(os.walk(Path(samples) / folder)):
            for file in sorted(files):
                if file.startswith("README") or file.endswith(".json"):
                    continue
                try:
                    yield from (r for r in read(Path(place) / file) if isinstance(r, SourceRecord))
                except UsageError as error:
                    print(f"{file}: {error}", file=sys.stderr)


def verdict(a, b):
    """1 where two keys bear the same PMID, or else DOI; -1 where another; 0 unknown."""
    for field in ("pmid", "doi"):
        one, other = getattr(a, field), getattr(b, field)
        if one and other:
            return 1 if one == other else -1
    return 0


def main():
    words = argparse.ArgumentParser()
    words.add_argument("samples")
    words.add_argument("--show", action="store_true")
    args = words.parse_args()
    held = list(records(args.samples))
    keys = [key(r) for r in held]
    bare = [replace(r, doi="", pmid="", pmcid="") for r in held]
    shown = set()
    print(f"{len(held)} records\n{'lost':20s} right wrong left")
    for name, lose in LOST.items():
        dice = random.Random(5)
        found = duplicates([lose(r, dice) for r in bare])
        groups = {}
        for i, kept in enumerate(found.kept):
            groups.setdefault(kept, []).append(i)
        pairs = [p for g in groups.values() for p in combinations(g, 2)]
        said = [verdict(keys[i], keys[j]) for i, j in pairs]
        print(f"{name:20s} {said.count(1):5d} {said.count(-1):5d} {len(found.alike):4d}", flush=True)
        if args.show:
            for pair in (p for p, v in zip(pairs, said, strict=True) if v < 0 and p not in shown):
                shown.add(pair)
                for i in pair:
                    r = held[i]
                    print(
                        "   ",
                        r.title[:90],
                        r.year,
                        r.journal[:40],
                        r.volume,
                        r.issue,
                        r.pages,
                        r.doi,
                        r.pmid,
                        sep=" | ",
                    )
                print()


if __name__ == "__main__":
    main()
