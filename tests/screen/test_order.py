"""The learned order: finds what is like what went on, needs no decision to begin, and never decides."""

import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit import screen
from remit.errors import InputError
from remit.model.source_record import SourceRecord
from remit.screen import machine
from remit.screen.features import _by_term, streamed, told
from remit.screen.machine import BIAS, Likeness, fitted
from remit.screen.tokens import numbered, words


def _texts(n=60):
    rng = np.random.default_rng(3)
    filler = [f"word{i}" for i in range(80)]
    made = {}
    for i in range(n):
        topic = ["blinatumomab", "leukemia", "children"] if i % 6 == 0 else ["mouse", "asthma", "inhaler"]
        words = [*rng.choice(topic, 2, replace=False), *rng.choice(filler, 12)]
        made[f"r{i}"] = screen.Text(" ".join(words[:4]), " ".join(words[4:]), (f"Author {i % 7}",))
    return made


def test_the_protocols_words_come_first_when_nothing_is_decided():
    order = screen.Ranking(_texts(), "Blinatumomab for leukemia in children").order([])
    assert {int(r[1:]) % 6 for r in order[:10]} == {0}


def test_without_words_titles_most_like_all_others_come_first_until_one_went_on():
    texts = _texts()
    texts["odd"] = screen.Text("an unheard of matter")
    ranking = screen.Ranking(texts)
    first = ranking.order([])
    assert first[-1] == "odd"
    turned = screen.Ranking(dict(reversed(texts.items())))
    assert [ranking.scores([])[ranking.ids.index(r)] for r in turned.order([])] == pytest.approx(
        sorted(ranking.scores([]), reverse=True), abs=1e-5
    )
    assert ranking.order([(first[0], False)]) == first[1:]
    learned = ranking.order([("r0", True), ("r6", True), ("r12", True)])
    assert sum(int(r[1:]) % 6 == 0 for r in learned[:7]) >= 5


def test_an_order_depends_on_the_decisions_alone():
    ranking = screen.Ranking(_texts(), "leukemia")
    decided = [("r0", True), ("r1", False), ("r6", True)]
    ranking.order([("r3", True)])
    assert ranking.order(decided) == screen.Ranking(_texts(), "leukemia").order(decided)
    assert not {"r0", "r1", "r6"} & set(ranking.order(decided))


def test_a_queue_is_of_suggestions():
    records = {i: SourceRecord(title=t.title, abstract=t.rest) for i, t in _texts().items()}
    queue = screen.queue(records, [("r0", True), ("r1", False)], "leukemia")
    assert [s.place for s in queue] == list(range(1, 59))
    assert not hasattr(queue[0], "verdict")
    assert [s.score for s in queue] == sorted((s.score for s in queue), reverse=True)


def test_a_record_not_among_those_to_rank_is_refused():
    with pytest.raises(InputError, match="'nobody' is not among"):
        screen.Ranking(_texts(), "x").order([("nobody", True)])


@pytest.mark.parametrize(
    ("word", "same"),
    [
        ("studies", "study"),
        ("cells", "cell"),
        ("Blood", "blood"),
        ("CD19", "cd19"),
        ("naïves", "NAÏVE"),
        ("théories", "théory"),
        ("ééés", "ÉÉÉ"),
        ("ties", "tie"),
    ],
)
def test_words_that_are_one(word, same):
    codes, counts = words([word, same])
    assert codes[0] == codes[1]
    assert counts.tolist() == [1, 1]


def test_words_that_are_not_one():
    apart = ["class", "clas", "virus", "viru", "analysis", "analysi", "is", "ab", "ba", "aab", "abb", "study", "stud"]
    codes, counts = words([" ".join(apart), "", "a b_c -- d", "two\u2014words 𝔸 x1"])
    assert counts.tolist() == [len(apart), 0, 0, 3]
    assert np.unique(codes).size == len(apart) + 3


def test_a_plural_is_cut_by_the_number_of_letters_not_of_bytes():
    codes, counts = words(["éés éé éies éy éie é s中 中中s 中中", "a é 中 b"])
    assert counts.tolist() == [8, 0]
    assert codes[2] == codes[4]  # of four letters the s alone
    assert np.unique(codes).size == 7


def test_words_of_any_length_are_told_apart():
    apart = [w for n in (7, 8, 9, 16, 17, 63, 64, 65, 300) for w in ("a" * n, "a" * (n - 1) + "b", "b" + "a" * (n - 1))]
    codes, _ = words([" ".join(apart), " ".join(apart).upper()])
    assert np.unique(codes).size == len(apart)
    assert (codes[: len(apart)] == codes[len(apart) :]).all()


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=8))
def test_words_are_those_a_plain_reading_finds(texts):
    plain = [re.findall(r"[^\W_]{2,}", re.sub("[\U00010000-\U0010ffff]", " ", t.lower())) for t in texts]
    _, counts = words(texts)
    assert counts.tolist() == [len(p) for p in plain]


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), max_size=60))
def test_a_number_for_each_code(codes):
    number, bound = numbered(np.array(codes + codes, np.uint64))
    assert len(set(number.tolist())) == len(set(codes))
    assert (number[: len(codes)] == number[len(codes) :]).all()
    assert not codes or 0 <= number.min() <= number.max() < bound


def test_rows_have_the_length_of_their_fields_and_an_empty_record_is_a_row_of_zeros():
    parts = [["blood cells", "", "the blood", "cells"], ["a study of it", "", "", "one study"]]
    rows = told(parts).rows([(0.6, [0]), (0.4, [1])]).rows(np.arange(4))
    assert np.sqrt((rows.toarray() ** 2).sum(1)) == pytest.approx([1.0, 0.0, 0.6**0.5, 1.0], abs=1e-6)


def test_weights_are_those_worked_out_by_hand():
    # terms of the first: alpha, beta twice, and pairs; only beta is in two records and not in nearly all of them
    texts = ["alpha beta gamma beta", "alpha beta", "alpha delta", "alpha delta epsilon zeta"]
    rows = told([[*texts, "alpha"]]).rows([(1.0, [0])]).rows(np.arange(5)).toarray()
    lengths = np.array([7, 3, 3, 7, 1])
    rarity = (np.log(6 / 3) + 1) ** 1.4
    beta, pair = (
        t / (t + 1.2 * (0.25 + 0.75 * lengths[0] / lengths.mean())) * rarity for t in (2, 1)
    )  # alpha beta is a pair of two records too
    assert sorted(rows[0][rows[0] > 0]) == pytest.approx(
        [pair / np.hypot(beta, pair), beta / np.hypot(beta, pair)], abs=1e-6
    )
    assert rows[4].sum() == 0.0


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "xi"]), max_size=6), min_size=2, max_size=9)
)
def test_rows_hold_the_terms_that_a_plain_count_finds_in_two_records(texts):
    terms = [{*t, *pairwise(t)} for t in texts]
    held = Counter(x for t in terms for x in t)
    counted = [sum(2 <= held[x] <= 0.95 * len(texts) for x in t) for t in terms]
    rows = told([[" ".join(t) for t in texts]]).rows([(1.0, [0])]).rows(np.arange(len(texts)))
    assert (rows.toarray() > 0).sum(axis=1).tolist() == counted


def test_terms_are_counted_alike_in_keys_of_32_and_of_64_bits():
    term, record = np.array([7, 3, 7, 3, 7, 5]), np.array([0, 1, 2, 2, 0, 1], np.int32)
    for bound in (8, 1 << 40):
        found = _by_term(term, record, bound, n=3, least=2)
        assert (found.record.tolist(), found.times.tolist(), found.held.tolist()) == (
            [1, 2, 0, 2],
            [1, 1, 2, 1],
            [2, 2],
        )


def test_without_its_last_record_a_set_is_counted_anew_where_fewer_records_need_a_term():
    titles = [f"word{i // 2} other{i // 3}" for i in range(200)]
    short, long = told([titles]), told([[*titles, ""]])
    assert (long.rows([(1.0, [0])]).rows(np.arange(200)).toarray() > 0).sum() < (
        long.but_last().rows([(1.0, [0])]).rows(np.arange(200)).toarray() > 0
    ).sum()
    assert np.array_equal(long.but_last().rows([(1.0, [0])]).central(), short.rows([(1.0, [0])]).central())


def test_texts_counted_by_hash_are_alike_as_texts_counted_exactly():
    texts = [f"{t.title} {t.rest}" for t in _texts().values()]
    exact = told([texts]).rows([(1.0, [0])]).rows(np.arange(60))
    hashed = streamed(iter(texts), pairs=True, buckets=2**20).rows(np.arange(60))
    assert np.abs((exact @ exact.T).toarray() - (hashed @ hashed.T).toarray()).mean() < 1e-3


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 25))
def test_the_machine_meets_the_condition_of_its_least(seed, m):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(m, 6)).astype(np.float32)
    y = np.where(np.arange(m) % 2, 1, -1).astype(np.float32)
    cost = rng.uniform(0.05, 2, m).astype(np.float32)
    gram = rows @ rows.T + np.float32(1)
    a = fitted(lambda v: gram @ v, gram.diagonal(), y, cost, y * cost)
    f = gram @ a
    assert a == pytest.approx(np.where(y * f < 1, 2 * cost * (y - f), 0), abs=0.05)


def test_replay_reads_each_record_once_and_work_saved_counts_what_was_not_read():
    texts = _texts()
    truth = {r: int(r[1:]) % 6 == 0 for r in texts}
    seen = screen.replay(screen.Ranking(texts, "leukemia"), truth)
    assert len({r for r, _ in seen}) == len(seen)
    assert sum(on for _, on in seen) == 10
    assert screen.work_saved(seen, 60, 10, 1.0) == pytest.approx((60 - len(seen)) / 60)
    with pytest.raises(InputError, match="replay it further"):
        screen.work_saved(seen[:3], 60, 10)
    with pytest.raises(InputError, match="no record went on"):
        screen.replay(screen.Ranking(texts), dict.fromkeys(texts, False))


def test_a_review_brought_up_to_date_reads_what_is_new_alone():
    texts = _texts()
    truth = {r: int(r[1:]) % 6 == 0 for r in texts}
    before = {f"r{i}" for i in range(30)}
    seen = screen.replay(screen.Ranking(texts), truth, before=before)
    assert not before & {r for r, _ in seen}
    assert sum(on for _, on in seen) == 5
    assert len(seen) < 30
    with pytest.raises(InputError, match="no record went on"):
        screen.replay(screen.Ranking(texts), truth, before=set(texts))


@pytest.mark.parametrize("at_once", [0, 100])
def test_likeness_is_the_plain_inner_product(at_once, monkeypatch):
    monkeypatch.setattr(machine, "AT_ONCE_UP_TO", at_once)
    texts = [f"{t.title} {t.rest}" for t in _texts().values()]
    held = told([texts]).rows([(1.0, [0])])
    found, rows = Likeness(held.by_term), held.rows(np.arange(60))
    likely = np.arange(60, dtype=np.float32)
    for which in ([3], [59, 0, 3], range(60)):
        asked = np.array(which)
        assert found.rows(asked, likely) == pytest.approx((rows @ rows.T).toarray()[asked] + BIAS, abs=1e-6)


def test_a_course_of_fits_scores_as_each_fit_alone():
    texts = _texts()
    ranking = screen.Ranking(texts, "leukemia")
    best = ranking.course()
    done = np.zeros(0, np.int64)
    for _ in range(12):
        on = done % 6 == 0
        alone = ranking.order([(ranking.ids[i], bool(x)) for i, x in zip(done, on, strict=True)])
        new = best(done, on, 3)
        assert len({*alone[:3]} & {ranking.ids[i] for i in new}) >= 2
        done = np.concatenate([done, new])
    assert np.unique(done).size == 36


def test_fields_made_of_several_parts_are_as_one_text():
    one, two = ["blood cells of mice", "", "the blood"], ["a study of it", "of mice", ""]
    parted = told([one, two]).rows([(1.0, [0, 1])]).rows(np.arange(3))
    joined = told([[f"{a} {b}" for a, b in zip(one, two, strict=True)]]).rows([(1.0, [0])]).rows(np.arange(3))
    assert joined.nnz
    assert (parted @ parted.T).toarray() == pytest.approx((joined @ joined.T).toarray(), abs=1e-6)
