"""The list of what is wrong, gathered while reading so that every problem is told and not only the first."""

from collections.abc import Iterable

from remit.model.place import Place, Problem, Severity

PER_FILE = 200


class Refusals:
    """Problems in the order they were met; one file may add at most 200, so that a broken file stays readable."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._told: dict[str, int] = {}

    def add(self, place: Place, rule: str, seen: str, expected: str, advice: str, severity: Severity = "error") -> None:
        """Note one problem."""
        told = self._told[place.file] = self._told.get(place.file, 0) + 1
        if told <= PER_FILE:
            self._problems.append(Problem(place, rule, _one_line(seen), expected, advice, severity))
        elif told == PER_FILE + 1:
            more = Problem(place, "too-many", "more problems follow in this file", "fewer", "mend the first ones")
            self._problems.append(more)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything noted, sorted by file and line, each once."""
        return tuple(sorted(set(self._problems), key=lambda p: (p.place, p.rule, p.seen)))

    @property
    def has_errors(self) -> bool:
        """Whether anything noted is more than a warning."""
        return any(p.severity == "error" for p in self._problems)


def _one_line(text: str) -> str:
    """Return `text` without control characters and not longer than a terminal can bear."""
    clean = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return clean if len(clean) <= 300 else clean[:297] + "..."


def nearest(word: str, known: Iterable[str]) -> str:
    """Return advice naming the known words closest to `word`, or all of them when they are few.

    >>> nearest("bispecfic", ["bispecific", "car-t"])
    'did you mean bispecific?'
    """
    from difflib import get_close_matches  # imported late: only a refusal needs it

    names = sorted(known)
    close = get_close_matches(word[:80], names, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(close)}?"
    if not names:
        return "none is declared yet: declare it first"
    return "use one of: " + ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
