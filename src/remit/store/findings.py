"""findings/: what the package made, one JSON file for each analysis and claims.json for the verdicts.

Floats are stored to eight significant digits. A stored number is good when it is a rounding of the recomputed one;
everything else must be the same to the letter.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from remit.errors import ReviewError
from remit.model.finding import ClaimResult, Finding
from remit.model.place import Place, Problem
from remit.model.plain import Plain, plain, rounded

FOLDER = "findings"
CLAIMS = "claims"
MAX_BYTES = 20_000_000
Stored = dict[str, dict[str, Plain]]


def write(path: str | Path, findings: Sequence[Finding], claims: Sequence[ClaimResult]) -> None:
    """Write every finding and verdict below `path`; files of findings that are no longer planned are removed.

    A stored number that is a rounding of the new one stays: where the ninth digit is a tie, processors differ.
    """
    root = Path(path)
    if any((root / name).is_symlink() for name in (FOLDER, *_names(root))):
        advice = "remove the link: findings are written into the review folder itself"
        raise ReviewError((Problem(Place(FOLDER), "link", "a symbolic link", "a plain folder", advice),))
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    stored, _ = _read(root)
    made = {
        f"{FOLDER}/{name}.json": _text(_stored_or_rounded(stored.get(name), value))
        for name, value in _plain(findings, claims).items()
    }
    for file in _names(root):
        if file not in made:
            (root / file).unlink()
    for file, text in made.items():
        content, target = text.encode("utf-8"), root / file
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)


def read(path: str | Path) -> Stored:
    """Return the stored findings by id, and under "claims" the stored verdicts by claim; {} where none are stored.

    Raises
    ------
    ReviewError
        A stored file is not JSON.
    """
    stored, problems = _read(Path(path))
    if problems:
        raise ReviewError(tuple(problems))
    return stored


def stale(path: str | Path, findings: Sequence[Finding], claims: Sequence[ClaimResult]) -> tuple[Problem, ...]:
    """Return one problem for each stored value that recomputing does not give, and for each file missing or left over.

    A review that has no findings folder yet has nothing stale.
    """
    root = Path(path)
    if not (root / FOLDER).is_dir():
        return ()
    stored, problems = _read(root)
    unread = {p.place.file for p in problems}
    made = _plain(findings, claims)
    for name in sorted({*stored, *made}):
        file = f"{FOLDER}/{name}.json"
        if file in unread:
            continue
        if name not in made:
            problems.append(_problem(file, "a finding that is not planned", "only planned findings"))
        elif name not in stored:
            problems.append(_problem(file, "no file", "the finding as computed"))
        else:
            differences = _differences(stored[name], made[name], "")
            problems.extend(
                _problem(file, f"{where or 'the file'} holds {old}", new)
                for (where, old, new), _ in zip(differences, range(20), strict=False)
            )
    return tuple(sorted(problems))


def digest(path: str | Path) -> str:
    """Return the SHA-256 of the stored findings, names and contents."""
    root, total = Path(path), hashlib.sha256()
    for file in _names(root):
        total.update(file.encode("utf-8") + b"\0" + hashlib.sha256((root / file).read_bytes()).digest())
    return total.hexdigest()


def _problem(file: str, seen: str, expected: str) -> Problem:
    return Problem(Place(file), "stale-finding", seen, expected, "run remit build")


def _names(root: Path) -> list[str]:
    """Files of findings/, sorted, relative to the review."""
    folder = root / FOLDER
    return sorted(f"{FOLDER}/{p.name}" for p in folder.glob("*.json")) if folder.is_dir() else []


def _plain(findings: Sequence[Finding], claims: Sequence[ClaimResult]) -> Stored:
    """Findings and verdicts as JSON values, floats unrounded."""
    made: Stored = {}
    for noun in findings:
        value = _finite(plain(noun, float))
        assert isinstance(value, dict)
        made[noun.id] = {"id": noun.id, **value}
    made[CLAIMS] = {c.claim: _finite(plain(c, float)) for c in claims}
    return made


def _stored_or_rounded(old: Plain, new: Plain) -> Plain:
    """Return `new` with its floats rounded, each to the number in the same place of `old` where that is a rounding."""
    if isinstance(new, float):
        return old if isinstance(old, float) and rounds_to(new, old) else rounded(new)
    if isinstance(new, list):
        before = old if isinstance(old, list) and len(old) == len(new) else [None] * len(new)
        return [_stored_or_rounded(a, b) for a, b in zip(before, new, strict=True)]
    if isinstance(new, dict):
        known = old if isinstance(old, dict) else {}
        return {key: _stored_or_rounded(known.get(key), value) for key, value in new.items()}
    return new


def _finite(value: Plain) -> Plain:
    """Return `value` with infinities as the words inf and -inf, for which JSON has no number."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [_finite(v) for v in value]
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    return value


def _text(value: Plain) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _read(root: Path) -> tuple[Stored, list[Problem]]:
    stored: Stored = {}
    problems: list[Problem] = []
    for file in _names(root):
        path = root / file
        try:
            if path.is_symlink() or path.stat().st_size > MAX_BYTES:
                raise ValueError("a link or a file too large")
            value = json.loads(path.read_bytes().decode("utf-8"))
        except (OSError, ValueError, RecursionError):
            problems.append(_problem(file, "a file that is not JSON", "JSON as remit writes it"))
            continue
        if isinstance(value, dict):
            stored[path.stem] = value
        else:
            problems.append(_problem(file, "JSON of another shape", "JSON as remit writes it"))
    return stored, problems


def _differences(old: Plain, new: Plain, where: str) -> Iterator[tuple[str, str, str]]:
    """Yield where `old` (stored) is not `new` (recomputed, unrounded): the path, what is held, what is expected."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*new, *(k for k in old if k not in new)]:
            path = f"{where}.{key}" if where else key
            if key not in old:
                yield path, "nothing", _shown(new[key])
            elif key not in new:
                yield path, _shown(old[key]), "nothing"
            else:
                yield from _differences(old[key], new[key], path)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, (a, b) in enumerate(zip(old, new, strict=True)):
            yield from _differences(a, b, f"{where}[{i}]")
    elif isinstance(old, list) and isinstance(new, list):
        yield where, f"{len(old)} entries", f"{len(new)} entries"
    elif not _same(old, new):
        yield where, _shown(old), _shown(new)


def _same(old: Plain, new: Plain) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return rounds_to(new, old)
    return type(old) is type(new) and old == new


def rounds_to(value: float, stored: float) -> bool:
    """Whether `stored` is a rounding of `value` to eight significant digits; ties may fall either way.

    >>> rounds_to(0.123456785, 0.12345678), rounds_to(0.123456785, 0.12345679), rounds_to(0.123456785, 0.1234568)
    (True, True, False)
    """
    if rounded(stored) != stored:
        return False
    if value == 0.0 or stored == 0.0:
        return abs(value - stored) <= 1e-12
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 7)
    return abs(value - stored) <= 0.51 * unit


def _shown(value: Plain) -> str:
    if isinstance(value, float):
        return f"{value:.8g}"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."
