"""Figures drawn by matplotlib, one for each line of JSON on standard input: run by trace.py in a venv of its own.

A job holds `curves` (time, survival, end, censored), `kind` (svg, pdf, png, jpeg), `out` (a file) and the style; the
answer is the figure's known points: pixels (or points) of time 0, of the last time, of survival 0 and of survival 1.
"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np


def drawn(job):
    figure, axes = plt.subplots(figsize=(job["wide"], job["high"]))
    for c, colour in zip(job["curves"], job["colours"], strict=True):
        t, s = np.array(c["time"]), np.array(c["survival"])
        axes.step(np.append(t, c["end"]), np.append(s, s[-1]), where="post", color=colour, lw=job["width"])
        if job["marks"] and c["censored"]:
            at = np.array(c["censored"])
            axes.plot(at, s[np.searchsorted(t, at, side="right") - 1], job["mark"], color=colour, ms=6, mew=job["thin"])
    axes.set_xlim(0, job["last"])
    axes.set_ylim(0, 1.05)
    axes.grid(job["grid"])
    axes.spines[["top", "right"]].set_visible(job["box"])
    if job["legend"]:
        axes.legend([f"arm {i}" for i in range(len(job["curves"]))])
    dpi = job["dpi"] if job["kind"] in ("png", "jpeg") else 72
    figure.dpi = dpi
    more = {"pil_kwargs": {"quality": job["quality"]}} if job["kind"] == "jpeg" else {}
    figure.savefig(job["out"], dpi=dpi, format=job["kind"], **more)
    x0, y0 = axes.transData.transform((0.0, 0.0))
    x1, y1 = axes.transData.transform((job["last"], 1.0))
    # a picture has whole pixels: its height is cut, from the lower edge up
    high = int(figure.bbox.height) if job["kind"] in ("png", "jpeg") else figure.bbox.height
    plt.close(figure)
    return [float(x0), float(x1), float(high - y0), float(high - y1)]


for line in sys.stdin:
    print(json.dumps(drawn(json.loads(line))), flush=True)
