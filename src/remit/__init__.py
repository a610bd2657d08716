"""remit: a compiler for evidence. A review folder in; checked, reproducible evidence out.

>>> import remit
>>> opened = remit.open_review("reviews/pediatric-b-all")   # doctest: +SKIP
>>> opened.findings["car-t-rr-remission"].estimate          # doctest: +SKIP

The names below are the whole door. They are loaded when first used, so importing remit is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from remit.errors import InputError, RemitError, ReviewError, UsageError
    from remit.model.finding import ClaimResult, Finding
    from remit.model.place import Problem
    from remit.model.review import Review
    from remit.tasks.build import Built, build
    from remit.tasks.check import check
    from remit.tasks.frames import frame
    from remit.tasks.new import new
    from remit.tasks.results import Results, open_review
    from remit.tasks.show import show
    from remit.tasks.status import status

__version__ = "0.1.0"

_DOOR = {
    "open_review": "remit.tasks.results",
    "Results": "remit.tasks.results",
    "check": "remit.tasks.check",
    "build": "remit.tasks.build",
    "Built": "remit.tasks.build",
    "status": "remit.tasks.status",
    "show": "remit.tasks.show",
    "new": "remit.tasks.new",
    "frame": "remit.tasks.frames",
    "Review": "remit.model.review",
    "Finding": "remit.model.finding",
    "ClaimResult": "remit.model.finding",
    "Problem": "remit.model.place",
    "RemitError": "remit.errors",
    "ReviewError": "remit.errors",
    "InputError": "remit.errors",
    "UsageError": "remit.errors",
}

__all__ = [
    "Built",
    "ClaimResult",
    "Finding",
    "InputError",
    "Problem",
    "RemitError",
    "Results",
    "Review",
    "ReviewError",
    "UsageError",
    "__version__",
    "build",
    "check",
    "frame",
    "new",
    "open_review",
    "show",
    "status",
]


def __getattr__(name: str) -> object:
    if name in _DOOR:
        found: object = getattr(import_module(_DOOR[name]), name)
        globals()[name] = found
        return found
    raise AttributeError(f"remit has no {name!r}; it has {', '.join(_DOOR)}")


def __dir__() -> list[str]:
    return sorted(__all__)
