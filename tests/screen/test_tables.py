"""The order of a table: what one machine gives for as many records, whatever engine holds the table."""

import numpy as np
import pytest

from remit import screen
from remit.errors import InputError
from remit.model.source_record import SourceRecord
from remit.screen import machine, order, tables
from remit.store import record_sets

pytest.importorskip("ibis")
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
WORDS = "blinatumomab for leukemia in children"


def made(n=300):
    rng = np.random.default_rng(3)
    filler = [f"word{i}" for i in range(200)]
    out = []
    for i in range(n):
        topic = ["blinatumomab", "leukemia", "children"] if i % 6 == 0 else ["mouse", "asthma", "inhaler"]
        words = [*rng.choice(topic, 2, replace=False), *rng.choice(filler, 12)]
        out.append(SourceRecord(title=" ".join(words[:4]), abstract=" ".join(words[4:12]), keywords=tuple(words[12:])))
    return [*out, SourceRecord()]


@pytest.mark.parametrize("engine", ["", "polars://"])
@pytest.mark.parametrize("words", [WORDS, ""])
def test_a_table_is_ordered_as_one_machine_orders_very_many_records(tmp_path, monkeypatch, engine, words):
    monkeypatch.setattr(order, "EXACT_UP_TO", 10)
    monkeypatch.setattr(machine, "GRAM_UP_TO", 0)
    records = made()
    texts = {str(i): screen.text(r) for i, r in enumerate(records)}
    decided = [(str(i), i % 6 == 0) for i in range(40)]
    one = screen.Ranking(texts, words)
    record_sets.write(tmp_path / "s.parquet", records, {}, lambda r: ())
    held = record_sets.opened(str(tmp_path / "s.parquet"), engine)
    examples = [(texts[r], on) for r, on in decided]
    got = tables.scores(held, examples, words, decided=set(range(40)))
    assert got.ids.tolist() == list(range(len(records)))
    assert got.values == pytest.approx(one.scores(decided), abs=2e-5)
    best, values = got.order(np.arange(40))
    ours = best.tolist()
    assert values.tolist() == [got.values[i] for i in ours]
    assert [got.values[i] for i in ours] == sorted((got.values[i] for i in ours), reverse=True)
    near = [abs(got.values[i] - got.values[int(j)]) for i, j in zip(ours, one.order(decided), strict=True)]
    assert max(near) < 2e-5
    assert sum(i % 6 == 0 for i in ours[:30]) > 24


def test_the_protocols_words_are_enough_and_nothing_is_not(tmp_path):
    record_sets.write(tmp_path / "s.parquet", made(60), {}, lambda r: ())
    held = record_sets.opened(str(tmp_path / "s.parquet"))
    assert {i % 6 for i in tables.scores(held, [], WORDS).order()[0][:8].tolist()} == {0}
    for examples in ([], [(screen.Text("mouse"), False)]):
        with pytest.raises(InputError, match="nothing to learn"):
            tables.scores(held, examples, " ")
