"""The commands: exit codes, JSON, and errors a person can act on."""

import json
import os
import subprocess
import sys

import pytest

from remit.cli import main


@pytest.fixture
def review(tmp_path, capsys):
    folder = tmp_path / "a-review"
    assert main(["new", str(folder), "--title", "A review"]) == 0
    capsys.readouterr()
    return folder


@pytest.mark.parametrize("command", [[], ["check"], ["build"], ["status"], ["show"], ["multiverse"], ["pool"], ["new"]])
def test_help_everywhere(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*command, "--help"])
    assert stop.value.code == 0
    assert "usage: remit" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["nonsense"], ["check"], [], ["build", "x", "--colour"]])
def test_wrong_usage_is_two(words):
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2


@pytest.mark.parametrize("command", ["check", "build", "status", "show"])
def test_a_folder_that_is_no_review_is_wrong_usage_and_says_what_to_do(command, tmp_path, capsys):
    assert main([command, str(tmp_path)]) == 2
    assert "remit new" in capsys.readouterr().err
    assert main([command, str(tmp_path / "absent")]) == 2


def test_a_new_review_checks_builds_and_says_its_state(review, capsys):
    assert main(["check", str(review)]) == 0
    assert main(["build", str(review)]) == 0
    assert main(["check", str(review)]) == 0
    capsys.readouterr()
    assert main(["status", str(review), "--json"]) == 0
    state = json.loads(capsys.readouterr().out)
    assert state["studies"] == 0
    assert state["errors"] == 0
    assert state["stale"] == 0


def test_new_never_writes_over_a_review(review, capsys):
    before = (review / "protocol.yaml").read_bytes()
    assert main(["new", str(review)]) == 2
    assert (review / "protocol.yaml").read_bytes() == before


def test_an_unknown_finding_is_wrong_usage_and_names_near_ones(review, capsys):
    assert main(["show", str(review), "car-t-remision"]) == 2
    assert "car-t-remission" in capsys.readouterr().err


def test_json_of_check_lists_problems(review, capsys):
    with (review / "review.yaml").open("a", encoding="utf-8") as text:
        text.write("colour: red\n")
    assert main(["check", str(review), "--json"]) == 1
    problems = json.loads(capsys.readouterr().out)
    bad = [p for p in problems if p["severity"] == "error"]
    assert [p["file"] for p in bad] == ["review.yaml"]
    assert "colour" in bad[0]["seen"]


def test_the_installed_command_runs():
    done = subprocess.run([sys.executable, "-m", "remit", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("remit ")


def test_a_closed_pipe_is_no_traceback(review):
    code = f"import sys; from remit.cli import main; sys.exit(main(['show', {str(review)!r}]))"
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -c "{code}" | head -c 1'], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr


def test_a_terminal_that_knows_only_ascii_gets_every_line(review):
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "remit", "show", str(review), "car-t-remission"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=plain)
    assert done.returncode == 0, done.stderr
    assert "\\u2295" in done.stdout or "went in" in done.stdout


def test_matrix_libraries_get_one_thread_before_they_are_loaded():
    code = (
        "import os, sys; from remit.cli import main; assert 'numpy' not in sys.modules\n"
        "try: main(['--help'])\n"
        "finally: print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['OMP_NUM_THREADS'], file=sys.stderr)"
    )
    env = {"OMP_NUM_THREADS": "3", **{k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
    assert done.stderr.split() == ["1", "3"]
