"""What a single row cannot say: events above their total, probabilities outside 0-1, intervals that do not hold.

A doubtful interval may stand as printed where its row carries the flag `suspect` (then it is a warning) or where
corrections.yaml gives the value used; checks see the row with its corrections.
"""

from remit.model.observation import Contrast, Count, Median, Survival
from remit.model.place import Severity
from remit.store.fields import Fields

RATIOS = ("HR", "OR", "RR")
USUAL_LEVELS = (0.95, 0.9)
_REPORT = (
    "compare with the report; if it prints this, keep it and flag the row suspect, or correct it in corrections.yaml"
)


def count(row: Count, f: Fields, graded: bool) -> None:
    """Check a row of counts."""
    if row.events is None and row.proportion is None:
        f.refuse("events", "no-value", "neither events nor a proportion", "one of them", "write what is printed")
    _within("events", row.events, "total", row.total, row.arm, f)
    _unit(f, "proportion", row.proportion)
    _interval(f, row.proportion, row.lower, row.upper, row.flags)
    _level(f, row.level)
    if row.proportion is None and row.events is not None and row.total:
        _holds(f, row.events / row.total, row.lower, row.upper, row.flags, slack=0.005)
    if graded and not row.scale:
        seen = f"outcome {row.outcome} without a scale"
        advice = "name the toxicity scale, or unknown where it was not seen"
        f.refuse("scale", "no-scale", seen, "the scale the grades were given on", advice)


def survival(row: Survival, f: Fields, known: bool) -> None:
    """Check a row of survival; `known` says that its probability could be read."""
    value = row.probability if known else None
    _unit(f, "probability", value)
    _interval(f, value, row.lower, row.upper, row.flags)
    _level(f, row.level)
    if row.se is not None and row.se > 0.5:
        f.refuse("se", "outside-0-1", f"se {row.se}", "a standard error on the probability scale", _per_cent("se"))
    if row.months is None and "no-timepoint" not in row.flags:
        advice = "write the time in months, or the flag no-timepoint where none is printed"
        f.refuse("months", "no-time", "a survival without a time", "months", advice)


def median(row: Median, f: Fields) -> None:
    """Check a row of medians."""
    if row.median is None and row.reached:
        f.refuse("median", "no-value", "no median", "months or NR", "write NR only where the report says not reached")
    _order(f, row.lower, row.upper, row.flags)
    _holds(f, row.median, row.lower, row.upper, row.flags)
    _level(f, row.level)


def contrast(row: Contrast, f: Fields) -> None:
    """Check a row of contrasts."""
    if (row.estimate, row.lower, row.events_arm, row.events, row.o_minus_e) == (None,) * 5 and not row.p:
        f.refuse("estimate", "no-value", "no estimate, interval, p or events", "one", "write what is printed")
    _log_rank(row, f)
    if row.comparator and row.comparator == row.arm:
        f.refuse("comparator", "dangling-comparator", "an arm compared with itself", "another arm", "name it")
    _within("events_arm", row.events_arm, "total_arm", row.total_arm, row.arm, f)
    _within("events_comparator", row.events_comparator, "total_comparator", row.total_comparator, row.comparator, f)
    _order(f, row.lower, row.upper, row.flags)
    _holds(f, row.estimate, row.lower, row.upper, row.flags)
    _level(f, row.level)
    for key, value in (("estimate", row.estimate), ("lower", row.lower), ("upper", row.upper)):
        if value is not None and row.measure in RATIOS and value <= 0:
            f.refuse(key, "ratio-not-positive", f"{row.measure} {key} {value:g}", "a ratio above 0", _REPORT)
        if value is not None and row.measure == "RD" and not -1 <= value <= 1:
            f.refuse(key, "outside-0-1", f"RD {key} {value:g}", "a difference between -1 and 1", _per_cent(key))


def _log_rank(row: Contrast, f: Fields) -> None:
    """Numbers of a log-rank test stand in pairs, belong to a hazard ratio, and add up."""
    if row.measure != "HR" and (row.favours, row.o_minus_e, row.v, row.expected_arm) != (None,) * 4:
        f.refuse(
            "measure", "log-rank-measure", f"log-rank numbers with {row.measure}", "HR", "they give a hazard ratio"
        )
    if row.o_minus_e is not None and row.v is None:
        f.refuse("v", "no-value", "O - E without its variance", "v", "write both, or neither")
    if row.v == 0.0:
        f.refuse("v", "variance-not-positive", "v 0", "a variance above 0", _REPORT)
    pair = (row.expected_arm, row.expected_comparator)
    if pair.count(None) == 1:
        f.refuse("expected_arm", "no-value", "expected events of one arm", "of both", "write both, or neither")
    if row.events is not None and (row.events_arm or 0) + (row.events_comparator or 0) > row.events:
        seen = f"{row.events} events in both arms, {row.events_arm} and {row.events_comparator} in each"
        f.refuse("events", "events-exceed-total", seen, "their sum", _REPORT)


def _within(key: str, events: int | None, whole: str, total: int | None, arm: str, f: Fields) -> None:
    if events is not None and total is not None and events > total:
        seen = f"{key} {events} exceed {whole} {total} (arm {arm})"
        advice = (
            "compare with the report; if it is itself inconsistent, keep what it prints and correct it, "
            "with the reason, in corrections.yaml"
        )
        f.refuse(key, "events-exceed-total", seen, f"{key} ≤ {whole}", advice)


def _per_cent(key: str) -> str:
    return f"if {key} is a percentage, divide it by 100"


def _unit(f: Fields, key: str, value: float | None) -> None:
    if value is None or 0 <= value <= 1:
        return
    seen = f"{key} {value:g}"
    if key == "proportion" and value > 1:
        seen += ": a rate above 1"
    f.refuse(key, "outside-0-1", seen, "a number between 0 and 1", _per_cent(key))


def _interval(f: Fields, value: float | None, lower: float | None, upper: float | None, flags: tuple[str, ...]) -> None:
    """Check an interval of a probability."""
    _unit(f, "lower", lower)
    _unit(f, "upper", upper)
    _order(f, lower, upper, flags)
    _holds(f, value, lower, upper, flags)


def _severity(flags: tuple[str, ...]) -> Severity:
    return "warning" if "suspect" in flags else "error"


def _order(f: Fields, lower: float | None, upper: float | None, flags: tuple[str, ...]) -> None:
    if lower is not None and upper is not None and lower > upper:
        seen = f"interval {lower:g} to {upper:g}"
        f.refuse("lower", "interval-reversed", seen, "lower ≤ upper", _REPORT, _severity(flags))


def _holds(
    f: Fields,
    value: float | None,
    lower: float | None,
    upper: float | None,
    flags: tuple[str, ...],
    slack: float = 0.0,
) -> None:
    if value is None or (lower is not None and upper is not None and lower > upper):
        return
    below = lower is not None and value < lower - slack
    above = upper is not None and value > upper + slack
    if below or above:
        ends = f"{'…' if lower is None else f'{lower:g}'} to {'…' if upper is None else f'{upper:g}'}"
        seen = f"estimate {value:.4g} outside its interval {ends}"
        f.refuse("lower", "interval-misses-estimate", seen, "lower ≤ estimate ≤ upper", _REPORT, _severity(flags))


def _level(f: Fields, level: float | None) -> None:
    if level is None:
        return
    if not 0 < level < 1:
        f.refuse("level", "bad-level", f"level {level:g}", "a number between 0 and 1, such as 0.95", "write 0.95")
    elif level not in USUAL_LEVELS:
        advice = "compare with the report"
        f.refuse("level", "unusual-level", f"level {level:g}", "0.95 or 0.9", advice, "warning")
