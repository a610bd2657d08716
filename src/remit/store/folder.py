"""Which files a review folder may hold, and which it does."""

import os
from collections.abc import Iterator
from pathlib import Path

from remit.model.place import Place
from remit.store.fields import ID
from remit.store.refusals import Refusals, nearest
from remit.store.values import COLUMNS

TOP = ("review.yaml", "protocol.yaml", "certainty.yaml", "horizon.csv")
STUDY = ("study.yaml", *(f"{t}.csv" for t in COLUMNS), "bias.yaml", "corrections.yaml")
MECHANISMS = ("agents.csv", "edges.csv", "resistance.csv", "entities.csv")
RECORDS = ("records.csv", "duplicates.csv", "pairs.csv")
CONSENSUS = "consensus"
STAGES = ("title-abstract", "full-text")
MADE = ("findings", "site")
_OURS = (".yaml", ".csv", ".yml")


def listing(root: Path, folder: str, refusals: Refusals) -> list[str]:
    """Names in a folder, sorted, without hidden ones; a folder that is a link is refused."""
    path = root / folder if folder else root
    if not path.is_dir():
        return []
    if folder and path.is_symlink():
        place = Place(folder)
        refusals.add(place, "link", "a symbolic link", "a folder inside the review folder", "put a copy in its place")
        return []
    try:
        names = [p.name for p in path.iterdir()]
    except OSError as error:
        refusals.add(Place(folder), "unreadable", (error.strerror or "").lower(), "a readable folder", "mend it")
        return []
    kept = sorted(n for n in names if not n.startswith("."))
    return [n for n in kept if _sayable(n, folder, refusals)]


def _sayable(name: str, folder: str, refusals: Refusals) -> bool:
    if name.isprintable():
        return True
    shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
    refusals.add(Place(folder or "."), "bad-id", f"the file name {shown!r}", "a printable name", "rename it")
    return False


def expect(root: Path, folder: str, known: tuple[str, ...], refusals: Refusals) -> list[str]:
    """Return which of `known` a folder holds; other YAML and CSV files there are refused by name."""
    found = []
    for name in listing(root, folder, refusals):
        file = f"{folder}/{name}" if folder else name
        if name in known and not (root / file).is_file() and not (root / file).is_symlink():
            refusals.add(Place(file), "unreadable", "not a plain file", "a plain file", "remove it")
        elif name in known:
            found.append(file)
        elif name.endswith(_OURS) and not (root / file).is_dir():
            refusals.add(Place(file), "unknown-file", f"the file {name}", "a file of format 2", nearest(name, known))
    return found


def folders(root: Path, folder: str, refusals: Refusals) -> list[str]:
    """Names of the folders inside a folder; files of ours beside them are refused."""
    found = []
    for name in listing(root, folder, refusals):
        file = f"{folder}/{name}"
        if (root / file).is_dir():
            found.append(name)
        elif name.endswith(_OURS):
            refusals.add(Place(file), "unknown-file", f"the file {name}", "folders only", "move it into a folder")
    return found


def studies(root: Path, refusals: Refusals) -> Iterator[str]:
    """Ids of the study folders, sorted; each must hold a study.yaml and bear an id as its name."""
    for name in folders(root, "studies", refusals):
        folder = f"studies/{name}"
        if not ID.match(name):
            expected = "lower-case letters, digits, hyphens and dots"
            refusals.add(Place(folder), "bad-id", f"the folder name {name!r}", expected, "rename it")
        elif not (root / folder / "study.yaml").exists():
            advice = "write study.yaml, or remove the folder"
            refusals.add(Place(f"{folder}/study.yaml"), "missing", "no study.yaml", "one in each study folder", advice)
        else:
            yield name


def written_by_people(root: Path) -> Iterator[str]:
    """Files that digest covers: every YAML and CSV file outside findings/ and site/, sorted."""
    found: list[str] = []
    for top, names, files in os.walk(root):
        inside = Path(top).relative_to(root)
        if inside == Path():
            names[:] = [n for n in names if n not in MADE]
        names[:] = sorted(n for n in names if not n.startswith("."))
        found.extend((inside / f).as_posix() for f in files if f.endswith(_OURS) and not f.startswith("."))
    yield from sorted(found)
