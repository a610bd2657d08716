"""Text inside SVG: widths are estimated, lines broken at spaces, everything escaped."""

from markupsafe import escape

_WIDE = set("mwMWGOQ@%")
_NARROW = set("iljtfrI.,;:'|!()[] -")


def width(text: str, size: float) -> float:
    """Return the estimated width of text in a sans-serif face of `size`, in the same unit."""
    ems = sum(0.34 if c in _NARROW else 0.86 if c in _WIDE else 0.66 if c.isupper() else 0.56 for c in text)
    return ems * size


def lines(text: str, room: float, size: float, most: int = 99) -> list[str]:
    """Break text into lines no wider than `room`; past `most` lines it ends in an ellipsis."""
    out: list[str] = []
    for word in text.split():
        if out and width(f"{out[-1]} {word}", size) <= room:
            out[-1] = f"{out[-1]} {word}"
        else:
            out.append(word)
    if len(out) > most:
        out = [*out[: most - 1], out[most - 1] + "…"]
    return out or [""]


def block(
    text_lines: list[str], x: float, y: float, size: float, anchor: str = "", css: str = "", leading: float = 1.3
) -> str:
    """Return text lines as SVG, the first baseline at `y`."""
    look = (f' text-anchor="{anchor}"' if anchor else "") + (f' class="{css}"' if css else "")
    return "".join(
        f'<text x="{x:g}" y="{y + i * size * leading:g}" font-size="{size:g}"{look}>{escape(t)}</text>'
        for i, t in enumerate(text_lines)
    )


def figure(css: str, wide: float, high: float, title: str, description: str, body: str) -> str:
    """Return a whole SVG with its title and description."""
    return (
        f'<svg class="{css}" role="img" viewBox="0 0 {wide:g} {high:g}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{body}</svg>"
    )
