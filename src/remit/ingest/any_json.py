"""JSON whose source nobody named: each record is read by what it holds."""

from collections.abc import Iterator

from remit.ingest import crossref, ctgov, europepmc, openalex, registries
from remit.ingest.json_stream import Broken, Bytes, elements
from remit.ingest.json_tree import Json
from remit.ingest.records_of import ADVICE
from remit.model.source_record import SourceRecord, Unread

READERS = {
    "ctgov": ctgov.record,
    "euctr": registries.euctr,
    "ctis": registries.ctis,
    "isrctn": registries.isrctn,
    "openalex": openalex.record,
    "crossref": crossref.record,
    "europepmc": europepmc.record,
}


def source_of(value: Json) -> str:
    """Return which source's record this is, or "" where nothing says so."""
    if not isinstance(value, dict):
        return ""
    keys = value.keys()
    if keys & {"protocolSection", "ProtocolSection", "Study", "FullStudiesResponse"}:
        return "ctgov"
    if "a2_eudract_number" in keys:
        return "euctr"
    if "ctNumber" in keys:
        return "ctis"
    if "isrctn" in keys:
        return "isrctn"
    if "openalex.org" in str(value.get("id", "")) or "abstract_inverted_index" in keys:
        return "openalex"
    if "DOI" in keys and keys & {"container-title", "prefix", "member", "publisher", "issued"}:
        return "crossref"
    if "id" in keys and str(value.get("source", "")).isupper():
        return "europepmc"
    return ""


def read(stream: Bytes) -> Iterator[SourceRecord | Unread]:
    """Read records of any source known here."""
    for found in elements(stream):
        if isinstance(found, Broken):
            yield Unread(file="", number=found.number, line=found.line, seen=found.seen, advice=ADVICE)
            continue
        value = found.value
        inner = value.get("message") if isinstance(value, dict) else None
        value = inner if isinstance(inner, dict) else value
        source = source_of(value)
        if source:
            yield READERS[source](value, found.number)
        elif value not in ({}, None) and not _empty_answer(value):
            seen = "JSON of no source known here, with " + ", ".join(list(value)[:5] if isinstance(value, dict) else [])
            advice = (
                "name its format, or export RIS, CSV or XML: Europe PMC, OpenAlex, Crossref and registries are read"
            )
            yield Unread(file="", number=found.number, line=found.line, seen=seen, advice=advice)


def _empty_answer(value: Json) -> bool:
    """An answer whose list of records was empty or read already."""
    return isinstance(value, dict) and bool(value.keys() & {"hitCount", "totalCount", "meta", "message-type"})
