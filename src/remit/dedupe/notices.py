"""Titles that are notices (errata, retractions, comments, protocols), and titles that are printed again and again."""

import re

_SERIES = re.compile(
    r"(?:the |an? |guest |from the |remarks from \w+ \w+ |\w+ )?"
    r"(?:editor|special (?:issue|section)|foreword|preface|"
    r"introduction(?:\W*\Z| to the (?:special|issue|section))|in this issue|news\b|"
    r"(?:meeting |conference )?abstracts\b|"
    r"proceedings of|book reviews?|announcement|obituary|table of contents|(?:author |subject )?index\b|correspondence|"
    r"letters?\b|comments?\W*\Z|response\W*\Z|reply\b|annual (?:meeting|report|review)|highlights)|"
    r".*(?:scientific sessions|annual (?:meeting|congress|scientific meeting)|editor'?s'? comments?\W*\Z)"
)
_NOTICES = tuple(
    (name, re.compile(start + "|.*[:.([;\\-\u2013] ?(?:" + end + ")\\W*\\Z" if end else start))
    for name, start, end in (
        (
            "erratum",
            r"\(?(?:published )?(?:errat(?:um|a)|corrigend(?:um|a)|addendum)\b|"
            r"(?:author |publisher )?corrections?(?: to\b|:|\.|\Z)",
            r"errat(?:um|a)(?: to .*)?|corrigend(?:um|a)(?: to .*)?|corrections?|vol\.? ?\d+,? p?p?g?\.?.*\d\)?",
        ),
        (
            "retraction",
            r"retraction(?: of\b|:| note|\Z)|notice of retraction|retracted:|(?:editorial )?expression of concern",
            "",
        ),
        ("letters", r"(?!)", r"multiple letters\)(?:\W*\d+)?"),
        (
            "comment",
            r"comments?(?:ary)? (?:on|to)\b|comment(?:ary)?:|"
            r"(?:the )?(?:author'?s?'? )?(?:reply|response)(?: to\b|:|\.?\Z)|"
            r"in (?:reply|response)(?: to\b|\W*\Z)|re:|letter(?: to the editor|:|\.?\Z)|"
            r"invited (?:commentary|discussion)|editorial(?: comments?)?:|discussion(?: of\b|:)",
            r"(?:author'?s?'? )?(?:reply|response to .*|comment|commentary|a response)",
        ),
        (
            "protocol",
            r".*\b(?:study|trial|review) protocol\b|.*\bprotocol (?:for|of) an? ",
            "protocol",
        ),
    )
)
_SOURCED = re.compile(r".*\([a-z][^()]* \((?:19|20)\d\d\)[ :;,]*\d+")
_NOTICE_WORDS = (
    *(
        "(vol",
        "errat",
        "corrig",
        "correct",
        "addend",
        "retract",
        "concern",
        "comment",
        "reply",
        "repli",
        "response",
        "re:",
    ),
    *("letter", "editorial", "discussion", "protocol"),
)
_SERIES_WORDS = (
    *(
        "editor",
        "special ",
        "foreword",
        "preface",
        "introduction",
        "in this issue",
        "news",
        "abstracts",
        "proceedings of",
    ),
    *("book review", "announcement", "obituary", "table of contents", "index", "correspondence", "letter", "comment"),
    *("response", "reply", "annual ", "highlights", "scientific sessions"),
)


def notice(folded: str, kind: str) -> str:
    """Return which kind of notice a title is, or "" for none."""
    if any(word in folded for word in _NOTICE_WORDS):
        for name, pattern in _NOTICES:
            if pattern.match(folded):
                return name
    if folded.endswith((")", ").")) and _SOURCED.match(folded):
        return "erratum"
    said = kind.lower()
    if "erratum" in said or "correction" in said:
        return "erratum"
    return "retraction" if "retraction" in said else ""


def series(folded: str) -> bool:
    """Whether a title is one that may be printed again and again."""
    return len(folded) < 120 and any(word in folded for word in _SERIES_WORDS) and _SERIES.match(folded) is not None
