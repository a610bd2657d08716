"""Settings of the learned order chosen with one set left out: for each set, those best on the mean of all others.

    python bench/screening_settings.py SETS_FOLDER

Prints WSS@95 of each set with the settings chosen on the others, beside the default and the best of hindsight.
"""

import os
import sys
from itertools import product
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
from screening import TITLES, read, saved

from remit import screen
from remit.screen.machine import BIAS

STRENGTHS, RATIOS, PRESUMED, WORDS = (0.1, 0.2, 0.4), (3.0, 5.0, 10.0), (300,), (0.1, 0.3)
FIELDS = ((0.15, 0.0, 0.1), (0.25, 0.0, 0.1))
DEFAULT = (0.2, 5.0, 300, 0.3, (0.15, 0.0, 0.1))


def likenesses(texts, words) -> list:
    """The inner products of every two records of a set by each of FIELDS, told apart only by how fields count."""
    held = {str(i): t for i, t in enumerate(texts)}
    return {
        f: screen.Ranking(held, words, screen.Settings(title=f[0], rest=f[1], authors=f[2]))._machine._gram - BIAS
        for f in FIELDS
    }


def main() -> None:
    grid = list(product(STRENGTHS, RATIOS, PRESUMED, WORDS, FIELDS))
    names, rows = [], []
    for path in sorted(Path(sys.argv[1]).glob("*.csv.gz")):
        name = path.name.removesuffix(".csv.gz")
        texts, truth = read(path)
        said = {str(i): bool(on) for i, on in enumerate(truth)}
        ranking = screen.Ranking({str(i): t for i, t in enumerate(texts)}, TITLES[name])
        grams = likenesses(texts, TITLES[name])
        row = []
        for strength, ratio, presumed, words, fields in grid:
            ranking.settings = screen.Settings(strength=strength, ratio=ratio, presumed=presumed, words=words)
            ranking._machine._gram = grams[fields] + BIAS
            row.append(saved(screen.replay(ranking, said), truth))
        names.append(name)
        rows.append(row)
        print(f"{name} done", file=sys.stderr, flush=True)
    found = np.array(rows)
    default = grid.index(DEFAULT)
    print("| set | strength, ratio, presumed, words, fields chosen on the others | with them | default | hindsight |")
    print("|---|---|---|---|---|")
    kept = []
    for i, name in enumerate(names):
        best = int(np.delete(found, i, axis=0).mean(axis=0).argmax())
        kept.append(found[i, best])
        cells = f"{found[i, best]:.3f} | {found[i, default]:.3f} | {found[i].max():.3f}"
        print(f"| {name} | {', '.join(map(str, grid[best]))} | {cells} |")
    print(f"| mean | | {np.mean(kept):.3f} | {found[:, default].mean():.3f} | {found.max(axis=1).mean():.3f} |")
    for place in np.argsort(-found.mean(axis=0))[:8]:
        print(f"{found[:, place].mean():.4f} {grid[place]}", file=sys.stderr)


if __name__ == "__main__":
    main()
