"""Numbers as certainty reasons and sentences say them."""

from remit.model.protocol import Analysis, AnalysisKind


def percent(share: float) -> str:
    """Return a share between 0 and 1 as whole percent."""
    return f"{100 * share:.0f} %"


def value(number: float, kind: AnalysisKind) -> str:
    """Return an estimate on its natural scale: whole percent, or a ratio with two digits.

    Near 0 and 100 % one decimal is kept, and what is neither never reads 0 % or 100 %.
    """
    if kind == "contrast":
        return f"{number:.2f}"
    if 0.0 < number < 0.0005:
        return "<0.1 %"
    if 0.9995 < number < 1.0:
        return ">99.9 %"
    if 0.0 < number < 0.0095 or 0.9905 < number < 1.0:
        return f"{100 * number:.1f} %"
    return percent(number)


def interval(lower: float, upper: float, kind: AnalysisKind) -> str:
    """Return an interval as `76 to 87 %` or `0.25 to 0.61`."""
    if kind == "contrast":
        return f"{lower:.2f} to {upper:.2f}"
    return f"{value(lower, kind).removesuffix(' %')} to {value(upper, kind)}"


def thresholds(analysis: Analysis) -> tuple[float, ...]:
    """Return the thresholds that matter, in order; a contrast always has the null, 1."""
    always = (1.0,) if analysis.kind == "contrast" else ()
    return tuple(sorted({*analysis.important, *always}))


def studies(k: int) -> str:
    """Return `1 study` or `12 studies`."""
    return f"{k} stud{'y' if k == 1 else 'ies'}"
