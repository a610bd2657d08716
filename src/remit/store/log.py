"""One person's decisions, appended a line at a time so that a crash loses nothing and doubles nothing.

A decision is answered for only after its line, ended by a line feed, is on the disk. A last line without its line feed
was therefore never answered for: it is kept in `.remit/torn.txt` and taken off, unless all its cells are there.
What `remit check` would refuse, such as a control character in a reason, is never written: a space stands in its place.
"""

import csv
import fcntl
import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from remit.errors import RemitError
from remit.store.csv_text import natural
from remit.store.records import CONSENSUS, DECISIONS
from remit.store.text import one_line

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_NUMBERED = re.compile(r"(d|z+)([1-9][0-9]*)\Z")


class Elsewhere(RemitError):
    """The record was decided otherwise since the page was shown (another window): nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One decision as it stands in a log."""

    record: str
    verdict: str
    criterion: str
    reason: str = ""
    by: str = ""
    date: str


def path(root: str | Path, stage: str, name: str) -> Path:
    """Return the file of one person (or `consensus`) at one stage."""
    return Path(root) / "screening" / stage / f"{name}.csv"


def read(root: str | Path, stage: str, name: str) -> tuple[Line, ...]:
    """Return every whole line of a log, oldest first; none where there is no file yet."""
    file = path(root, stage, name)
    if not file.exists():
        return ()
    text = file.read_bytes()
    whole = text if text.endswith(b"\n") else text[: text.rfind(b"\n") + 1]
    return _lines(whole, _columns(name))


def append(root: str | Path, stage: str, name: str, lines: Sequence[Line], seen: int) -> int:
    """Append `lines` together and return how many lines the log now has.

    `seen` is how many lines it had when the page was shown: lines that are there already, from the same page sent
    twice, are not written again.

    Raises
    ------
    Elsewhere
        One of the records was decided otherwise after `seen`.
    """
    file = path(root, stage, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    columns = _columns(name)
    with file.open("a+b") as handle, _locked(handle):
        held = _mended(handle, Path(root), columns)
        since = {line.record: line for line in held[min(seen, len(held)) :]}
        fresh = []
        for line in lines:
            there = since.get(line.record)
            if there is None:
                fresh.append(line)
            elif (there.verdict, there.criterion) != (line.verdict, line.criterion):
                raise Elsewhere(f"{line.record} was decided in another window ({there.verdict}); look at it again")
        if fresh:
            handle.write(_text(fresh, _keys(handle, len(fresh)), columns))
            handle.flush()
            os.fsync(handle.fileno())
        return len(held) + len(fresh)


def _columns(name: str) -> tuple[str, ...]:
    return CONSENSUS if name == "consensus" else DECISIONS


@contextmanager
def _locked(handle: BinaryIO) -> Iterator[None]:
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


def _mended(handle: BinaryIO, root: Path, columns: Sequence[str]) -> tuple[Line, ...]:
    """Take off or end a torn last line, write the header of a new file, and return the lines."""
    handle.seek(0)
    content = handle.read()
    cut = content.rfind(b"\n") + 1
    tail = content[cut:]
    if tail and _is_whole(tail, columns):
        handle.write(b"\n")
    elif tail:
        kept = root / ".remit" / "torn.txt"
        kept.parent.mkdir(exist_ok=True)
        with kept.open("ab") as torn:
            torn.write(tail + b"\n")
        handle.truncate(cut)
    if not content[:cut] and not (tail and _is_whole(tail, columns)):
        handle.write(",".join(columns).encode() + b"\n")
    handle.flush()
    handle.seek(0)
    return _lines(handle.read(), columns)


def _is_whole(tail: bytes, columns: Sequence[str]) -> bool:
    """Whether a line without its line feed has every cell, the last of them a whole day, or is the header."""
    try:
        cells = next(csv.reader([tail.decode("utf-8")], strict=True), [])
    except (csv.Error, UnicodeDecodeError):
        return False
    return len(cells) == len(columns) and (cells == list(columns) or _DAY.match(cells[-1]) is not None)


def _lines(content: bytes, columns: Sequence[str]) -> tuple[Line, ...]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    names = tuple(c for c in columns if c != "key")
    return tuple(Line(**{n: row.get(n) or "" for n in names}) for row in rows)


def _keys(handle: BinaryIO, count: int) -> list[str]:
    """Return keys that sort after every key the log has."""
    handle.seek(0)
    rows = csv.DictReader(io.StringIO(handle.read().decode("utf-8"), newline=""))
    last = max((row.get("key") or "" for row in rows), key=natural, default="")
    found = _NUMBERED.match(last)
    if found:
        stem, number = found[1], int(found[2])
    else:
        stem, number = "d", 0
        while last and natural(f"{stem}1") <= natural(last):
            stem = "z" if stem == "d" else stem + "z"
    return [f"{stem}{number + i}" for i in range(1, count + 1)]


def _text(lines: Sequence[Line], keys: Sequence[str], columns: Sequence[str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for key, line in zip(keys, lines, strict=True):
        cells = {"key": key, **{c: getattr(line, c) for c in columns if c != "key"}}
        writer.writerow(one_line(str(cells[c])) for c in columns)
    return out.getvalue().encode()
