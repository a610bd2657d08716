"""From a stream of JSON to records: each value by one function, whatever is no record told and passed over."""

from collections.abc import Callable, Iterator

from remit.ingest.json_stream import Broken, Bytes, elements
from remit.ingest.json_tree import Json
from remit.model.source_record import SourceRecord, Unread

ADVICE = "fetch or export it again; everything else in the file was read"


def records(stream: Bytes, record: Callable[[Json, int], SourceRecord]) -> Iterator[SourceRecord | Unread]:
    """Give the record of each object; `record` takes the value and its number from 1."""
    for found in elements(stream):
        if isinstance(found, Broken):
            yield Unread(file="", number=found.number, line=found.line, seen=found.seen, advice=ADVICE)
        elif isinstance(found.value, dict) and found.value:
            yield record(found.value, found.number)
        elif found.value != {}:
            seen = f"{str(found.value)[:60]!r}, which is no record"
            yield Unread(file="", number=found.number, line=found.line, seen=seen, advice=ADVICE)
