"""Lines of one ink that lie on one another keep their order, and only where two courses fit it is warned of."""

import numpy as np
import pytest
from drawn import Frame, Known, coded, errors, picture

from remit.extract.tracing import order
from remit.model.trace import WantedCurve

BLACK = ((0, 0, 0),) * 3
FRAME = Frame(800, 600)


def curve(times, survival, end=60.0, censored=()):
    return Known(np.array([0.0, *times]), np.array([1.0, *survival]), end, np.array(censored, float))


def on(known, *times):
    return WantedCurve(curve="a", through=tuple((FRAME.x(t), FRAME.y(known.at(t))) for t in times))


def steep(rate, end=60.0):
    """A curve that falls in many small steps, faster at first."""
    times = np.arange(0.15, 58.0, 0.15)
    return curve(times, 0.25 + 0.75 * np.exp(-rate * times), end)


def early(traced, known, frame=FRAME):
    """The worst distance in survival before time 6, two pixels of time let pass."""
    when, slack = np.linspace(0.0, 6.0, 200), 2.0 * frame.last / (frame.right - frame.left)
    got = np.array([traced.at(t) for t in when])
    return np.maximum(got - known.at(np.maximum(when - slack, 0.0)), known.at(when + slack) - got).max()


def test_ink_is_told_to_belong_to_the_upper_or_the_lower_of_two_lines_only_where_it_is_thicker_than_a_pen():
    share = np.zeros((20, 30))
    share[5:9, :10] = 1.0
    share[5:13, 10:20] = 1.0
    share[9:13, 20:] = 1.0
    upper, lower = order.sides(share, 3.0)
    assert not upper[:, :6].any() and not lower[:, :6].any()
    assert upper[5:9, 16].all() and not upper[9:13, 16].any()
    assert lower[9:13, 13].all() and not lower[5:9, 13].any()


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("width", [2.0, 4.0])
def test_lines_that_leave_together_are_read_in_their_order(follow, which, width):
    curves = steep(0.10), steep(0.18)
    known = curves[which]
    data = coded(picture(curves, FRAME, width, colours=BLACK, marks=False))
    found = follow(data, "f.png", FRAME, on(known, 10.0, 40.0)).curves[0]
    assert early(found, known) < 0.02
    assert errors(found, known).max() < 0.02


def test_a_meeting_that_allows_two_courses_is_named_by_its_times_and_nothing_else_is_warned_of(follow):
    upper, lower = curve((10, 20), (0.8, 0.6)), curve((8, 10.4, 30), (0.9, 0.63, 0.4))
    data = coded(picture((upper, lower), FRAME, 4.0, colours=BLACK, marks=False))
    for known in (upper, lower):
        found = follow(data, "f.png", FRAME, on(known, 5.0, 9.0, 15.0, 25.0, 45.0)).curves[0]
        assert errors(found, known).max() < 0.02
        assert all("two courses are possible at times " in w for w in found.warnings)
        assert "lines of the same ink run beside" in " ".join(found.changes)


def test_a_pale_grid_line_at_survival_1_hides_no_curve(follow):
    known = curve((12, 30), (0.8, 0.5))
    image = picture((known,), FRAME, 3.0, colours=BLACK, grid=True)
    found = follow(coded(image), "f.png", FRAME, on(known, 20.0)).curves[0]
    assert found.at(11.0) == pytest.approx(1.0, abs=0.004)
    assert errors(found, known).max() < 0.02


def test_a_curve_is_not_left_over_bare_paper_between_ticks_that_stand_beside_each_other(follow):
    short = curve((5,), (0.60,), 50.0, (50.0,))
    long = curve((4,), (0.545,), 62.0, (49.3, 55.0, 61.0))
    data = coded(picture((short, long), FRAME, 4.0, colours=BLACK))
    found = follow(data, "f.png", FRAME, on(short, 10.0, 30.0, 48.0)).curves[0]
    assert found.end == pytest.approx(50.0, abs=0.6)
    assert found.survival[-1] == pytest.approx(0.60, abs=0.01)


def test_ink_beside_the_axis_is_the_curves(follow):
    known = curve((0.6, 1.2, 30), (0.9, 0.75, 0.5))
    image = picture((known,), FRAME, 2.0, colours=BLACK, marks=False)
    for quality in (0, 85):
        name = "f.jpeg" if quality else "f.png"
        found = follow(coded(image, quality), name, FRAME, on(known, 20.0)).curves[0]
        assert early(found, known) < 0.02


def test_a_picture_of_one_line_is_not_doubted(follow):
    known = steep(0.12)
    found = follow(coded(picture((known,), FRAME, 4.0, colours=BLACK)), "f.png", FRAME, on(known, 20.0)).curves[0]
    assert found.warnings == ()


def test_a_fall_behind_a_legend_is_a_straight_guess_and_its_stretch_is_named(follow):
    known = curve((10, 22, 25, 28, 31, 34), (0.85, 0.8, 0.75, 0.7, 0.65, 0.6))
    image = picture((known,), FRAME, 2.0)
    spot = round(FRAME.x(20.0)), round(FRAME.y(0.87)), round(FRAME.x(36.0)), round(FRAME.y(0.5))
    image.paste((0, 0, 0), spot)
    image.paste((255, 255, 255), (spot[0] + 1, spot[1] + 1, spot[2] - 1, spot[3] - 1))
    image.paste((0, 0, 0), (spot[0] + 8, round(FRAME.y(0.7)), spot[2] - 8, round(FRAME.y(0.64))))
    found = follow(coded(image), "f.png", FRAME, WantedCurve(curve="a", through=(place(known, 15), place(known, 50))))
    traced = found.curves[0]
    assert errors(traced, known).max() < 0.06
    assert any("is hidden from time " in w and "straight guess" in w for w in traced.warnings)


def test_marks_thinner_than_the_pen_lead_no_path(follow):
    times = np.arange(2.0, 50.0, 2.0)
    known = curve(times, np.linspace(0.97, 0.4, times.size))
    image = picture((known,), FRAME, 6.0)
    for t in times + 0.7:
        x, y = round(FRAME.x(t)), round(FRAME.y(known.at(t)))
        image.paste((192, 0, 0), (x - 14, y, x + 15, y + 1))
        image.paste((192, 0, 0), (x, y - 14, x + 1, y + 15))
    found = follow(coded(image), "f.png", FRAME, "#c00000").curves[0]
    assert errors(found, known).max() < 0.02


def place(known, time):
    return FRAME.x(time), FRAME.y(known.at(time))
