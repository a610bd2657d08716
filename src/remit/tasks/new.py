"""Start a review."""

from pathlib import Path

from remit import store


def new(path: str | Path, review_id: str, title: str) -> Path:
    """Write an empty review that checks and builds, and return its folder. Raises UsageError if anything is there."""
    folder = Path(path)
    store.new(folder, review_id, title)
    return folder
