"""Whatever stands in a file, reading it gives problems and never a traceback."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit import store
from remit.model.place import Problem
from remit.store.csv_text import natural, read_table
from remit.store.refusals import Refusals
from remit.store.yaml_text import Map, read_yaml

quick = settings(derandomize=True, max_examples=150, deadline=None)
WORDS = "a b - [ ] { } ' \" &a *a !!x << | > # ? --- , \\ %YAML ~ é ... study arms id @ ` \ud7ff 😀"
bits = st.sampled_from([*WORDS.split(" "), ": ", "- ", "\n", "  ", "\t", "\u2028", "\x00"])
yamlish = st.lists(bits, max_size=60).map("".join)
cellish = st.lists(st.sampled_from(["key", ",", "\n", '"', "c1", "\r\n", " ", "x", "\x00", "1.5", ";"]), max_size=50)


@quick
@given(yamlish | st.text(max_size=80))
def test_yaml_text_is_a_mapping_or_a_problem(text):
    refusals = Refusals()
    found = read_yaml(text, "x.yaml", refusals)
    assert isinstance(found, Map) or refusals.has_errors


@quick
@given(cellish.map("".join) | st.text(max_size=80))
def test_table_text_is_rows_or_a_problem(text):
    refusals = Refusals()
    rows = read_table(text, "x.csv", ("key", "x"), refusals)
    assert all(set(r.cells) == {"key", "x"} for r in rows)
    assert refusals.has_errors or text.startswith("key,x")


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 50_000, "&a " * 999, "'" * 9])
def test_nesting_without_end_is_refused(text):
    refusals = Refusals()
    assert read_yaml(text, "x.yaml", refusals) is None
    assert refusals.has_errors


@pytest.mark.parametrize(
    "file",
    [
        "review.yaml",
        "protocol.yaml",
        "certainty.yaml",
        "horizon.csv",
        "searches/hand.yaml",
        "records/records.csv",
        "screening/full-text/ab.csv",
        "studies/alpha/study.yaml",
        "studies/alpha/counts.csv",
        "studies/alpha/survival.csv",
        "studies/alpha/corrections.yaml",
        "studies/alpha/bias.yaml",
        "studies/beta/contrasts.csv",
        "mechanisms/agents.csv",
    ],
)
def test_any_damage_to_a_file_gives_problems(folder, file):
    path = folder / file
    sound = path.read_bytes()

    @settings(derandomize=True, max_examples=60, deadline=None)
    @given(st.integers(0, len(sound)), st.integers(0, 12), yamlish.map(lambda t: t.encode()) | st.binary(max_size=6))
    def damaged(start, length, middle):
        path.write_bytes(sound[:start] + middle + sound[start + length :])
        review, problems = store.load(folder)
        assert all(isinstance(p, Problem) and str(p) and "\n" not in str(p) for p in problems)
        assert review is not None or any(p.severity == "error" for p in problems)

    damaged()


@quick
@given(st.dictionaries(st.sampled_from(["review.yaml", "protocol.yaml", "x.csv"]), st.binary(max_size=40)))
def test_a_folder_of_rubbish_gives_problems(files):
    with tempfile.TemporaryDirectory() as name:
        for file, content in files.items():
            (Path(name) / file).write_bytes(content)
        review, problems = store.load(name)
        assert review is None
        assert problems


def test_keys_sort_by_their_numbers():
    keys = ["c10", "c2", "c1", "k-1.10", "k-1.9", "a", "", "c2b", "٣"]
    assert sorted(keys, key=natural)[:5] == ["", "a", "c1", "c2", "c2b"]
    assert natural("k-1.9") < natural("k-1.10")
