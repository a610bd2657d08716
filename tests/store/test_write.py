"""Nouns back to text, byte for byte."""

import shutil
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from remit import store
from remit.model.place import Place
from remit.store.refusals import Refusals
from remit.store.write import csv_text, number, quoted, study_yaml, table
from remit.store.yaml_text import Scalar, read_yaml


def test_tables_come_back_byte_for_byte(folder):
    alpha, beta = store.read(folder).studies
    for kind, rows in (("counts", alpha.counts), ("survival", alpha.survival), ("medians", alpha.medians)):
        assert table(rows, kind) == (folder / f"studies/alpha/{kind}.csv").read_text(encoding="utf-8")
    assert table(beta.contrasts, "contrasts") == (folder / "studies/beta/contrasts.csv").read_text(encoding="utf-8")


def test_rows_out_of_order_are_written_in_order(folder):
    counts = store.read(folder).studies[0].counts
    assert table(tuple(reversed(counts)), "counts") == table(counts, "counts")


def test_a_written_study_is_the_study_that_was_read(folder, tmp_path):
    before = store.read(folder).studies
    for data in before:
        store.write.study(tmp_path / "copy", data)
    for name in ("study.yaml", "counts.csv", "survival.csv", "medians.csv"):
        shutil.copy(tmp_path / "copy/studies/alpha" / name, folder / "studies/alpha" / name)
    again = store.read(folder).studies
    assert study_yaml(again[0].study) == study_yaml(before[0].study)
    assert again[0].counts == before[0].counts
    nowhere = Place("")
    assert replace(again[0].study, reports=(), arms=(), ledger=(), place=nowhere) == replace(
        before[0].study, reports=(), arms=(), ledger=(), place=nowhere
    )


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(str.strip) | st.just("a\nb"))
def test_any_text_survives_quoting(text):
    refusals = Refusals()
    node = read_yaml(f"x: {quoted(text)}\ny: [{quoted(text)}]\n", "x.yaml", refusals)
    if refusals.has_errors:
        assert {p.rule for p in refusals.problems} == {"control-character"}
        return
    assert node is not None
    assert node.entries["x"] == Scalar(text, 1)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.decimals(0, 10**6, places=6).map(float))
def test_numbers_are_written_as_plain_decimals(value):
    assert float(number(value)) == value
    assert "e" not in number(value)


def test_cells_with_commas_are_quoted():
    assert csv_text(("key", "note"), [{"key": "a", "note": 'x, "y"'}]) == 'key,note\na,"x, ""y"""\n'
