"""remit multiverse on the shipped review: the curve is printed with the claims that look at it."""

import json
from pathlib import Path

import pytest

from remit.cli import main

REVIEW = Path(__file__).parents[2] / "reviews" / "pediatric-b-all"
FINDING = "fr-blinatumomab-dfs"


@pytest.mark.flagship
def test_the_shipped_review_has_its_curve(capsys):
    assert main(["multiverse", str(REVIEW), FINDING, "--all"]) == 0
    out = capsys.readouterr().out
    for word in ("as planned", "specifications: estimates", "Hartung–Knapp", "claim blinatumomab-first-relapse:",
                 "left out", "most influence", "\n* "):  # fmt: skip
        assert word in out


@pytest.mark.flagship
def test_json_holds_every_specification(capsys):
    assert main(["multiverse", str(REVIEW), FINDING, "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert out["count"] == len(out["specifications"]) > 1
    assert [s["planned"] for s in out["specifications"]].count(True) == 1
    assert all(0 <= c["held"] <= c["total"] for c in out["claims"])
    assert {c["claim"] for c in out["claims"]} >= {"blinatumomab-first-relapse"}
    assert len(out["leave_one_out"]) == out["specifications"][0]["k"]
