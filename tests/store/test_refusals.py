"""Every refusal is seen, with its file, its line and its rule."""

import pytest

from remit import store
from remit.store.write import table

PROTOCOL = "protocol.yaml"
STUDY = "studies/alpha/study.yaml"
BETA = "studies/beta/study.yaml"
COUNTS = "studies/alpha/counts.csv"
SURVIVAL = "studies/alpha/survival.csv"
MEDIANS = "studies/alpha/medians.csv"
CONTRASTS = "studies/beta/contrasts.csv"
FIXES = "studies/alpha/corrections.yaml"
BIAS = "studies/alpha/bias.yaml"
RECORDS = "records/records.csv"
LOG = "screening/full-text/ab.csv"

REFUSED = [
    # text of YAML
    (STUDY, "family: alpha", "family: &a alpha", "yaml-anchor", 3),
    (STUDY, "family: alpha", "family: *a", "yaml-alias", 3),
    (STUDY, "family: alpha", "family: !!str alpha", "yaml-tag", 3),
    (STUDY, "family: alpha", "family: alpha\n<<: {a: b}", "yaml-merge", 4),
    (STUDY, "family: alpha", "family: alpha\nfamily: beta", "duplicate-key", 4),
    (STUDY, "family: alpha", "family: ~", "yaml-null", 3),
    (STUDY, "family: alpha", "family: [[[[[[[[[[[[[a]]]]]]]]]]]]]", "too-deep", 3),
    (STUDY, "family: alpha", "family: [alpha", "yaml", 4),
    (STUDY, "family: alpha", 'family: "al\\x00pha"', "control-character", 3),
    (STUDY, "family: alpha", "family: al\x07pha", "control-character", 3),
    (STUDY, "family: alpha", "family: [alpha]", "not-text", 3),
    (STUDY, "family: alpha", "familly: alpha", "unknown-key", 3),
    (STUDY, "family: alpha\n", "", "missing", 1),
    (STUDY, "family: alpha", "family: Alpha", "bad-id", 3),
    (STUDY, "study: alpha", "study: other", "folder-name", 1),
    # codes and references of a study
    (STUDY, "design: single-arm", "design: single-armed", "bad-code", 4),
    (STUDY, "populations: [relapsed]", "populations: [newly]", "dangling-population", 5),
    (STUDY, "populations: [relapsed]", "populations: relapsed", "not-a-list", 5),
    (STUDY, "age_min: 1\n", "age_min: 18\n", "ages", 7),
    (STUDY, "age_min: 1\n", "age_min: 1e0\n", "not-a-number", 7),
    (STUDY, "class: car-t, targets", "class: cart, targets", "dangling-class", 13),
    (STUDY, "agents: [cells-a], class: car-t, n: 9", "agents: [cells], class: car-t, n: 9", "dangling-agent", 14),
    (STUDY, "part_of: all", "part_of: none", "dangling-arm", 14),
    (STUDY, "part_of: all", "part_of: low", "dangling-arm", 14),
    (STUDY, "id: low", "id: all", "duplicate-id", 14),
    (STUDY, "arm: all, report", "arm: some, report", "dangling-arm", 16),
    (STUDY, "report: alpha-2018,", "report: alpha-2019,", "dangling-report", 16),
    (STUDY, "stage: enrolled", "stage: entered", "bad-code", 16),
    (STUDY, "family: alpha", "family: alpha\nfamily_reason: x\ndisjoint_from: [gamma]", "dangling-study", 5),
    (STUDY, "year: 2018,", "year: 2018, superseded_by: later,", "dangling-report", 11),
    (STUDY, "year: 2018, url", "year: 2018, url: 'javascript:x', link", "bad-url", 11),
    (BETA, "id: beta-2019", "id: alpha-2018", "duplicate-id", 9),
    (BETA, "id: beta-2019", "id: beta-2020", "dangling-record", 9),
    # text of tables
    (COUNTS, "key,arm,", "key,arms,", "unknown-column", 1),
    (COUNTS, ",note\n", "\n", "missing-column", 1),
    (COUNTS, "key,arm,outcome,", "key,outcome,arm,", "csv-header", 1),
    (COUNTS, "primary,ab,cd,,\n", "primary,ab,cd,\n", "csv-cells", 2),
    (COUNTS, "c10,all", "c1,all", "duplicate-key", 4),
    (COUNTS, "c1,all", "c3,all", "unsorted", 3),
    (COUNTS, '"one, mild"', '"one, mild', "csv", 4),
    (COUNTS, '"one, mild"', '"one,\nmild"', "csv", 4),
    (COUNTS, '"one, mild"', "one\x00mild", "control-character", 4),
    (COUNTS, '"one, mild"', "one\rmild", "line-ends", 4),
    (COUNTS, "key,arm,outcome", "\ufeffkey,arm,outcome", "byte-order-mark", 1),
    # values
    (COUNTS, "cr,,24,30", "cr,,31,30", "events-exceed-total", 2),
    (COUNTS, "cr,,24,30", "cr,,-1,30", "negative", 2),
    (COUNTS, "cr,,24,30", "cr,,2.5,30", "not-a-number", 2),
    (COUNTS, "30,0.8,", "30,1.8,", "outside-0-1", 2),
    (COUNTS, "30,0.8,", "30,80%,", "not-a-number", 2),
    (COUNTS, "30,0.8,", "30,.8,", "not-a-number", 2),
    (COUNTS, "30,0.8,0.61,0.92", "30,0.8,0.92,0.61", "interval-reversed", 2),
    (COUNTS, "30,0.8,0.61,0.92", "30,0.8,0.81,0.92", "interval-misses-estimate", 2),
    (COUNTS, "24,30,0.8,0.61,0.92", "24,30,,0.61,0.72", "interval-misses-estimate", 2),
    (COUNTS, "0.92,0.95", "0.92,95", "bad-level", 2),
    (COUNTS, "24,30,0.8", ",30,", "no-value", 2),
    (COUNTS, "infused,ctcae-5", "infused,", "no-scale", 3),
    (COUNTS, "infused,ctcae-5", "infused,ctcae-6", "dangling-scale", 3),
    (COUNTS, "all,cr,", "all,crr,", "dangling-outcome", 2),
    (COUNTS, "other:liver", "other:", "bad-id", 4),
    (COUNTS, "c1,all,", "c1,none,", "dangling-arm", 2),
    (COUNTS, "alpha-2018,Table 2", "alpha-2017,Table 2", "dangling-report", 2),
    (COUNTS, "alpha-2018,Table 2", ",Table 2", "no-source", 2),
    (COUNTS, "alpha-2018,Table 2", "alpha-2018,", "no-source", 2),
    (COUNTS, "Table 2,https://example.org/a", "Table 2,", "no-address", 2),
    (COUNTS, "Table 2,https://example.org/a", "Table 2,see there", "bad-url", 2),
    (COUNTS, "primary,ab,cd", "primary,ab,xy", "dangling-person", 2),
    (COUNTS, "primary,ab,cd", "primary,,cd", "missing", 2),
    (COUNTS, "label,ab,,no-address", "label,ab,,no-adress;no-address", "unknown-flag", 4),
    (COUNTS, "0.95,infused,", "0.95,itt,", "bad-code", 2),
    (SURVIVAL, "0.62", "62", "outside-0-1", 2),
    (SURVIVAL, "0.62", "", "missing", 2),
    (SURVIVAL, "os,24,", "os,,", "no-time", 2),
    (SURVIVAL, "0.95,,30", "0.95,4.2,30", "outside-0-1", 2),
    (MEDIANS, "os,NR,", "os,,", "no-value", 3),
    (MEDIANS, "os,19.1,9,NR", "os,19.1,29,NR", "interval-misses-estimate", 2),
    (CONTRASTS, "HR,0.7", "HR,0", "ratio-not-positive", 2),
    (CONTRASTS, "HR,0.7", "HR,-0.7", "ratio-not-positive", 2),
    (CONTRASTS, "new,old", "new,older", "dangling-comparator", 2),
    (CONTRASTS, "new,old", "new,new", "dangling-comparator", 2),
    (CONTRASTS, "20,50", "60,50", "events-exceed-total", 2),
    (CONTRASTS, "HR,0.7,0.5,0.98", "RD,-70,,", "outside-0-1", 2),
    (CONTRASTS, "HR,0.7,0.5,0.98,0.95,.04,20", "HR,,,,,,", "no-value", 2),
    # corrections and bias
    (FIXES, '"0.65"', '"0.66"', "correction-expect", 2),
    (FIXES, "key: s1", "key: s2", "dangling-row", 2),
    (FIXES, "column: upper", "column: uper", "dangling-column", 2),
    (FIXES, "column: upper", "column: locator", "dangling-column", 2),
    (FIXES, 'use: "0.85"', 'use: "0.65"', "idle-correction", 2),
    (FIXES, "by: cd", "by: ef", "dangling-person", 2),
    (BIAS, "tool: jbi-case-series", "tool: jbi", "bad-code", 2),
    (BIAS, "by: ab", "by: zz", "dangling-person", 4),
    (BIAS, "tool: jbi-case-series", "tool: rob2", "missing", 2),
    # records and decisions
    (RECORDS, "beta-2019,hand", "beta-2019,web", "dangling-search", 3),
    (LOG, "d2,beta-2019", "d2,beta-2018", "dangling-record", 3),
    (LOG, "d3,gamma-2017,exclude,exc-adults", "d3,gamma-2017,exclude,", "missing", 4),
    (LOG, "d3,gamma-2017,exclude,exc-adults", "d3,gamma-2017,exclude,inc-trial", "criterion-effect", 4),
    (LOG, "d3,gamma-2017,exclude,exc-adults", "d3,gamma-2017,exclude,exc-old", "dangling-criterion", 4),
    (LOG, "d3,gamma-2017,exclude,exc-adults", "d3,gamma-2017,include,inc-trial", "dangling-report", 4),
    (LOG, "all over 18,2020-01-02", "all over 18,yesterday", "bad-date", 4),
    ("searches/hand.yaml", "search: hand", "search: hands", "folder-name", 1),
    ("horizon.csv", "car-t,children", "cart,children", "dangling-class", 2),
    # mechanisms and certainty
    ("mechanisms/agents.csv", "cells-a,Cells A", "cells-b,Cells A", "dangling-agent", 2),
    ("mechanisms/edges.csv", ",https://example.org/m", ",", "no-source", 2),
    ("mechanisms/resistance.csv", "car-t,cells-a", "cart,cells-a", "dangling-class", 2),
    ("certainty.yaml", "analysis: car-t-cr", "analysis: cart-cr", "dangling-finding", 2),
    ("certainty.yaml", "by: cd", "by: nobody", "dangling-person", 2),
    # review and protocol
    ("review.yaml", "format: 2", "format: 3", "format", 1),
    ("review.yaml", "id: cd", "id: ab", "duplicate-id", 8),
    (PROTOCOL, "populations: [relapsed]", "populations: [lapsed]", "dangling-population", 4),
    (PROTOCOL, "id: exc-adults", "id: inc-trial", "duplicate-id", 7),
    (PROTOCOL, "effect: exclude", "effect: remove", "bad-code", 7),
    (PROTOCOL, "name: CRS, kind: proportion", "name: CRS, kind: rate", "bad-code", 20),
    (PROTOCOL, "graded: yes", "graded: true", "bad-code", 20),
    (PROTOCOL, "importance: 7", "importance: 10", "bad-code", 20),
    (PROTOCOL, "    question: main\n", "    question: mein\n", "dangling-question", 26),
    (PROTOCOL, "    outcomes: [cr]", "    outcomes: [cr, vgpr]", "dangling-outcome", 29),
    (PROTOCOL, "class: [car-t, chemotherapy]", "class: [car-t, chemo]", "dangling-class", 27),
    (PROTOCOL, "class: [car-t, chemotherapy]", "class: []", "each", 24),
    (PROTOCOL, '"{class}-cr"\n    each', '"{klass}-cr"\n    each', "each", 23),
    (PROTOCOL, 'design: ["!registry"]', 'design: ["!register"]', "dangling-design", 30),
    (PROTOCOL, 'design: ["!registry"]', 'study: ["!omega"]', "dangling-study", 23),
    (PROTOCOL, 'design: ["!registry"]', "designs: [x]", "unknown-key", 30),
    (PROTOCOL, "basis: [infused, treated]", "basis: [infused, itt]", "bad-code", 31),
    (PROTOCOL, "important: [0.5, 0.7]", "important: [half]", "not-a-number", 32),
    (PROTOCOL, "mixed-ages: few", "mixed-age: few", "unknown-key", 33),
    (PROTOCOL, ", months: 24, window: 1", "", "missing", 34),
    (PROTOCOL, "measure: HR", "measure: hazard", "bad-code", 35),
    (PROTOCOL, "id: os-24", "id: claims", "bad-id", 34),
    (PROTOCOL, "id: os-24", "id: hr", "duplicate-id", 35),
    (PROTOCOL, 'analysis: "{class}-cr"', 'analysis: "{class}-crr"', "dangling-finding", 37),
    (PROTOCOL, 'analysis: "{class}-cr"', "analysis: car-t-cr", "matrix", 37),
    (PROTOCOL, "finding: car-t-cr", "finding: car-t-crr", "dangling-finding", 42),
    (PROTOCOL, "recorded: uncertain", "recorded: perhaps", "bad-code", 43),
]


@pytest.mark.parametrize(("file", "old", "new", "rule", "line"), REFUSED)
def test_it_is_refused_at_its_place(folder, change, file, old, new, rule, line):
    change(file, old, new)
    review, problems = store.load(folder)
    assert review is None
    assert (file, line, rule) in {(p.place.file, p.place.line, p.rule) for p in problems}
    assert all(p.seen and p.expected and p.advice for p in problems)


def test_every_problem_is_told_not_only_the_first(folder, change):
    change(COUNTS, "cr,,24,30", "cr,,31,30")
    change(COUNTS, "infused,ctcae-5", "infused,")
    change(PROTOCOL, "effect: exclude", "effect: remove")
    change(BETA, "lineage: b-all", "lineage: t-all\nlinage: b-all")
    _, problems = store.load(folder)
    assert [p.rule for p in problems if p.place.file in (COUNTS, BETA)] == [
        "events-exceed-total",
        "no-scale",
        "bad-code",
        "unknown-key",
    ]
    assert "bad-code" in {p.rule for p in problems if p.place.file == PROTOCOL}


def test_the_nearest_valid_name_is_suggested(folder, change):
    change(STUDY, "family: alpha", "familly: alpha")
    change(CONTRASTS, "key,arm,comparator", "key,arm,comparater")
    _, problems = store.load(folder)
    advice = {p.rule: p.advice for p in problems}
    assert advice["unknown-key"] == "did you mean family or family_reason?"
    assert advice["unknown-column"] == "did you mean comparator?"


def test_a_rate_above_one_is_named_and_a_percentage_explained(folder, change):
    change(COUNTS, "30,0.8,", "30,1.8,")
    _, problems = store.load(folder)
    (rate,) = [p for p in problems if p.rule == "outside-0-1"]
    assert rate.seen == "proportion 1.8: a rate above 1"
    assert "divide it by 100" in rate.advice


def test_a_suspect_interval_is_kept_with_a_warning(folder, change):
    change(COUNTS, "30,0.8,0.61,0.92", "30,0.8,0.81,0.92")
    change(COUNTS, "primary,ab,cd,,\n", "primary,ab,cd,suspect,\n")
    review, problems = store.load(folder)
    assert review is not None
    assert [(p.rule, p.severity) for p in problems] == [("interval-misses-estimate", "warning")]


def test_a_correction_mends_the_interval_it_corrects(folder, change):
    change(SURVIVAL, "0.62,0.41,0.65", "0.7,0.41,0.65")
    review, problems = store.load(folder)
    assert review is not None and problems == ()
    (folder / FIXES).unlink()
    assert [p.rule for p in store.load(folder)[1]] == ["interval-misses-estimate"]


def test_an_unusual_level_is_a_warning(folder, change):
    change(COUNTS, "0.92,0.95", "0.92,0.8")
    review, problems = store.load(folder)
    assert review is not None
    assert [(p.rule, p.severity, p.place.line) for p in problems] == [("unusual-level", "warning", 2)]


def test_files_of_another_name_are_refused(folder):
    (folder / "studies/alpha/count.csv").write_text("x\n")
    (folder / "protocols.yaml").write_text("x: y\n")
    (folder / "studies/Gamma").mkdir()
    (folder / "studies/delta").mkdir()
    (folder / "screening/abstracts").mkdir()
    (folder / "README.md").write_text("anything")
    _, problems = store.load(folder)
    assert {(str(p.place), p.rule) for p in problems} == {
        ("studies/alpha/count.csv", "unknown-file"),
        ("protocols.yaml", "unknown-file"),
        ("studies/Gamma", "bad-id"),
        ("studies/delta/study.yaml", "missing"),
        ("screening/abstracts", "unknown-file"),
    }


def test_links_out_of_the_folder_are_refused(folder, tmp_path):
    outside = tmp_path / "outside"
    (folder / "studies/alpha").rename(outside)
    (folder / "studies/alpha").symlink_to(outside)
    (folder / "horizon.csv").unlink()
    (folder / "horizon.csv").symlink_to("/etc/hostname")
    _, problems = store.load(folder)
    links = {p.place.file for p in problems if p.rule == "link"}
    assert {"studies/alpha", "studies/alpha/study.yaml", "horizon.csv"} <= links


def test_a_file_too_large_and_a_file_not_utf8_are_refused(folder):
    (folder / "horizon.csv").write_bytes(b"x" * 4_000_001)
    (folder / MEDIANS).write_bytes(b"key,arm\nm1,\xff\n")
    _, problems = store.load(folder)
    found = {(p.place.file, p.place.line, p.rule) for p in problems}
    assert ("horizon.csv", 0, "too-large") in found
    assert (MEDIANS, 2, "encoding") in found


def test_a_bomb_of_aliases_is_refused_at_once(folder, change):
    lines = ["a: &a [x, x]"] + [f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    change(STUDY, "family: alpha", "family: alpha\n" + "\n".join(lines))
    _, problems = store.load(folder)
    assert {"yaml-alias", "yaml-anchor"} <= {p.rule for p in problems}


def test_one_broken_file_does_not_drown_the_others(folder):
    text = (folder / COUNTS).read_text().splitlines()
    rows = [text[0], *(text[1].replace("c1,all", f"c{i},nobody") for i in range(1, 400))]
    (folder / COUNTS).write_text("\n".join(rows) + "\n")
    _, problems = store.load(folder)
    assert len(problems) == 201
    assert "too-many" in {p.rule for p in problems}


LOG_RANK = "favours,events,o_minus_e,v,expected_arm,expected_comparator"


@pytest.fixture
def log_rank(folder):
    """Write the cells of the optional columns of contrasts into its first row, a hazard ratio."""

    def write(cells: str) -> None:
        path = folder / CONTRASTS
        header, first, *rest = path.read_text(encoding="utf-8").splitlines()
        blank = "," * LOG_RANK.count(",")
        rows = [_before_report(header, header, LOG_RANK), _before_report(header, first, cells)]
        rows += [_before_report(header, row, blank) for row in rest]
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")

    return write


def _before_report(header: str, row: str, cells: str) -> str:
    at = header.split(",").index("report")
    parts = row.split(",")
    return ",".join([*parts[:at], cells, *parts[at:]])


def test_log_rank_numbers_may_stand_before_the_report_and_come_back(folder, log_rank):
    log_rank("arm,90,-6.2,12.1,,")
    row = store.read(folder).studies[1].contrasts[0]
    assert (row.favours, row.events, row.o_minus_e, row.v, row.expected_arm) == ("arm", 90, -6.2, 12.1, None)
    text = table(store.read(folder).studies[1].contrasts, "contrasts")
    assert text.splitlines()[0].count("favours,events,o_minus_e,v,report") == 1, "only columns in use are written"


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ("nobody,,,,,", "bad-code"),
        (",,-6.2,,,", "no-value"),
        (",,-6.2,0,,", "variance-not-positive"),
        (",,,,20,", "no-value"),
        (",1,,,,", "events-exceed-total"),
    ],
)
def test_log_rank_numbers_that_cannot_be_used_are_refused(folder, log_rank, cells, rule):
    log_rank(cells)
    review, problems = store.load(folder)
    assert review is None
    assert (CONTRASTS, 2, rule) in {(p.place.file, p.place.line, p.rule) for p in problems}


def test_an_optional_column_twice_is_refused(folder, change):
    change(CONTRASTS, "transplant,report", "transplant,events,events,report")
    _, problems = store.load(folder)
    assert (CONTRASTS, "csv-header") in {(p.place.file, p.rule) for p in problems}
