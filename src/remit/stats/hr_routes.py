"""A log hazard ratio and its variance from whatever a report prints: eleven routes, tried in a stated order.

A log hazard ratio below 0 favours the arm. The order goes from what the authors computed on their data to what must be
assumed: printed ratios with an interval, log-rank numbers, ratios with p, ratios with events, p with events, curves.

Sources: Parmar, Torri and Stewart (1998), Stat Med 17:2815-2834; Williamson, Tudur Smith, Hutton and Marson (2002),
Stat Med 21:3337-3351; Tierney, Stewart, Ghersi, Burdett and Sydes (2007), Trials 8:16.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Final, Literal, TypeAlias

from scipy.special import ndtri

from remit.errors import InputError
from remit.stats import _check, survival
from remit.stats._curve_intervals import Curves, pooled, with_follow_up, with_numbers_at_risk
from remit.stats.effect import Effect
from remit.stats.result import Result

Favours = Literal["arm", "comparator"]
Route: TypeAlias = Literal[
    "hr and interval",
    "o-e and v",
    "hr and v",
    "observed and expected",
    "hr and p",
    "hr and events by arm",
    "hr and total events",
    "p and events by arm",
    "p and total events",
    "curves and numbers at risk",
    "curves and follow-up",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedComparison(Result):
    """What a report prints about a comparison; None where it does not. `hr` is arm against comparator.

    `p` is of the log-rank or Cox test, `sided` 1 or 2; `favours` says which side does better, needed where only p is
    known. `o_minus_e` and `v` are of the arm. `n_arm` and `n_comparator` are people randomised; where they are missing,
    equal numbers are assumed. `curves` holds survival of both at common times (see `Curves`).
    """

    hr: float | None = None
    lower: float | None = None
    upper: float | None = None
    level: float = 0.95
    p: float | None = None
    sided: int = 2
    favours: Favours | None = None
    o_minus_e: float | None = None
    v: float | None = None
    observed_arm: int | None = None
    observed_comparator: int | None = None
    expected_arm: float | None = None
    expected_comparator: float | None = None
    events: int | None = None
    n_arm: int | None = None
    n_comparator: int | None = None
    curves: Curves | None = None


@dataclass(frozen=True, slots=True)
class Recovered(Result):
    """Log hazard ratio and variance, the route they came by, its inputs, and what other open routes give."""

    log_hr: float
    variance: float
    route: Route
    inputs_used: tuple[str, ...]
    also: tuple["Recovered", ...] = ()

    @property
    def effect(self) -> Effect:
        """The estimate for pooling."""
        return Effect(self.log_hr, self.variance)


def recover(printed: PrintedComparison) -> Recovered:
    """Return the estimate by the first route whose inputs are all there, with those of the later routes in `also`.

    A ratio or p of exactly 1 says nothing of the variance, so `hr and p` is passed over then, if another is open. A
    later route whose inputs contradict one another is left out of `also`; the first one's error is raised.
    InputError when no route is open: it names what each would need.
    """
    found = list(open_routes(printed))
    if found[1:] and found[0] == "hr and p" and 1.0 in (printed.hr, printed.p):
        found = found[1:]
    if not found:
        wanted = "; ".join(f"{name}: {', '.join(needs)}" for name, (needs, _) in ROUTES.items())
        given = ", ".join(f.name for f in fields(printed) if f.name not in ("level", "sided") and _has(printed, f.name))
        raise InputError(f"no route from {given or 'nothing'} to a hazard ratio; expected one of {wanted}")
    also = []
    for name in found[1:]:
        try:
            also.append(by(name, printed))
        except InputError:
            continue
    first = by(found[0], printed)
    return Recovered(first.log_hr, first.variance, first.route, first.inputs_used, tuple(also))


def open_routes(printed: PrintedComparison) -> tuple[Route, ...]:
    """Return the routes whose inputs are all there, in the order tried."""
    return tuple(name for name in ROUTES if _open(name, printed))


def by(route: Route, printed: PrintedComparison) -> Recovered:
    """Return the estimate by one route. InputError for an unknown route, missing inputs, or impossible ones."""
    if route not in ROUTES:
        raise InputError(f"route {route!r}; expected one of {', '.join(ROUTES)}")
    needs, work = ROUTES[route]
    missing = [name for name in needs if not _has(printed, name)]
    if missing:
        raise InputError(f"route {route} needs {', '.join(missing)}; give it or choose another route")
    effect = work(printed)
    extra = [name for name in ("n_arm", "n_comparator") if "total" in route and _has(printed, name)]
    return Recovered(effect.estimate, effect.variance, route, (*needs, *extra))


def _open(route: Route, printed: PrintedComparison) -> bool:
    """Whether all that a route needs is there, curves with what makes them useful."""
    if not all(_has(printed, name) for name in ROUTES[route][0]):
        return False
    curves = printed.curves
    if route == "curves and numbers at risk":
        return curves is not None and curves.at_risk_arm is not None and curves.at_risk_comparator is not None
    return route != "curves and follow-up" or (curves is not None and curves.follow_up is not None)


def _has(printed: PrintedComparison, name: str) -> bool:
    return getattr(printed, name) is not None


def _number(value: float | None, name: str) -> float:
    """The value of a field known to be there."""
    if value is None:
        raise InputError(f"{name} is missing; expected a number")
    return _check.finite(value, name)


def _log_hr(printed: PrintedComparison) -> float:
    return math.log(_check.above(_number(printed.hr, "hr"), "hr"))


def _hr_interval(x: PrintedComparison) -> Effect:
    ends = _number(x.hr, "hr"), _number(x.lower, "lower"), _number(x.upper, "upper")
    return survival.log_hr_from_interval(*ends, x.level)


def _o_e_v(x: PrintedComparison) -> Effect:
    v = _check.above(_number(x.v, "v"), "v")
    return Effect(_number(x.o_minus_e, "o_minus_e") / v, 1.0 / v)


def _hr_v(x: PrintedComparison) -> Effect:
    return Effect(_log_hr(x), 1.0 / _check.above(_number(x.v, "v"), "v"))


def _observed_expected(x: PrintedComparison) -> Effect:
    """The ratio of observed over expected; variance 1/E1 + 1/E2, as in Parmar et al., eq. 5 and 8."""
    o1, o0 = (
        _check.above(_number(v, n), n)
        for v, n in ((x.observed_arm, "observed_arm"), (x.observed_comparator, "observed_comparator"))
    )
    e1, e0 = (
        _check.above(_number(v, n), n)
        for v, n in ((x.expected_arm, "expected_arm"), (x.expected_comparator, "expected_comparator"))
    )
    if abs(o1 + o0 - e1 - e0) > max(1.0, 0.02 * (o1 + o0)):
        raise InputError(f"observed add to {o1 + o0:g} and expected to {e1 + e0:g}; expected the same sum")
    return Effect(math.log(o1 / e1) - math.log(o0 / e0), 1.0 / e1 + 1.0 / e0)


def _hr_p(x: PrintedComparison) -> Effect:
    return survival.log_hr_from_p(_number(x.hr, "hr"), _number(x.p, "p"), sided=x.sided)


def _v_by_arm(x: PrintedComparison) -> float:
    """V = O1 O0 / (O1 + O0), as if the ratio were near 1 (Parmar et al., eq. 9)."""
    o1 = _check.whole(_number(x.observed_arm, "observed_arm"), "observed_arm", 1)
    o0 = _check.whole(_number(x.observed_comparator, "observed_comparator"), "observed_comparator", 1)
    return o1 * o0 / (o1 + o0)


def _v_total(x: PrintedComparison) -> float:
    """V = O n1 n0 / (n1 + n0)^2; O / 4 for equal numbers (Tierney et al., methods 4 and 9)."""
    total = _check.whole(_number(x.events, "events"), "events", 1)
    if x.n_arm is None or x.n_comparator is None:
        return total / 4.0
    n1, n0 = _check.whole(x.n_arm, "n_arm", 1), _check.whole(x.n_comparator, "n_comparator", 1)
    if total > n1 + n0:
        raise InputError(f"events {total} exceed {n1 + n0} people; compare with the report")
    return total * n1 * n0 / (n1 + n0) ** 2


def _signed_z(x: PrintedComparison) -> float:
    p = _number(x.p, "p")
    if x.sided not in (1, 2) or not 0.0 < p <= 1.0:
        raise InputError(f"p {p!r}, sided {x.sided!r}; expected p above 0 and not above 1, sided 1 or 2")
    size = abs(float(ndtri(p / x.sided)))
    return -size if x.favours == "arm" else size


def _p_with(v: Callable[[PrintedComparison], float]) -> Callable[[PrintedComparison], Effect]:
    def work(x: PrintedComparison) -> Effect:
        variance = 1.0 / v(x)
        return Effect(_signed_z(x) * math.sqrt(variance), variance)

    return work


def _curve_numbers(x: PrintedComparison) -> Effect:
    assert x.curves is not None
    return pooled(with_numbers_at_risk(x.curves))


def _curve_follow_up(x: PrintedComparison) -> Effect:
    assert x.curves is not None
    return pooled(with_follow_up(x.curves, x.n_arm, x.n_comparator))


_Work: TypeAlias = tuple[tuple[str, ...], Callable[[PrintedComparison], Effect]]
_BOTH = ("observed_arm", "observed_comparator")
ROUTES: Final[dict[Route, _Work]] = {
    "hr and interval": (("hr", "lower", "upper"), _hr_interval),
    "o-e and v": (("o_minus_e", "v"), _o_e_v),
    "hr and v": (("hr", "v"), _hr_v),
    "observed and expected": ((*_BOTH, "expected_arm", "expected_comparator"), _observed_expected),
    "hr and p": (("hr", "p"), _hr_p),
    "hr and events by arm": (("hr", *_BOTH), lambda x: Effect(_log_hr(x), 1.0 / _v_by_arm(x))),
    "hr and total events": (("hr", "events"), lambda x: Effect(_log_hr(x), 1.0 / _v_total(x))),
    "p and events by arm": (("p", "favours", *_BOTH), _p_with(_v_by_arm)),
    "p and total events": (("p", "favours", "events"), _p_with(_v_total)),
    "curves and numbers at risk": (("curves",), _curve_numbers),
    "curves and follow-up": (("curves", "n_arm", "n_comparator"), _curve_follow_up),
}
"""Each route in the order tried, with the fields it needs."""
