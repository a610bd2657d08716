"""PRISMA 2020 flow: how records became reports and reports studies. Drawn twice, for a wide page and for a phone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from remit.report.figures import text


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the main line and the one beside it (what was taken out there)."""

    main: tuple[str, ...]
    aside: tuple[str, ...] = field(default=())


def _n(flow: Mapping[str, int], *keys: str) -> int:
    return sum(flow.get(k, 0) for k in keys)


def _line(word: str, n: int) -> str:
    return f"{word} (n = {n:,})"


def boxes(flow: Mapping[str, int], reasons: tuple[tuple[str, int], ...]) -> list[tuple[str, Box]]:
    """Return the boxes from top to bottom with the phase each belongs to; routes without any record are left out."""
    searched = _n(flow, "database_results", "register_results")
    other = _n(flow, "website_results", "organisation_results", "citations_results")
    found: list[str] = []
    for word, key in (
        ("Databases", "database_results"),
        ("Registers", "register_results"),
        ("Websites", "website_results"),
        ("Organisations", "organisation_results"),
        ("Citation searching and other methods", "citations_results"),
    ):
        if _n(flow, key):
            found.append(_line(word, _n(flow, key)))
    removed = tuple(
        _line(word, _n(flow, key))
        for word, key in (
            ("Duplicate records removed", "duplicates"),
            ("Removed by automation", "excluded_automatic"),
            ("Removed for other reasons", "excluded_other"),
            ("Records excluded by title and abstract", "other_records_excluded"),
        )
        if _n(flow, key)
    )
    early, late = _n(flow, "undecided_title_abstract"), _n(flow, "undecided_full_text")
    undecided = (_line("Not final: records undecided", early),) if early else ()
    removed += () if searched else undecided
    out = [("Identification", Box((_line("Records identified", searched + other), *found), removed))]
    if searched:
        out.append(
            (
                "Screening",
                Box(
                    (_line("Records screened", _n(flow, "records_screened")),),
                    (_line("Records excluded", _n(flow, "records_excluded")), *undecided),
                ),
            )
        )
    sought = _n(flow, "dbr_sought_reports", "other_sought_reports")
    lost = _n(flow, "dbr_notretrieved_reports", "other_notretrieved_reports")
    assessed = _n(flow, "dbr_assessed", "other_assessed")
    out.append(
        (
            "Screening",
            Box((_line("Reports sought", sought),), (_line("Reports not retrieved, or awaiting results", lost),)),
        )
    )
    taken = sum(n for _, n in reasons)
    aside = (_line("Reports excluded", taken), *(_line(r, n) for r, n in reasons)) if reasons else ()
    aside += (_line("Not final: reports undecided", late),) if late else ()
    out.append(("Screening", Box((_line("Reports assessed for eligibility", assessed),), aside)))
    out.append(
        (
            "Included",
            Box(
                (_line("Studies included", _n(flow, "new_studies")), _line("Reports included", _n(flow, "new_reports")))
            ),
        )
    )
    return out


def draw(flow: Mapping[str, int], reasons: tuple[tuple[str, int], ...], narrow: bool) -> Markup:
    """Return the flow diagram; `narrow` puts what was taken out below its box instead of beside it."""
    wide = 340.0 if narrow else 760.0
    main_w, side_x, side_w = (300.0, 40.0, 300.0) if narrow else (330.0, 410.0, 350.0)
    left = 0.0 if narrow else 24.0
    size, y, body, phase_top, phase = 13.0, 4.0, "", 4.0, ""
    made = boxes(flow, reasons)
    for i, (name, box) in enumerate(made):
        if name != phase and not narrow:
            body += _phase(phase, phase_top, y - 22) if phase else ""
            phase, phase_top = name, y
        main = [ln for t in box.main for ln in text.lines(t, main_w - left - 20, size)]
        side = [ln for t in box.aside for ln in text.lines(t, side_w - 20, size)]
        high = 18 + len(main) * size * 1.35
        side_h = 18 + len(side) * size * 1.35 if side else 0.0
        body += _box(left, y, main_w - left, high, main, size, "n")
        bottom = y + high
        if side:
            top = bottom + 10 if narrow else y
            body += _box(side_x, top, side_w - (side_x if narrow else 0), side_h, side, size, "e")
            if narrow:
                body += f'<path class="g" d="M20 {bottom:g}V{top + 14:g}H38"/>'
                body += f'<path class="h" d="M33 {top + 10:g}l6 4l-6 4z"/>'
                bottom = top + side_h
            else:
                body += f'<path class="g" d="M{main_w:g} {y + 16:g}H{side_x - 2:g}"/>'
                body += f'<path class="h" d="M{side_x - 7:g} {y + 12:g}l6 4l-6 4z"/>'
                bottom = max(bottom, y + side_h)
        if i < len(made) - 1:
            x = 20 if narrow else left + 60
            start = y + high
            body += f'<path class="g" d="M{x:g} {start:g}V{bottom + 20:g}"/>'
            body += f'<path class="h" d="M{x - 4:g} {bottom + 15:g}l4 7l4-7z"/>'
        y = bottom + 22
    body += _phase(phase, phase_top, y - 22) if not narrow else ""
    words = "; ".join(t for _, b in made for t in (*b.main, *b.aside))
    css = "flow narrow" if narrow else "flow wide"
    return Markup(text.figure(css, wide, y - 16, size, "PRISMA 2020 flow diagram", words, body))


def _box(x: float, y: float, w: float, h: float, lines: list[str], size: float, css: str) -> str:
    return f'<rect class="{css}" x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="3"/>' + text.block(
        lines, x + 10, y + 9 + size, leading=size * 1.35
    )


def _phase(name: str, top: float, bottom: float) -> str:
    middle = (top + bottom) / 2
    size = 9.0 if bottom - top < 100 else 11.0
    return (
        f'<rect class="p" x="0" y="{top:g}" width="17" height="{bottom - top:g}" rx="3"/>'
        f'<text class="pt" font-size="{size:g}" text-anchor="middle"'
        f' transform="translate(12.5 {middle:g}) rotate(-90)">'
        f"{name}</text>"
    )
