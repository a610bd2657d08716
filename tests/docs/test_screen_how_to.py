"""docs/how-to/screen.md, run as written: its files are written, its commands typed, what it promises looked for."""

import csv
import re
import shlex
from pathlib import Path

from remit.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "screen.md"
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_from_four_exports_to_a_flow(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for kind, name, body in FENCE.findall(PAGE.read_text(encoding="utf-8")):
        if name:
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            held = target.read_text(encoding="utf-8") if kind == "append" else ""
            target.write_text(held + body, encoding="utf-8", newline="\n")
            continue
        said = ""
        for line in body.splitlines():
            if line.startswith("$ "):
                assert main(shlex.split(line[2:])[1:]) == 0, capsys.readouterr()
                said = "".join(capsys.readouterr())
            else:
                assert line in said, said
    flow = (tmp_path / "out" / "PRISMA_flow.csv").read_text(encoding="utf-8")
    rows = {r["data"]: r["n"] for r in csv.DictReader(flow.splitlines())}
    assert (rows["database_results"], rows["duplicates"], rows["records_screened"]) == ("6", "2", "4")
    assert rows["records_excluded"] == "2"
