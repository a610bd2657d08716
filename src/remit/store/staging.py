"""Several files of a review written as one: after a crash either all of them are new or, at the next command, all are.

New texts are first laid beside the review in `.remit/staged/`, with a list of where each belongs; once the list is on
the disk the texts are put in their places. `recover` finishes what a crash left half done, or takes away what never
counted.
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from remit.errors import UsageError

FOLDER = ".remit/staged"
LIST = ".remit/staged.json"
_PLACE = re.compile(r"records/(?:records|duplicates|pairs)\.csv|searches/[a-z0-9][a-z0-9.\-]*\.yaml")


@contextmanager
def alone(root: str | Path) -> Iterator[None]:
    """Keep other writers of the review's records out, and finish what a crash left half done.

    Raises
    ------
    UsageError
        Another command is writing the records of this review now, or the folder cannot be written.
    """
    folder = Path(root) / ".remit"
    try:
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("a+b") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UsageError(
                    f"{root}: another command is writing its records now; wait for it to end and try again"
                ) from None
            recover(root)
            yield
    except PermissionError as error:
        raise UsageError(f"{error.filename}: may not be written; allow it, or copy the review elsewhere") from None


def commit(root: str | Path, files: Sequence[tuple[str, str]]) -> None:
    """Write `files` (place in the review, text), in this order, as one."""
    staged = Path(root) / FOLDER
    staged.mkdir(parents=True, exist_ok=True)
    for at, (_, text) in enumerate(files):
        _write(staged / str(at), text)
    beside = Path(root) / f"{LIST}.new"
    _write(beside, json.dumps([place for place, _ in files]))
    beside.replace(Path(root) / LIST)
    _sync(Path(root) / ".remit")
    recover(root)


def recover(root: str | Path) -> None:
    """Put staged texts in their places if their list is whole; take away those without a list."""
    base, staged = Path(root), Path(root) / FOLDER
    for at, place in enumerate(_places(base / LIST)):
        text, target = staged / str(at), base / place
        if text.is_file() and _PLACE.fullmatch(place) and not target.parent.is_symlink():
            target.parent.mkdir(exist_ok=True)
            text.replace(target)
            _sync(target.parent)
    (base / LIST).unlink(missing_ok=True)
    if staged.is_dir() and not staged.is_symlink():
        shutil.rmtree(staged)


def _places(file: Path) -> list[str]:
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [str(place) for place in held] if isinstance(held, list) else []


def _write(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
