"""Refuse files longer than 500 lines, so that no room grows a monster."""

import sys
from pathlib import Path

LIMIT = 500
KINDS = {".py", ".html", ".css", ".js", ".sh"}

root = Path(__file__).resolve().parent.parent
long = []
for folder in ("src", "tests", "bench", "scripts"):
    for path in sorted((root / folder).rglob("*")):
        if path.suffix in KINDS and path.is_file():
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > LIMIT:
                long.append(f"{path.relative_to(root)}: {lines} lines; at most {LIMIT}: split it by what its parts do")
sys.stderr.write("".join(f"{line}\n" for line in long))
sys.exit(1 if long else 0)
