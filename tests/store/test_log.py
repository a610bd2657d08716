"""The decision log: nothing lost, nothing doubled."""

import multiprocessing
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from remit import store
from remit.store import log

STAGE = "title-abstract"


def line(record: str, verdict: str = "include") -> log.Line:
    return log.Line(record=record, verdict=verdict, criterion="c", reason="", date="2026-11-23")


def test_lines_come_back_in_order_with_rising_keys(tmp_path):
    for i in range(11):
        assert log.append(tmp_path, STAGE, "r1", [line(f"a{i}")], seen=i) == i + 1
    text = log.path(tmp_path, STAGE, "r1").read_text()
    assert text.splitlines()[1] == "d1,a0,include,c,,2026-11-23"
    assert text.splitlines()[11].startswith("d11,a10,")
    assert [x.record for x in log.read(tmp_path, STAGE, "r1")] == [f"a{i}" for i in range(11)]


def test_the_same_page_sent_twice_writes_once(tmp_path):
    assert log.append(tmp_path, STAGE, "r1", [line("a")], seen=0) == 1
    assert log.append(tmp_path, STAGE, "r1", [line("a")], seen=0) == 1
    with pytest.raises(log.Elsewhere, match="another window"):
        log.append(tmp_path, STAGE, "r1", [line("a", "exclude")], seen=0)
    assert log.append(tmp_path, STAGE, "r1", [line("a", "exclude")], seen=1) == 2


@pytest.mark.parametrize("keep", range(1, 26))
def test_a_line_torn_anywhere_is_never_half_read(tmp_path, keep):
    log.append(tmp_path, STAGE, "r1", [line("a")], seen=0)
    file = log.path(tmp_path, STAGE, "r1")
    before = file.read_bytes()
    whole = b"d2,bb,include,c,,2026-11-23"
    file.write_bytes(before + whole[:keep])
    assert [x.record for x in log.read(tmp_path, STAGE, "r1")] == ["a"]
    assert log.append(tmp_path, STAGE, "r1", [line("bb")], seen=1) == 2
    assert file.read_bytes() == before + whole + b"\n"
    assert (tmp_path / ".remit" / "torn.txt").read_bytes() == whole[:keep] + b"\n"


def test_a_file_saved_by_hand_without_a_last_line_feed_keeps_its_line(tmp_path):
    file = log.path(tmp_path, STAGE, "r1")
    file.parent.mkdir(parents=True)
    file.write_text("key,record,verdict,criterion,reason,date\nr1-zz,zz,include,c,,2026-11-22")
    assert log.append(tmp_path, STAGE, "r1", [line("a")], seen=1) == 2
    assert file.read_text().splitlines()[1:] == ["r1-zz,zz,include,c,,2026-11-22", "z1,a,include,c,,2026-11-23"]


def test_a_reason_cannot_break_a_line(tmp_path):
    bad = log.Line(record="a", verdict="exclude", criterion="c", reason='two\nlines, and "quotes"', date="2026-11-23")
    log.append(tmp_path, STAGE, "r1", [bad], seen=0)
    assert log.read(tmp_path, STAGE, "r1")[0].reason == 'two lines, and "quotes"'


UNREADABLE = "\x00\x02\x0b\x1c\x1f\x7f\x85\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800\r\n\t"


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.text(st.one_of(st.characters(codec=None), st.sampled_from(UNREADABLE + ',"')), max_size=30))
@example("".join(f"a{c}" for c in UNREADABLE))
def test_what_is_written_can_be_read_back_whatever_the_reason(tmp_path_factory, reason):
    root = tmp_path_factory.mktemp("log") / "r"
    store.new(root, "r", "R")
    records = root / "records" / "records.csv"
    records.write_text(records.read_text().splitlines()[0] + "\na,hand,T,,,,,,,\n")
    criterion = next(c.id for c in store.read(root).protocol.criteria if c.effect == "exclude")
    held = log.Line(record="a", verdict="exclude", criterion=criterion, reason=reason, date="2026-11-23")
    log.append(root, STAGE, "r1", [held], 0)
    log.append(root, STAGE, "consensus", [replace(held, by="r1")], 0)
    (mine, settled) = store.read(root).decisions
    assert mine.reason == settled.reason == log.read(root, STAGE, "r1")[0].reason
    assert [c for c in mine.reason if c.isalnum()] == [c for c in reason if c.isalnum()]


def _many(root: str, start: int) -> None:
    for i in range(start, start + 40):
        log.append(root, STAGE, "r1", [line(f"a{i}")], seen=0)


def test_two_windows_at_once_lose_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_many, args=(str(tmp_path), 1000 * w)) for w in (1, 2)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    lines = log.path(tmp_path, STAGE, "r1").read_text().splitlines()
    assert [row.split(",")[0] for row in lines[1:]] == [f"d{i}" for i in range(1, 81)]
    assert {x.record for x in log.read(tmp_path, STAGE, "r1")} == {
        f"a{w * 1000 + i}" for w in (1, 2) for i in range(40)
    }
