"""Who is asking: a link for each person, a session cookie, and a token that proves a form came from our own page.

All three are HMACs under one secret kept in the review's local cache, so that a server started again after a crash
still knows the open pages. Nothing of it enters the review.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Collection
from pathlib import Path

FILE = ".remit/screening-secret"
COOKIE = "remit-screening"


def secret(root: Path, random: Callable[[int], bytes]) -> bytes:
    """Return the review's secret, made with `random` and readable by its owner alone where there is none yet."""
    file = root / FILE
    if file.is_file() and len(held := file.read_bytes()) == 32:
        return held
    file.parent.mkdir(exist_ok=True)
    made = random(32)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(made)
    return made


def link(key: bytes, person: str) -> str:
    """Return the part of a person's link that only they are given."""
    return _signed(key, "link", person)[:32]


def person_of_link(key: bytes, token: str, people: Collection[str]) -> str | None:
    """Return whose link this is."""
    return next((p for p in people if hmac.compare_digest(link(key, p).encode(), token.encode())), None)


def cookie(key: bytes, person: str) -> str:
    """Return the session cookie of a person."""
    return f"{person}:{_signed(key, 'session', person)}"


def person_of_cookie(key: bytes, value: str, people: Collection[str]) -> str | None:
    """Return whose session this is, or None."""
    person, _, _ = value.partition(":")
    known = person in people and hmac.compare_digest(cookie(key, person).encode(), value.encode())
    return person if known else None


def form_token(key: bytes, person: str) -> str:
    """Return what every form of a person's pages carries."""
    return _signed(key, "form", person)


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def _signed(key: bytes, what: str, person: str) -> str:
    return hmac.new(key, f"{what}\0{person}".encode(), hashlib.sha256).hexdigest()
