"""The page log: every answer of a service as it came, kept so that a search stopped anywhere goes on from there.

`.remit/pages/<run>/` holds one compressed file per answer and `log.jsonl`, a line for each answer that is whole on the
disk. A line is written only after its file, so a crash leaves a page that is simply asked for again.
"""

import fcntl
import gzip
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Generic, TypeVar

from remit.errors import RemitError

FOLDER = ".remit/pages"
Line = Mapping[str, object]
Made = TypeVar("Made")


class PageLog(Generic[Made]):
    """The pages of one run. `made` turns a line into what callers call a sheet, `plain` a sheet into a line."""

    def __init__(
        self, root: str | Path, run: str, made: Callable[[Line], Made | None], plain: Callable[[Made], Line]
    ) -> None:
        self.folder = Path(root) / FOLDER / run
        self._made, self._plain = made, plain
        self.folder.mkdir(parents=True, exist_ok=True)
        self._log = self.folder / "log.jsonl"
        self._handle = self._log.open("a+b")
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._handle.close()
            raise RemitError(f"{self.folder}: this search is being run by another process; wait for it") from None
        self._held = self._read()

    def __enter__(self) -> "PageLog[Made]":
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self._handle.close()

    def _read(self) -> dict[str, Line]:
        self._handle.seek(0)
        content = self._handle.read()
        held: dict[str, Line] = {}
        for text in content.split(b"\n"):
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict) and isinstance(line.get("ask"), str) and isinstance(line.get("file"), str):
                held[line["ask"]] = line
        if content and not content.endswith(b"\n"):
            self._handle.write(b"\n")
        return held

    @property
    def first(self) -> Made | None:
        """The first page kept, or None."""
        return next((s for s in (self._made(line) for line in self._held.values()) if s is not None), None)

    def find(self, key: str) -> tuple[Made, bytes] | None:
        """Return a page whose file is there and has the digest it was kept with, or None."""
        line = self._held.get(key)
        sheet = self._made(line) if line is not None else None
        if line is None or sheet is None:
            return None
        try:
            body = gzip.decompress((self.folder / Path(str(line["file"])).name).read_bytes())
        except (OSError, EOFError, ValueError):
            return None
        return (sheet, body) if hashlib.sha256(body).hexdigest() == line.get("sha256") else None

    def keep(self, sheet: Made, body: bytes) -> None:
        """Write a page and then its line, each down to the disk."""
        line = dict(self._plain(sheet))
        name = f"{str(line['ask'])[:32]}.gz"
        beside = self.folder / f".{name}.new"
        with beside.open("wb") as out:
            out.write(gzip.compress(body, compresslevel=6, mtime=0))
            out.flush()
            os.fsync(out.fileno())
        beside.replace(self.folder / name)
        line["file"] = name
        self._handle.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self._handle.flush()
        os.fsync(self._handle.fileno())
        self._held[str(line["ask"])] = line

    def close(self, run: str) -> None:
        """Put the log away under the name of the finished run."""
        aim = self.folder.parent / run
        if not aim.exists():
            self.folder.rename(aim)
