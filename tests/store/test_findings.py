"""Stored findings: written the same each time, and every digit that recomputing does not give is told."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit import store
from remit.errors import ReviewError
from remit.model.finding import ClaimResult, Finding, Pooled, Used
from remit.model.place import Place
from remit.model.plain import rounded
from remit.model.protocol import Analysis
from remit.store.findings import rounds_to


def finding(name: str = "a-cr", estimate: float = 2 / 3) -> Finding:
    analysis = Analysis(
        id=name,
        title="Remission",
        question="main",
        kind="proportion",
        outcomes=("cr",),
        where={"class": ("a",)},
        months=24.0,
        place=Place("protocol.yaml", 3),
    )
    used = Used(
        study="alpha",
        family="alpha",
        arm="all",
        report="alpha-2018",
        key="c1",
        place=Place("studies/alpha/counts.csv", 2),
        label="ALPHA",
        year=2018,
        basis="infused",
        scale="",
        months=None,
        events=20,
        total=30,
        estimate=estimate,
        lower=0.1 / 3,
        upper=1.0,
        effect=float("inf"),
        variance=1e-9 / 7,
        weight=0.5,
        route="counts",
        marks=("suspect",),
    )
    return Finding(analysis=analysis, used=(used,), left_out=(), pooled=None, sentence="≥ half")


CLAIM = ClaimResult(
    claim="half",
    verdict="supported",
    findings=("a-cr",),
    estimate=2 / 3,
    lower=0.1,
    upper=0.9,
    certainty="low",
    reason="above",
    recorded="uncertain",
)


@pytest.fixture
def built(tmp_path):
    store.findings.write(tmp_path, (finding(), finding("b-cr")), (CLAIM,))
    return tmp_path


def test_the_same_findings_give_the_same_bytes(built):
    path = built / "findings/a-cr.json"
    before, digest = path.read_bytes(), store.findings.digest(built)
    store.findings.write(built, (finding(), finding("b-cr")), (CLAIM,))
    assert path.read_bytes() == before
    assert store.findings.digest(built) == digest
    assert before.endswith(b"}\n") and b'\n "id": "a-cr"' not in before[:1] and "≥".encode() in before
    value = json.loads(before)
    assert value["used"][0]["estimate"] == 0.66666667
    assert value["used"][0]["effect"] == "inf"
    assert value["used"][0]["row"] == "studies/alpha/counts.csv#c1"


def test_files_of_findings_no_longer_planned_are_removed(built):
    store.findings.write(built, (finding(),), ())
    assert sorted(p.name for p in (built / "findings").iterdir()) == ["a-cr.json", "claims.json"]


def test_what_was_written_is_read_and_not_stale(built):
    stored = store.findings.read(built)
    assert sorted(stored) == ["a-cr", "b-cr", "claims"]
    assert stored["claims"]["half"]["verdict"] == "supported"
    assert store.findings.stale(built, (finding(), finding("b-cr")), (CLAIM,)) == ()


@pytest.mark.parametrize("stored", ["0.123456785e0", "0.12345678", "0.12345679", "0.1234568"])
def test_a_stored_number_stays_where_it_is_a_rounding_of_the_new_one(tmp_path, stored):
    store.findings.write(tmp_path, (finding(estimate=0.123456785),), ())
    file = tmp_path / "findings/a-cr.json"
    text = file.read_text(encoding="utf-8")
    fresh = re.search(r'"estimate": ([^,\n]+)', text).group(1)
    file.write_text(text.replace(fresh, stored, 1), encoding="utf-8")
    store.findings.write(tmp_path, (finding(estimate=0.123456785),), ())
    kept = stored in ("0.12345678", "0.12345679")
    assert file.read_text(encoding="utf-8") == (text.replace(fresh, stored, 1) if kept else text)


def test_a_review_without_findings_has_nothing_stale(tmp_path):
    assert store.findings.stale(tmp_path, (finding(),), (CLAIM,)) == ()
    assert store.findings.read(tmp_path) == {}


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("0.66666667", "0.66666668", "used[0].estimate"),
        ("0.66666667", "0.6666667", "used[0].estimate"),
        ("0.66666667", "0.666666667", "used[0].estimate"),
        ("1.4285714e-10", "1.4285715e-10", "used[0].variance"),
        ('"events": 20', '"events": 21', "used[0].events"),
        ('"events": 20', '"events": 20.0', "used[0].events"),
        ('"upper": 1.0', '"upper": 1', "used[0].upper"),
        ('"effect": "inf"', '"effect": 9.0', "used[0].effect"),
        ('"sentence": "≥ half"', '"sentence": "> half"', "sentence"),
        ('"sentence": "≥ half"', '"sentences": "≥ half"', "sentence"),
        ('"suspect"', '"suspect", "x"', "used[0].marks"),
        ('"pooled": null', '"pooled": {}', "pooled"),
    ],
)
def test_each_changed_digit_is_told(built, old, new, path):
    file = built / "findings/a-cr.json"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    problems = store.findings.stale(built, (finding(), finding("b-cr")), (CLAIM,))
    assert problems
    assert problems[0].place == Place("findings/a-cr.json")
    assert problems[0].rule == "stale-finding"
    assert any(p.seen.startswith(f"{path} holds") for p in problems)
    assert {p.advice for p in problems} == {"run remit build"}


def test_a_missing_a_left_over_and_a_broken_file_are_told(built):
    (built / "findings/b-cr.json").write_text("{", encoding="utf-8")
    (built / "findings/old.json").write_text("{}", encoding="utf-8")
    (built / "findings/claims.json").unlink()
    (built / "findings/deep.json").write_text("[" * 100_000, encoding="utf-8")
    problems = store.findings.stale(built, (finding(), finding("b-cr")), (CLAIM,))
    assert {p.place.file for p in problems} == {
        "findings/b-cr.json",
        "findings/claims.json",
        "findings/deep.json",
        "findings/old.json",
    }
    with pytest.raises(ReviewError):
        store.findings.read(built)


def test_a_changed_verdict_is_told(built):
    problems = store.findings.stale(built, (finding(), finding("b-cr")), (replace(CLAIM, verdict="uncertain"),))
    assert [(p.place.file, p.seen) for p in problems] == [
        ("findings/claims.json", 'half.verdict holds "supported"'),
    ]


def test_findings_are_not_written_through_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "review"
    root.mkdir()
    (root / "findings").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ReviewError):
        store.findings.write(root, (finding(),), ())
    assert list((tmp_path / "elsewhere").iterdir()) == []


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x == 0 or 1e-280 < abs(x) < 1e280))
def test_a_rounding_is_good_and_its_neighbours_are_not(value):
    stored = rounded(value)
    assert rounds_to(value, stored)
    if value != 0:
        unit = 10.0 ** (int(f"{value:.7e}".split("e")[1]) - 7)
        assert not rounds_to(value, rounded(stored + 2 * unit))
        assert not rounds_to(value, -stored)


def test_pooled_numbers_are_compared_too(tmp_path):
    pooled = Pooled(
        k=2, n=60, events=40, estimate=2 / 3, lower=0.5, upper=0.8, prediction_lower=None, prediction_upper=None,
        tau2=0.0, tau2_lower=None, tau2_upper=None, i2=0.0, q=0.1, q_df=1, q_p=0.7, common_estimate=0.6,
        common_lower=0.5, common_upper=0.8, effect=0.7, se=0.2, p=None, method="glmm", interval="wald",
    )  # fmt: skip
    store.findings.write(tmp_path, (replace(finding(), pooled=pooled),), ())
    moved = replace(finding(), pooled=replace(pooled, tau2=1e-3, p=0.5))
    seen = [p.seen for p in store.findings.stale(tmp_path, (moved,), ())]
    assert seen == ["pooled.p holds null", "pooled.tau2 holds 0"]
