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
    with pytest.raises(InputError, match=r"could be this curve in .* give a place on the curve within each"):
        follow(drawn(CROSSING), "f.png", FRAME, on(known, 15.0))
    found = follow(drawn(CROSSING), "f.png", FRAME, on(known, 7.0, 10.0, 16.0, 25.0, 35.0, 55.0)).curves[0]
    assert errors(found, known).max() < 0.02
    assert "lines of the same ink run beside the curve" in " ".join(found.changes)
    assert found.warnings == (), "no other course fits"


def test_a_curve_that_ends_early_is_not_carried_on_along_a_lower_one(follow):
    short = Known(np.array([0.0, 5.0]), np.array([1.0, 0.9]), 20.0, np.zeros(0))
    low = curve((3, 12, 25, 40), (0.7, 0.5, 0.3, 0.1))
    found = follow(drawn((short, low)), "f.png", FRAME, on(short, 10.0, 19.8)).curves[0]
    assert found.end == pytest.approx(20.0, abs=0.5) and found.survival[-1] == pytest.approx(0.9, abs=0.01)


def test_lines_that_part_again_need_a_place_in_each_part(follow):
    known = curve((5, 12, 40), (0.8, 0.6, 0.55))
    with pytest.raises(InputError, match=r"same ink.* at times .*give a place on the curve within each of these"):
        follow(drawn(CROSSING), "f.png", FRAME, on(known, 35.0, 55.0))


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


def test_a_legend_across_the_curve_hides_it_and_is_not_followed(follow):
    import io

    from PIL import Image, ImageDraw

    known = simulated(np.random.default_rng(3), 150, plateau=0.3)
    image = Image.open(io.BytesIO(coded(picture([known], FRAME)))).convert("RGB")
    pen = ImageDraw.Draw(image)
    x, y = FRAME.x(20.0), FRAME.y(known.at(20.0))
    pen.rectangle((x, y - 25, x + 90, y + 35), fill="white", outline="black")
    pen.line((x + 8, y - 8, x + 38, y - 8), fill=(192, 0, 0), width=2)
    pen.text((x + 44, y - 14), "arm A", fill="black")
    try:
        found = follow(coded(image), "f.png", FRAME, "#c00000").curves[0]
    except InputError as refused:
        assert "curve" in str(refused)
    else:
        assert errors(found, known).max() < 0.05 or found.warnings


def test_a_figure_lying_on_its_side_is_refused(follow):
    with pytest.raises(InputError, match=r"turned by|square|upright"):
        axes = {"axis_x": ["60,400:0", "60,30:60"], "axis_y": ["60,400:0", "560,400:1"]}
        follow(drawn(CROSSING[:1]), "f.png", FRAME, "#000000", **axes)


def test_lines_that_cross_are_told_apart_by_a_place_on_each_side_and_the_refusal_says_where(follow):
    flat, falling = curve((4, 8), (0.7, 0.5)), curve((10, 20, 30, 40, 50), (0.8, 0.6, 0.4, 0.3, 0.2))
    data = drawn((flat, falling))
    with pytest.raises(InputError, match=r"lines meet.* at times .*\(survival 0\.\d\d or 0\.\d\d at "):
        follow(data, "f.png", FRAME, on(flat, 15.0))
    for known in (flat, falling):
        found = follow(data, "f.png", FRAME, on(known, 6.0, 15.0, 35.0, 55.0)).curves[0]
        assert errors(found, known).max() < 0.02


def test_a_line_is_not_left_through_bare_paper_for_a_longer_one(follow):
    flat, falling = curve((4, 8), (0.7, 0.62)), curve(tuple(range(2, 58, 2)), tuple(np.linspace(0.95, 0.1, 28)))
    found = follow(drawn((flat, falling)), "f.png", FRAME, on(flat, 2.8, 6.0, 15.0, 40.0)).curves[0]
    assert errors(found, flat).max() < 0.02
    assert found.end == pytest.approx(60.0, abs=0.5)


def test_dense_ticks_do_not_make_the_pen_wider(follow):
    times = np.linspace(1, 58, 20)
    known = Known(np.append(0.0, times), np.append(1.0, np.linspace(0.97, 0.4, 20)), 60.0, np.linspace(5, 60, 200))
    found = follow(drawn((known,), width=3.0), "f.png", FRAME, "#000000").curves[0]
    assert errors(found, known).max() < 0.02


def test_grey_beside_black_is_a_line_of_its_own(follow):
    dark, pale = CROSSING
    data = coded(picture((dark, pale), FRAME, colours=((0, 0, 0), (144, 144, 144)), width=3.0))
    found = follow(data, "f.png", FRAME, "#909090").curves[0]
    assert errors(found, pale).max() < 0.03


def test_a_shaded_band_of_the_curves_hue_is_taken_for_paper(follow):
    import io

    from PIL import Image, ImageDraw

    known = curve((5, 12, 40), (0.8, 0.6, 0.55))
    image = Image.new("RGB", (FRAME.width, FRAME.height), "white")
    pen = ImageDraw.Draw(image)
    stops = (5, 12, 40, 60)
    for a, b, s in zip((0, *stops), stops, known.survival, strict=False):
        pen.rectangle((FRAME.x(a), FRAME.y(min(1.0, s + 0.1)), FRAME.x(b), FRAME.y(s - 0.15)), fill=(240, 190, 190))
    line = Image.open(io.BytesIO(coded(picture([known], FRAME, marks=False)))).convert("RGB")
    shaded = Image.composite(image, line, line.convert("L").point(lambda v: 255 if v > 250 else 0))
    found = follow(coded(shaded), "f.png", FRAME, "#c00000").curves[0]
    assert errors(found, known).max() < 0.02
    assert "pale areas of the curve's hue" in " ".join(found.changes)


@pytest.mark.parametrize("turn", [0.5, -2.0, 8.0])
def test_a_leaning_picture_is_refused_where_known_points_do_not_show_it(follow, turn):
    import io

    from PIL import Image

    image = Image.open(io.BytesIO(drawn(CROSSING[:1]))).convert("RGB")
    leaning = coded(image.rotate(turn, resample=Image.Resampling.BICUBIC, fillcolor="white"))
    with pytest.raises(InputError, match=rf"leans: .* by {abs(turn):.1f} degrees"):
        follow(leaning, "f.png", FRAME, "#000000")


def test_a_curve_that_breaks_off_at_a_legend_is_refused_without_a_place_after_it(follow):
    import io

    from PIL import Image, ImageDraw

    known = curve((5, 12, 40), (0.8, 0.6, 0.55))
    image = Image.open(io.BytesIO(drawn((known,)))).convert("RGB")
    ImageDraw.Draw(image).rectangle((FRAME.x(14), FRAME.y(0.8), FRAME.x(30), FRAME.y(0.4)), fill="white")
    with pytest.raises(InputError, match="breaks off"):
        follow(coded(image), "f.png", FRAME, "#000000")
    found = follow(coded(image), "f.png", FRAME, on(known, 8.0, 50.0)).curves[0]
    assert errors(found, known).max() < 0.02
    assert "is hidden from time 13.9 to 30" in " ".join(found.warnings)


def test_a_pale_line_that_goes_on_past_the_end_is_said(follow):
    ends = curve((10, 25), (0.7, 0.5), 40.0)
    image = picture((ends,), FRAME, colours=((20, 60, 140),))
    clean = follow(coded(image), "f.png", FRAME, "#143c8c").curves[0]
    assert not any("paler" in w for w in clean.warnings)
    y, x0, x1 = round(FRAME.y(0.5)), round(FRAME.x(40.0)), round(FRAME.x(60.0))
    image.paste((140, 170, 220), (x0, y - 1, x1, y + 1))
    found = follow(coded(image), "f.png", FRAME, "#143c8c").curves[0]
    assert found.end > 45.0, "the pale line was followed"
    assert any("paler" in w for w in found.warnings)
