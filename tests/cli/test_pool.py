"""remit pool and remit multiverse at the terminal: what is printed, and the exit codes."""

import json
import re
from pathlib import Path

import pytest

from remit.cli import main

COUNTS = "study,events,total,target\nA,5,10,CD19\nB,12,12,CD22\nC,7,30,CD22\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(COUNTS, encoding="utf-8")
    return path


def test_a_table_is_answered_in_words(table, capsys):
    plot = table.with_name("f.svg")
    assert main(["pool", str(table), "--subgroup", "target", "--leave-one-out", "--plot", str(plot)]) == 0
    out = capsys.readouterr().out
    for word in ("pooled as PLO", "weight", "prediction", "tau2", "k = 3, n = 52, 24 events", "exact likelihood",
                 "rma.glmm", "target: CD22", "without", "warning: cells at 0 % or 100 %", "forest plot:"):  # fmt: skip
        assert word in out
    assert plot.exists()


def test_names_of_other_programs_are_understood_and_said(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text("slab,xi,ni\nA,5,10\nB,7,30\n", encoding="utf-8")
    assert main(["pool", str(path)]) == 0
    out = capsys.readouterr().out
    assert "columns xi (read as events), ni (read as total), pooled as PLO" in out
    assert "d$events <- d$xi; d$total <- d$ni; rma.glmm(" in out


def test_the_choices_reach_the_fit(table, capsys):
    words = ["--model", "dl", "--interval", "hartung-knapp", "--prediction", "k-1", "--level", "90", "--json"]
    assert main(["pool", str(table), *words]) == 0
    out = json.loads(capsys.readouterr().out)
    assert (out["pooled"]["method"], out["pooled"]["interval"], out["level"]) == ("DL", "hartung-knapp", 0.9)


def test_one_study_keeps_its_own_interval(table, capsys):
    table.write_text("study,events,total\nA,5,10\n", encoding="utf-8")
    assert main(["pool", str(table)]) == 0
    out = capsys.readouterr().out
    assert "nothing was pooled" in out
    assert "metafor" not in out


def test_a_bad_line_is_one_and_a_bad_choice_two(table, capsys):
    assert main(["pool", str(table), "--measure", "OR"]) == 2
    assert main(["pool", str(table), "--model", "XX"]) == 2
    assert main(["pool", str(table.with_name("absent.csv"))]) == 2
    assert main(["pool", "a\0b.csv"]) == 2
    capsys.readouterr()
    table.write_text("study,events,total\nA,5,3\n", encoding="utf-8")
    assert main(["pool", str(table)]) == 1
    assert f"{table}:2: events 5 of total 3; expected" in capsys.readouterr().err
    for words in ([], ["--level", "high"]):
        with pytest.raises(SystemExit) as stop:
            main(["pool", *words])
        assert stop.value.code == 2


def test_the_how_to_works_as_written(tmp_path, monkeypatch, capsys):
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "pool-a-table.md").read_text(encoding="utf-8")
    (tmp_path / "trials.csv").write_text(page.split("```\n")[1], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    commands = [line.split()[1:] for line in page.splitlines() if line.startswith("remit pool trials.csv")]
    assert len(commands) == 3
    for words in commands:
        assert main(words) == 0
    assert (tmp_path / "forest.svg").exists()
    for option in re.findall(r"^\| `(--[a-z-]+)`", page, re.MULTILINE):
        with pytest.raises(SystemExit):
            main(["pool", "--help"])
        assert option in capsys.readouterr().out


def test_an_empty_analysis_has_nothing_to_vary(tmp_path, capsys):
    folder = tmp_path / "a-review"
    assert main(["new", str(folder)]) == 0
    assert main(["multiverse", str(folder), "car-t-remision"]) == 2
    assert "car-t-remission" in capsys.readouterr().err
    assert main(["multiverse", str(folder), "car-t-remission"]) == 0
    assert "nothing to vary" in capsys.readouterr().out
    assert main(["multiverse", str(folder), "car-t-remission", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["count"] == 0
