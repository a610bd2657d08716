"""Write a site and remember what it was made from, so that an unchanged review is not built twice."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from remit.errors import UsageError

STAMP = "build.json"


def sha256(content: bytes) -> str:
    """Return the hex SHA-256 of `content`."""
    return hashlib.sha256(content).hexdigest()


def engine() -> str:
    """Return a digest of the package's own files, so that a changed engine rebuilds."""
    root = Path(__file__).resolve().parent.parent
    total = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.is_file() and p.suffix not in {".pyc", ".nbi", ".nbc"}):
        total.update(f"{path.relative_to(root).as_posix()}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def current(site: Path, inputs: str, tool: str) -> dict[str, str] | None:
    """Return the last build's stamp when inputs and engine are the same and no page was touched, else None."""
    try:
        stamp = json.loads((site / STAMP).read_text(encoding="utf-8"))
        pages = stamp["pages"]
        if (stamp["inputs_sha256"], stamp["engine_sha256"]) != (inputs, tool):
            return None
        if any(sha256((site / name).read_bytes()) != digest for name, digest in pages.items()):
            return None
        return {k: str(v) for k, v in stamp.items() if k != "pages"}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_site(
    site: Path, pages: Mapping[str, bytes], inputs: str, tool: str, findings: str, counts: Mapping[str, int]
) -> int:
    """Write `pages` below `site`, remove pages of the last build that are gone, and return the bytes written."""
    old = _own_pages(site)
    for name in sorted(old - set(pages)):
        (site / name).unlink(missing_ok=True)
    for name, content in sorted(pages.items()):
        target = site / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    size = sum(len(c) for c in pages.values())
    stamp = {
        "made_by": "remit",
        "inputs_sha256": inputs,
        "engine_sha256": tool,
        "findings_sha256": findings,
        "files": len(pages),
        "bytes": size,
        **counts,
        "pages": {name: sha256(content) for name, content in sorted(pages.items())},
    }
    (site / STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8", newline="\n")
    return size


def _own_pages(site: Path) -> set[str]:
    if not site.exists():
        return set()
    if not site.is_dir():
        raise UsageError(f"{site} is a file; name a folder for the site")
    try:
        stamp = json.loads((site / STAMP).read_text(encoding="utf-8"))
        names = {str(n) for n in stamp["pages"]}
    except (OSError, ValueError, KeyError, TypeError):
        if any(site.iterdir()):
            raise UsageError(f"{site} holds files that no build wrote; name an empty or new folder") from None
        return set()
    inside = site.resolve()
    return {n for n in names if (site / n).resolve().is_relative_to(inside)}
