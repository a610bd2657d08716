"""Start a review: a folder with a protocol to fill in, which checks and builds as it stands."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from remit.errors import UsageError
from remit.store.fields import ID
from remit.store.write import quoted


def new(path: str | Path, review_id: str, title: str) -> None:
    """Write an empty review at `path`.

    Raises
    ------
    UsageError
        `path` holds something already, or `review_id` is not an id, or `title` is blank.
    """
    root = Path(path)
    if not ID.match(review_id):
        raise UsageError(f"{review_id!r} is no id: use lower-case letters, digits and hyphens, such as my-review")
    if not title.strip() or not title.isprintable():
        raise UsageError("a review needs a title of printable text on one line")
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UsageError(f"{path} is not empty: name a folder that does not exist yet")
    words = {"[[review]]": review_id, "[[title]]": quoted(title.strip())}
    _copy(files("remit.store") / "template", root, words)


def _copy(source: Traversable, target: Path, words: dict[str, str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            _copy(entry, target / entry.name, words)
        elif entry.name.endswith((".yaml", ".csv")):
            text = entry.read_text(encoding="utf-8")
            for mark, word in words.items():
                text = text.replace(mark, word)
            (target / entry.name).write_text(text, encoding="utf-8", newline="\n")
