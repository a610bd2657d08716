"""Where a curve begins and ends in a picture: what is no survival curve is refused, what is one is not."""

import numpy as np
import pytest
from drawn import COLOURS, Frame, Known, coded, errors, hexed, picture, simulated

from remit.errors import InputError
from remit.model.trace import WantedCurve

FRAME = Frame()


def curve(times, survival, end=60.0):
    return Known(np.array([0.0, *times]), np.array([1.0, *survival]), end, np.array([]))


def test_a_curve_that_falls_and_then_rises_is_refused(follow):
    risen = curve((5, 15, 20, 30, 40), (0.8, 0.6, 0.4, 0.55, 0.5))
    with pytest.raises(InputError, match=r"goes on upwards from time 30.*from survival 0\.40 to 0\.55"):
        follow(coded(picture([risen], FRAME)), "a.png", FRAME, hexed(COLOURS[0]))


def test_a_rise_is_warned_of_where_a_place_was_given(follow):
    risen = curve((5, 15, 20, 30, 40), (0.8, 0.6, 0.4, 0.55, 0.5))
    wanted = WantedCurve(curve="a", through=((FRAME.x(10), FRAME.y(0.8)),))
    held = follow(coded(picture([risen], FRAME)), "a.png", FRAME, wanted).curves[0]
    assert any("goes on upwards" in w for w in held.warnings)


def test_a_picture_on_its_head_is_refused(follow):
    from PIL import Image

    known = simulated(np.random.default_rng(3), 80, 1.3)
    image = picture([known], FRAME, box=True)
    turned = Image.new("RGB", image.size, "white")
    turned.paste(image.rotate(180), (round(FRAME.left - (FRAME.width - FRAME.right)), 0))
    with pytest.raises(InputError, match=r"survival|rises"):
        follow(coded(turned), "a.png", FRAME, hexed(COLOURS[0]))


def test_events_at_time_0_that_the_axis_hides_need_a_place_on_the_curve(follow):
    known = curve((0.0, 12, 30), (0.6, 0.5, 0.45))
    image = picture([known], FRAME, marks=False)
    for x in range(round(FRAME.left) - 3, round(FRAME.left) + 3):
        for y in range(round(FRAME.top), round(FRAME.bottom)):
            image.putpixel((x, y), (0, 0, 0))
    data = coded(image)
    with pytest.raises(InputError, match=r"begins at survival 0\.60.*give a place on the curve"):
        follow(data, "a.png", FRAME, hexed(COLOURS[0]))
    held = follow(data, "a.png", FRAME, WantedCurve(curve="a", through=((FRAME.x(20), FRAME.y(0.5)),))).curves[0]
    assert held.at(1.0) == pytest.approx(0.6, abs=0.01)
    assert any("survival begins at 0.6" in w for w in held.warnings)


def test_events_at_time_0_drawn_in_the_curves_ink_are_read(follow):
    known = curve((0.5, 12, 30), (0.6, 0.5, 0.45))
    held = follow(coded(picture([known], FRAME)), "a.png", FRAME, hexed(COLOURS[0])).curves[0]
    assert errors(held, known).max() < 0.02


def test_a_fall_too_near_time_0_to_be_told_from_it_is_said(follow):
    small = Frame(220, 150)
    known = curve((0.2, 12, 30), (0.97, 0.7, 0.5))
    held = follow(coded(picture([known], small, width=1.0)), "a.png", small, hexed(COLOURS[0])).curves[0]
    assert held.at(0.0) == pytest.approx(0.97, abs=0.01)
    assert any("within two pixels" in w for w in held.warnings)
