"""Corrections by hand are made, said, and refused where they cannot be."""

import pytest

from remit.cli import main
from remit.errors import InputError
from remit.extract.tracing.correct import corrected
from remit.model.curve import TracedCurve
from remit.model.trace import TraceRecord, WantedCurve, corrections
from remit.store import trace_file

CURVE = TracedCurve(curve="a", unit="months", time=(0.0, 5.0, 10.0), survival=(1.0, 0.8, 0.6), end=40.0)


def test_steps_are_put_in_moved_and_taken_out():
    found = corrected(CURVE, corrections("5.1:0.7 10:- 20:0.4"))
    assert found.time == (0.0, 5.1, 20.0)
    assert found.survival == (1.0, 0.7, 0.4)
    assert found.changes[0] == "by hand, 5.1:0.7: 1 step(s) taken out, 1 put in"


def test_a_step_that_is_moved_leaves_its_neighbours_alone():
    assert corrected(CURVE, corrections("5:- 9.9:0.7")).time == (0.0, 9.9, 10.0)
    assert corrected(CURVE, corrections("5:0.7")).survival == (1.0, 0.7, 0.6)


def test_corrections_on_the_command_line(tmp_path, capsys):
    (tmp_path / "points.csv").write_text("time,survival\n0,1\n5,0.8\n10,0.6\n40,0.6\n")
    words = ["trace", str(tmp_path / "points.csv"), "--curve", "a", "--out", str(tmp_path / "out")]
    assert main([*words, "--correct", "a=5:0.7", "--correct", "10:-"]) == 0
    assert "by hand, 5:0.7: 1 step(s) taken out, 1 put in" in capsys.readouterr().out
    assert main(["trace", str(tmp_path / "out" / "trace.yaml"), "--correct", "a=20:0.5"]) == 0
    out = capsys.readouterr().out
    assert "by hand, 10:-" in out and "by hand, 20:0.5" in out
    assert main(["trace", str(tmp_path / "out" / "trace.yaml"), "--correct", "b=5:0.7"]) == 2
    assert "which curve? write NAME=T:S; curves: a" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"), [("20:0.9", "rise"), ("20:-", "no step near"), ("50:0.1", "curve's end"), ("5:2", "0 to 1")]
)
def test_corrections_that_cannot_be_are_refused(text, said):
    with pytest.raises(InputError, match=said):
        corrected(CURVE, corrections(text))


def test_corrections_are_kept_in_the_record(tmp_path):
    record = TraceRecord(figure="f.png", curves=(WantedCurve(curve="a", corrections=corrections("5:0.7 10:-")),))
    (tmp_path / "trace.yaml").write_text(trace_file.text(record))
    assert trace_file.read(tmp_path / "trace.yaml").curves == record.curves
