"""A stream of text cut where one record plainly ends and the next begins, so that whole records are read at once."""

import re
from collections.abc import Iterator

from remit.ingest.source import Source

HELD_LIMIT = 1 << 20
TOGETHER = 12


class Cutter:
    """Cuts the text of a source at each `closing + opening`: the end of a record and the beginning of the next.

    What stands between two such places is a whole record. The text before the first and after the last is not, nor is
    a record longer than `HELD_LIMIT` bytes: that is given in parts, each of whole lines, as they come.

    Whole records come up to `TOGETHER` at a time: to take several through each step of reading is quicker than one by
    one, as long as the processor's cache holds them all.
    """

    def __init__(self, source: Source, opening: str, closing: str) -> None:
        self.opening, self.closing = opening.encode(), closing.encode()
        self._source = source
        self._text = b""
        self._pieces: list[bytes] = []
        self._width = len(self.opening) + len(self.closing)
        self._piece = self._at = self._counted = self._lines = 0

    def pieces(self) -> Iterator[tuple[list[bytes], bool]]:
        """Give pieces as they come, and whether they are whole records: from behind their opening to their closing."""
        parted = re.compile(re.escape(self.closing + self.opening)).split
        held, begun = b"", False
        for raw in self._source.raws():
            self._look(held + raw, begun, self._source.line - held.count(b"\n"))
            *pieces, held = parted(self._text)
            if pieces and not begun:
                first = pieces.pop(0) + self.closing
                yield self._given([first], False)
                self._at, begun = len(first), True
            for at in range(0, len(pieces), TOGETHER):
                some = pieces[at : at + TOGETHER]
                yield self._given(some, True)
                self._skip(len(some))
            if len(held) > HELD_LIMIT:
                yield self._given([self.opening + held if begun else held], False)
                held, begun = b"", False
        if held or begun:
            lines = held.count(b"\n") + (not held.endswith(b"\n"))
            self._look(held, begun, self._source.line - lines)
            yield self._given([self.opening + held if begun else held], False)

    def whole(self, piece: bytes) -> bytes:
        """Return a whole record with its opening and its closing."""
        return self.opening + piece + self.closing

    def above(self, piece: int) -> int:
        """Return how many lines stand above one of the pieces given last, by its index; these never go down."""
        self._skip(piece)
        if self._at > self._counted:
            self._lines += self._text.count(b"\n", self._counted, self._at)
            self._counted = self._at
        return self._lines

    def _skip(self, piece: int) -> None:
        """Go on to a later piece of those given last."""
        for passed in self._pieces[self._piece : piece]:
            self._at += len(passed) + self._width
        self._piece = piece

    def _given(self, pieces: list[bytes], whole: bool) -> tuple[list[bytes], bool]:
        self._pieces, self._piece = pieces, 0
        return pieces, whole

    def _look(self, text: bytes, begun: bool, above: int) -> None:
        self._text, self._lines, self._counted = text, above, 0
        self._at = -len(self.opening) if begun else 0
