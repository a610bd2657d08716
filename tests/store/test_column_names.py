"""Tables with the column names of other programs."""

import pytest

from remit.errors import ReviewError
from remit.store.column_names import read_as
from remit.store.study_table import read


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("study,xi,ni", {"xi": "events", "ni": "total"}),
        ("trial,event,n", {"trial": "study", "event": "events", "n": "total"}),
        ("study,ai,n1i,ci,n2i", {"ai": "events", "n1i": "total", "ci": "events2", "n2i": "total2"}),
        ("studlab,te,sete", {"studlab": "study", "te": "effect", "sete": "se"}),
        ("author,yi,vi,label", {"author": "study", "yi": "effect", "vi": "variance"}),
        ("study,hr,lcl,ucl", {"hr": "estimate", "lcl": "lower", "ucl": "upper"}),
        ("study,survival,n", {}),
        ("study,events,total,n", {}),
        ("study,effect,variance,yi,vi", {}),
        ("study,hr,or,lower,upper", {}),
    ],
)
def test_names_are_read_only_where_nothing_else_is_meant(header, wanted):
    assert read_as(header.split(",")) == wanted


def table(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_ratio_column_says_the_measure(tmp_path):
    found = read(table(tmp_path, "Trial;HR;CI.lb;CI.ub\nA;0.5;0.3;0.9\nB;0.7;0.4;1.2\n"))
    assert (found.form, found.measure) == ("interval", "HR")
    assert found.read_as == (("Trial", "study"), ("HR", "estimate"), ("CI.lb", "lower"), ("CI.ub", "upper"))
    assert found.rows[1].values == {"estimate": 0.7, "lower": 0.4, "upper": 1.2}


def test_a_name_twice_is_refused_as_any_column_is(tmp_path):
    with pytest.raises(ReviewError) as stop:
        read(table(tmp_path, "study,xi,xi,ni\nA,1,1,2\n"))
    assert "twice" in str(stop.value.problems[0])
