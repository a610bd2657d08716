"""What years and pages of two records say of each other."""

from remit.dedupe.normalise import ABSTRACT, Key

DOCUMENT = 60
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def year(a: int, b: int) -> int:
    """Return 1 for the same year, 0 for a neighbouring or unknown one, -1 for another."""
    if a == b:
        return 1 if a else 0
    return 0 if not a or not b or abs(a - b) == 1 else -1


def _split(page: str) -> tuple[str, int]:
    """Letters before a page's number, and the number."""
    digits = page.lstrip(_LETTERS)
    return page[: len(page) - len(digits)], int(digits.rstrip(_LETTERS) or 0)


def number(page: str) -> int:
    """Return the number of a page such as s27 or 249a."""
    return _split(page)[1]


def spans(k: Key) -> bool:
    """Whether a record has more than one page: abstracts may share a page, longer texts do not share their span."""
    return bool(k.first and k.last) and k.last[0] != "~" and _split(k.first)[1] < _split(k.last)[1]


def book(k: Key) -> bool:
    """Whether pages are so many that they are a whole supplement's or book's."""
    return len(k.last) > 1 and spans(k) and number(k.last) - number(k.first) > DOCUMENT


def first(a: Key, b: Key) -> int:
    """Return 1 for the same first page, -1 for pages that exclude each other, 0 where neither can be said.

    An article number beside page numbers, pages counted from 1, and spans that overlap do not exclude each other; two
    numbers of meeting abstracts do.
    """
    if not a.first or not b.first:
        return 0
    if a.first == b.first:
        return 1
    (x, m), (y, n) = _split(a.first), _split(b.first)
    if m == n and (not x or not y):
        return 1
    if last(a.last, b.last) > 0 or (x, m) == ("", 1) or (y, n) == ("", 1):
        return 0
    if x != y and "s" not in (x, y):
        return -1 if a.kind == ABSTRACT == b.kind else 0
    if x == y and max(m, n) > 9999 > 100 * min(m, n):
        return 0
    ends = (
        _split(a.last)[1] if a.last and a.last[0] != "~" else m,
        _split(b.last)[1] if b.last and b.last[0] != "~" else n,
    )
    return 0 if x == y and m <= ends[1] and n <= ends[0] else -1


def last(a: str, b: str) -> int:
    """Return 1 for the same last page, as far as it is known."""
    if not a or not b:
        return 0
    if a[0] == "~" or b[0] == "~":
        x, y = a.lstrip("~" + _LETTERS), b.lstrip("~" + _LETTERS)
        return 1 if x.endswith(y) or y.endswith(x) else -1
    return 1 if a.lstrip(_LETTERS) == b.lstrip(_LETTERS) else -1
