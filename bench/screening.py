"""Screening orders on finished reviews, beside ASReview LAB's default model in the same run.

    python bench/screening.py SETS_FOLDER [--no-peer]

SETS_FOLDER holds *.csv.gz with the columns title, abstract, label_included and, where there are any, authors. The peer
is installed into an environment of its own at the first run. Each set is done by the peer, then by remit, one thread
each, CPU seconds. What each is told: the peer titles and abstracts, in the order of the file; remit those and the
authors, once without and once with the title of the review as the protocol's words.
"""

import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np

from remit import screen

PEER = "asreview==3.0.8"
TITLES = {
    "synergy_Donners_2021": "Pharmacokinetics and associated efficacy of emicizumab in humans",
    "synergy_Oud_2018": "Specialized psychotherapies for adults with borderline personality disorder",
    "cohen2006_ADHD": "Pharmacologic treatments for attention deficit hyperactivity disorder ADHD",
    "synergy_Meijboom_2021": "Patients retransitioning from biosimilar TNF inhibitor to the corresponding originator "
    "after initial transitioning to the biosimilar",
    "cohen2006_ProtonPumpInhibitors": "Proton pump inhibitors",
    "synergy_Jeyaraman_2020": "Does the source of mesenchymal stem cell have an effect in the management of "
    "osteoarthritis of the knee randomized controlled trials",
    "srd_Nagtegaal_2019": "Nudging healthcare professionals towards evidence-based medicine",
    "cohen2006_ACEInhibitors": "ACE inhibitors angiotensin converting enzyme",
}


def peer_python() -> str:
    place = Path(tempfile.gettempdir()) / "remit-bench-asreview"
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", PEER], check=True)
    return str(python)


def read(path: Path) -> tuple[list[screen.Text], np.ndarray]:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        held = list(csv.DictReader(rows))
    names = [tuple(a for a in r.get("authors", "").split("; ") if a) for r in held]
    texts = [screen.Text(r["title"], r["abstract"], n) for r, n in zip(held, names, strict=True)]
    return texts, np.array([int(float(r["label_included"])) for r in held], bool)


def years(path: Path) -> list[int] | None:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        held = list(csv.DictReader(rows))
    key = next((k for k in ("publication_year", "year") if k in held[0]), None)
    return None if key is None else [int(float(r[key] or 0)) for r in held]


def replayed(texts, truth, words, batch=screen.replay.__kwdefaults__["batch"]):
    started = time.process_time()
    ranking = screen.Ranking({str(i): t for i, t in enumerate(texts)}, words)
    seen = screen.replay(ranking, {str(i): bool(on) for i, on in enumerate(truth)}, batch=batch)
    return seen, time.process_time() - started, ranking


def saved(seen, truth) -> float:
    return screen.work_saved(seen, len(truth), int(truth.sum()))


def temporal(texts, truth, when, words) -> float | None:
    """Learn from the older half, all decided; then the newer half without learning further: work saved there."""
    cut = sorted(when)[len(when) // 2]
    old = [i for i, y in enumerate(when) if y < cut]
    new = [i for i, y in enumerate(when) if y >= cut]
    if not truth[old].any() or not truth[new].any():
        return None
    ranking = screen.Ranking({str(i): t for i, t in enumerate(texts)}, words)
    decided = [(str(i), bool(truth[i])) for i in old]
    order = ranking.order(decided)
    return screen.work_saved([(r, bool(truth[int(r)])) for r in order], len(new), int(truth[new].sum()))


def main() -> None:
    folder = Path(sys.argv[1])
    python = None if "--no-peer" in sys.argv else peer_python()
    print(
        "| set | n | relevant | peer | remit | remit, words | every decision | temporal | CPU s: peer | remit | ratio |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    rows = []
    for path in sorted(folder.glob("*.csv.gz")):
        name = path.name.removesuffix(".csv.gz")
        texts, truth = read(path)
        words, when = TITLES.get(name, ""), years(path)
        theirs, spent = float("nan"), float("nan")
        if python:
            said = json.loads(
                subprocess.run(
                    [python, Path(__file__).with_name("screening_peer.py"), path],
                    check=True,
                    capture_output=True,
                    text=True,
                ).stdout
            )
            theirs = saved([(str(i), bool(truth[i])) for i in said["order"]], truth)
            spent = said["cpu"]
        plain, _, _ = replayed(texts, truth, "")
        seen, cpu, _ = replayed(texts, truth, words)
        each, _, _ = replayed(texts, truth, words, 0.0)
        later = None if when is None else temporal(texts, truth, when, words)
        row = (theirs, saved(plain, truth), saved(seen, truth), saved(each, truth))
        rows.append((*row, later if later is not None else np.nan, spent, cpu))
        print(
            f"| {name} | {len(truth)} | {truth.sum()} | "
            + " | ".join(f"{v:.3f}" for v in row)
            + f" | {'' if later is None else f'{later:.3f}'} | {spent:.1f} | {cpu:.2f} | {spent / cpu:.0f} |",
            flush=True,
        )
    mean = np.nanmean(np.array(rows), axis=0)
    print("| mean | | | " + " | ".join(f"{v:.3f}" for v in mean[:5]) + f" | {mean[5]:.1f} | {mean[6]:.2f} | |")


if __name__ == "__main__":
    main()
