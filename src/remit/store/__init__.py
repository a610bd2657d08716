"""Paper: the only reader and writer of a review folder, format 2 (docs/reference/review-folder.md).

Text becomes nouns here and nouns text. Every refusal is a Problem with its file and line; nothing in a folder, however
broken, ends in a traceback.
"""

from pathlib import Path

from remit.errors import ReviewError
from remit.model.review import Review
from remit.store import findings, write
from remit.store.digests import digest
from remit.store.reading import load
from remit.store.start import new

__all__ = ["digest", "findings", "load", "new", "read", "write"]


def read(path: str | Path) -> Review:
    """Return the review at `path`.

    Raises
    ------
    ReviewError
        The folder has errors; `.problems` lists every one, with the warnings.
    """
    review, problems = load(path)
    if review is None:
        raise ReviewError(problems)
    return review
