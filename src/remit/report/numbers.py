"""How numbers are printed: percent with one decimal (none on the home page), ratios with two, never a lone estimate.

A proportion between 0 and 1 is printed as percent; a value that is not 0 or 1 is never printed as 0% or 100%.
"""

import math

DASH = "–"


def percent(value: float, digits: int = 1) -> str:
    """Return a proportion as percent without the sign: 0.8234 gives `82.3`."""
    return f"{100 * value:.{digits}f}"


def as_printed(value: float) -> str:
    """Return a proportion as percent with the decimals it was read with: 0.81 gives `81%`, 0.772 gives `77.2%`."""
    return f"{round(100 * value, 6):g}%"


def whole_percent(value: float) -> str:
    """Return a proportion as a whole percent with its sign; what is neither 0 nor 1 never reads 0% or 100%."""
    if 0 < value < 0.005:
        return "<1%"
    if 0.995 <= value < 1:
        return ">99%"
    return f"{100 * value:.0f}%"


def ratio(value: float) -> str:
    """Return a ratio with two decimals; above 100 with none."""
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"


def natural(value: float, is_ratio: bool) -> str:
    """Return an estimate as forest plots print it: `82.3` (percent) or `0.39` (ratio)."""
    return ratio(value) if is_ratio else percent(value)


def interval(lower: float, upper: float, is_ratio: bool) -> str:
    """Return an interval in square brackets."""
    return f"[{natural(lower, is_ratio)}, {natural(upper, is_ratio)}]"


def short(value: float, is_ratio: bool) -> str:
    """Return an estimate as the home page prints it."""
    return ratio(value) if is_ratio else whole_percent(value)


def short_interval(lower: float, upper: float, is_ratio: bool) -> str:
    """Return an interval as the home page prints it: `74–86` or `0.25–0.61`."""
    if is_ratio:
        return f"{ratio(lower)}{DASH}{ratio(upper)}"
    return f"{100 * lower:.0f}{DASH}{100 * upper:.0f}"


def people(value: int | None) -> str:
    """Return a count of people with thousands separated, or a dash."""
    return DASH if value is None else f"{value:,}"


def p_value(value: float | None) -> str:
    """Return a p value with its relation: `= 0.03`, `< 0.001`, or a dash."""
    if value is None or math.isnan(value):
        return DASH
    if value < 0.001:
        return "< 0.001"
    return f"= {value:.3f}" if value < 0.1 else f"= {value:.2f}"


def plain(value: float | None, digits: int = 2) -> str:
    """Return a number with `digits` decimals, or a dash when there is none."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{round(value, digits) + 0.0:.{digits}f}"  # never -0.0


def tidy(value: float | None) -> str:
    """Return a number without needless zeros (`24`, `38.8`), or an empty string."""
    return "" if value is None else f"{value:g}"


def studies(k: int, distinct: int) -> str:
    """Return how many studies gave `k` estimates: `16 studies`, or `3 studies, 4 groups` where one gave several."""
    said = count_of(distinct, "study", "studies")
    return said if k == distinct else f"{said}, {count_of(k, 'group')}"


def count_of(n: int, noun: str, plural: str = "") -> str:
    """Return `1 study` or `12 studies`."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
