"""Tick labels: read where they are text, told why where they are not, and held against axes that are given."""

import pytest

from remit.errors import InputError, UsageError

STYLE = 'fill="none" stroke-width="1"'


def figure(times, values, places=(), outlined=False, extra=""):
    """An SVG of one curve with ticks and centred labels as matplotlib draws them: the 0 of time below those of y."""
    places = places or [54 + 55.8 * i for i in range(len(times))]
    rows = [256.32 - 217.41 * i / (len(values) - 1) for i in range(len(values))]
    ticks = [f'<path d="M{x} 256.32V259.8" stroke="black" {STYLE}/>' for x in places]
    ticks += [f'<path d="M50.5 {y}H54" stroke="black" {STYLE}/>' for y in rows]
    words = [f'<text x="{x}" y="270.9">{t}</text>' for x, t in zip(places, times, strict=True)]
    words += [f'<text x="47" y="{y + 3.8}">{v}</text>' for y, v in zip(rows, values, strict=True)]
    curve = f'<path d="M54 38.91H165.6V82.4H277.2V125.9H388.8" stroke="#c00000" {STYLE}/>'
    shown = "" if outlined else "".join(words)
    body = f"{''.join(ticks)}{shown}{extra}{curve}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="432" height="288">{body}</svg>'.encode()


TIMES, VALUES = (0, 10, 20, 30, 40, 50, 60), ("0.0", "0.2", "0.4", "0.6", "0.8", "1.0")
GIVEN = {"axis_x": ("54:0", "388.8:60"), "axis_y": ("256.32:0", "38.91:1")}


def test_a_zero_of_the_time_axis_below_the_labels_of_survival_does_not_hide_these(follow):
    held = follow(figure(TIMES, VALUES), "a.svg", None, "#c00000")
    assert "axes read off the tick labels" in held.notes[0]
    assert held.curves[0].at(25.0) == pytest.approx(0.8, abs=0.001)


def test_labels_drawn_as_outlines_are_named_as_why_the_axes_are_not_known(follow):
    with pytest.raises(UsageError, match=r"outlines of letters.*svg\.fonttype"):
        follow(figure(TIMES, VALUES, outlined=True), "a.svg", None, "#c00000")


def test_axes_that_agree_with_the_labels_pass_without_a_note(follow):
    assert follow(figure(TIMES, VALUES), "a.svg", None, "#c00000", **GIVEN).notes == ()


def test_axes_in_percent_agree_with_labels_in_percent_and_as_shares(follow):
    percent = ("0", "20", "40", "60", "80", "100")
    assert follow(figure(TIMES, percent), "a.svg", None, "#c00000", **GIVEN).notes == ()


def test_axes_that_contradict_the_labels_are_said(follow):
    given = {**GIVEN, "axis_x": ("54:0", "388.8:50")}
    notes = follow(figure(TIMES, VALUES), "a.svg", None, "#c00000", **given).notes
    assert "labelled 60 lies at 50 by the known points" in notes[0]


def test_labels_at_unequal_distances_are_refused_though_two_points_are_given(follow):
    drawn = figure((1, 10, 100), VALUES, (54, 221.4, 388.8))
    with pytest.raises(InputError, match=r"time axis \(1, 10, 100\) stand at unequal distances"):
        follow(drawn, "a.svg", None, "#c00000", **{**GIVEN, "axis_x": ("54:1", "388.8:100")})


def test_powers_of_ten_are_refused_though_two_points_are_given(follow):
    raised = "".join(f'<text x="{x + 12}" y="266.8">{n}</text>' for x, n in ((54, 0), (388.8, 1)))
    drawn = figure((10, 10), VALUES, (54, 388.8), extra=raised)
    with pytest.raises(InputError, match="powers of ten"):
        follow(drawn, "a.svg", None, "#c00000", **{**GIVEN, "axis_x": ("54:1", "388.8:10")})


def test_a_colour_that_is_not_drawn_in_a_picture_is_answered_with_those_that_are(follow):
    from drawn import COLOURS, Frame, coded, hexed, picture, simulated
    from numpy.random import default_rng

    data = coded(picture([simulated(default_rng(7), 80, 1.3)], Frame()))
    with pytest.raises(InputError, match=rf"colours drawn: .*{hexed(COLOURS[0])}"):
        follow(data, "a.png", Frame(), "limegreen")
