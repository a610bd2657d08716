"""A hazard ratio from what a row prints: the first of Parmar's and Tierney's routes that its cells allow."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from remit.errors import InputError
from remit.model.observation import Contrast
from remit.stats.effect import Effect
from remit.stats.hr_routes import PrintedComparison, Route, by, open_routes

EXACT, BY_P, BY_EVENTS = 0, 1, 2
Found = tuple[Effect, int, str, tuple[str, ...]]
WAYS: Final[Mapping[Route, tuple[int, str]]] = {
    "hr and interval": (EXACT, "hazard ratio and interval"),
    "o-e and v": (EXACT, "log-rank O \u2212 E and its variance"),
    "hr and v": (EXACT, "hazard ratio and log-rank variance"),
    "observed and expected": (BY_P, "observed and expected events of both arms"),
    "hr and p": (BY_P, "hazard ratio and p-value"),
    "hr and events by arm": (BY_EVENTS, "hazard ratio and events of both arms"),
    "hr and total events": (BY_EVENTS, "hazard ratio and total of events"),
    "p and events by arm": (BY_EVENTS, "p-value and events of both arms"),
    "p and total events": (BY_EVENTS, "p-value and total of events"),
}
"""How good each route is (0 best) and its words; curves are read by other means."""


def found(row: Contrast) -> Found | None:
    """Return effect, rank, route and marks in the row's own direction; None where no route is open.

    A route whose inputs contradict themselves, or say nothing of the variance (a ratio or p of 1), is passed over.
    """
    p, sided, bound = row.p_value or (None, 2, False)
    told = PrintedComparison(
        hr=row.estimate,
        lower=row.lower,
        upper=row.upper,
        level=row.level or 0.95,
        p=p,
        sided=sided,
        favours=row.favours,
        o_minus_e=row.o_minus_e,
        v=row.v,
        observed_arm=row.events_arm,
        observed_comparator=row.events_comparator,
        expected_arm=row.expected_arm,
        expected_comparator=row.expected_comparator,
        events=row.events,
        n_arm=row.total_arm,
        n_comparator=row.total_comparator,
    )
    for route in open_routes(told):
        with suppress(InputError):
            rank, words = WAYS[route]
            marks = (("p-bound",) if bound and "p" in route.split() else ()) + (
                ("approximate",) if rank == BY_EVENTS else ()
            )
            return by(route, told).effect, rank, words, marks
    return None
