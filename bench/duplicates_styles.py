"""Made gold sets in styles that the shared ones lack: what is found, and whether anything is wrongly merged.

    python bench/duplicates_styles.py [RECORDS] [SEED ...] [--peers FOLDER]

Each set is `made` records (see duplicates_made.py) whose repeats are washed in one more style; documents that only look
alike are added to each. The last two are of another make (see duplicates_databases.py). Printed: precision, recall
and F1 of merged pairs, records wrongly merged, pairs left; with --peers also of bib-dedupe, installed in FOLDER.
"""

import argparse
import csv
import gzip
import random
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from duplicates import FIELDS, ask, install, row
from duplicates_databases import databases, lossy
from duplicates_made import made

from remit.dedupe.find import duplicates

ACCENTS = str.maketrans("aeioun", "áéíöüñ")


def dialect(r, dice):
    """Another export: capital titles, a dot, initials without dots, e-pages or pages cut short, no year."""
    first, _, last = r.pages.partition("-")
    return replace(
        r,
        title=dice.choice((r.title.upper(), r.title + ".", r.title.title(), f"[{r.title}]", f"{r.title} [German]")),
        authors=tuple(
            a.replace(".", "").split(",")[0] + " " + "".join(w[0] for w in a.split(",")[1].split()) for a in r.authors
        )
        if dice.random() < 0.5
        else r.authors,
        pages=dice.choice((r.pages, first, f"e{first}", f"{first}-{last[-1:]}", f"pp. {first}-{last}")),
        year=None if dice.random() < 0.15 else r.year,
        doi=dice.choice((r.doi, "", f"https://doi.org/{r.doi.upper()}" if r.doi else "")),
        pmid="",
        abstract="",
    )


def lost(r, dice):
    """Accents lost or mangled, titles cut short, first author alone, ahead of print a year earlier."""
    words = r.title.split()
    cut = " ".join(words[: max(6, len(words) - dice.randint(0, 4))])
    if any(w.isdigit() for w in words) or "Part" in words:
        cut = r.title  # cut short, nobody could say which one it is
    early = dice.random() < 0.3
    return replace(
        r,
        title=cut if dice.random() < 0.4 else r.title.translate(ACCENTS) if dice.random() < 0.5 else r.title,
        authors=r.authors[:1] if dice.random() < 0.3 else r.authors,
        year=(r.year or 2000) - 1 if early else r.year,
        volume="" if early else r.volume,
        issue="" if early else r.issue,
        pages="" if early else r.pages,
        doi=r.doi if early or dice.random() < 0.5 else "",
        pmid=r.pmid if early and not r.doi else "",
    )


def translated(r, dice):
    """A title in brackets, in another language with the same place in print, or with its original put behind it."""
    foreign = " ".join(w[::-1] for w in r.title.split())
    title = dice.choice((f"[{r.title}]", f"[{foreign}]", f"{r.title} <original> {foreign}", f"{r.title}. {foreign}"))
    return replace(r, title=title, doi="", pmid="", abstract="", issue=r.issue if dice.random() < 0.7 else "")


def alike(r, dice):
    """Other documents: parts, yearly reports, an erratum, a comment, an abstract of a meeting, a reply, a reprint."""
    r = replace(r, title=r.title.split(" <")[0].split(" [")[0])
    bare = replace(r, doi="", pmid="", abstract="")
    page = 4_000 + dice.randrange(900)
    year = r.year or 2000
    return dice.choice(
        (
            [
                replace(bare, title=f"{r.title}: part {p}", pages=f"{page + 9 * i}-{page + 9 * i + 7}")
                for i, p in enumerate(("1", "2", "III"))
            ],
            [
                replace(bare, title=f"{r.title}, {y}", year=y, volume=str(y - 1950), pages=f"{page}-{page + 9}")
                for y in (year, year + 1)
            ],
            [
                replace(bare, title=f"{t}{r.title}", pages=f"{page + i}")
                for i, t in enumerate(("Erratum: ", "Corrigendum to ", "Comment on "))
            ],
            [replace(bare, title=f"{r.title}: reply", pages=f"{page}", authors=r.authors[::-1])],
            [
                replace(
                    bare,
                    kind="Conference Abstract",
                    journal="Annual Meeting of Invented Medicine",
                    volume="",
                    issue="",
                    pages=f"S{page}",
                    year=year - 1,
                )
            ],
            [
                replace(
                    bare,
                    journal="Reprints of Invented Medicine",
                    volume="3",
                    issue="1",
                    pages=f"{page}-{page + 9}",
                    year=year + 1,
                )
            ],
            [
                replace(
                    bare,
                    title=f"Protocol for {r.title.lower()}",
                    pages=f"{page}",
                    year=year - 2,
                    volume=str(year - 1962),
                )
            ],
        )
    )


STYLES = {"dialect": dialect, "lost": lost, "translated": translated}


def gold(style, n, seed):
    """Records of one style, each with the number of its document."""
    dice = random.Random(seed)
    out, most = [], 0
    for r, document in made(n, seed):
        most = max(most, document)
        out.append((r, document))
        if dice.random() < 0.3:
            out.append((STYLES[style](r, dice), document))
    once = list({d: r for r, d in out if r.title.count(" ") > 5 and r.title[:6] not in ("Erratu", "Commen")}.values())
    for r in dice.sample(once, n // 20):
        for other in alike(r, dice):
            most += 1
            out.append((other, most))
    dice.shuffle(out)
    return out


def score(groups, truth):
    """Precision, recall and F1 of merged pairs, and records wrongly merged; groups are of places in `truth`."""
    two = lambda many: sum(c * (c - 1) // 2 for c in many)  # noqa: E731
    counts = [Counter(truth[i] for i in g) for g in groups]
    right, got = sum(two(c.values()) for c in counts), two(len(g) for g in groups)
    p, r = right / max(1, got), right / two(Counter(truth).values())
    return p, r, 2 * p * r / max(1e-9, p + r), sum(len(c) - 1 for c in counts)


def ours(held):
    found = duplicates(r for r, _ in held)
    groups = {}
    for i, kept in enumerate(found.kept):
        groups.setdefault(kept, []).append(i)
    return groups.values(), len(found.alike)


def peers(held, python):
    """What bib-dedupe merges, and how many pairs it leaves; it is told all but PMIDs, ISSNs and registry numbers."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "records.csv.gz"
        with gzip.open(file, "wt", encoding="utf-8", newline="") as text:
            out = csv.DictWriter(text, FIELDS)
            out.writeheader()
            out.writerows(row(i, r) for i, (r, _) in enumerate(held))
        found = ask("bib-dedupe", file, {"bib-dedupe": python})
    return [[int(i) for i in g] for g in found["groups"]], found["left"]


def main():
    words = argparse.ArgumentParser()
    words.add_argument("records", nargs="?", type=int, default=5_000)
    words.add_argument("seeds", nargs="*", type=int, default=[1, 2])
    words.add_argument("--peers", metavar="FOLDER", help="run bib-dedupe too, installed there")
    args = words.parse_args()
    python = install(args.peers) if args.peers else ""
    print("style        seed records program         P      R     F1 wrong left")
    made_whole = {"databases": databases, "lossy": lossy}
    for style in (*STYLES, *made_whole):
        for seed in args.seeds:
            whole = made_whole.get(style)
            held = whole(args.records // 2, seed) if whole else gold(style, args.records, seed)
            for name in ("remit", *(["bib-dedupe"] if python else [])):
                groups, left = ours(held) if name == "remit" else peers(held, python)
                p, r, f1, wrong = score(groups, [d for _, d in held])
                cells = (
                    f"{style:12s} {seed:4d} {len(held):7d} {name:12s} {p:6.4f} {r:6.4f} {f1:6.4f} {wrong:5d} {left:4d}"
                )
                print(cells, flush=True)


if __name__ == "__main__":
    main()
