"""The long lists of a PubMed record, read by pattern before the rest of it is parsed.

Authors, headings, comments and references make most of a record's elements, and all but always stand in one form. Where
every member of a list has that form, the list is taken out, which needs a third of the time of parsing it; in its place
stays an element of the same name with the attribute `_`. Anything unusual is left as it is: a member of another
form, a reference to a character nobody knows, a comment, a section of bare text, an instruction.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from remit.ingest.remembered import remembered

_TEXT = "([^<]*)"
_MORE = "[^<]*"
_MAJOR = (
    r'(?: MajorTopicYN="([YN])"(?: Type="Geographic")?(?: UI="\w*")?|'
    r' UI="\w*" MajorTopicYN="([YN])"(?: Type="Geographic")?)'
)
_OTHER_MAJOR = r'(?: MajorTopicYN="[YN]"(?: UI="\w*")?| UI="\w*" MajorTopicYN="[YN]")'
_AUTHOR = (
    r'<Author(?: ValidYN="[YN]")?(?: EqualContrib="[YN]")?>\s*'
    rf"(?:<LastName>{_TEXT}</LastName>\s*(?:<ForeName>{_TEXT}</ForeName>\s*)?(?:<Initials>{_TEXT}</Initials>\s*)?"
    rf"(?:<Suffix>{_TEXT}</Suffix>\s*)?|<CollectiveName>{_TEXT}</CollectiveName>\s*)"
    rf'((?:<Identifier Source="[A-Za-z]+">{_MORE}</Identifier>\s*)*'
    rf"(?:<AffiliationInfo>\s*<Affiliation>{_MORE}</Affiliation>\s*</AffiliationInfo>\s*)*)</Author>"
)
_PLAIN_AUTHOR = (
    rf'<Author ValidYN="Y">\s*<LastName>{_TEXT}</LastName>\s*<ForeName>{_TEXT}</ForeName>\s*'
    rf"<Initials>{_TEXT}</Initials>\s*"
    rf"(?:<AffiliationInfo>\s*<Affiliation>{_TEXT}</Affiliation>\s*</AffiliationInfo>\s*)?</Author>"
)
_HEADING = (
    rf"<MeshHeading>\s*<DescriptorName{_MAJOR}>{_TEXT}</DescriptorName>\s*"
    rf"((?:<QualifierName{_OTHER_MAJOR}>{_MORE}</QualifierName>\s*)*)</MeshHeading>"
)
_CORRECTION = (
    rf'<CommentsCorrections RefType="(\w+)">\s*<RefSource>{_TEXT}</RefSource>\s*'
    rf'(?:<PMID(?: Version="\d+")?>{_TEXT}</PMID>\s*)?</CommentsCorrections>'
)
_REFERENCE = (
    rf"<Reference>\s*<Citation>{_TEXT}</Citation>\s*(?:<ArticleIdList>\s*"
    rf'((?:<ArticleId IdType="\w+">{_MORE}</ArticleId>\s*)*)</ArticleIdList>\s*)?</Reference>'
)
_MARKS = ((b"!", b"<!"), (b"?", b"<?"), (b"_", b" _="))
_REFERENCES = re.compile("(&(?:amp|lt|gt|quot|apos|#x?[0-9a-fA-F]{2,6});)")

Rows = Iterator[tuple[str, ...]]
Taken = tuple[int, Rows]
Lists = dict[str, Taken]


@dataclass(frozen=True, slots=True)
class _List:
    """A list: the beginnings of it that are usual, its end, and the forms of its members, the most usual one first."""

    name: str
    opening: bytes
    usual: frozenset[bytes]
    closing: bytes
    members: tuple[re.Pattern[str], ...]


def _list(name: str, *members: str, attributes: tuple[str, ...] = ()) -> _List:
    usual = frozenset(f"<{name}{words}>".encode() for words in ("", *attributes))
    return _List(name, f"<{name}".encode(), usual, f"</{name}>".encode(), tuple(map(re.compile, members)))


_COMPLETE = (' CompleteYN="Y"', ' CompleteYN="N"', ' Type="authors" CompleteYN="Y"', ' CompleteYN="Y" Type="authors"')
_LISTS = (
    _list("AuthorList", _PLAIN_AUTHOR, _AUTHOR, attributes=_COMPLETE),
    _list("CommentsCorrectionsList", _CORRECTION),
    _list("MeshHeadingList", _HEADING),
    _list("ReferenceList", _REFERENCE),
)


def lift(raw: bytes) -> tuple[bytes, Lists]:
    """Return a record without the lists of the usual form, and these by name: the texts of each member.

    With the members stands the form they have (0: the most usual one). A text is None where the member has no such
    element. The last one stands behind the member and means nothing.
    """
    lists: Lists = {}
    for rare, mark in _MARKS:
        if rare in raw and mark in raw:
            return raw, lists
    parts: list[bytes] = []
    done = 0
    for one in _LISTS:
        at = raw.find(one.opening, done)
        if at < 0:
            continue
        begin = raw.find(b">", at) + 1
        end = raw.find(one.closing, begin)
        taken = _taken(one, raw[begin:end]) if end > 0 and raw[at:begin] in one.usual else None
        if taken is not None:
            lists[one.name] = taken
            parts += raw[done:at], one.opening, b' _=""/>'
            done = end + len(one.closing)
    return b"".join((*parts, raw[done:])), lists


def _taken(one: _List, inner: bytes) -> Taken | None:
    """Return the form of a list's members and the texts of each, or None where the list has another form."""
    try:
        text = inner.decode()
    except UnicodeDecodeError:
        return None
    if "\r" in text or ("]" in text and "]]>" in text) or "\ufffe" in text or "\uffff" in text:
        return None
    if "&" in text and not (text := _named(text)):
        return None
    for form, member in enumerate(one.members):
        parts = member.split(text)
        step = member.groups + 1
        if all(between == "" or between.isspace() for between in parts[::step]):
            texts = iter(parts)
            next(texts)
            return form, zip(*[texts] * step, strict=True)
    return None


def _named(text: str) -> str:
    """Return a text with the characters its numbers stand for; blank where a reference is none of the usual ones."""
    parts = _REFERENCES.split(text)
    characters = list(map(_character, parts[1::2]))
    if len(characters) != text.count("&") or not all(characters):
        return ""
    parts[1::2] = characters
    return "".join(parts)


@remembered
def _character(reference: str) -> str:
    """Return the character a number stands for, blank where it is none or has a meaning in XML; a name as it is."""
    if reference[1] != "#":
        return reference
    digits = reference[2:-1]
    if digits[0] != "x" and not digits.isdecimal():
        return ""
    code = int(digits[1:], 16) if digits[0] == "x" else int(digits)
    text = code >= 0xA0 and not 0xD800 <= code < 0xE000 and code <= 0x10FFFF and code not in (0xFFFE, 0xFFFF)
    return chr(code) if text or (0x20 <= code < 0x7F and chr(code) not in "<&>") else ""


def plain(text: str) -> str:
    """Return the characters a text stands for."""
    if "&" not in text:
        return text
    for name, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(name, character)
    return text
