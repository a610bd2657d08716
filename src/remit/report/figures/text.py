"""Text inside SVG: widths are estimated, lines broken at spaces, everything escaped."""

from markupsafe import escape

_WIDE = set("mwMWGOQ@%")
_NARROW = set("iljtfrI.,;:'|!()[] -")


def width(text: str, size: float) -> float:
    """Return the estimated width of text in a sans-serif face of `size`, in the same unit."""
    ems = sum(0.38 if c in _NARROW else 0.95 if c in _WIDE else 0.72 if c.isupper() else 0.62 for c in text)
    return ems * size


def lines(text: str, room: float, size: float, most: int = 99) -> list[str]:
    """Break text into lines no wider than `room`, long words by a hyphen; past `most` lines it ends in an ellipsis."""
    out: list[str] = []
    for word in (part for whole in text.split() for part in _parts(whole, room, size)):
        if out and width(f"{out[-1]} {word}", size) <= room:
            out[-1] = f"{out[-1]} {word}"
        else:
            out.append(word)
    if len(out) > most:
        out = [*out[: most - 1], out[most - 1] + "…"]
    return out or [""]


def _parts(word: str, room: float, size: float) -> list[str]:
    """Return a word in parts that fit, each but the last ending in a hyphen; at least three letters a part."""
    out = []
    while width(word, size) > room and len(word) > 6:
        cut = max((n for n in range(3, len(word) - 2) if width(word[:n] + "-", size) <= room), default=3)
        out.append(word[:cut].rstrip("-") + "-")
        word = word[cut:]
    return [*out, word]


def block(text_lines: list[str], x: float, y: float, leading: float, anchor: str = "", css: str = "") -> str:
    """Return text lines as SVG, the first baseline at `y`, each next one `leading` below."""
    look = (f' text-anchor="{anchor}"' if anchor else "") + (f' class="{css}"' if css else "")
    first, rest = text_lines[0], text_lines[1:]
    if not rest:
        return f'<text x="{x:.4g}" y="{y:.4g}"{look}>{escape(first)}</text>'
    more = "".join(f'<tspan x="{x:.4g}" dy="{leading:.4g}">{escape(t)}</tspan>' for t in rest)
    return f'<text x="{x:.4g}" y="{y:.4g}"{look}>{escape(first)}{more}</text>'


def figure(css: str, wide: float, high: float, size: float, title: str, description: str, body: str) -> str:
    """Return a whole SVG with its title and description; `size` is the height of its letters."""
    return (
        f'<svg class="{css}" role="img" viewBox="0 0 {wide:.4g} {high:.4g}" font-size="{size:g}"'
        f' xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{body}</svg>"
    )
