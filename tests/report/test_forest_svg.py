"""The standalone forest plot: one well-formed file that says in words what it draws."""

import re
from xml.etree import ElementTree

import pytest

from remit.report import forest_svg
from remit.synthesise import Choices
from remit.tasks.pool import pool

TABLES = {
    "proportion": ("study,events,total,g\nA & <B>,5,10,x\nC,12,12,x\nD,7,30,y\n", "", "g"),
    "ratio": ("study,estimate,lower,upper\nA,0.5,0.001,900\nB,0.7,0.4,1.2\nC,0.8,0.6,1.1\n", "HR", ""),
    "difference": ("study,estimate,lower,upper\nA,-2,-4,0\nB,-2.5,-3,-2\n", "MD", ""),
    "one": ("study,survival,se\nA,0.6,0.1\n", "", ""),
}


@pytest.fixture(params=TABLES)
def found(request, tmp_path):
    text, measure, subgroup = TABLES[request.param]
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return pool(path, measure, subgroup, Choices())


def test_it_stands_alone_and_says_what_it_draws(found):
    svg = forest_svg.draw(found)
    assert svg == forest_svg.draw(found)
    root = ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "t d"
    assert "Forest plot" in root.find(f"{space}title").text
    description = root.find(f"{space}desc").text
    assert all(s.study in description for s in found.studies)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|url\(|<script|<image", svg)
    assert len(root.findall(f"{space}rect")) == found.k + 1, "a square a study, on white"


def test_an_axis_holds_every_estimate(found):
    axis = forest_svg.axis_of(found)
    assert all(axis.low <= s.estimate <= axis.high for s in found.studies)
    assert axis.at(axis.low) == forest_svg.PLOT
    assert axis.at(axis.high) == forest_svg.RIGHT
    assert list(axis.ticks) == sorted(axis.ticks)


@pytest.mark.parametrize(("width", "step"), [(0.7, 1.0), (1.1, 2.0), (0.03, 0.05), (6, 10.0), (0.0, 1.0)])
def test_steps_are_round(width, step):
    assert forest_svg.nice(width) == pytest.approx(step)
