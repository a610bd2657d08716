"""From one candidate to one study's estimate with its variance, and the route that was taken.

Routes, in order of preference within their kind (the rank is `Estimate.rank`):

proportion  0 events printed · 1 count from printed percentage
survival    0 interval · 1 standard error · 2 approximation from n
hazard ratio  0 interval · 1 p-value · 2 events of both arms (Peto) · 3 survival of both arms
risk or odds ratio  0 counts of both arms · 1 ratio and interval
"""

from collections.abc import Callable

from remit.model.finding import LeftOut
from remit.model.protocol import Analysis
from remit.synthesise.contrasts import contrast
from remit.synthesise.index import Index
from remit.synthesise.made import Estimate
from remit.synthesise.proportions import proportion
from remit.synthesise.reasons import Refusal, left_out
from remit.synthesise.select import Candidate, Selection
from remit.synthesise.survivals import survival

ROUTES: dict[str, Callable[[Index, Analysis, Candidate], "Estimate | Refusal"]] = {
    "proportion": proportion,
    "survival": survival,
    "contrast": contrast,
}


def estimates(index: Index, analysis: Analysis, chosen: Selection) -> tuple[tuple[Estimate, ...], tuple[LeftOut, ...]]:
    """Return an estimate for every candidate that allows one, and the others as left out."""
    good: list[Estimate] = []
    bad = list(chosen.left_out)
    route = ROUTES[analysis.kind]
    for candidate in chosen.candidates:
        made = route(index, analysis, candidate)
        if isinstance(made, Refusal):
            bad.append(left_out(candidate.sighting, made))
        else:
            good.append(made)
    return tuple(good), tuple(bad)
