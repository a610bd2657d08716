"""Break a copy of the shipped review in each way the compiler must refuse, and see file, line and exit code."""

import json

import pytest

pytestmark = pytest.mark.flagship

ELIANA = "studies/eliana/counts.csv"
RANDOMISED = "studies/aall1331-hr-ir/contrasts.csv"


def test_the_shipped_review_is_clean(flagship):
    code, said = flagship.run("check", "--quiet")
    assert code == 0, said
    assert "0 error(s)" in said


def test_the_shipped_verdicts_are_the_recorded_ones(flagship):
    code, said = flagship.run("check", "--quiet", "--claims")
    assert code == 0, said


def test_an_unknown_key(flagship):
    line = flagship.swap("studies/eliana/study.yaml", "design: single-arm", "desing: single-arm")
    flagship.refused(f"studies/eliana/study.yaml:{line}", "desing")


def test_an_unknown_column(flagship):
    flagship.swap(ELIANA, "events", "evnts")
    flagship.refused(f"{ELIANA}:1", "evnts")


@pytest.mark.parametrize(
    ("file", "key", "column"),
    [(ELIANA, "c03", "arm"), (ELIANA, "c03", "report"), (RANDOMISED, "h003", "comparator")],
)
def test_a_dangling_arm_report_or_comparator(flagship, file, key, column):
    line = flagship.cell(file, key, column, "ghost")
    flagship.refused(f"{file}:{line}", "ghost")


def test_a_dangling_study(flagship):
    line = flagship.swap("studies/aall1331-hr-ir/study.yaml", "disjoint_from: [aall1331-lr]", "disjoint_from: [ghost]")
    flagship.refused(f"studies/aall1331-hr-ir/study.yaml:{line}", "ghost")


def test_events_above_the_total(flagship):
    line = flagship.cell(
        "studies/mt103-205/counts.csv", first_key(flagship, "studies/mt103-205/counts.csv", "27"), "events", "271"
    )
    flagship.refused(f"studies/mt103-205/counts.csv:{line}", "271")


@pytest.mark.parametrize("value", ["1.2", "-0.1", "73"])
def test_a_probability_outside_zero_to_one(flagship, value):
    line = flagship.cell("studies/eliana/survival.csv", "s01", "probability", value)
    flagship.refused(f"studies/eliana/survival.csv:{line}", value)


def test_a_rate_above_one(flagship):
    line = flagship.cell(ELIANA, "c03", "proportion", "2.16")
    flagship.refused(f"{ELIANA}:{line}", "2.16")


def test_an_interval_that_does_not_hold_its_estimate(flagship):
    line = flagship.cell(RANDOMISED, "h003", "upper", "0.65")
    flagship.refused(f"{RANDOMISED}:{line}", "0.65")


def test_a_reversed_interval(flagship):
    flagship.cell("studies/eliana/survival.csv", "s01", "lower", "0.82")
    line = flagship.cell("studies/eliana/survival.csv", "s01", "upper", "0.6")
    flagship.refused(f"studies/eliana/survival.csv:{line}", "0.82", "0.6")


@pytest.mark.parametrize("value", ["0", "-0.7"])
def test_a_hazard_ratio_not_above_zero(flagship, value):
    line = flagship.cell(RANDOMISED, "h003", "estimate", value)
    flagship.refused(f"{RANDOMISED}:{line}", value)


@pytest.mark.parametrize("column", ["report", "locator", "url", "extracted_by"])
def test_a_value_without_its_source(flagship, column):
    line = flagship.cell(ELIANA, "c03", column, "")
    flagship.refused(f"{ELIANA}:{line}", column)


@pytest.mark.parametrize("measure", ["RR", "OR"])
def test_survival_pooled_as_a_risk_or_odds_ratio(flagship, measure):
    start = flagship.line_of("protocol.yaml", "id: fr-blinatumomab-os")
    text = (flagship.root / "protocol.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(i for i in range(start, len(text)) if "measure: HR" in text[i])
    text[at] = text[at].replace("HR", measure)
    (flagship.root / "protocol.yaml").write_text("".join(text), encoding="utf-8", newline="\n")
    flagship.refused(f"protocol.yaml:{start}", measure)


def test_two_studies_of_one_family_that_hide_it(flagship):
    line = flagship.swap("studies/eliana-ensign-safety/study.yaml", "family: eliana-ensign", "family: pooled-safety")
    assert line
    code, said = flagship.run("check", "--quiet")
    assert code == 1
    assert "NCT02435849" in said
    assert "studies/eliana-ensign-safety/study.yaml" in said or "studies/eliana/study.yaml" in said


def drop_line(flagship, start, key):
    """Delete the first line of the protocol after line `start` that begins with `key`."""
    path = flagship.root / "protocol.yaml"
    text = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(i for i in range(start, len(text)) if text[i].strip().startswith(f"{key}:"))
    del text[at]
    path.write_text("".join(text), encoding="utf-8", newline="\n")


def test_scales_of_toxicity_mixed_without_saying_so(flagship):
    start = flagship.line_of("protocol.yaml", 'id: "{class}-crs-severe"')
    drop_line(flagship, start, "mixed-scales")
    flagship.refused(f"protocol.yaml:{start}", "mixed-scales")


def test_adults_in_the_study_without_a_note_of_indirectness(flagship):
    drop_line(flagship, flagship.line_of("protocol.yaml", 'id: "{class}-rr-remission"'), "mixed-ages")
    study = "studies/boren-cd22/study.yaml"
    drop = (flagship.root / study).read_text(encoding="utf-8").splitlines(keepends=True)
    (flagship.root / study).write_text("".join(x for x in drop if not x.startswith("indirectness:")), encoding="utf-8")
    flagship.refused(f"{study}:{flagship.line_of(study, 'age_group:')}", "mixed-ages", "car-t-rr-remission")


def test_enrolled_and_infused_people_mixed(flagship):
    start = flagship.line_of("protocol.yaml", "id: cd19-car-t-rr-mrd\n")
    path = flagship.root / "protocol.yaml"
    text = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(i for i in range(start, len(text)) if text[i].strip().startswith("basis:"))
    text[at] = "    basis: [enrolled, infused, treated, evaluable]\n"
    gone = next(i for i in range(start, len(text)) if text[i].strip().startswith("mixed-denominators:"))
    del text[gone]
    path.write_text("".join(text), encoding="utf-8", newline="\n")
    flagship.refused(f"protocol.yaml:{start}", "denominators")


def test_a_stored_finding_without_its_protocol_entry(flagship):
    (flagship.root / "findings" / "ghost.json").write_text("{}\n", encoding="utf-8")
    flagship.refused("findings/ghost.json", "not planned")


def test_a_claim_on_an_analysis_that_is_not_planned(flagship):
    line = flagship.swap("protocol.yaml", "finding: fr-blinatumomab-os,", "finding: ghost,")
    flagship.refused(f"protocol.yaml:{line}", "ghost")


def test_a_changed_digit_in_the_findings(flagship):
    path = flagship.root / "findings" / "car-t-rr-remission.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    old = repr(stored["pooled"]["estimate"])
    new = old[:-1] + ("1" if old[-1] != "1" else "2")
    flagship.swap("findings/car-t-rr-remission.json", old, new)
    code, said = flagship.run("check", "--quiet")
    assert code == 1
    assert "findings/car-t-rr-remission.json" in said
    assert new in said


def test_a_correction_that_outlived_its_reason(flagship):
    (flagship.root / "studies/eliana/corrections.yaml").write_text(
        "corrections:\n"
        '  - {table: survival, key: s01, column: upper, expect: "0.99", use: "0.85", reason: a test, by: r1,'
        " date: 2026-01-01}\n",
        encoding="utf-8",
    )
    flagship.refused("studies/eliana/corrections.yaml:2", "0.99", "0.82")


def test_more_records_than_the_search_found(flagship):
    search = flagship.root / "searches" / "pages-third.yaml"
    line = next(x for x in search.read_text(encoding="utf-8").splitlines() if x.startswith("hits:"))
    flagship.swap("searches/pages-third.yaml", line, "hits: 1")
    flagship.refused("searches/pages-third.yaml:1", "1 hits")


def first_key(flagship, file, events):
    """Return the key of the first row of a counts table with that many events."""
    import csv
    import io

    rows = csv.DictReader(io.StringIO((flagship.root / file).read_text(encoding="utf-8")))
    return next(r["key"] for r in rows if r["events"] == events)
