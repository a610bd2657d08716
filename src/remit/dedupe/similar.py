"""How alike two texts are: rapidfuzz, of the extra `records`."""

from remit.errors import UsageError

try:
    from rapidfuzz.distance import Indel
    from rapidfuzz.fuzz import partial_ratio
except ImportError as missing:  # pragma: no cover - the extra is there in tests
    raise UsageError(f"finding duplicates needs {missing.name}; install remit with its extra: records") from None

__all__ = ["Indel", "partial_ratio"]
