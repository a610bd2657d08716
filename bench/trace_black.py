"""Figures whose lines share one ink, traced as a person would: one place first, then those that refusals ask for.

    python bench/trace_black.py [--figures 60] [--seed 1] [--keep FOLDER]

Each figure holds 2 to 4 black curves, crossing or not, thin or thick, solid or some of them dashed, with ticks or
without, 500 to 1,400 pixels wide, PNG or JPEG. A traced curve is off by how far its survival lies, at the worst of 600
times, from all that the known curve takes within 3 pixels of that time. Nothing traced may be off by more than 0.02.
"""

import argparse
import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "made"))
from drawn import Frame, coded, estimated, picture

from remit.errors import RemitError
from remit.model.trace import TraceRecord, WantedCurve, known
from remit.tasks import trace as task

ROUNDS = 6
MOST = 0.02
SPANS = re.compile(r"([\d.e+-]+) to ([\d.e+-]+) \(")


def arms(rng, crossing, count):
    """Curves of exponential times; where they cross, early hazards with a plateau meet steady ones."""
    out = []
    for i in range(count):
        n = int(rng.integers(25, 400))
        if crossing and i % 2 == 0:
            fails = rng.exponential(rng.uniform(4, 12), n)
            fails[rng.random(n) < rng.uniform(0.3, 0.6)] = np.inf
        else:
            fails = rng.exponential(rng.uniform(20, 60) if crossing else 8 * 2.4**i, n)
        leaves = rng.uniform(rng.uniform(5, 40), 62, n)
        out.append(estimated(np.minimum(fails, leaves), fails <= leaves))
    return out


def figures(seed, count):
    """A name, its curves, its frame and its bytes, for each figure."""
    for i in range(count):
        rng = np.random.default_rng((seed, i))
        crossing, lines, dashed, marks = i % 3 != 0, 2 + i % 3, i % 4 == 3, i % 2 == 0
        lines = 2 if crossing and rng.random() < 0.4 else lines
        wide = int(rng.integers(500, 1401))
        width = float(rng.uniform(0.8, 4.0)) * (wide / 1400 + 0.4)
        curves = arms(rng, crossing, lines)
        dashes = [None] * lines
        if dashed:
            dashes[1] = (6 + 2 * width, 4 + width)
        quality = int(rng.integers(70, 95)) if i % 5 == 4 else 0
        frame = Frame(wide, round(0.75 * wide), 65.0)
        image = picture(curves, frame, width, 3, ((0, 0, 0),) * 4, bool(i % 7 == 0), marks=marks, dashes=dashes)
        kind = f"{'crossing' if crossing else 'apart'}{' dashed' if dashed else ''}{' ticks' if marks else ''}"
        yield f"{i:03d} {lines} lines {kind} w{width:.1f} {wide}px", kind, curves, frame, coded(image, quality), dashes


def off(traced, curve, frame):
    """The worst distance in survival, 3 pixels of time let pass, and that of the end as a share of the axis."""
    slack = 3.0 * frame.last / (frame.right - frame.left)
    when = np.linspace(0.0, min(curve.end, traced.end) - 1e-6, 600)
    got = np.array([traced.at(t) for t in when])
    high, low = curve.at(np.maximum(when - slack, 0.0)), curve.at(when + slack)
    return float(np.maximum(got - high, low - got).max()), abs(traced.end - curve.end) / frame.last


def place(rng, curves, own, frame, first, last, given=()):
    """Where a person clicks between two times: a level stretch clear of the other curves, best in the middle."""
    best, spot = -np.inf, None
    last = min(last, curves[own].end)
    scale = (frame.right - frame.left) / frame.last
    for t in np.linspace(first, last, 62)[1:-1]:
        x, y = frame.x(t), frame.y(curves[own].at(t))
        others = [abs(frame.y(c.at(t)) - y) for j, c in enumerate(curves) if j != own and c.end >= t]
        steps = np.abs(curves[own].time[1:] - t).min(initial=99.0) * scale
        good = (
            min(min(others, default=99.0), 12.0)
            + 2.0 * min(steps, 6.0)
            - 6.0 * abs(2 * t - first - last) / (last - first)
        )
        good -= 20.0 * any(abs(x - a) < 3.0 for a, _ in given)
        if good > best:
            best, spot = good, (x, y)
    return round(float(spot[0])), round(float(spot[1] + rng.uniform(-0.7, 0.7)), 1)


def asked(rng, curves, own, frame, folder, name):
    """Trace one curve; return it or None, the places it took, and the last refusal."""
    end = curves[own].end
    places = [place(rng, curves, own, frame, 0.0, end)]
    x, y = frame.words
    said = ""
    for _ in range(ROUNDS):
        wanted = WantedCurve(curve="a", through=tuple(sorted(places)))
        record = TraceRecord(figure=name, axis_x=tuple(map(known, x)), axis_y=tuple(map(known, y)), curves=(wanted,))
        try:
            return task.trace(record, folder).curves[0], places, ""
        except RemitError as refused:
            said = str(refused)
        spans = [(float(a), float(b)) for a, b in SPANS.findall(said.partition("at times")[2])]
        if not spans and "true end" in said:
            spans = [(0.93 * end, end)]
        more = [place(rng, curves, own, frame, a, b, places) for a, b in spans if a < min(b, end)]
        more = [p for p in more if p not in places]
        if not more:
            break
        places += more
    return None, places, said


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--figures", type=int, default=60)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--only", type=int, default=-1)
    words.add_argument("--keep", type=Path)
    args = words.parse_args()
    held = defaultdict(list)
    with tempfile.TemporaryDirectory() as made:
        folder = args.keep or Path(made)
        for number, (title, kind, curves, frame, data, _) in enumerate(figures(args.seed, args.figures)):
            if args.only not in (-1, number):
                continue
            name = f"{number:03d}.png"
            (folder / name).write_bytes(data)
            rng = np.random.default_rng((args.seed, number, 1))
            for own in range(len(curves)):
                traced, places, said = asked(rng, curves, own, frame, folder, name)
                if traced is None:
                    held[kind].append((np.nan, len(places), False, 0.0))
                    print(f"{title}: curve {own} REFUSED after {len(places)} places: {said[:230]}")
                    continue
                far, late = off(traced, curves[own], frame)
                held[kind].append((far, len(places), bool(traced.warnings), late))
                if far > MOST or late > 0.02:
                    print(
                        f"{title}: curve {own} OFF by {far:.3f}, end by {late:.3f}, {len(places)} places; "
                        f"{traced.warnings}"
                    )
                sys.stdout.flush()
    print("\nkind                    curves  refused  off > 0.02  worst   end > 2 %  places (median, most)  warned")
    everything = [row for rows in held.values() for row in rows]
    for kind, rows in [*sorted(held.items()), ("all", everything)]:
        a = np.array([r for r, *_ in rows])
        known_ = a[np.isfinite(a)]
        n = np.array([p for _, p, *_ in rows])
        print(
            f"{kind:22s} {a.size:7d} {np.isnan(a).mean():8.1%} {int((known_ > MOST).sum()):9d} "
            f"{known_.max(initial=0):9.3f} {sum(r[3] > 0.02 for r in rows):8d} {np.median(n):12.0f} {n.max():6d} "
            f"{sum(r[2] for r in rows):14d}"
        )


if __name__ == "__main__":
    main()
