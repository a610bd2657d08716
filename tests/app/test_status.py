"""remit screen DIR --status: progress, agreement and verdict from the logs alone."""

import json

from remit.cli import main
from remit.store import log
from remit.store.log import Line


def _say(review, person, *decisions):
    lines = [
        Line(record=r, verdict=v, criterion="inc" if v != "exclude" else "exc-adults", date="2026-11-23")
        for r, v in decisions
    ]
    log.append(review, "title-abstract", person, lines, 0)


def test_status_before_anyone_and_after_two(review, capsys):
    assert main(["screen", str(review), "--status"]) == 0
    assert "Screening goes on." in capsys.readouterr().out
    _say(review, "ada", *[(f"a{i}", "include" if i < 3 else "exclude") for i in range(1, 6)])
    _say(review, "ben", ("a1", "include"), ("a2", "exclude"))
    assert main(["screen", str(review), "--status"]) == 0
    said = capsys.readouterr().out
    assert "Ada: 5 decided, 2 in, 3 out, 0 unsure" in said
    assert "Every record was decided" in said
    assert "ada and ben: 2 records both decided, 50.0% alike" in said
    assert "1 conflict(s) to settle, 0 settled\n  a2\n" in said
    assert "Agreed: 1 in, 0 out, 0 unsure" in said
    assert "3 read by too few, 0 not read" in said


def test_status_as_json(review, capsys):
    _say(review, "ada", ("a1", "include"), ("a1", "exclude"), ("a2", "unsure"))
    assert main(["screen", str(review), "--status", "--json"]) == 0
    held = json.loads(capsys.readouterr().out)
    assert (held["people"][0]["decided"], held["people"][0]["unsure"]) == (2, 1)
    assert held["people"][0]["verdict"]["rule"] == "none"
    assert "no rule to stop by" in held["people"][0]["verdict"]["sentence"]
    assert held["agreement"] == [] and held["stopped"] is False
    assert (held["waiting"], held["unread"], held["open_conflicts"], held["final"]) == (2, 3, [], False)


def test_the_status_of_full_text_before_anything_went_on(review, capsys):
    assert main(["screen", str(review), "--status", "--stage", "full-text"]) == 0
    assert "0 records at full-text" in capsys.readouterr().out


def test_json_without_status_is_refused(review, capsys):
    assert main(["screen", str(review), "--json"]) == 2
    assert "--json goes with --status" in capsys.readouterr().err


def test_the_flow_and_the_searches_are_written(review, tmp_path, capsys):
    assert main(["screen", str(review), "--prisma", str(tmp_path / "out")]) == 0
    assert "records_screened" in (tmp_path / "out" / "PRISMA_flow.csv").read_text()
    assert "Hand,database" in (tmp_path / "out" / "PRISMA_S.csv").read_text()
    assert (tmp_path / "out" / "PRISMA_notes.txt").read_text().startswith("This flow is not final: 5 records")
    assert "This flow is not final" in capsys.readouterr().err
