"""A copy of the shipped review to break, and the ways to break it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from remit.cli import main

FLAGSHIP = Path(__file__).resolve().parents[2] / "reviews" / "pediatric-b-all"


@dataclass
class Copy:
    """A copy of the shipped review with ways to edit it and to check it."""

    root: Path
    capsys: pytest.CaptureFixture

    def line_of(self, file, text):
        """Return the 1-based line of the first occurrence of `text`."""
        content = (self.root / file).read_text(encoding="utf-8")
        assert text in content, f"{text!r} is not in {file}"
        return content[: content.index(text)].count("\n") + 1

    def swap(self, file, old, new):
        """Replace the first `old` in `file` and return its line."""
        line = self.line_of(file, old)
        path = self.root / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8", newline="\n")
        return line

    def cell(self, file, key, column, value):
        """Set one cell of a table and return its line."""
        import csv
        import io

        path = self.root / file
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        at = rows[0].index(column)
        number = next(i for i, row in enumerate(rows) if row[0] == key)
        rows[number][at] = value
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        path.write_text(out.getvalue(), encoding="utf-8", newline="\n")
        return number + 1

    def run(self, command, *words):
        """Run a command on the copy and return its exit code and what it printed (errors last; JSON alone)."""
        code = main([command, str(self.root), *words])
        seen = self.capsys.readouterr()
        return code, seen.out if "--json" in words else seen.out + seen.err

    def refused(self, place, *words):
        """Check the copy and assert that an error at `place` says all of `words`."""
        code, said = self.run("check", "--quiet")
        assert code == 1
        lines = [line for line in said.splitlines() if line.startswith(f"{place}: ")]
        assert lines, f"nothing said of {place} in:\n{said[:3000]}"
        assert any(all(w in line for w in words) for line in lines), f"{words} not in {lines}"


@pytest.fixture
def flagship(tmp_path, capsys):
    root = tmp_path / "review"
    shutil.copytree(FLAGSHIP, root, ignore=shutil.ignore_patterns("site"))
    return Copy(root, capsys)
