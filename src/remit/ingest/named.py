"""Readers of JSON and XML sources as formats: each record given the name of its file, and how each source is known."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from remit.ingest import any_json, crossref, ctgov, europepmc, openalex, registries
from remit.ingest.json_stream import Bytes
from remit.ingest.source import Source
from remit.model.source_record import SourceRecord, Unread

Plain = Callable[[Bytes], Iterator[SourceRecord | Unread]]
READERS: dict[str, tuple[Plain, str]] = {
    "europepmc-json": (europepmc.read_json, "Europe PMC search answers as JSON, lite or core"),
    "europepmc-xml": (europepmc.read_xml, "Europe PMC search answers as XML"),
    "openalex-json": (openalex.read, "OpenAlex works: an answer, one work, or one a line"),
    "crossref-json": (crossref.read, "Crossref works: an answer, one work, or one a line"),
    "ctgov-json": (ctgov.read_json, "ClinicalTrials.gov studies: version 2 or FullStudies JSON"),
    "ctgov-xml": (ctgov.read_xml, "ClinicalTrials.gov studies in the older XML"),
    "euctr-json": (registries.read_euctr, "EU Clinical Trials Register protocols as JSON"),
    "ctis-json": (registries.read_ctis, "EU CTIS trials as JSON"),
    "isrctn-json": (registries.read_isrctn, "ISRCTN trials as JSON"),
    "ictrp-xml": (registries.read_ictrp, "the WHO trial portal's XML download"),
    "json": (any_json.read, "JSON whose records are known one by one"),
}
_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[{\[\]\"])")
_XML = (
    ("europepmc-xml", "<responseWrapper", "an answer of Europe PMC"),
    ("ctgov-xml", "<clinical_study", "a ClinicalTrials.gov study"),
    ("ictrp-xml", "<Trials_downloaded_from_ICTRP", "a download of the WHO trial portal"),
)


def reader(name: str) -> Callable[[Source], Iterator[SourceRecord | Unread]]:
    """Return the reader of a format, as the other formats have it."""
    plain = READERS[name][0]

    def read(source: Source) -> Iterator[SourceRecord | Unread]:
        for found in plain(source):
            yield replace(found, file=source.file)

    return read


def suits(name: str) -> Callable[[str], str]:
    """Return what says in words why a file's first text is of this format, or says nothing."""

    def seen(text: str) -> str:
        for xml, mark, words in _XML:
            if xml == name:
                return f"it holds {words}" if mark in text[:5000] else ""
        return "it begins as JSON does" if name == "json" and _JSON.match(text) else ""

    return seen
