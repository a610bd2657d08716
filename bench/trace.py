"""Known truth: draw figures from known data, trace them, rebuild the people, and compare.

    python bench/trace.py --data KM_FOLDER [--figures 186] [--kinds svg,pdf,png,jpeg] [--simulated 60] [--renderer own]

KM_FOLDER holds kmdata_ipd.csv.gz (figure, arm, time, event) and kmdata_key.csv (name, HazardRatio). For each figure and
kind both arms are drawn in one figure of random style (400 to 1,600 pixels wide, lines 0.8 to 4 pixels, with or without
censoring ticks, grid and box, JPEG quality 60 to 95), traced by colour, and rebuilt with risk table and events. Printed
are errors of landmark survival, failures, and HR after tracing and rebuilding against those of data and report. With
--renderer matplotlib the figures are drawn by matplotlib, installed into a venv of its own. Simulated figures have 1 to
4 curves of 20 to 1,000 patients, 5 to 90 % censored, with a plateau or without; the HR is that of the first two.
"""

import argparse
import csv
import gzip
import json
import math
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "made"))
from drawn import COLOURS, Frame, coded, estimated, hexed, pdf, picture, svg

from remit.errors import RemitError
from remit.model.trace import TraceRecord, WantedCurve, known
from remit.stats.cox import cox
from remit.stats.rebuild import rebuild
from remit.tasks import trace as task


def people(folder):
    """Arms of each figure: name to a list of (time, event)."""
    held = defaultdict(lambda: defaultdict(list))
    with gzip.open(folder / "kmdata_ipd.csv.gz", "rt") as rows:
        for r in csv.DictReader(rows):
            held[r["figure"]][r["arm"]].append((float(r["time"]), int(float(r["event"]))))
    return {f: [np.array(a) for a in arms.values()] for f, arms in held.items()}


def printed(folder):
    with (folder / "kmdata_key.csv").open() as rows:
        return {r["name"]: r["HazardRatio"] for r in csv.DictReader(rows)}


def simulated(rng, count):
    """Figures of 1 to 4 arms, the share censored between 5 and 90 %, some with a plateau."""
    for i in range(count):
        arms = []
        for _ in range(int(rng.integers(1, 5))):
            n, share = int(rng.integers(20, 1001)), rng.uniform(0.05, 0.9)
            fails = rng.exponential(20.0 * math.exp(rng.normal(0, 0.4)), n)
            if rng.random() < 0.5:
                fails[rng.random(n) < rng.uniform(0.1, 0.6)] = np.inf
            arms.append(_censored(rng, fails, share))
        yield f"simulated {i}", arms


def _censored(rng, fails, share):
    """Uniform censoring whose width gives about the share; everybody is censored at 90 months."""
    unit, low, high = rng.random(fails.size), 0.1, 5_000.0
    for _ in range(40):
        middle = math.sqrt(low * high)
        leaves = np.minimum(unit * middle, 90.0)
        low, high = (middle, high) if np.mean(fails > leaves) > share else (low, middle)
    return np.column_stack((np.minimum(fails, leaves), fails <= leaves))


class Matplotlib:
    """A process that draws with matplotlib, in a venv it makes once."""

    def __init__(self):
        home = Path(tempfile.gettempdir()) / "remit-bench-matplotlib"
        python = home / "bin" / "python"
        if (
            subprocess.run([python, "-c", "import matplotlib"], capture_output=True).returncode
            if python.exists()
            else 1
        ):
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", "matplotlib", "pillow"], check=True)
        words = [python, Path(__file__).with_name("trace_matplotlib.py")]
        self.at = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, rng, arms, kind, folder):
        curves = [estimated(a[:, 0], a[:, 1]) for a in arms]
        last = 1.05 * max(c.end for c in curves)
        name = f"f.{kind}"
        job = {
            "kind": kind, "out": str(folder / name), "last": last, "wide": float(rng.uniform(4.5, 8.0)),
            "high": float(rng.uniform(3.5, 6.0)), "dpi": int(rng.integers(90, 221)),
            "width": float(rng.uniform(0.7, 2.5)),
            "thin": float(rng.uniform(0.6, 1.2)), "mark": "|+"[int(rng.integers(2))], "legend": bool(rng.integers(2)),
            "quality": int(rng.integers(60, 96)), "colours": [hexed(c) for c in COLOURS[: len(curves)]],
        }  # fmt: skip
        job |= {word: bool(rng.integers(2)) for word in ("marks", "grid", "box")}
        job["curves"] = [
            {"time": c.time.tolist(), "survival": c.survival.tolist(), "end": c.end, "censored": c.censored.tolist()}
            for c in curves
        ]
        self.at.stdin.write(json.dumps(job) + "\n")
        self.at.stdin.flush()
        x0, x1, y0, y1 = json.loads(self.at.stdout.readline())
        words = [f"{x0:.6f}:0", f"{x1:.6f}:{last:.9g}"], [f"{y0:.6f}:0", f"{y1:.6f}:1"]
        return (folder / name).read_bytes(), name, words, last, curves


def own(rng, arms, kind, folder):
    """Return a figure's bytes, its file name, the words of its axes, its last time and its curves."""
    data, name, frame, curves = figure(rng, arms, kind)
    return data, name, frame.words, frame.last, curves


def figure(rng, arms, kind):
    """Return a figure's bytes, its file name, its frame and its curves."""
    curves = [estimated(a[:, 0], a[:, 1]) for a in arms]
    wide = int(rng.integers(400, 1601)) if kind in ("png", "jpeg") else 800
    frame = Frame(wide, round(0.75 * wide), 1.05 * max(c.end for c in curves))
    if kind == "svg":
        return svg(curves, frame, pieces=bool(rng.integers(2))), "f.svg", frame, curves
    if kind == "pdf":
        return pdf(curves, frame, form=bool(rng.integers(2))), "f.pdf", frame, curves
    how = {
        "width": float(rng.uniform(0.8, 4.0)) * (wide / 1200 + 0.4),
        "grid": bool(rng.integers(2)),
        "box": bool(rng.integers(2)),
        "marks": bool(rng.integers(2)),
    }
    image = picture(curves, frame, fine=3, **how)
    return coded(image, int(rng.integers(60, 96)) if kind == "jpeg" else 0), f"f.{kind}", frame, curves


def hazard_ratio(arms):
    t, e = np.concatenate([a[:, 0] for a in arms]), np.concatenate([a[:, 1] for a in arms])
    x = np.concatenate([np.full(len(a), float(i)) for i, a in enumerate(arms)])
    return float(cox(t, e.astype(bool), x[:, None]).estimate[0])


def rebuilt(traced, arm, last):
    times = np.linspace(0.0, last, 9)
    times = times[times <= arm[:, 0].max()]
    at_risk = [int((arm[:, 0] >= t).sum()) for t in times]
    made = rebuild(
        traced.time,
        traced.survival,
        n=len(arm),
        risk_times=times,
        at_risk=at_risk,
        events=int(arm[:, 1].sum()),
        censor_times=None,
    )
    return np.column_stack((made.time, made.event))


def one(rng, arms, kind, folder, out, draw):
    data, name, (x, y), last, curves = draw(rng, arms, kind, folder)
    (folder / name).write_bytes(data)
    back = []
    for i, (arm, c) in enumerate(zip(arms, curves, strict=True)):
        start = time.process_time()
        wanted = WantedCurve(curve=f"arm {i}", colour=hexed(COLOURS[i]))
        record = TraceRecord(
            figure=name, axis_x=tuple(known(p) for p in x), axis_y=tuple(known(p) for p in y), curves=(wanted,)
        )
        try:
            traced = task.trace(record, folder).curves[0]
        except RemitError as error:
            out["failed"].append(str(error))
            return None
        out["seconds"].append(time.process_time() - start)
        when = np.linspace(0.05, 0.95, 19) * c.end
        out["errors"].append(np.abs(np.array([traced.at(t) for t in when]) - c.at(when)))
        out["warned"].append(bool(traced.warnings))
        try:
            back.append(rebuilt(traced, arm, last))
        except RemitError as error:
            out["not rebuilt"].append(str(error))
    return back if len(back) == len(arms) else None


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--data", type=Path)
    words.add_argument("--figures", type=int, default=186)
    words.add_argument("--simulated", type=int, default=0)
    words.add_argument("--kinds", default="svg,pdf,png,jpeg")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--renderer", choices=("own", "matplotlib"), default="own")
    args = words.parse_args()
    draw = Matplotlib() if args.renderer == "matplotlib" else own
    sets = []
    reported = {}
    if args.data is not None:
        held, reported = people(args.data), printed(args.data)
        sets += sorted(held.items())[:: max(1, len(held) // max(args.figures, 1))][: args.figures]
    sets += list(simulated(np.random.default_rng(args.seed), args.simulated))
    for kind in args.kinds.split(","):
        rng = np.random.default_rng(args.seed)
        out = defaultdict(list)
        with tempfile.TemporaryDirectory() as folder:
            for name, arms in sets:
                back = one(rng, arms, kind, Path(folder), out, draw)
                if back is None or len(back) < 2:
                    continue
                try:
                    true, got = hazard_ratio(arms[:2]), hazard_ratio(back[:2])
                except RemitError:
                    continue
                out["hr"].append(abs(got - true))
                try:
                    said = math.log(float(reported.get(name, "")))
                except ValueError:
                    continue
                out["data to report"].append(min(abs(true - said), abs(true + said)))
                out["traced to report"].append(min(abs(got - said), abs(got + said)))
        report(kind, len(sets), out)


def report(kind, count, out):
    e = np.concatenate(out["errors"]) if out["errors"] else np.array([np.nan])
    worst = sorted((float(x.max()) for x in out["errors"]), reverse=True)[:5]
    hr = np.array(out["hr"] or [np.nan])
    print(
        f"{kind:5s} {count} figures, {len(out['errors'])} curves, {len(out['failed'])} not traced, "
        f"{len(out['not rebuilt'])} not rebuilt, {sum(out['warned'])} warned of; "
        f"{np.mean(out['seconds']):.2f} s CPU a curve"
    )
    print(
        f"      landmark survival: median {np.median(e):.5f}, 90 % {np.quantile(e, 0.9):.4f}, "
        f"99 % {np.quantile(e, 0.99):.4f}; worst curves {', '.join(f'{w:.3f}' for w in worst)}"
    )
    print(
        f"      HR against the data: median {100 * (math.exp(np.median(hr)) - 1):.2f} %, 95 % within "
        f"{100 * (math.exp(np.quantile(hr, 0.95)) - 1):.1f} %, "
        f"within 10 %: {np.mean(hr < math.log(1.1)):.1%} of {hr.size}"
    )
    if out["data to report"]:
        a, b = np.median(out["data to report"]), np.median(out["traced to report"])
        print(f"      median |Δ log HR| against the printed HR: data {a:.4f}, traced {b:.4f}")
    for said in out["failed"][:3] + out["not rebuilt"][:3]:
        print(f"      {said[:150]}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
