"""Figures with a known truth, and a short way to trace them."""

import sys
from pathlib import Path

import pytest

from remit.model.trace import TraceRecord, WantedCurve
from remit.model.trace import known as point
from remit.tasks import trace as task

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "made"))


@pytest.fixture
def follow(tmp_path):
    """Write bytes as a figure and trace curves of it."""

    def run(data, name, frame, *curves, **more):
        (tmp_path / name).write_bytes(data)
        x, y = frame.words if frame is not None else ((), ())
        record = TraceRecord(
            figure=name,
            axis_x=tuple(point(p) for p in more.pop("axis_x", x)),
            axis_y=tuple(point(p) for p in more.pop("axis_y", y)),
            curves=tuple(
                c if isinstance(c, WantedCurve) else WantedCurve(curve=f"c{i}", colour=c) for i, c in enumerate(curves)
            ),
            **more,
        )
        return task.trace(record, tmp_path)

    return run
