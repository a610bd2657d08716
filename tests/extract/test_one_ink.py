"""Several lines of one ink: the right curve, or clear words; never a wrong curve in silence."""

import numpy as np
import pytest
from drawn import Frame, Known, coded, errors, picture, simulated

from remit.errors import InputError
from remit.model.trace import WantedCurve

BLACK = ((0, 0, 0),) * 3
FRAME = Frame(600, 450)


def curve(times, survival, end=60.0):
    return Known(np.array([0.0, *times]), np.array([1.0, *survival]), end, np.array([]))


def on(known, *times):
    return WantedCurve(curve="a", through=tuple((FRAME.x(t), FRAME.y(known.at(t))) for t in times))


CROSSING = (curve((5, 12, 40), (0.8, 0.6, 0.55)), curve((8, 20, 30, 45), (0.9, 0.7, 0.45, 0.3)))


def drawn(curves, **how):
    return coded(picture(curves, FRAME, colours=BLACK, **how))


@pytest.mark.parametrize("which", [0, 1])
def test_crossing_lines_of_one_ink_need_places_and_follow_them(follow, which):
    known = CROSSING[which]
    with pytest.raises(InputError, match=r"could be this curve in .* give more places"):
        follow(drawn(CROSSING), "f.png", FRAME, on(known, 15.0))
    found = follow(drawn(CROSSING), "f.png", FRAME, on(known, 10.0, 16.0, 35.0, 55.0)).curves[0]
    assert errors(found, known).max() < 0.02
    assert "another line of the same ink runs beside" in " ".join(found.warnings)


def test_a_colour_alone_does_not_tell_two_lines_apart(follow):
    with pytest.raises(InputError, match="another line of the same ink could be this curve"):
        follow(drawn(CROSSING), "f.png", FRAME, "#000000")


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("seed", [1, 2])
def test_solid_beside_dashed_with_dense_ticks_is_right_or_warned_of(follow, which, seed):
    rng = np.random.default_rng(seed)
    curves = simulated(rng, 200, plateau=0.3), simulated(rng, 200)
    try:
        known = curves[which]
        data = drawn(curves, dashes=(None, (8, 4)), marks=True)
        found = follow(data, "f.png", FRAME, on(known, 6.0, 15.0, 30.0)).curves[0]
    except InputError as refused:
        assert "place" in str(refused)
    else:
        assert errors(found, known).max() < 0.03 or found.warnings


def test_a_line_alone_is_not_doubted(follow):
    known = simulated(np.random.default_rng(3), 100, plateau=0.3)
    found = follow(drawn([known]), "f.png", FRAME, "#000000").curves[0]
    assert errors(found, known).max() < 0.03
    assert found.warnings == ()


def test_a_place_off_every_line_is_refused(follow):
    with pytest.raises(InputError, match="bare paper"):
        follow(drawn(CROSSING), "f.png", FRAME, WantedCurve(curve="a", through=((FRAME.x(50), FRAME.y(0.9)),)))
