"""Coordinates as CSV: numbers read in the one way possible or refused, rows and columns not read said."""

import pytest

from remit.errors import InputError
from remit.extract.tracing import points


def read(text, name="points.csv"):
    return points.read(text.encode(), name)


def test_commas_between_thousands_are_read_as_such_where_other_numbers_have_points():
    held = read('time,survival\n0,1\n"1,000",0.9\n"1,500",0.7\n"2,250",0.5\n')["curve"]
    assert held.time == (0.0, 1000.0, 1500.0, 2250.0)
    assert "1,000" in held.notes[0]


def test_commas_between_thousands_are_read_beside_numbers_too_small_to_have_any():
    held = read('time,survival\n0,1\n500,0.9\n"1,095",0.7\n"1,095.5",.5\n')["curve"]
    assert held.time == (0.0, 500.0, 1095.0, 1095.5)


@pytest.mark.parametrize(
    "text",
    [
        'time,survival\n0,100\n"1,095",70\n"2,190",50\n',
        "time;survival\n0;100\n1,095;70\n",
        'time,survival\n0,1\n"1,095",0.7\n"12,5",0.5\n',
        "time;survival\n0;1\n1.095;0,7\n1.500;0,5\n",
    ],
)
def test_a_number_that_can_be_read_in_two_ways_is_refused(text):
    with pytest.raises(InputError, match=r"1[,.]095.*may"):
        read(text)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_decimal_commas_are_read_where_they_can_be_nothing_else(mark):
    held = read(f"time{mark}survival\n0{mark}1\n1,125{mark}0,855\n12,5{mark}0,4\n")["curve"]
    assert (held.time, held.survival) == ((0.0, 1.125, 12.5), (1.0, 0.855, 0.4))


def test_three_decimals_after_a_point_are_decimals():
    assert read("time,survival\n0,1\n1.125,0.9\n2.250,0.5\n")["curve"].time == (0.0, 1.125, 2.25)


def test_spaces_between_thousands_are_read():
    assert read('time,A,B\n0,1,1\n"1 000",.8,.9\n')["A"].time == (0.0, 1000.0)


def test_a_value_that_is_no_plain_number_is_refused_with_its_line():
    with pytest.raises(InputError, match=r"line 4: 24,<0\.5; line 5: 36,0\.3\*"):
        read("time,survival\n0,1\n12,0.9\n24,<0.5\n36,0.3*\n")


def test_times_without_survival_are_said_and_that_the_curve_may_be_cut_short():
    held = read("time,survival\n0,1\n5,nan\nx,y\n10,0.8\n20,\n")["curve"]
    assert held.warnings == (
        "half a point, not read, on line 3 (time 5), line 6 (time 20); the curve may be cut short at 10",
    )
    assert "line 4 (x,y)" in held.notes[0]


def test_curves_of_one_table_may_be_of_different_length_without_a_word():
    held = read("time,A,B\n0,1,1\n5,.8,.9\n20,.5,\n")
    assert held["B"].time == (0.0, 5.0)
    assert held["B"].warnings == ()


@pytest.mark.parametrize(
    "head",
    [
        "time,n.risk,n.event,surv,std.err,lower,upper",
        "time,n.risk,n.event,estimate,std.error,conf.high,conf.low",
        "Time (days),At risk,Events,Survival (%),SE,Lower CI,Upper CI",
    ],
)
def test_the_table_of_a_survival_program_gives_its_survival_alone(head):
    held = read(f"{head}\n1,20,1,0.95,0.04,0.86,1\n3,18,2,0.84,0.08,0.70,1\n")
    assert list(held) == ["curve"]
    assert held["curve"].survival == (0.95, 0.84)
    assert held["curve"].notes[0].startswith("columns left out: ")


def test_the_strata_of_a_survival_program_are_curves():
    held = read("strata,time,n.risk,surv\ntrt=A,1,20,0.95\ntrt=A,3,18,0.84\ntrt=B,2,9,.9\ntrt=B,4,8,.8\n")
    assert held["trt=B"].survival == (0.9, 0.8)
