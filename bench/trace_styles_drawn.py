"""Survival figures in the looks of other programs, drawn by matplotlib: run by trace_styles.py in a venv of its own.

A job holds `style`, `curves` (time, survival, end, censored), `kind`, `out`, `last` (time) and how large; the answer is
the figure's colours and its known points, x and y of time 0, of the last time, and of the lowest and highest survival.
"""

import json
import math
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

COLOURS = {
    "survminer": ("#F8766D", "#00BFC4"), "stata": ("#1a476f", "#90353b"), "prism": ("#000000", "#ff0000"),
    "bands": ("#c03030", "#3050c0"), "dotted bands": ("#c03030", "#3050c0"), "blue grid": ("#1f4e9c", "#d62728"),
    "legend across": ("#c00000", "#0000c0"), "truncated": ("#007000", "#c06000"), "years": ("#7030a0", "#00a050"),
    "grey": ("#000000", "#909090"), "pale": ("#f0a0a0", "#a0a0f0"), "dark": ("#ffd000", "#40e0ff"),
}  # fmt: skip


def steps(axes, c, colour, **how):
    t, s = np.array(c["time"]), np.array(c["survival"])
    axes.step(np.append(t, c["end"]), np.append(s, s[-1]) * how.pop("times", 1.0), where="post", color=colour, **how)


def ticks(axes, c, colour, mark, size, times=1.0, **how):
    at, t, s = np.array(c["censored"]), np.array(c["time"]), np.array(c["survival"])
    if at.size:
        here = s[np.searchsorted(t, at, side="right") - 1] * times
        axes.plot(at, here, mark, color=colour, ms=size, ls="none", **how)


def band(c):
    t, s = np.append(c["time"], c["end"]), np.append(c["survival"], c["survival"][-1])
    wide = 0.03 + 0.1 * np.sqrt(t / max(t[-1], 1e-9))
    return t, np.clip(s - wide * np.sqrt(s), 0, 1), np.clip(s + wide * (1 - s), 0, 1)


def drawn(job):
    style, curves, last = job["style"], job["curves"], job["last"]
    colours = COLOURS[style]
    figure, axes = plt.subplots(figsize=(job["wide"] / job["dpi"], job["high"] / job["dpi"]))
    thin = {"survminer": 1.6, "stata": 0.8, "prism": 2.4}.get(style, 1.4)
    times = 100.0 if style == "stata" else 1.0
    for i, (c, colour) in enumerate(zip(curves, colours, strict=True)):
        dash = {"ls": (0, (6, 2.5)) if i else "-"} if style == "stata" else {}
        if style in ("bands", "dotted bands", "survminer"):
            t, low, high = band(c)
            if style == "dotted bands":
                axes.step(t, low, ":", where="post", color=colour, lw=0.9)
                axes.step(t, high, ":", where="post", color=colour, lw=0.9)
            else:
                axes.fill_between(t, low, high, step="post", color=colour, alpha=0.25, lw=0)
        steps(axes, c, colour, lw=thin, times=times, **dash)
        mark = {"survminer": "+", "prism": "|"}.get(style, "|")
        if style not in ("stata", "truncated"):
            ticks(axes, c, colour, mark, 7, times, mew=1.0)
    low = 0.4 if style == "truncated" else 0.0
    axes.set_xlim(0, last)
    axes.set_ylim(low * times, (1.0 if style == "truncated" else 1.05) * times)
    looked(figure, axes, style, job)
    figure.dpi = job["dpi"]
    if style not in ("survminer",):
        figure.tight_layout()
    if not job["smooth"]:
        for artist in figure.findobj():
            if hasattr(artist, "set_antialiased"):
                artist.set_antialiased(False)
    saved = {"pil_kwargs": {"quality": job["quality"]}} if job["kind"] == "jpeg" else {}
    figure.savefig(job["out"], dpi=job["dpi"], format=job["kind"], **saved)
    high = int(figure.bbox.height)
    corners = [axes.transData.transform(p) for p in ((0, low * times), (last, low * times), (0, times))]
    plt.close(figure)
    (x0, y0), (x1, _), (_, y1) = corners
    if job["turn"]:
        turned(job)
    places = [(x0, high - y0), (x1, high - y0), (x0, high - y0), (x0, high - y1)]
    a = math.radians(job["turn"])
    about = [(x * math.cos(a) + y * math.sin(a), -x * math.sin(a) + y * math.cos(a)) for x, y in places]
    return {"colours": colours, "places": about, "values": [0.0, last, low * times, times]}


def turned(job):
    from PIL import Image

    image = Image.open(job["out"]).convert("RGB")
    image = image.rotate(job["turn"], resample=Image.Resampling.BICUBIC, fillcolor="white", center=(0, 0))
    image.save(job["out"], "JPEG" if job["kind"] == "jpeg" else "PNG")


def looked(figure, axes, style, job):
    """Everything of a look that is not the curves."""
    if style == "survminer":
        axes.set_facecolor("#ebebeb")
        axes.grid(color="white", lw=1.0)
        axes.set_axisbelow(True)
        axes.spines[:].set_visible(False)
        figure.subplots_adjust(bottom=0.34, top=0.86, left=0.14, right=0.97)
        axes.legend(["A", "", "B"][:2], loc="lower center", bbox_to_anchor=(0.5, 1.02), ncols=2, frameon=False)
        for k in range(5):
            at = k * job["last"] / 4
            for j, c in enumerate(COLOURS[style]):
                axes.text(at, -0.34 - 0.12 * j, str(120 - 25 * k), color=c, ha="center", clip_on=False)
    elif style == "stata":
        figure.set_facecolor("#eaf2f3")
        axes.yaxis.grid(color="#eaf2f3", lw=1.2)
        axes.legend(["A", "B"], loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    elif style == "prism":
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_linewidth(2.5)
        axes.tick_params(width=2.5, length=7)
    elif style == "blue grid":
        axes.grid(color="#9bb7e0", lw=1.0)
    elif style == "legend across":
        axes.legend(["arm A", "arm B"], loc="center", framealpha=1.0)
    elif style == "years":
        axes.set_xlabel("Years since\nrandomi-\nsation")
        axes.grid(color="#dddddd", ls=":")
    elif style == "dark":
        figure.set_facecolor("#202020")
        axes.set_facecolor("#202020")
        axes.tick_params(colors="white")
        axes.spines[:].set_color("white")


for row in sys.stdin:
    print(json.dumps(drawn(json.loads(row))), flush=True)
