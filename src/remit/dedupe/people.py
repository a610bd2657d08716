"""Authors as printed, made comparable: people by family and given names, groups by their whole name."""

import re
from functools import lru_cache
from sys import intern

from remit.dedupe import fold

AUTHORS, GROUP = 12, "~"
_SUFFIX = frozenset({"jr", "sr", "ii", "iii", "iv", "2nd", "3rd"})
_GROUP = re.compile(
    r"anonymous|group|collaborat|investigators|consortium|network|committee|society|trialists|association|initiative"
)
_OTHERS = re.compile(r"\W*(?:et\.? al|and others|others)\W*", re.IGNORECASE)


def count(authors: tuple[str, ...]) -> int:
    """Return how many authors are listed, `et al.` not counted."""
    return len(authors) - bool(authors and _OTHERS.fullmatch(authors[-1]))


def names(authors: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return family names and given names of the first authors. Groups are left out where there are people; of groups
    alone the names are given, each marked by `GROUP`.
    """
    families, given, groups = [], [], []
    for author in authors[:AUTHORS]:
        family, rest = _named(author)
        if family[:1] == GROUP:
            groups.append(family)
        elif family:
            families.append(family)
            given.append(rest)
    return (tuple(families), tuple(given)) if families else (tuple(groups), ("",) * len(groups))


@lru_cache(maxsize=131072)
def _named(author: str) -> tuple[str, str]:
    """A person's names, or a group's with its mark; blanks for `et al.` and for nobody."""
    if _OTHERS.fullmatch(author):
        return "", ""
    family, rest = person(author)
    if _GROUP.search(family + rest) is None:
        return intern(family), rest
    group = "".join(fold.words(fold.text(author)))
    return ("", "") if "anonym" in group else (intern(GROUP + group), "")


def person(author: str) -> tuple[str, str]:
    """Return the letters of family and given names of `Family, Given`, `Given Family` or `Family GN`."""
    folded = author.lower() if author.isascii() and "&" not in author and "<" not in author else fold.text(author)
    family, comma, rest = folded.partition(",")
    if comma and family.isalpha() and len(rest) < 4:
        return family, rest.strip(" .")
    if comma:
        return "".join(fold.words(family)), "".join(w for w in fold.words(rest) if w not in _SUFFIX)
    words = [w for w in fold.words(folded) if w not in _SUFFIX]
    short = [w for w in words if len(w) <= 2]
    long = [w for w in words if len(w) > 2]
    if not long:
        return "".join(words[:1]), "".join(words[1:])
    if short and len(words[-1]) > 2 and len(words[0]) <= 2:
        return "".join(long), "".join(short)
    if short and len(words[-1]) <= 2:
        return "".join(long), "".join(short)
    return long[-1], "".join(words[: words.index(long[-1])])
