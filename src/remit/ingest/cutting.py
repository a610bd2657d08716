"""A stream of text cut where one record plainly ends and the next begins, so that whole records are read at once."""

from collections.abc import Iterator

from remit.ingest.source import Source

HELD_LIMIT = 1 << 20


class Cutter:
    """Cuts the text of a source at each `closing + opening`: the end of a record and the beginning of the next.

    What stands between two such places is a whole record. The text before the first and after the last is not, nor is
    a record longer than `HELD_LIMIT` bytes: that is given in parts, each of whole lines, as they come.
    """

    def __init__(self, source: Source, opening: str, closing: str) -> None:
        self.opening, self.closing = opening.encode(), closing.encode()
        self._source = source
        self._text = b""
        self._at = self._counted = self._lines = 0

    def pieces(self) -> Iterator[tuple[bytes, bool]]:
        """Give each piece, and whether it is a whole record: from behind its opening to its closing."""
        mark = self.closing + self.opening
        held, begun = b"", False
        for raw in self._source.raws():
            self._look(held + raw, begun, self._source.line - held.count(b"\n"))
            *pieces, held = self._text.split(mark)
            for piece in pieces:
                if begun:
                    yield piece, True
                    self._at += len(piece) + len(mark)
                else:
                    yield piece + self.closing, False
                    self._at, begun = len(piece) + len(self.closing), True
            if len(held) > HELD_LIMIT:
                yield self.opening + held if begun else held, False
                held, begun = b"", False
        if held or begun:
            lines = held.count(b"\n") + (not held.endswith(b"\n"))
            self._look(held, begun, self._source.line - lines)
            yield self.opening + held if begun else held, False

    def whole(self, piece: bytes) -> bytes:
        """Return a whole record with its opening and its closing."""
        return self.opening + piece + self.closing

    def above(self) -> int:
        """Return how many lines stand above the piece given last."""
        if self._at > self._counted:
            self._lines += self._text.count(b"\n", self._counted, self._at)
            self._counted = self._at
        return self._lines

    def _look(self, text: bytes, begun: bool, above: int) -> None:
        self._text, self._lines, self._counted = text, above, 0
        self._at = -len(self.opening) if begun else 0
