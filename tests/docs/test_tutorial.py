"""The tutorial is run: its files are written, its commands typed, and what it promises is looked for."""

import re
import shlex
from pathlib import Path

import pytest

from remit.cli import main

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs" / "tutorial" / "first-review.md"
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text):
    return [(m[1], m[2], m[3]) for m in FENCE.finditer(text)]


def steps(block):
    """Each command of a shell block with the lines promised after it and its exit code."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append([shlex.split(line[2:]), [], 0])
        elif line.startswith("exit "):
            found[-1][2] = int(line.split()[1])
        elif line.strip():
            found[-1][1].append(line)
    return found


def test_the_tutorial_works_as_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    ran = 0
    for kind, name, body in blocks(TUTORIAL.read_text(encoding="utf-8")):
        if kind == "file":
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(body, encoding="utf-8", newline="\n")
            continue
        for command, promised, code in steps(body):
            assert command[0] == "remit"
            assert main(command[1:]) == code, (command, capsys.readouterr())
            out = "".join(capsys.readouterr())
            for line in promised:
                assert line in out, (command, out)
            ran += 1
    assert ran == 9
    assert (tmp_path / "car-t-review" / "site" / "index.html").is_file()


LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize(
    "page", sorted(p.relative_to(ROOT).as_posix() for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
)
def test_links_between_documents_lead_somewhere(page):
    for target in LINK.findall((ROOT / page).read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"
