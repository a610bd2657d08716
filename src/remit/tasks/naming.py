"""A name that somebody typed must be one of those there are; if not, the nearest are named."""

from collections.abc import Iterable
from difflib import get_close_matches

from remit.errors import UsageError

LIST_FINDINGS = "list them with: remit show DIR"
MOST = 5


def among(word: str, known: Iterable[str], what: str, otherwise: str = "") -> None:
    """Raise UsageError where `word` is not in `known`: names like it, else `otherwise`, else the first there are."""
    there = list(known)
    if word in there:
        return
    near = get_close_matches(word[:80], there, n=MOST, cutoff=0.4)
    if not near and not otherwise:
        near = there[:MOST]
    hint = f"did you mean {', '.join(near)}?" if near else otherwise or "there is none yet"
    raise UsageError(f"no {what} is called {word!r}; {hint}")
