"""Files of a review folder as text: UTF-8, LF, no control characters, no links out of the folder, bounded size."""

import re
from pathlib import Path

from remit.model.place import Place
from remit.store.refusals import Refusals

MAX_BYTES = 4_000_000
LARGE = 1_000_000_000
_MANY = ("records/", "screening/")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def one_line(text: str) -> str:
    """Return `text` as a cell may hold it: on one line, single spaces, no character that reading refuses.

    >>> one_line(" not\\x02 in\\n people")
    'not in people'
    """
    return " ".join(CONTROL.sub(" ", text).split())


def printable(text: str) -> str:
    """Return `text` without what reading refuses, a space in its place; its lines stay lines."""
    return CONTROL.sub(" ", text.replace("\r", " ")).strip()


def read_text(root: Path, file: str, refusals: Refusals) -> str | None:
    """Return the text of `file` (relative to `root`) with LF line ends, or None where it cannot be read."""
    path = root / file
    if _leads_out(root, file, refusals):
        return None
    try:
        size = path.stat().st_size
        most = LARGE if file.startswith(_MANY) else MAX_BYTES
        if size > most:
            refusals.add(
                Place(file), "too-large", f"{size} bytes", f"at most {most} bytes", "split or shorten the file"
            )
            return None
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "cannot be read"
        refusals.add(Place(file), "unreadable", str(reason).lower(), "a readable file", "mend or remove the file")
        return None
    return _decoded(raw, file, refusals)


def _leads_out(root: Path, file: str, refusals: Refusals) -> bool:
    """Refuse symbolic links anywhere between the review folder and the file."""
    path = root
    for part in Path(file).parts:
        path = path / part
        if part == ".." or path.is_symlink():
            refusals.add(
                Place(file),
                "link",
                f"{part} is a symbolic link or leads out of the review folder",
                "a plain file inside the review folder",
                "put a copy of the file in its place",
            )
            return True
    return False


def _decoded(raw: bytes, file: str, refusals: Refusals) -> str | None:
    if raw.startswith(b"\xef\xbb\xbf"):
        refusals.add(
            Place(file, 1),
            "byte-order-mark",
            "the file starts with a byte order mark",
            "UTF-8 without one",
            "save the file as plain UTF-8 (not UTF-8 with BOM)",
        )
        raw = raw[3:]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        refusals.add(Place(file, line), "encoding", f"byte 0x{raw[error.start]:02x}", "UTF-8", "save the file as UTF-8")
        return None
    if "\r\n" in text:
        refusals.add(
            Place(file, 1), "line-ends", "Windows line ends", "LF", "save the file with LF line ends", "warning"
        )
        text = text.replace("\r\n", "\n")
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        refusals.add(Place(file, line), "line-ends", "a lone carriage return", "LF", "save the file with LF line ends")
        return None
    found = CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        seen = f"control character U+{ord(found.group()):04X}"
        refusals.add(Place(file, line), "control-character", seen, "printable text", "remove the character")
        return None
    return text
