"""Gzip unpacked as far as it goes: what came before a fault is given first, then the fault is told."""

import zlib

from remit.ingest.source import BLOCK, Bytes, Damaged

_GZIP = 31
_BEGINS = b"\x1f\x8b"
_ADVICE = "Fetch or export the file again: it is damaged or cut short."
_AFTER = "Compare the number of records with the database's count: another program may have added to the file."


class Gunzip:
    """The bytes inside a stream of gzip, of all its members one after the other."""

    def __init__(self, stream: Bytes) -> None:
        self._stream = stream
        self._packed = b""
        self._member = zlib.decompressobj(_GZIP)
        self._begun = self._over = False
        self._fault = ""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end.

        Raises
        ------
        Damaged
            What follows cannot be unpacked; everything before it has been given.
        """
        while not (self._over or self._fault):
            if not self._packed:
                self._packed = self._stream.read(BLOCK)
            if self._packed:
                if got := self._unpacked(size):
                    return got
            elif self._begun:
                self._fault = f"the bytes end here: the gzip is cut short|{_ADVICE}"
            else:
                self._over = True
        if self._fault:
            raise Damaged(self._fault)
        return b""

    def _unpacked(self, size: int) -> bytes:
        """Unpack some of what was read, from the member that is open or the next one."""
        if not self._begun:
            self._packed = self._packed.lstrip(b"\x00") if self._member.eof else self._packed
            if self._member.eof and self._packed:
                self._packed += self._stream.read(1) if len(self._packed) == 1 else b""
                if not self._packed.startswith(_BEGINS):
                    self._fault = f"bytes after the end of the gzip were left out|{_AFTER}"
                    return b""
                self._member = zlib.decompressobj(_GZIP)
            if not self._packed:
                return b""
            self._begun = True
        before = self._member.copy()
        try:
            got = self._member.decompress(self._packed, size)
        except zlib.error as why:
            return self._up_to_fault(before, why)
        if self._member.eof:
            self._packed, self._begun = self._member.unused_data, False
        else:
            self._packed = self._member.unconsumed_tail
        return got

    def _up_to_fault(self, member: "zlib._Decompress", why: zlib.error) -> bytes:
        """Return what can be unpacked before a fault, byte by byte."""
        self._fault = f"the bytes end here: {why}|{_ADVICE}"
        got = []
        for at in range(len(self._packed)):
            try:
                got.append(member.decompress(self._packed[at : at + 1]))
            except zlib.error:
                break
        return b"".join(got)
