"""Read a file of records, whatever its format; say what it was taken for."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace

from remit.errors import UsageError
from remit.ingest import containers, formats, source
from remit.ingest.formats import FORMATS, Guess, Look
from remit.ingest.source import Source
from remit.model.source_record import SourceRecord, Unread


def read(
    path: str | os.PathLike[str], *, format: str | None = None, columns: Mapping[str, str] | None = None
) -> Iterator[SourceRecord | Unread]:
    """Give each record of a file, or of each file in a zip, in its order; memory does not grow with the file.

    Parameters
    ----------
    path
        An export of any known format, plain, in gzip or in a zip.
    format
        A key of `FORMATS`, when the format is not to be guessed.
    columns
        For tables: column to field, for the columns that are not to be guessed (see `Guess.columns`).

    Raises
    ------
    UsageError
        No such file, it may not be read, or a format nobody knows. Nothing *in* a file raises: what cannot be read is
        given as `Unread`, with the number of the record, the line and what to do.
    """
    _known(format)
    return _records(path, format, columns)


def sniff(
    path: str | os.PathLike[str], *, format: str | None = None, columns: Mapping[str, str] | None = None
) -> Guess:
    """Say what a file is taken for; of a zip, its first file. A person's own reading goes in as into `read`.

    Raises
    ------
    UsageError
        No such file, it may not be read, or a format nobody knows.
    """
    _known(format)
    for opened in containers.sources(path, columns):
        if isinstance(opened, Source):
            return formats.guess(opened, _look(opened), format)
    return Guess("", "", "nothing in it can be opened")


def _known(format: str | None) -> None:
    if format is not None and format not in FORMATS:
        raise UsageError(f"format {format!r} is not known; choose one of {', '.join(FORMATS)}")


def _look(opened: Source) -> Look:
    return Look(opened.file, opened.head, source.text_of(opened.head, opened.encoding))


def _records(
    path: str | os.PathLike[str], format: str | None, columns: Mapping[str, str] | None
) -> Iterator[SourceRecord | Unread]:
    for opened in containers.sources(path, columns):
        if isinstance(opened, Unread):
            yield opened
            continue
        name = format or formats.named_as(_look(opened))[0]
        if name:
            yield from _with_notes(opened, FORMATS[name].read(opened))
        else:
            yield _unknown(opened)


def _with_notes(opened: Source, records: Iterator[SourceRecord | Unread]) -> Iterator[SourceRecord | Unread]:
    """Give the records, and after each what the source could not give of it."""
    number = 0
    nothing = True
    for record in records:
        yield record
        nothing, number = False, record.number
        if opened.unread:
            yield from _noted(opened, number)
    if opened.unread:
        yield from _noted(opened, number + 1)
    elif nothing:
        advice = "Look into the file, or name its format."
        yield Unread(file=opened.file, number=1, line=None, seen="no record in the whole file", advice=advice)


def _noted(opened: Source, number: int) -> Iterator[Unread]:
    for note in opened.unread:
        yield replace(note, number=number)
    opened.unread.clear()


def _unknown(opened: Source) -> Unread:
    if not opened.head:
        return Unread(file=opened.file, number=1, line=None, seen="an empty file", advice="Export it again.")
    text = _look(opened).text
    seen = text.strip()[: source.SEEN] or ("nothing but blanks" if text else "bytes that are no text")
    advice = f"If it holds records, name its format: one of {', '.join(FORMATS)}."
    return Unread(file=opened.file, number=1, line=1, seen=seen, advice=advice)
