"""Curves drawn from known data come back: from vector figures exactly, from pictures within a fraction of a pixel."""

import numpy as np
import pytest
from drawn import COLOURS, Frame, coded, errors, hexed, pdf, picture, simulated, svg

RED, BLUE = hexed(COLOURS[0]), hexed(COLOURS[1])


def two(seed, n=150):
    rng = np.random.default_rng(seed)
    return simulated(rng, n, plateau=0.3), simulated(rng, n)


@pytest.mark.parametrize("pieces", [False, True])
def test_svg_curves_and_their_ticks_are_exact(follow, pieces):
    curves, frame = two(1), Frame()
    found = follow(svg(curves, frame, pieces), "f.svg", frame, RED, BLUE)
    for traced, known in zip(found.curves, curves, strict=True):
        assert errors(traced, known).max() < 1e-6
        assert traced.end == pytest.approx(known.end, abs=1e-6)
        assert traced.censored == pytest.approx(known.censored, abs=1e-6)


@pytest.mark.parametrize("form", [False, True])
def test_pdf_curves_are_exact(follow, form):
    curves, frame = two(2), Frame()
    found = follow(pdf(curves, frame, form=form), "f.pdf", frame, RED, BLUE)
    for traced, known in zip(found.curves, curves, strict=True):
        assert errors(traced, known).max() < 1e-6
        assert traced.censored == pytest.approx(known.censored, abs=1e-6)


def test_axes_are_read_off_the_tick_labels_of_a_vector_figure(follow):
    curves, frame = two(3), Frame()
    found = follow(svg(curves, frame, labels=True), "f.svg", None, RED)
    assert errors(found.curves[0], curves[0]).max() < 1e-6
    assert "axes read off the tick labels" in found.notes[0]


CASES = {
    "thin": ({"width": 1.0}, 0, 0.002),
    "thick": ({"width": 4.0}, 0, 0.002),
    "grid and box": ({"grid": True, "box": True}, 0, 0.002),
    "dashed": ({"dashes": ((7, 4), (3, 3))}, 0, 0.002),
    "JPEG 75": ({}, 75, 0.004),
}


@pytest.mark.parametrize("case", CASES)
def test_crossing_curves_of_a_picture_come_back(follow, case):
    how, quality, most = CASES[case]
    curves, frame = two(4), Frame()
    found = follow(coded(picture(curves, frame, **how), quality), "f.png", frame, RED, BLUE)
    held = np.concatenate([errors(t, k) for t, k in zip(found.curves, curves, strict=True)])
    assert np.median(held) < most
    assert held.max() < 0.05
    assert all(t.overlap > 0.9 for t in found.curves)


def test_a_small_turn_of_the_figure_is_undone(follow):
    curves, frame = two(5), Frame()
    image = picture(curves, frame)
    turned = image.rotate(-2.0, resample=3, fillcolor="white", center=(0, 0))
    a = np.deg2rad(2.0)

    def place(x, y):
        return f"{x * np.cos(a) - y * np.sin(a):.4f},{x * np.sin(a) + y * np.cos(a):.4f}"

    x = [f"{place(frame.x(t), frame.y(0))}:{t}" for t in (0, 60)]
    y = [f"{place(frame.x(0), frame.y(s))}:{s}" for s in (0, 1)]
    found = follow(coded(turned), "f.png", frame, RED, axis_x=x, axis_y=y)
    assert np.median(errors(found.curves[0], curves[0])) < 0.004
    assert "turned by -2.00 degrees" in " ".join(found.curves[0].changes)


def test_what_a_clip_path_hides_is_not_read(follow):
    curves, frame = two(6), Frame()
    right = frame.x(20.0)
    box = f'<clipPath id="c"><rect x="0" y="0" width="{right}" height="600"/></clipPath><g clip-path="url(#c)">'
    cut = svg(curves, frame, extra=box).replace(b"</svg>", b"</g></svg>")
    found = follow(cut, "f.svg", frame, RED).curves[0]
    assert found.end == pytest.approx(20.0, abs=1e-6)
    assert found.at(15.0) == pytest.approx(curves[0].at(15.0), abs=1e-6)
    assert max(found.censored) <= 20.0


def test_a_style_sheet_may_name_lines_within_a_class(follow):
    known, frame = simulated(np.random.default_rng(5)), Frame()
    plain = svg([known], frame, colours=((0, 0, 0),)).decode()
    sheet = "<style>.drawing line, .drawing polyline, .drawing path { fill: none; stroke: #202080; }</style>"
    held = plain.replace("<svg ", "<svg class='drawing' ", 1).replace('">', f'">{sheet}', 1)
    found = follow(held.replace("stroke:#000000", "stroke-width:1").encode(), "f.svg", frame, "#202080").curves[0]
    assert errors(found, known).max() < 1e-9
