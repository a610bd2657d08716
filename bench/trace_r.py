"""Figures drawn by R (base graphics of survival, ggplot2), with known truth, traced by colour or by places.

    python bench/trace_r.py [--seed 1] [--looks all] [--devices all] [--keep FOLDER]

Needs R with survival, ggplot2, svglite and jsonlite (Debian: r-cran-*). Looks: plot.survfit in colours, in black, solid
and dashed, with intervals, a legend across, numbers inside the plot as SAS draws them, from 20 or 40 percent, rising;
ggplot2 as survminer, NEJM and its own. Devices: pdf, cairo_pdf, svg, svglite, PNG of 72 to 300 dots per inch and
without anti-aliasing, JPEG of quality 60 and 90. The data are those of the R package survival, or simulated. A curve is
silently wrong where it is off by more than 0.02 (3 pixels of time let pass) without a refusal or a warning.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import zlib
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "made"))
from drawn import Known
from trace_black import SPANS, place
from trace_styles import off

from remit.errors import RemitError
from remit.model.trace import TraceRecord, WantedCurve, known
from remit.stats.cox import cox
from remit.stats.rebuild import rebuild
from remit.tasks import trace as task

ROUNDS = 6
ASKS = re.compile(r"place on|seed point")
MOST = 0.02


class Places:
    """The axes of a figure, as trace_black's clicks need them."""

    def __init__(self, held):
        (self.left, self.right), (low, high), self.last = held["x"], held["y"], held["last"]
        self.per = (high - low) / (1.0 - held["low"])
        self.zero = high - self.per

    def x(self, t):
        return self.left + (self.right - self.left) * t / self.last

    def y(self, s):
        return self.zero + self.per * s


def truth(c):
    held = [np.array(np.atleast_1d(c[k]), float) for k in ("time", "survival", "censored")]
    return Known(held[0], held[1], float(c["end"]), held[2])


def traced(record, folder):
    return task.trace(record, folder).curves[0]


def followed(held, own, curves, folder):
    """Return the traced curve or None, the places it took and the last refusal."""
    hundred = 100.0 if held["percent"] else 1.0
    x = [f"{a:.4f}:{v:g}" for a, v in zip(held["x"], (0.0, held["last"]), strict=True)]
    y = [f"{a:.4f}:{v:g}" for a, v in zip(held["y"], (held["low"] * hundred, hundred), strict=True)]
    told = {"figure": held["file"], "axis_x": tuple(map(known, x)), "axis_y": tuple(map(known, y))}
    frame, said = Places(held), ""
    rng = np.random.default_rng((zlib.crc32(held["file"].encode()), own))
    if not held["places"]:
        try:
            wanted = WantedCurve(curve="a", colour=np.atleast_1d(held["colours"])[own].lower())
            return traced(TraceRecord(**told, curves=(wanted,)), folder), 0, ""
        except RemitError as refused:
            said = str(refused)
            if not ASKS.search(said):
                return None, 0, said
    places = [place(rng, curves, own, frame, 0.0, curves[own].end)]
    for _ in range(ROUNDS):
        wanted = WantedCurve(curve="a", through=tuple(sorted(places)))
        try:
            return traced(TraceRecord(**told, curves=(wanted,)), folder), len(places), ""
        except RemitError as refused:
            said = str(refused)
        end = curves[own].end
        spans = [(float(a), float(b)) for a, b in SPANS.findall(said.partition("at times")[2])]
        spans = [(0.93 * end, end)] if not spans and ("true end" in said or "after the gap" in said) else spans
        more = [place(rng, curves, own, frame, a, b, places) for a, b in spans if a < min(b, end)]
        more = [p for p in more if p not in places]
        if not more:
            break
        places += more
    return None, len(places), said


def people(curve, told):
    """The rebuilt people of a traced curve."""
    made = rebuild(
        curve.time, curve.survival, n=told["n"], risk_times=np.atleast_1d(told["risk_times"]).astype(float),
        at_risk=np.atleast_1d(told["at_risk"]).astype(int), events=told["events"], censor_times=None,
    )  # fmt: skip
    return np.column_stack((made.time, made.event))


def log_ratio(arms):
    t, e = np.concatenate([a[:, 0] for a in arms]), np.concatenate([a[:, 1] for a in arms])
    x = np.repeat(np.arange(len(arms), dtype=float), [len(a) for a in arms])
    return float(cox(t, e.astype(bool), x[:, None]).estimate[0])


def one(held, folder, rows):
    curves = [truth(c) for c in held["curves"]]
    kind, arms = "vector" if held["file"].endswith(("svg", "pdf")) else "raster", []
    for own, curve in enumerate(curves):
        got, places, said = followed(held, own, curves, folder)
        key = held["look"], held["device"], kind
        if got is None:
            rows[key].append((np.nan, np.nan, False, True))
            print(f"{held['file']} {own} REFUSED after {places} places: {said[:200]}", flush=True)
            continue
        slack = 3.0 * held["last"] / (held["x"][1] - held["x"][0])
        shown = curve if curve.end <= held["last"] else Known(curve.time, curve.survival, held["last"], curve.censored)
        far, middle = off(got, shown, slack)
        end = abs(got.end - shown.end) / held["last"]
        wrong = held["rises"] or far > MOST or end > 0.03
        rows[key].append(
            (1.0 if held["rises"] else max(far, end if end > 0.03 else 0.0), middle, bool(got.warnings), False)
        )
        if wrong:
            word = "warned" if got.warnings else "SILENT"
            said = [w[:160] for w in got.warnings]
            told = f"off by {far:.3f}, end by {end:.3f}, {places} places; {said}"
            print(f"{held['file']} {own} {word}: {told}", flush=True)
        try:
            arms.append(people(got, held["curves"][own]))
        except RemitError as error:
            print(f"{held['file']} {own} not rebuilt: {error}")
    if len(arms) == len(curves) >= 2 and not held["rises"]:
        rows["hr", kind, ""].append((log_ratio(arms[:2]), held["hr"]))


def report(rows):
    ratios = {k[1]: np.array(v) for k, v in rows.items() if k[0] == "hr"}
    rows = {k: v for k, v in rows.items() if k[0] != "hr"}
    print(f"\n{'':24s} curves refused warned  median   worst  off > 0.02  silently wrong")
    groups = defaultdict(list)
    for (look, device, kind), held in rows.items():
        for name in (f"1 {kind}", f"2 {device}", f"3 {look}"):
            groups[name] += held
    for name, held in sorted(groups.items()):
        far, middle, warned = (np.array([r[i] for r in held], float) for i in range(3))
        seen = np.isfinite(far)
        wrong = seen & (far > MOST)
        print(
            f"{name[2:]:24s} {far.size:6d} {int((~seen).sum()):7d} {int(warned.sum()):6d} "
            f"{np.median(middle[seen]) if seen.any() else np.nan:7.4f} {far[seen].max(initial=0):7.3f} "
            f"{int(wrong.sum()):11d} {int((wrong & (warned == 0)).sum()):15d}"
        )
    for kind, pairs in ratios.items():
        e = np.abs(pairs[:, 0] - pairs[:, 1])
        print(
            f"HR, {kind}: median error {100 * np.expm1(np.median(e)):.2f} %, 95 % within "
            f"{100 * np.expm1(np.quantile(e, 0.95)):.1f} %, within 10 %: {np.mean(e < np.log(1.1)):.1%} of {e.size}"
        )


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--looks", default="all")
    words.add_argument("--devices", default="all")
    words.add_argument("--keep", type=Path)
    args = words.parse_args()
    rows = defaultdict(list)
    with tempfile.TemporaryDirectory() as made:
        folder = args.keep or Path(made)
        program = Path(__file__).with_name("trace_r.R")
        subprocess.run(
            ["Rscript", program, folder, str(args.seed), args.looks, args.devices],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for held in json.loads((folder / "figures.json").read_text()):
            one(held, folder, rows)
    report(rows)


if __name__ == "__main__":
    main()
