"""A digest of everything people wrote in a review folder."""

import hashlib
from pathlib import Path

from remit.store.folder import written_by_people


def digest(path: str | Path) -> str:
    """Return the SHA-256 over names and contents of the review's YAML and CSV files, findings/ and site/ apart."""
    root, total = Path(path), hashlib.sha256()
    for file in written_by_people(root):
        try:
            content = (root / file).read_bytes()
        except OSError:
            content = b""
        total.update(file.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(content).digest())
    return total.hexdigest()
