"""Figures in the looks of other programs and in bad states, with known truth, traced by colour.

    python bench/trace_styles.py [--each 3] [--seed 1] [--keep FOLDER] [--only WORD]

Looks: survminer, Stata, Prism, bands shaded and dotted, a grid of the curve's hue, a legend across, a y axis from 0.4,
years, greys, pale inks, dark ground. States: 900 pixels, 400, 3,000, JPEG of quality 60, without anti-aliasing,
turned by 0.5 and 2 degrees, with both coordinates of the known points and with one. A curve is silently wrong where it
is off by more than 0.02 (3 pixels of time let pass), without a refusal or a warning. matplotlib comes into a venv.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "made"))
from trace import Matplotlib

from drawn import estimated

from remit.errors import RemitError
from remit.model.trace import TraceRecord, WantedCurve, known
from remit.tasks import trace as task

LOOKS = ("survminer", "stata", "prism", "bands", "dotted bands", "blue grid", "legend across", "truncated", "years",
         "grey", "pale", "dark")  # fmt: skip
STATES = {
    "900": {}, "400": {"wide": 400}, "3000": {"wide": 3000}, "jpeg60": {"kind": "jpeg", "quality": 60},
    "rough": {"smooth": False}, "turn .5": {"turn": 0.5}, "turn 2": {"turn": -2.0},
    "turn .5, 1-d": {"turn": 0.5, "flat": True},
}  # fmt: skip


def arms(rng, last, high):
    """Two arms; where the axis begins at 0.4 they stay above it."""
    out = []
    for scale in (0.5, 0.9):
        n = int(rng.integers(60, 300))
        fails = rng.exponential(last * scale * (3.0 if high else 1.0), n)
        fails[rng.random(n) < (0.5 if high else rng.uniform(0.0, 0.3))] = np.inf
        leaves = rng.uniform(0.25 * last, 0.95 * last, n)
        out.append(estimated(np.minimum(fails, leaves), fails <= leaves))
    return out


def off(traced, curve, slack):
    when = np.linspace(0.0, min(curve.end, traced.end) - 1e-9, 600)
    got = np.array([traced.at(t) for t in when])
    high, low = curve.at(np.maximum(when - slack, 0.0)), curve.at(when + slack)
    return float(np.maximum(got - high, low - got).max()), float(np.median(np.abs(got - curve.at(when))))


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--each", type=int, default=3)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--keep", type=Path)
    words.add_argument("--only", default="")
    args = words.parse_args()
    made = Matplotlib()
    home = Path(tempfile.gettempdir()) / "remit-bench-matplotlib" / "bin" / "python"
    program = Path(__file__).with_name("trace_styles_drawn.py")
    at = subprocess.Popen([home, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    made.at.stdin.close()
    rows = defaultdict(list)
    with tempfile.TemporaryDirectory() as place:
        folder = args.keep or Path(place)
        for look in LOOKS:
            for state, how in STATES.items():
                for i in range(args.each):
                    if args.only in f"{look} {state}":
                        rng = np.random.default_rng((args.seed, LOOKS.index(look), i))
                        one(rng, look, state, how, i, folder, at, rows)
    report(rows)


def one(rng, look, state, how, i, folder, at, rows):
    last = 10.0 if look == "years" else 60.0
    curves = arms(rng, last, look == "truncated")
    kind, wide = how.get("kind", "png"), how.get("wide", 900)
    name = f"{look}-{state}-{i}.{kind}".replace(" ", "_")
    drawn = [{"time": c.time.tolist(), "survival": c.survival.tolist(), "end": c.end, "censored": c.censored.tolist()}
             for c in curves]  # fmt: skip
    job = {
        "style": look, "kind": kind, "out": str(folder / name), "last": last, "wide": wide, "high": round(0.75 * wide),
        "dpi": wide / 7.0, "quality": how.get("quality", 0), "smooth": how.get("smooth", True),
        "turn": how.get("turn", 0.0),
        "curves": drawn,
    }  # fmt: skip
    at.stdin.write(json.dumps(job) + "\n")
    at.stdin.flush()
    told = json.loads(at.stdout.readline())
    flat = not how.get("turn") or how.get("flat")
    said = [
        f"{p[k // 2]:.4f}:{v:g}" if flat else f"{p[0]:.4f},{p[1]:.4f}:{v:g}"
        for k, (p, v) in enumerate(zip(told["places"], told["values"], strict=True))
    ]
    across = told["places"][1][0] - told["places"][0][0]
    for curve, colour in zip(curves, told["colours"], strict=True):
        record = TraceRecord(
            figure=name, axis_x=tuple(map(known, said[:2])), axis_y=tuple(map(known, said[2:])),
            unit="years" if look == "years" else "months", curves=(WantedCurve(curve="a", colour=colour.lower()),),
        )  # fmt: skip
        try:
            traced = task.trace(record, folder).curves[0]
        except RemitError as refused:
            rows[look, state].append((np.nan, np.nan, True))
            print(f"{name} {colour} REFUSED: {str(refused)[:260]}", flush=True)
            continue
        far, middle = off(traced, curve, 3.0 * last / across)
        end = abs(traced.end - curve.end) / last
        rows[look, state].append((max(far, end if end > 0.03 else 0.0), middle, bool(traced.warnings)))
        if far > 0.02 or end > 0.03:
            word = "warned" if traced.warnings else "SILENT"
            print(
                f"{name} {colour} {word}: off by {far:.3f}, end by {end:.3f}; {[w[:110] for w in traced.warnings]}",
                flush=True,
            )


def report(rows):
    print(f"\n{'look':14s} {'state':14s} curves refused warned  median   worst  off > 0.02  silently wrong")
    every = [("all", "all", [r for held in rows.values() for r in held])]
    for look, state, held in [*((a, b, h) for (a, b), h in rows.items()), *every]:
        far, middle = np.array([r[0] for r in held]), np.array([r[1] for r in held])
        seen = np.isfinite(far)
        silent = sum(np.isfinite(r[0]) and r[0] > 0.02 and not r[2] for r in held)
        if not seen.all() or (far[seen] > 0.02).any() or look == "all":
            print(
                f"{look:14s} {state:14s} {far.size:6d} {int((~seen).sum()):7d} {sum(r[2] for r in held):6d} "
                f"{np.median(middle[seen]) if seen.any() else np.nan:7.4f} {far[seen].max(initial=0):7.3f} "
                f"{int((far[seen] > 0.02).sum()):11d} {silent:15d}"
            )


if __name__ == "__main__":
    main()
