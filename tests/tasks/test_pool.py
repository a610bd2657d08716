"""Tables pooled: every form of header, the same numbers as the methods themselves, refusals with their line."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import RemitError, ReviewError, UsageError
from remit.stats import tau2
from remit.stats.effects import log_odds_ratio, log_risk_ratio, risk_difference
from remit.stats.glmm import pool_proportions
from remit.stats.pool import random_effects
from remit.synthesise import Choices
from remit.tasks.pool import pool

# Tuberculosis vaccine trials (Colditz et al. 1994, JAMA 271:698-702): the table most texts on pooling print.
BCG = """study,events,total,events2,total2
Aronson 1948,4,123,11,139
Ferguson and Simes 1949,6,306,29,303
Rosenthal 1960,3,231,11,220
Hart and Sutherland 1977,62,13598,248,12867
Frimodt-Moller 1973,33,5069,47,5808
Stein and Aronson 1953,180,1541,372,1451
Vandiviere 1973,8,2545,10,629
Madras 1980,505,88391,499,88391
Coetzee and Berjak 1968,29,7499,45,7277
Rosenthal 1961,17,1716,65,1665
Comstock 1974,186,50634,141,27338
Comstock and Webster 1969,5,2498,3,2341
Comstock 1976,27,16913,29,17854
"""


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "t.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


def test_two_arms_agree_with_metafor_on_the_vaccine_trials(table):
    found = pool(table(BCG), "RR", choices=Choices(interval="normal")).pooled
    assert math.log(found.estimate) == pytest.approx(-0.7145, abs=0.5e-4)  # metafor's documentation of dat.bcg
    assert found.se == pytest.approx(0.1798, abs=0.5e-4)
    assert found.tau2 == pytest.approx(0.3132, abs=0.5e-4)
    assert found.i2 == pytest.approx(92.22, abs=0.5e-2)
    assert found.q == pytest.approx(152.2330, abs=0.5e-4)


@pytest.mark.parametrize(
    ("measure", "way", "back"),
    [("OR", log_odds_ratio, math.exp), ("RR", log_risk_ratio, math.exp), ("RD", risk_difference, float)],
)
def test_every_two_arm_measure_is_pooled_as_its_own_method_says(table, measure, way, back):
    found = pool(table(BCG), measure.lower())
    cells = [[int(c) for c in line.split(",")[1:]] for line in BCG.splitlines()[1:]]
    effects = [way(*c) for c in cells]
    direct = random_effects([e.estimate for e in effects], [e.variance for e in effects])
    assert found.table.measure == measure
    assert found.pooled.estimate == pytest.approx(back(direct.estimate), rel=1e-12)
    assert (found.pooled.prediction_lower, found.pooled.prediction_upper) == pytest.approx(
        (back(direct.prediction_lower), back(direct.prediction_upper)), rel=1e-12
    )


def test_proportions_are_pooled_by_their_exact_likelihood(table):
    found = pool(table("study,events,total\nA,5,10\nB,12,12\nC,7,30\n"))
    direct = pool_proportions([5, 12, 7], [10, 12, 30], interval="t")
    assert (found.pooled.estimate, found.pooled.lower, found.pooled.upper) == (
        direct.estimate,
        direct.lower,
        direct.upper,
    )
    assert any("100 %" in w and "B" in w for w in found.warnings)
    assert "rma.glmm" in found.in_r


@pytest.mark.parametrize("model", ["REML", "DL", "PM", "ML", "EB", "HE", "HS", "SJ"])
def test_every_model_uses_its_own_tau2(table, model):
    found = pool(table(BCG), "OR", choices=Choices(model=model))
    names = {
        "REML": tau2.reml,
        "DL": tau2.dersimonian_laird,
        "PM": tau2.paule_mandel,
        "ML": tau2.maximum_likelihood,
        "EB": tau2.empirical_bayes,
        "HE": tau2.hedges,
        "HS": tau2.hunter_schmidt,
        "SJ": tau2.sidik_jonkman,
    }
    effect, variance = [s.effect for s in found.studies], [s.variance for s in found.studies]
    assert found.pooled.tau2 == names[model](effect, variance)


def test_the_common_effect_has_no_heterogeneity_in_it(table):
    found = pool(table(BCG), "OR", choices=Choices(model="CE"))
    assert found.pooled.tau2 == 0.0
    assert found.pooled.prediction_lower is None
    assert (found.pooled.estimate, found.pooled.upper) == pytest.approx(
        (found.pooled.common_estimate, found.pooled.common_upper)
    )


@pytest.mark.parametrize(
    ("text", "measure", "estimate"),
    [
        ("study,estimate,lower,upper\nA,0.5,0.25,1\nB,0.5,0.25,1\n", "HR", 0.5),
        ("study,estimate,lower,upper,level\nA,-2,-4,0,95\nB,-2,-3,-1,0.9\n", "MD", -2.0),
        ("study,effect,variance\nA,0.3,0.04\nB,0.3,0.02\n", "", 0.3),
        ("study,effect,se\nA,0,0.2\nB,0,0.1\n", "RR", 1.0),
        ("study,survival,se\nA,0.6,0.1\nB,0.6,0.05\n", "", 0.6),
        ("study,survival,lower,upper,n\nA,0.6,0.4,0.8,\nB,0.6,,,40\n", "survival", 0.6),
        ("study;survival;n\nA;0.6;30\n\nB;0.6;40\n", "", 0.6),
        ("\ufeffSTUDY\tEvents\tTotal\r\nA\t5\t10\r\nB\t5\t10\r\n", "PLO", 0.5),
    ],
)
def test_every_form_is_recognised_by_its_header(table, text, measure, estimate):
    assert pool(table(text), measure).pooled.estimate == pytest.approx(estimate, abs=1e-9)


def test_printed_intervals_are_shown_as_printed_and_others_at_the_level_asked(table):
    text = "study,estimate,lower,upper\nA,0.5,0.3,0.8\nB,0.7,0.4,1.2\n"
    assert [(s.lower, s.upper) for s in pool(table(text), "HR").studies] == [(0.3, 0.8), (0.4, 1.2)]
    wider = pool(table(text), "HR", choices=Choices(level=0.99)).studies[0]
    assert wider.lower < 0.3
    assert wider.upper > 0.8


def test_two_studies_one_study_and_studies_that_say_nothing_are_told(table):
    two = pool(table("study,events,total,events2,total2\nA,3,10,5,10\nB,0,9,2,9\nC,0,5,0,5\n"), "OR")
    assert [s.study for s in two.studies] == ["A", "B"]
    said = " | ".join(two.warnings)
    assert "two studies" in said
    assert "half an event was added where a cell is empty: B" in said
    assert ":4: C says nothing" in said
    one = pool(table("study,events,total\nA,5,10\n"))
    assert one.pooled is None
    assert one.studies[0].weight == 100.0
    assert "nothing is pooled" in one.warnings[0]


def test_subgroups_and_leave_one_out(table):
    text = "study,events,total,target,note\nA,5,10,x,\nB,8,12,x,\nC,7,30,y,\n"
    found = pool(table(text), subgroup="Target", choices=Choices(leave_one_out=True))
    assert [(v.level, v.k) for v in found.levels] == [("x", 2), ("y", 1)]
    alone = pool_proportions([5, 8], [10, 12], interval="profile")
    assert (found.levels[0].estimate, found.levels[0].upper) == (alone.estimate, alone.upper)
    assert found.difference_df == 1
    assert [w.study for w in found.without] == ["A", "B", "C"]
    assert found.without[2].estimate == found.levels[0].estimate
    assert any("columns not used: note" in w for w in found.warnings)


def test_a_level_at_100_percent_still_enters_the_test_of_levels(table):
    text = "study,events,total,g\nA,10,10,x\nB,12,12,x\nC,7,30,y\nD,9,30,y\n"
    found = pool(table(text), subgroup="g")
    assert found.levels[0].estimate == 1.0
    assert found.difference_p < 0.05


@pytest.mark.parametrize(
    ("text", "measure", "line", "said"),
    [
        ("", "", 1, "an empty file"),
        ("study,events,total\n", "", 0, "no study"),
        ("study,event,total\nA,1,2\n", "", 1, "did you mean events"),
        ("experiment,events,total\nA,1,2\n", "", 1, "no column study"),
        ("study,events,events,total\nA,1,1,2\n", "", 1, "twice"),
        ("study,events,total\nA,3,2\n", "", 2, "events 3 of total 2"),
        ("study,events,total\nA,1,2\nB,1.5,2\n", "", 3, "whole number"),
        ("study,events,total\nA,1,2\nB,,2\n", "", 3, "no events of B"),
        ("study,events,total\nA,1,2\nB,1,10000001\n", "", 3, "up to 10000000"),
        ("study,events,total\n" + "A,1,2\n" * 2001, "", 2002, "at most 2000 studies"),
        ("study,events,total\nA,1\n", "", 2, "2 cells"),
        ("study,events,total\n,1,2\n", "", 2, "no study name"),
        ('study,events,total\n"A,1,2\n', "", 2, "csv"),
        ("study,estimate,lower,upper\nA,0.9,1,2\n", "HR", 2, "lower <= estimate"),
        ("study,estimate,lower,upper\nA,0.9,1,2\n", "MD", 2, "lower <= estimate"),
        ("study,estimate,lower,upper\nA,nan,1,2\n", "MD", 2, "a number"),
        ("study,effect,variance\nA,0.1,0\n", "", 2, "above 0"),
        ("study,survival,se\nA,85,2\n", "", 2, "between 0 and 1"),
        ("study,survival,se\nA,1,0.1\n", "", 2, "without n"),
        ("study,events,total,events2,total2\nA,0,5,0,5\n", "OR", 0, "no study with information"),
        ("study,events,total\nA,1,2\nB\x00,1,2\n", "", 3, "control character"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(table, text, measure, line, said):
    with pytest.raises(ReviewError) as stop:
        pool(table(text), measure)
    assert said in str(stop.value)
    assert stop.value.problems[0].place.line == line


@pytest.mark.parametrize(
    ("measure", "subgroup", "choices", "said"),
    [
        ("HR", "", Choices(), "cannot be pooled as HR"),
        ("", "", Choices(), "do not say their measure"),
        ("OR", "sex", Choices(), "no column 'sex'"),
        ("OR", "", Choices(model="GLMM"), "model 'GLMM'"),
        ("OR", "", Choices(interval="profile"), "interval 'profile'"),
        ("OR", "", Choices(prediction="k-3"), "prediction 'k-3'"),
        ("OR", "", Choices(level=1.0), "level 1.0"),
    ],
)
def test_choices_that_do_not_fit_name_those_that_do(table, measure, subgroup, choices, said):
    with pytest.raises(UsageError, match=said):
        pool(table(BCG), measure, subgroup, choices)


def test_leaving_out_very_many_is_refused(table):
    with pytest.raises(UsageError, match="at most 500"):
        pool(table("study,events,total\n" + "A,1,2\n" * 501), choices=Choices(leave_one_out=True))


def test_only_plain_files_are_read(tmp_path, table):
    for path in (tmp_path, tmp_path / "absent.csv", table(BCG) / "below"):
        with pytest.raises(UsageError, match="name one CSV file"):
            pool(path)
    large = tmp_path / "large.csv"
    large.write_bytes(b"study,events,total\n" + b"A,1,2\n" * 400_000)
    with pytest.raises(ReviewError, match="at most 2000000 bytes"):
        pool(large)
    (tmp_path / "bytes.csv").write_bytes(b"study,events,total\nA\xff,1,2\n")
    with pytest.raises(ReviewError, match=r"bytes\.csv:2: byte 0xff"):
        pool(tmp_path / "bytes.csv")


def test_a_plot_stands_where_it_is_asked_and_nowhere_else(tmp_path, table):
    path = table(BCG)
    for bad in ("plot.png", "no/folder.svg"):
        with pytest.raises(UsageError):
            pool(path, "OR", plot=tmp_path / bad)
    named = path.rename(tmp_path / "t.svg")
    with pytest.raises(UsageError, match="the table itself"):
        pool(named, "OR", plot=named)
    path = named.rename(path)
    pool(path, "OR", plot=tmp_path / "f.svg")
    assert (tmp_path / "f.svg").read_bytes().startswith(b"<svg")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f.svg", "t.csv"]


def test_json_holds_plain_numbers(table):
    out = pool(table(BCG), "OR", choices=Choices(leave_one_out=True)).to_dict()
    text = json.dumps(out, allow_nan=False)
    assert json.loads(text)["k"] == 13
    assert out["measure"] == "OR"


def test_json_has_null_where_a_number_is_not_finite(table):
    out = pool(table("study,events,total\nA,9,9\nB,7,7\n")).to_dict()
    assert json.loads(json.dumps(out, allow_nan=False))["pooled"]["effect"] is None


HEADERS = [
    "study,events,total",
    "study,events,total,events2,total2",
    "study,estimate,lower,upper,level",
    "study,effect,variance",
    "study,survival,lower,upper,se,n",
]
CELL = st.one_of(
    st.integers(-2, 40).map(str),
    st.floats(-1e6, 1e6).map(repr),
    st.sampled_from(["", "0", "1", "0.5", "1e300", "1e-300", "-1e308", "nan", "inf", "x", '"', "95", "1e999", "٣"]),
    st.text(max_size=4),
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.sampled_from(HEADERS),
    st.lists(st.lists(CELL, min_size=2, max_size=5), max_size=5),
    st.sampled_from(["", "OR", "RD", "HR", "MD", "survival"]),
)
def test_whatever_a_table_holds_it_is_pooled_or_refused_in_words(tmp_path_factory, header, rows, measure):
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes("\n".join([header, *("S," + ",".join(r) for r in rows)]).encode("utf-8", "surrogatepass"))
    try:
        found = pool(path, measure, choices=Choices(leave_one_out=True), plot=path.with_suffix(".svg"))
    except RemitError as error:
        assert str(error)
    else:
        assert found.k > 0


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_bytes_a_file_holds_there_is_no_traceback(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(raw)
    with pytest.raises(ReviewError):
        pool(path)


SIZE = st.one_of(
    st.floats(1e-4, 3), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0.0, 1.0, 1e-300, 1e300])
)
PEOPLE = st.one_of(st.integers(0, 12), st.sampled_from([0, 10_000_000]))


def lines(header):
    """Rows of the right length whose numbers may be of any size; ends of intervals stand around their estimate."""
    if header.startswith("study,events"):
        return st.lists(PEOPLE, min_size=header.count(","), max_size=header.count(","))
    if "lower" in header:
        return st.lists(SIZE, min_size=3, max_size=3).map(sorted).map(lambda v: [v[1], v[0], v[2]])
    return st.lists(SIZE, min_size=2, max_size=2)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.sampled_from([*HEADERS[:2], "study,estimate,lower,upper", "study,effect,variance", "study,survival,se"]).flatmap(
        lambda header: st.tuples(st.just(header), st.lists(lines(header), min_size=1, max_size=5))
    ),
    st.sampled_from(["", "OR", "RD", "HR", "MD"]),
    st.sampled_from(["", "REML", "DL", "CE"]),
)
def test_numbers_of_any_size_are_pooled_or_refused_in_words(tmp_path_factory, table, measure, model):
    path = tmp_path_factory.mktemp("any") / "t.csv"
    header, rows = table
    body = [",".join([f"S{i}", *map(repr, row), "xy"[i % 2]]) for i, row in enumerate(rows)]
    path.write_text("\n".join([f"{header},g", *body]), encoding="utf-8")
    choices = Choices(model=model, leave_one_out=True)
    try:
        found = pool(path, measure, "g", choices, path.with_suffix(".svg"))
    except RemitError as error:
        assert str(error)
    else:
        assert json.dumps(found.to_dict(), allow_nan=False)
        if found.pooled is not None:
            assert found.pooled.lower <= found.pooled.upper
