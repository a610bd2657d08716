"""Read posted results of trials and hold them against a review: suggestions and disagreements, nothing written."""

import gzip
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from remit import store
from remit.errors import UsageError
from remit.extract import registry
from remit.ingest import registry_results, registry_results_xml
from remit.model.registry_result import RegistryResult
from remit.model.source_record import Unread
from remit.model.suggestion import Proposal


def against(root: str | Path, files: Sequence[str]) -> tuple[tuple[Proposal, ...], tuple[Unread, ...]]:
    """Return what the results in `files` propose for the studies of a review, and what could not be read.

    Raises
    ------
    ReviewError
        The review cannot be read as it stands.
    UsageError
        A file is not there.
    """
    review = store.read(root)
    results: list[RegistryResult] = []
    unread: list[Unread] = []
    for file in files:
        for found in _read(file):
            if isinstance(found, Unread):
                unread.append(replace(found, file=Path(file).name))
            else:
                results.append(found)
    return registry.proposals(review, results), tuple(unread)


def _read(file: str) -> list[RegistryResult | Unread]:
    path = Path(file)
    if not path.is_file():
        raise UsageError(f"{file} is no file; name JSON (version 2) or XML of ClinicalTrials.gov")
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            head = stream.read(64)
            stream.seek(0)
            xml = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
            return list((registry_results_xml if xml else registry_results).read(stream))
    except (OSError, EOFError, ValueError) as error:
        advice = "fetch the file again"
        return [Unread(file=path.name, number=1, line=None, seen=f"a damaged file ({error})", advice=advice)]
