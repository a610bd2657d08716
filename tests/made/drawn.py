"""Figures drawn from known survival curves: raster by supersampling, SVG and PDF written line by line."""

import io
from dataclasses import dataclass, field

import numpy as np

COLOURS = ((192, 0, 0), (0, 0, 192), (0, 128, 0), (230, 120, 0))


@dataclass(frozen=True)
class Known:
    """A Kaplan–Meier curve that is known: steps, end, censoring times."""

    time: np.ndarray
    survival: np.ndarray
    end: float
    censored: np.ndarray

    def at(self, when):
        return self.survival[np.searchsorted(self.time, when, side="right") - 1]


def estimated(time, event) -> Known:
    """The Kaplan–Meier estimate of data."""
    time, event = np.asarray(time, float), np.asarray(event, bool)
    deaths, counts = np.unique(time[event], return_counts=True)
    at_risk = time.size - np.searchsorted(np.sort(time), deaths)
    s = np.cumprod(1.0 - counts / at_risk)
    return Known(np.append(0.0, deaths), np.append(1.0, s), float(time.max()), np.sort(time[~event]))


def simulated(rng, n=100, plateau=0.0, follow=60.0) -> Known:
    """Exponential times, a share never failing, uniform censoring."""
    fails = rng.exponential(20.0, n)
    fails[rng.random(n) < plateau] = np.inf
    leaves = rng.uniform(0.0, follow, n)
    return estimated(np.minimum(fails, leaves), fails <= leaves)


@dataclass(frozen=True)
class Frame:
    """Where the axes stand in a figure."""

    width: int = 800
    height: int = 600
    last: float = 65.0
    left: float = field(init=False)
    right: float = field(init=False)
    top: float = field(init=False)
    bottom: float = field(init=False)

    def __post_init__(self):
        for name, share, size in (
            ("left", 0.1, self.width),
            ("right", 0.97, self.width),
            ("top", 0.06, self.height),
            ("bottom", 0.88, self.height),
        ):
            object.__setattr__(self, name, share * size)

    def x(self, t):
        return self.left + (self.right - self.left) * t / self.last

    def y(self, s):
        return self.bottom - (self.bottom - self.top) * s

    @property
    def words(self):
        """The known points as the command takes them."""
        x = [f"{self.x(0):.6f}:0", f"{self.x(self.last):.6f}:{self.last:g}"]
        return x, [f"{self.y(0):.6f}:0", f"{self.y(1):.6f}:1"]


def segments(known, frame, dash=None):
    """Level and upright pieces (x1, y1, x2, y2) of a curve."""
    stops = np.append(known.time[1:], known.end)
    out = []
    for i, (t, s) in enumerate(zip(known.time, known.survival, strict=True)):
        a, b = frame.x(t), frame.x(stops[i])
        if dash is None:
            out.append((a, frame.y(s), b, frame.y(s)))
        else:
            period = sum(dash)
            for k in range(int(a // period), int(b // period) + 1):
                u, v = max(a, k * period), min(b, k * period + dash[0])
                if v > u:
                    out.append((u, frame.y(s), v, frame.y(s)))
        if i + 1 < known.time.size:
            out.append((b, frame.y(s), b, frame.y(known.survival[i + 1])))
    return out


def ticks(known, frame, half):
    return [(frame.x(t), frame.y(known.at(t)) - half, frame.x(t), frame.y(known.at(t)) + half) for t in known.censored]


def picture(curves, frame, width=2.0, fine=4, colours=COLOURS, grid=False, box=False, marks=True, dashes=()):
    """Return a Pillow image, drawn `fine` times as large and averaged down."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (frame.width * fine, frame.height * fine), "white")
    pen = ImageDraw.Draw(image)

    def line(piece, thick, colour):
        x1, y1, x2, y2 = piece
        a, b = sorted((x1, x2)), sorted((y1, y2))
        h = thick / 2.0
        corners = [round((a[0] - h) * fine), round((b[0] - h) * fine)]
        corners += [round((a[1] + h) * fine) - 1, round((b[1] + h) * fine) - 1]
        if corners[2] >= corners[0] and corners[3] >= corners[1]:
            pen.rectangle(corners, fill=colour)

    if grid:
        for part in np.linspace(0.2, 1.0, 5):
            line((frame.left, frame.y(part), frame.right, frame.y(part)), 1, (220, 220, 220))
            line((frame.x(part * frame.last), frame.top, frame.x(part * frame.last), frame.bottom), 1, (220, 220, 220))
    line((frame.left, frame.bottom, frame.right, frame.bottom), 1, "black")
    line((frame.left, frame.top - 10, frame.left, frame.bottom), 1, "black")
    if box:
        line((frame.left, frame.top - 10, frame.right, frame.top - 10), 1, "black")
        line((frame.right, frame.top - 10, frame.right, frame.bottom), 1, "black")
    for i, known in enumerate(curves):
        for piece in segments(known, frame, dashes[i] if i < len(dashes) else None):
            line(piece, width, colours[i])
        if marks:
            for piece in ticks(known, frame, max(4.0, 2.0 * width)):
                line(piece, max(1.0, 0.6 * width), colours[i])
    return image.resize((frame.width, frame.height), Image.Resampling.BOX)


def coded(image, quality=0):
    """Return PNG bytes, or JPEG bytes of a quality."""
    held = io.BytesIO()
    if quality:
        image.save(held, "JPEG", quality=quality)
    else:
        image.save(held, "PNG")
    return held.getvalue()


def hexed(colour):
    return "#" + "".join(f"{c:02x}" for c in colour)


def svg(curves, frame, pieces=False, colours=COLOURS, extra="", labels=False):
    """Return an SVG figure; each curve one path under a transform, or many short lines."""
    rows = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {frame.width} {frame.height}">', extra]
    rows.append(f'<path d="M{frame.left} {frame.top - 10}V{frame.bottom}H{frame.right}" fill="none" stroke="#000"/>')
    if labels:
        for t in range(0, int(frame.last), 10):
            x = frame.x(t)
            rows.append(f'<line x1="{x}" y1="{frame.bottom}" x2="{x}" y2="{frame.bottom + 5}" stroke="#000"/>')
            rows.append(f'<text x="{x}" y="{frame.bottom + 20}" text-anchor="middle">{t}</text>')
        for k in range(6):
            y = frame.y(k / 5)
            rows.append(f'<line x1="{frame.left - 5}" y1="{y}" x2="{frame.left}" y2="{y}" stroke="#000"/>')
            rows.append(f'<text x="{frame.left - 40}" y="{y + 4}">{k / 5:.1f}</text>')
    for i, known in enumerate(curves):
        colour = hexed(colours[i])
        parts = segments(known, frame)
        if pieces:
            rows += [f'<line x1="{a}" y1="{b}" x2="{c}" y2="{d}" stroke="{colour}"/>' for a, b, c, d in parts]
        else:
            d = f"M{parts[0][0] - 7} {parts[0][1] - 3}" + "".join(f"L{c - 7} {d - 3}" for _, _, c, d in parts)
            rows.append(f'<g transform="translate(7 3)"><path d="{d}" style="fill:none;stroke:{colour}"/></g>')
        for a, b, _, d in ticks(known, frame, 4.0):
            rows.append(f'<path d="M{a} {b}V{d}" stroke="{colour}"/>')
    return "\n".join([*rows, "</svg>"]).encode()


def pdf(curves, frame, colours=COLOURS, form=False):
    """Return a PDF page with the curves, within a form where asked for."""
    h = frame.height
    rows = [f"0 0 0 RG 1 w {frame.left} {h - frame.bottom} m {frame.right} {h - frame.bottom} l S"]
    for i, known in enumerate(curves):
        r, g, b = (c / 255 for c in colours[i])
        parts = segments(known, frame)
        path = f"{parts[0][0]} {h - parts[0][1]} m " + " ".join(f"{c} {h - d} l" for _, _, c, d in parts)
        rows.append(f"q {r} {g} {b} RG {path} S Q")
        rows += [f"q {r} {g} {b} RG {a} {h - t} m {a} {h - u} l S Q" for a, t, _, u in ticks(known, frame, 4.0)]
    drawn = "\n".join(rows).encode()
    return written_pdf(drawn, frame, form)


def written_pdf(drawn, frame, form=False, inner="", encrypt=False):
    """Return a one-page PDF around a content stream."""
    page = b"/F1 Do" if form else drawn
    resources = "/Resources << /XObject << /F1 5 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {frame.width} {frame.height}] /Contents 4 0 R ".encode()
        + f"{resources} >>".encode(),
        b"<< /Length " + str(len(page)).encode() + b" >>\nstream\n" + page + b"\nendstream",
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9999 9999] "
        + (resources.encode() if inner else b"")
        + b" /Length "
        + str(len(drawn)).encode()
        + b" >>\nstream\n"
        + drawn
        + b"\nendstream",
    ]
    out, places = b"%PDF-1.4\n", []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{n} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{p:010d} 00000 n \n".encode() for p in places)
    return out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def errors(traced, known):
    """Absolute errors of survival at 40 times of the drawn curve."""
    when = np.linspace(0.02, 0.97, 40) * known.end
    return np.abs(np.array([traced.at(t) for t in when]) - known.at(when))
