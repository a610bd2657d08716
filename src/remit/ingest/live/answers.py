"""JSON answers of services, checked before anything is taken from them."""

import json

from remit.ingest.json_tree import Json, Node
from remit.ingest.live.asks import Unusable


def of(body: bytes, *needed: str) -> Node:
    """Return the object a body holds.

    Raises
    ------
    Unusable
        The body is no JSON object, or the path `needed` leads nowhere in it.
    """
    value: Json
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        begin = " ".join(body[:200].decode("utf-8", "replace").split())[:80]
        raise Unusable(f"an answer that is no JSON ({begin!r})") from None
    if not isinstance(value, dict):
        raise Unusable("an answer that is JSON and no object")
    node = Node(value)
    if needed and node.at(*needed).value is None:
        error = node.text("error") or node.text("errMsg") or node.text("message")
        raise Unusable(f"an answer without {'.'.join(needed)}" + (f": {error[:200]}" if error else ""))
    return node


def count(text: str) -> int | None:
    """Return a count as a service prints it, or None."""
    return int(text) if text.isdigit() and len(text) < 12 else None
