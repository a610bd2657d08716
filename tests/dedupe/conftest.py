"""Makes the invented records importable as `made`, and finds the gold sets."""

import csv
import gzip
import json
import os
import sys
from itertools import combinations
from pathlib import Path

import pytest

from remit.model.source_record import SourceRecord

sys.path.insert(0, str(Path(__file__).parent))


def folder() -> Path | None:
    named = os.environ.get("REMIT_SAMPLES")
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "samples"
    place = (Path(named) if named else beside) / "dedupe"
    return place if place.is_dir() else None


@pytest.fixture
def gold():
    """Records of a gold set and the pairs that are one document."""
    place = folder()
    if place is None:
        pytest.skip("no gold sets here: name their folder in REMIT_SAMPLES")

    def read(name: str) -> tuple[list[SourceRecord], set[tuple[int, int]]]:
        csv.field_size_limit(10**8)
        with gzip.open(place / name / "records.csv.gz", "rt", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        at = {row["ID"]: i for i, row in enumerate(rows)}
        clusters = json.loads((place / name / "gold.json").read_text())
        pairs = {tuple(sorted((at[a], at[b]))) for c in clusters for a, b in combinations(c, 2)}
        return [source_record(row) for row in rows], pairs

    return read


def source_record(row: dict[str, str]) -> SourceRecord:
    return SourceRecord(
        key=row["ID"],
        kind=row["ENTRYTYPE"],
        title=row["title"],
        abstract=row["abstract"],
        authors=tuple(a for a in row["author"].split(" and ") if a),
        year=int(row["year"]) if row["year"].isdigit() else None,
        journal=row["journal"] or row["booktitle"],
        volume=row["volume"],
        issue=row["number"],
        pages=row["pages"],
        doi=row["doi"],
    )
