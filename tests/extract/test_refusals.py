"""What cannot be a survival curve, and files made to harm, are refused in words; nothing is invented."""

import io
import json
import struct
import tarfile
import zlib

import numpy as np
import pytest
from drawn import COLOURS, Frame, Known, coded, hexed, pdf, picture, simulated, svg, written_pdf

from remit.errors import InputError, RemitError, UsageError
from remit.extract.tracing import pixels
from remit.model.curve import RiskTable
from remit.model.trace import WantedCurve

RED = hexed(COLOURS[0])
FRAME = Frame(400, 300)


def one(seed=7):
    return [simulated(np.random.default_rng(seed), 60)]


def test_a_curve_that_rises_is_refused(follow):
    rising = Known(np.linspace(0, 50, 30), np.linspace(0.0, 0.8, 30), 60.0, np.array([]))
    for data, name in ((coded(picture([rising], FRAME)), "f.png"), (svg([rising], FRAME), "f.svg")):
        with pytest.raises(InputError, match=r"rises|level lines"):
            follow(data, name, FRAME, RED)


def test_clicked_points_that_rise_are_refused(follow):
    with pytest.raises(InputError, match="the curve rises"):
        follow(b"time,survival\n0,0\n1,0.2\n2,0.5\n3,0.9\n", "p.csv", None)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"axis_x": ["40:0", "388:65"], "axis_y": ["18:0", "264:1"]}, "survival falls upwards"),
        ({"axis_x": ["40:0", "45:65"]}, "farther from each other"),
        ({"axis_x": ["40:0", "200:10", "388:65"]}, "logarithmic"),
        ({"axis_x": ["40,264:0", "380,200:65"], "axis_y": ["40,264:0", "90,18:1"]}, "turned by"),
        ({"axis_x": ["40,264:0", "388,264:65"], "axis_y": ["40,264:0", "90,18:1"]}, "not square"),
        ({"axis_x": ["900:0", "1400:65"]}, "outside the picture"),
        ({"axis_x": []}, "axes are not known"),
    ],
)
def test_axes_that_cannot_be_are_refused(follow, more, said):
    with pytest.raises(RemitError, match=said):
        follow(coded(picture(one(), FRAME)), "f.png", FRAME, RED, **more)


def test_a_colour_that_is_not_drawn_is_refused_with_those_that_are(follow):
    with pytest.raises(RemitError, match=r"ink|colour"):
        follow(coded(picture(one(), FRAME)), "f.png", FRAME, "#00a0ff")
    with pytest.raises(InputError, match=f"colours of lines there: .*{RED}"):
        follow(svg(one(), FRAME), "f.svg", FRAME, "#00a0ff")


def test_a_place_on_bare_paper_is_refused(follow):
    bare = WantedCurve(curve="a", through=((300.0, 30.0),))
    with pytest.raises(InputError, match="bare paper"):
        follow(coded(picture(one(), FRAME)), "f.png", FRAME, bare)
    with pytest.raises(InputError, match="no line at the seed"):
        follow(svg(one(), FRAME), "f.svg", FRAME, bare)


def bomb(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (bomb(60_000, 60_000), "pixels"),
        (bomb(8, 8), "too small"),
        (bomb(500, 400), "not a readable"),
        (coded(picture(one(), FRAME))[:900], "not a readable"),
        (coded(picture(one(), FRAME), 80)[:900], "not a readable"),
    ],
)
def test_pictures_that_are_bombs_or_broken_are_refused(follow, data, said):
    with pytest.raises(InputError, match=said):
        follow(data, "f.png", FRAME, RED)


def test_a_large_scan_is_averaged_down_and_said_so():
    from PIL import Image

    held = io.BytesIO()
    Image.new("L", (6_000, 5_200), 255).save(held, "PNG")
    found = pixels.opened(held.getvalue(), "scan.png")
    assert max(found.rgb.shape) <= 3_000
    assert "averaged down" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>', "entities"),
        ("<svg", "not well-formed"),
        ("<html/>", "expected <svg>"),
        ("<svg>" + "<g>" * 200 + "</g>" * 200 + "</svg>", "levels"),
        ('<svg><g id="a"><use href="#a"/></g></svg>', "<use> inside <use>"),
    ],
)
def test_hostile_svg_is_refused(follow, text, said):
    with pytest.raises(InputError, match=said):
        follow(text.encode(), "f.svg", FRAME, RED)


def test_scripts_and_links_in_svg_are_passed_over_and_said(follow):
    extra = '<script>alert(1)</script><image href="http://example.org/x.png"/>'
    found = follow(svg(one(), FRAME, extra=extra), "f.svg", FRAME, RED)
    assert "1 script(s)" in " ".join(found.curves[0].changes)
    assert "not followed" in " ".join(found.curves[0].changes)


def test_pdf_without_lines_with_loops_or_damaged_is_refused(follow):
    with pytest.raises(InputError, match="export the page as PNG"):
        follow(written_pdf(b"q Q", FRAME), "f.pdf", FRAME, RED)
    with pytest.raises(InputError, match="forms inside forms"):
        follow(written_pdf(b"/F1 Do", FRAME, form=True, inner="yes"), "f.pdf", FRAME, RED)
    with pytest.raises(InputError, match=r"cannot be read|no drawn lines"):
        follow(pdf(one(), FRAME)[:300], "f.pdf", FRAME, RED)
    with pytest.raises(InputError, match="no page 4"):
        follow(pdf(one(), FRAME), "f.pdf", FRAME, RED, page=4)


def test_an_empty_page_of_several_is_refused_with_the_others_named(follow):
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(600, 450)
    writer.append(PdfReader(io.BytesIO(pdf(one(), FRAME))))
    held = io.BytesIO()
    writer.write(held)
    with pytest.raises(InputError, match=r"no drawn lines.* another of the 2 pages: say --page N"):
        follow(held.getvalue(), "f.pdf", FRAME, RED)
    assert follow(held.getvalue(), "f.pdf", FRAME, RED, page=2).curves[0].exact


def test_a_pdf_with_a_password_is_refused(follow):
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(pdf(one(), FRAME))))
    writer.encrypt("word", algorithm="RC4-128")
    held = io.BytesIO()
    writer.write(held)
    with pytest.raises(InputError, match="password"):
        follow(held.getvalue(), "f.pdf", FRAME, RED)


def test_two_black_curves_ask_for_a_place(follow):
    rng = np.random.default_rng(3)
    curves = [simulated(rng, 60, plateau=0.6), simulated(rng, 60)]
    black = ((0, 0, 0), (0, 0, 0))
    with pytest.raises(InputError, match="2 curves start in this colour"):
        follow(svg(curves, FRAME, colours=black), "f.svg", FRAME, "#000")
    with pytest.raises(InputError, match="another line of the same ink could be this curve"):
        follow(coded(picture(curves, FRAME, colours=black, marks=False)), "f.png", FRAME, "#000")


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "p.csv", "expected time,survival"),
        (b"a,b\nc,d\n", "p.csv", "no two columns of numbers"),
        (b"\xff\xfe\x00", "p.csv", "UTF-8"),
        (b"[" * 100_000, "p.json", "not JSON"),
        (b'{"x": 1}', "p.json", "no datasetColl"),
        (b"not a tar", "p.tar", "not a readable project"),
        (b"time,survival\n0,1\n1,400\n2,300\n3,900\n", "p.csv", "outside 0 to 1"),
    ],
)
def test_coordinates_that_cannot_be_read_are_refused(follow, data, name, said):
    with pytest.raises(InputError, match=said):
        follow(data, name, None)


def test_an_unknown_kind_of_file_is_wrong_usage(follow):
    with pytest.raises(UsageError, match="export it as PNG"):
        follow(b"GIF89a", "f.gif", None)


def project(data):
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        entry = tarfile.TarInfo("p/wpd.json")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return held.getvalue()


def test_webplotdigitizer_projects_are_read_with_and_without_values(follow):
    points = [{"px": 100, "py": 400, "dx": "0", "dy": "0"}, {"px": 700, "py": 400, "dx": "60", "dy": "0"}]
    points += [{"px": 100, "py": 400, "dx": "0", "dy": "0"}, {"px": 100, "py": 50, "dx": "0", "dy": "100"}]
    axes = {"name": "XY", "type": "XYAxes", "isLogX": False, "isLogY": False, "calibrationPoints": points}
    clicks = [{"x": 100 + 10 * t, "y": 50 + 3.5 * t} for t in range(0, 50, 5)]
    sets = [{"name": "A arm", "axesName": "XY", "data": clicks}]
    whole = {"version": [4, 2], "axesColl": [axes], "datasetColl": sets}
    from_places = follow(project(json.dumps(whole).encode()), "p.tar", None).curves[0]
    for p in clicks:
        p["value"] = [(p["x"] - 100) / 10, 100 - (p["y"] - 50) / 3.5]
    from_values = follow(json.dumps(whole).encode(), "p.json", None).curves[0]
    assert from_places.curve == "A arm"
    assert from_places.at(20.01) == pytest.approx(0.8)
    assert from_places.survival == pytest.approx(from_values.survival)
    assert "percent" in from_values.changes[0]


def test_another_number_at_risk_at_the_start_than_patients_is_refused_and_the_curve_named_once(follow):
    with pytest.raises(InputError, match="curve a: 50 at risk at time 0 but 60 patients; expected the same number"):
        WantedCurve(curve="a", risk=RiskTable((0.0, 12.0), (50, 30)), total=60)
    late = WantedCurve(curve="a", risk=RiskTable((6.0, 12.0), (70, 30)), total=60)
    with pytest.raises(InputError, match=r"^curve a: 70 at risk at the start but 60 patients"):
        follow(b"time,survival\n0,1\n9,0.5\n", "p.csv", None, late)


def test_a_broken_pdf_is_refused_without_lines_of_its_reader_in_between(follow, caplog):
    with pytest.raises(InputError, match="cannot be read"):
        follow(b"%PDF-1.4\nnot a pdf at all", "a.pdf", None, "#c00000")
    assert not caplog.records


def test_places_beyond_all_numbers_in_svg_warn_of_no_arithmetic(follow, recwarn):
    line = '<path d="M0 0 L1e400 5 nan" stroke="red"/>'
    text = f'<svg xmlns="http://www.w3.org/2000/svg" width="1e400" height="nan">{line}</svg>'
    with pytest.raises(RemitError):
        follow(text.encode(), "a.svg", Frame(), "#ff0000")
    assert not recwarn.list


def test_curves_whose_names_give_one_file_name_get_two():
    from remit.store import trace_file

    assert trace_file.stems(["a b", "a-b", "A B", "x", "x.ticks"]) == ["a-b", "a-b-2", "A-B-3", "x", "x.ticks-2"]
