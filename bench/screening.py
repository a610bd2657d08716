"""Screening orders and rules to stop by, on finished reviews, beside ASReview LAB's default model in the same run.

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
from math import ceil
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np

from remit import screen
from remit.screen import stopping

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
PROMISES = ((0.95, 0.95), (0.9, 0.9), (0.8, 0.95))
SHUFFLES, DRAWS = 4, 1000


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


def orders(texts, truth, words):
    """Whole reading orders of one set: as stored with words, and shuffled without."""
    for turn in range(SHUFFLES + 1):
        mixed = np.arange(len(texts)) if turn == 0 else np.random.default_rng(turn).permutation(len(texts))
        seen, _, ranking = replayed([texts[i] for i in mixed], truth[mixed], words if turn == 0 else "", 0.05)
        rest = [(r, False) for r in ranking.order(seen)]
        yield np.array([on for _, on in [*seen, *rest]], bool)


def ranked_rule(found, recall, confidence):
    """Where the ranked rule stops, tested after every tenth decision."""
    total = len(found)
    for n in range(10, total, 10):
        hits = int(found[:n].sum())
        if hits and stopping._least_risk(found[:n], total, stopping.missed_bound(hits, recall)) < 1 - confidence:
            return n, hits
    return total, int(found.sum())


def sampled_rule(found, recall, confidence, rng):
    """Where the sampled rule stops, for many random orders: records read and records found."""
    begun = stopping.sample_begins(list(found), len(found))
    if begun is None:
        return [(len(found), int(found.sum()))]
    before, size, missed = int(found[:begun].sum()), len(found) - begun, int(found[begun:].sum())
    looks = stopping.plan(before, size, recall, 1 - confidence)
    ends = []
    for _ in range(DRAWS // (SHUFFLES + 1)):
        places = np.sort(rng.choice(size, missed, replace=False))
        for j, n in enumerate(looks.draws):
            if (now := int(np.searchsorted(places, n))) <= j:
                ends.append((begun + n, before + now))
                break
        else:
            ends.append((len(found), before + missed))
    return ends


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
    print(
        "\n| set | "
        + " | ".join(
            f"{r:.0%} at {c:.0%}: {w}" for r, c in PROMISES for w in ("ranked kept", "read", "sampled kept", "read")
        )
        + " |"
    )
    print("|---" * (1 + 4 * len(PROMISES)) + "|")
    for path in sorted(folder.glob("*.csv.gz")):
        texts, truth = read(path)
        rng, cells = np.random.default_rng(7), []
        held = list(orders(texts, truth, TITLES.get(path.name.removesuffix(".csv.gz"), "")))
        for recall, confidence in PROMISES:
            need = ceil(round(recall * truth.sum(), 9))
            for ends in (
                [ranked_rule(f, recall, confidence) for f in held],
                [e for f in held for e in sampled_rule(f, recall, confidence, rng)],
            ):
                cells += [
                    f"{np.mean([k >= need for _, k in ends]):.3f}",
                    f"{np.mean([n for n, _ in ends]) / len(truth):.2f}",
                ]
        print(f"| {path.name.removesuffix('.csv.gz')} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
