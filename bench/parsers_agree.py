"""Compare titles, abstracts and DOIs with independent readers, file by file, over a folder of real exports.

Usage: python bench/parsers_agree.py FOLDER [--show]      (peers: see bench/parsers.py, which sets up their environment)

A record agrees when the text is the same after white space, braces, entities, labels of sections and letters' case are
put aside; a DOI when it is the same without its resolver. A peer that raises, or finds another number of records, is
named as such; `only here` counts texts the peer has not.
"""

import html
import re
import sys
import tempfile
import warnings
from pathlib import Path
from urllib.parse import unquote

import parsers_peers as peers
from parsers import in_environment

from remit import ingest
from remit.ingest.latex import plain
from remit.model.source_record import SourceRecord

warnings.filterwarnings("ignore")
LABEL = re.compile(r"(?:^|(?<=\s))[A-Z][A-Z0-9 &/,;'()-]+: ")
MARKUP = re.compile(r"</?(?:i|b|u|sub|sup)>")


def bare(text, latex=False):
    text = html.unescape(plain(text) if latex else text)
    return re.sub(r"[\s{}\\]+", "", LABEL.sub("", MARKUP.sub("", text))).lower()


def bare_doi(text):
    found = re.search(r"10\.\d{4,9}[^\s]*", unquote(text).lower())
    return found[0].rstrip(".,; ") if found else ""


def alike(mine, theirs, latex):
    """For title, abstract and DOI: what each of the two says, bare."""
    for a, b in zip(mine, theirs, strict=True):
        yield (
            (bare(a.title), bare(b[0], latex)),
            (bare(a.abstract), bare(b[1], latex)),
            (a.doi, bare_doi(b[2])),
        )


def compared(path, said, peer, scratch):
    """Return the row's cells, and the differences in words."""
    mine = list(ingest.read(path))
    got = [r for r in mine if isinstance(r, SourceRecord)]
    try:
        theirs = peer(peers.packed(path, scratch) if peer is peers.pubmed_parser else peers.plain(path, scratch))
    except Exception as error:
        why = f"{type(error).__name__}: {error}".replace("\n", " ")[:50]
        return [len(got), len(mine) - len(got), why, "", "", "", ""], []
    if len(theirs) != len(got):
        return [len(got), len(mine) - len(got), f"**{len(theirs)}**", "", "", "", ""], []
    rows = list(alike(got, theirs, said.format == "bibtex"))
    same = [sum(row[i][0] == row[i][1] for row in rows) for i in range(3)]
    more = sum(not theirs and bool(ours) for row in rows for ours, theirs in row)
    names = ("title", "abstract", "doi")
    notes = [
        f"    {path.name} {n} {name}: {ours[:150]!r} / {other[:150]!r}"
        for n, row in enumerate(rows, 1)
        for name, (ours, other) in zip(names, row, strict=True)
        if ours != other
    ]
    return [len(got), len(mine) - len(got), len(theirs), *same, more], notes


def main() -> None:
    shown = "--show" in sys.argv
    folder = Path(sys.argv[1])
    print("| file | format | peer | records | unread | its records | titles | abstracts | DOIs | only here |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    sums: dict[tuple[str, str], list[int]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "README.md"):
            said = ingest.sniff(path)
            for peer in peers.PEERS.get(said.format, ()):
                row, notes = compared(path, said, peer, scratch)
                if len(list(path.parent.iterdir())) < 50 or not all(isinstance(cell, int) for cell in row):
                    print("|", " | ".join(map(str, [path.relative_to(folder), said.format, peer.__name__, *row])), "|")
                else:
                    key = f"{path.parent.name}/*", said.format, peer.__name__
                    sums[key] = [a + b for a, b in zip(sums.get(key, [0] * len(row)), row, strict=True)]
                print("\n".join(notes) if shown and notes else "", end="\n" if shown and notes else "", flush=True)
    for key, row in sums.items():
        print("|", " | ".join(map(str, [*key, *row])), "|")


if __name__ == "__main__":
    in_environment()
    main()
