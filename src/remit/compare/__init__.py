"""Two versions of a review's findings: what appeared, vanished or moved, and whether a conclusion changed."""

from remit.compare.moves import Move, moved

__all__ = ["Move", "moved"]
