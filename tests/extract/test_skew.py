"""Pictures whose axes are not square to each other are refused; upright ones are not."""

import numpy as np
import pytest
from drawn import COLOURS, Frame, coded, hexed, picture, simulated
from PIL import Image

from remit.errors import InputError
from remit.extract.tracing import lean


def figure(**more):
    return picture([simulated(np.random.default_rng(7), 80, 1.3)], Frame(), box=True, **more)


@pytest.mark.parametrize("share", [-0.08, 0.03, 0.15])
def test_a_skewed_picture_is_refused(follow, share):
    image = figure()
    skewed = image.transform(
        image.size, Image.Transform.AFFINE, (1, share, -share * 200, 0, 1, 0), fillcolor="white", resample=3
    )
    with pytest.raises(InputError, match=r"skewed: .* square"):
        follow(coded(skewed), "a.png", Frame(), hexed(COLOURS[0]))


def test_a_picture_taken_from_below_is_refused(follow):
    image = figure()
    w, h = image.size
    corners = (-0.03 * w, 0, 0, h, w, h, 1.03 * w, 0)
    tipped = image.transform((w, h), Image.Transform.QUAD, corners, fillcolor="white", resample=3)
    with pytest.raises(InputError, match="skewed"):
        follow(coded(tipped), "a.png", Frame(), hexed(COLOURS[0]))


@pytest.mark.parametrize("seed", range(4))
def test_a_steep_curve_without_a_frame_is_no_leaning_axis(seed):
    pen = np.random.default_rng(seed)
    rgb = np.full((400, 600, 3), 255, np.uint8)
    columns = 60 + np.sort(pen.integers(0, 30, 20))
    for i, x in enumerate(columns):
        rgb[40 + 16 * i : 58 + 16 * i, x : x + 2] = 0
    assert all(abs(angle) < 0.25 for _, angle in lean.sides(rgb, 30, 390))
