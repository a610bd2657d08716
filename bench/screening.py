"""Screening orders on finished reviews, beside ASReview LAB's default model in the same run.

    python bench/screening.py SETS_FOLDER [--no-peer]

SETS_FOLDER holds *.csv.gz with the columns title, abstract, label_included and, where there are any, authors. The peer
is installed into an environment of its own at the first run. Each set is done by the peer, then by remit, one thread
each, CPU seconds; as stored and in other orders (means are given). What each is told: the peer titles and abstracts;
remit those and the authors, once without and once with the title of the review as the protocol's words. *Newer half*:
the half of the records that was published first is decided beforehand, then the newer half is read.
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

PEER, ORDERS = "asreview==3.0.8", 3
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


def older(when) -> list[int]:
    """The records of the older half, by year."""
    cut = sorted(when)[len(when) // 2]
    return [i for i, y in enumerate(when) if y < cut]


def newer_saved(order, truth, known) -> float:
    """Work saved among the records not decided before, read in this order."""
    seen = [(str(i), bool(truth[i])) for i in order if i not in known]
    return screen.work_saved(seen, len(truth) - len(known), int(truth.sum()) - int(truth[sorted(known)].sum()))


def updated(texts, truth, known, words) -> float:
    """Learn from the older half, all decided; then read the newer half: work saved there."""
    ranking = screen.Ranking({str(i): t for i, t in enumerate(texts)}, words)
    said = {str(i): bool(on) for i, on in enumerate(truth)}
    return newer_saved([int(r) for r, _ in screen.replay(ranking, said, before={str(i) for i in known})], truth, known)


def peers(python, path, *more) -> dict:
    script = Path(__file__).with_name("screening_peer.py")
    done = subprocess.run([python, script, path, *map(json.dumps, more)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def one_order(python, path, texts, truth, mixed) -> tuple[float, float, float, float]:
    """Work saved by the peer and by remit, without words, on the records in another order; their CPU seconds."""
    theirs, spent = float("nan"), float("nan")
    if python:
        said = peers(python, path, mixed.tolist())
        theirs, spent = saved([(str(i), bool(truth[mixed][i])) for i in said["order"]], truth), said["cpu"]
    seen, cpu, _ = replayed([texts[i] for i in mixed], truth[mixed], "")
    return theirs, saved(seen, truth), spent, cpu


def main() -> None:
    folder = Path(sys.argv[1])
    python = None if "--no-peer" in sys.argv else peer_python()
    heads = ("set", "n", "relevant", "peer", "remit", "remit, words", "newer half: peer", "remit", "remit, words")
    print("| " + " | ".join((*heads, "CPU s: peer", "remit", "ratio")) + " |")
    print("|---" * (len(heads) + 3) + "|")
    rows = []
    for path in sorted(folder.glob("*.csv.gz")):
        name = path.name.removesuffix(".csv.gz")
        texts, truth = read(path)
        words, when = TITLES.get(name, ""), years(path)
        orders = [np.arange(len(truth)), *(np.random.default_rng(s).permutation(len(truth)) for s in range(1, ORDERS))]
        theirs, plain, spent, cpu = np.mean([one_order(python, path, texts, truth, m) for m in orders], axis=0)
        seen, _, _ = replayed(texts, truth, words)
        later = [np.nan] * 3
        if when is not None and truth[(known := older(when))].sum() not in (0, truth.sum()):
            before = set(known)
            if python:
                said = peers(python, path, list(range(len(truth))), known)["order"]
                later[0] = newer_saved(said, truth, before)
            later[1:] = [updated(texts, truth, before, w) for w in ("", words)]
        row = (theirs, plain, saved(seen, truth), *later)
        rows.append((*row, spent, cpu))
        cells = " | ".join("" if np.isnan(v) else f"{v:.3f}" for v in row)
        print(
            f"| {name} | {len(truth)} | {truth.sum()} | {cells} | {spent:.1f} | {cpu:.3f} | {spent / cpu:.0f} |",
            flush=True,
        )
    mean = np.nanmean(np.array(rows), axis=0)
    print("| mean | | | " + " | ".join(f"{v:.3f}" for v in mean[:6]) + f" | {mean[6]:.1f} | {mean[7]:.3f} | |")


if __name__ == "__main__":
    main()
