"""Duplicates in a table: what one machine finds, whatever engine holds the table."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import FULL, bare, library, washed

from remit.dedupe import tables
from remit.dedupe.find import duplicates
from remit.store import record_sets

pytest.importorskip("ibis")
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
ENGINES = ("", "polars://")


def found(records, file, engine, page=tables.PAGE, first=0):
    record_sets.write(file, records, tables.COLUMNS, tables.marks, first)
    matches = list(tables.duplicates(record_sets.opened(str(file), engine), page))
    file.unlink()
    repeats = {m.record - first: (m.other - first, m.why) for m in matches if m.what == "repeat"}
    alike = {(m.record - first, m.other - first): m.why for m in matches if m.what == "alike"}
    assert len(repeats) + len(alike) == len(matches)
    return repeats, alike


def expected(records):
    one = duplicates(records)
    return {i: (one.kept[i], why) for i, why in one.why.items()}, dict(one.alike)


def variants(record):
    return [
        record,
        washed(record),
        bare(record),
        replace(bare(record), volume="", pages=""),
        replace(bare(record), title=f"Erratum to: {record.title}"),
        replace(record, doi="10.1000/other", pmid="", pages="7-9"),
        replace(record, title="Editorial", doi="", pmid=""),
        replace(record, title="Gout", authors=("Smith, A",), volume="", pages="", doi="", pmid=""),
    ]


POOL = [v for r in (FULL, *library()[:5]) for v in variants(r)]


@settings(max_examples=3, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(POOL), max_size=20), st.sampled_from((1, 7, 1000)), st.sampled_from((0, 5_000)))
def test_a_table_gives_what_one_machine_gives(tmp_path_factory, records, page, first):
    file = tmp_path_factory.mktemp("sets") / "set.parquet"
    assert found(records, file, "polars://", page, first) == expected(records)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_what_one_machine_gives(tmp_path, engine):
    records = random.Random(1).choices(POOL, k=60)
    assert found(records, tmp_path / "set.parquet", engine, 20, 5_000) == expected(records)


@pytest.mark.parametrize("engine", ENGINES)
def test_blocks_too_large_are_walked_and_copies_still_merge(tmp_path, engine):
    title = "Abstracts of the annual meeting of invented haematology number {}"
    one = [
        replace(FULL, title=title.format(n), doi="10.1000/supplement", pmid="", pages=f"S{n}-S{n}", abstract="")
        for n in range(90)
    ]
    records = [*one, *(washed(r) for r in one[:9]), *([FULL] * 60)]
    random.Random(2).shuffle(records)
    repeats, _ = found(records, tmp_path / "set.parquet", engine)
    assert repeats == expected(records)[0]
    assert len(repeats) > 59


def test_no_record_and_no_pair(tmp_path):
    assert found([], tmp_path / "none.parquet", "") == ({}, {})
    assert found([FULL], tmp_path / "one.parquet", "") == ({}, {})
