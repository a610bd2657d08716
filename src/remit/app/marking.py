"""The protocol's own words, marked in a record's text: pieces of text, never markup."""

import re
from collections.abc import Collection, Iterator

_WORD = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")
_COMMON = """about after alone also among apart before between both from given have least more most only other over
reported same shown stated study studies such than that their them then there these they this those under until used
what when where which while with within without does else enter every into kept later marked none otherwise
stand stands still text usable want wants whose will year years"""
_COMMON_WORDS = frozenset(_COMMON.split())


def words(texts: Collection[str]) -> frozenset[str]:
    """Return the words of the protocol worth marking: of four letters or more, common ones apart, without plural s."""
    found = (m.group().lower() for t in texts for m in _WORD.finditer(t))
    return frozenset(_stem(w) for w in found if len(w) >= 4 and w not in _COMMON_WORDS and not w.isdigit())


def marked(text: str, chosen: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Give `text` piece by piece, each with whether it is one of the words.

    >>> list(marked("Blasts after CAR-T cells", words(["car-t cell"])))
    [('Blasts after ', False), ('CAR-T', True), (' ', False), ('cells', True)]
    """
    at = 0
    for m in _WORD.finditer(text):
        if _stem(m.group().lower()) in chosen:
            if m.start() > at:
                yield text[at : m.start()], False
            yield m.group(), True
            at = m.end()
    if at < len(text):
        yield text[at:], False


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word
