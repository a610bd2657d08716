"""BibTeX, as databases and reference managers export it: keys with blanks, repeated keys and stray braces included.

An entry lasts from a line that begins `@type{` to the next such line, so a brace left open spoils one entry, not the
file. Values are read with their LaTeX: accents become letters, protecting braces go, mathematics stays as it is.
"""

import re
from collections.abc import Iterator

from remit.ingest import fields as say
from remit.ingest.databases import by_key, by_link, named
from remit.ingest.latex import plain
from remit.ingest.making import Draft
from remit.ingest.source import SEEN, Source
from remit.model.source_record import SourceRecord, Unread

ENTRY_LIMIT = 16 << 20

Fields = dict[str, str]

BEGINS = re.compile(r"^[ \t}\ufeff]*@[ \t]*([A-Za-z]+)[ \t]*[{(]", re.M)
_FIELD = re.compile(r"[\s,]*([A-Za-z][\w:.+/*-]*(?: [A-Za-z][\w-]*)?)\s*=\s*")
_FLAT = re.compile(r"\{([^{}\\]*)\}|\"([^\"{}\\]*)\"|([^\s,{}\"#]+)")
_NEXT = re.compile(r"\s*(#|,|[})]?\s*$|(?=\n))")
_BRACES = re.compile(r"\\.|[{}]", re.S)
_QUOTES = re.compile(r"\\.|[{}\"]", re.S)
_LINE_FIELD = re.compile(r"^\s*([A-Za-z][\w:.+/-]*)\s*=\s*[{\"]?(.*?)[}\"]?,?\s*$")
_ESCAPED = re.compile(r"\\[{}()]")
_SWALLOWED = re.compile(
    r"\n\s*(?:author|title|year|journal|booktitle|volume|number|pages|doi|url|abstract|keywords|note|month|publisher|issn|"
    r"isbn|editor|language|eprint|pmid|date|journaltitle)\s*=\s*[{\"\w]",
    re.I,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def read(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each entry of a BibTeX file as a record."""
    number, macros = 0, {month: month for month in _MONTHS}
    for line, kind, text in _entries(source):
        if kind in ("comment", "preamble"):
            continue
        if kind == "string":
            macros.update((name, value) for name, value in _fields(text, macros)[0].items())
            continue
        key, _, body = text.partition(",")
        fields, fault = _fields(body, macros)
        number += 1
        if fault:
            advice = "Its braces or quotation marks do not match: compare this record with the database."
            if not fields:
                yield Unread(file=source.file, number=number, line=line, seen=text.strip()[:SEEN], advice=advice)
                continue
            yield record(key.strip(), kind, fields, source.file, number)
            yield Unread(file=source.file, number=number, line=line, seen=fault[:SEEN], advice=advice)
        elif fields:
            yield record(key.strip(), kind, fields, source.file, number)
        else:
            number -= 1
            advice = "An entry without a single field."
            yield Unread(file=source.file, number=number + 1, line=line, seen=text.strip()[:SEEN], advice=advice)


def _entries(source: Source) -> Iterator[tuple[int, str, str]]:
    """Each entry: the line it begins in, its type in lower case, and the text after its brace."""
    held, kind, line, size = [""], "", 0, 0
    for text in source.texts():
        at, start = 0, source.line + 1
        for found in BEGINS.finditer(text):
            if kind:
                yield line, kind, "".join((*held, text[at : found.start()]))
            start += text.count("\n", at, found.start(1))
            kind, line, at = found[1].lower(), start, found.end()
            start += text.count("\n", found.start(1), at)
            held, size = [], 0
        if size > ENTRY_LIMIT:
            continue
        held.append(text[at:])
        size += len(text) - at
        if size > ENTRY_LIMIT:
            source.say(
                f"an entry of more than {ENTRY_LIMIT:,} characters; the rest of it was left out", "Look at it.", line
            )
    if kind:
        yield line, kind, "".join(held)


def _fields(body: str, macros: dict[str, str]) -> tuple[Fields, str]:
    """Return the fields of an entry by name in lower case, and what of it could not be read as fields."""
    fields: Fields = {}
    at = 0
    unclosed = body.count("{") >= body.count("}")
    while found := _FIELD.match(body, at):
        value, at = _value(body, found.end(), macros)
        if at < 0 or (unclosed and _SWALLOWED.search(value)):
            return _line_by_line(body[found.start() :], fields), body[found.start() :].strip()
        name = found[1].lower()
        fields[name] = f"{fields[name]}\n{value}" if name in fields else value
    rest = body[at:].strip(" \t\n\r,")
    if rest[:1] in ("", "}", ")"):
        return fields, "the entry is never closed" if unclosed and rest == "" and _is_open(body) else ""
    return _line_by_line(body[at:], fields), rest


def _is_open(body: str) -> bool:
    """Tell whether an entry lacks its last brace or bracket."""
    marks = _ESCAPED.sub("", body)
    return marks.count("{") >= marks.count("}") and marks.count("(") >= marks.count(")")


def _value(body: str, at: int, macros: dict[str, str]) -> tuple[str, int]:
    """Return a value and where it ends; a negative end when it never does."""
    value = ""
    while True:
        if flat := _FLAT.match(body, at):
            word = flat[3]
            value += macros.get(word.lower(), word) if word else flat[1] or flat[2] or ""
            at = flat.end()
        else:
            end = _closing(body, at)
            if end < 0:
                return "", -1
            value += body[at + 1 : end]
            at = end + 1
        after = _NEXT.match(body, at)
        if after is None:
            return "", -1
        at = after.end()
        if after[1] != "#":
            return value, at
        at += len(body[at:]) - len(body[at:].lstrip())


def _closing(body: str, at: int) -> int:
    """Where a value that begins with a brace or a quotation mark ends, or -1."""
    opening = body[at : at + 1]
    if opening not in ("{", '"'):
        return -1
    depth = 0
    for found in (_BRACES if opening == "{" else _QUOTES).finditer(body, at + 1):
        mark = found[0]
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth -= 1
            if depth < 0:
                return found.start() if opening == "{" else -1
        elif mark == '"' and depth == 0:
            return found.start()
    return -1


def _line_by_line(body: str, fields: Fields) -> Fields:
    """Read what is left of a broken entry as one field a line."""
    last = ""
    for line in body.split("\n"):
        if found := _LINE_FIELD.match(line):
            last = found[1].lower()
            fields.setdefault(last, found[2])
        elif last and line.strip(" },"):
            fields[last] += "\n" + line.strip()
    return fields


def record(key: str, kind: str, raw: Fields, file: str, number: int) -> SourceRecord:
    """Return the record of an entry's fields."""
    fields = {name: plain(value) if name not in _VERBATIM else value.strip() for name, value in raw.items()}
    take = fields.pop
    url = take("url", "")
    doi = say.doi(take("doi", "").replace("\\_", "_").replace("\\", "")) or say.doi_in(url)
    unique = take("unique-id", "") or take("accession_number", "")
    title = " ".join(take("title", "").split())
    note = fields.get("annote", "") + fields.get("note", "")
    journal = take("journal", "") or take("journaltitle", "") or take("booktitle", "")
    made = Draft("bibtex", file, number)
    made.source = _database(fields, key, unique, url)
    made.key = unique or key
    made.kind = kind
    made.title = title or take("booktitle", "")
    made.abstract = take("abstract", "")
    made.authors = _authors(raw.get("author", "")) if take("author", "") else ()
    made.year = say.year(fields.get("year", "") or fields.get("date", ""))
    made.journal = " ".join(journal.split())
    made.volume = take("volume", "")
    made.issue = take("number", "") or take("issue", "")
    made.pages = take("pages", "").replace("--", "-").replace(" - ", "-") or _first(
        fields, "article-number", "art_number"
    )
    made.doi = doi
    made.pmid = _pmid(fields, key, url, note)
    made.pmcid = say.pmcid(take("pmcid", "")) or say.pmcid(url)
    made.issn = tuple(dict.fromkeys([i for name in ("issn", "eissn") for i in say.issns(take(name, ""))]))
    made.language = take("language", "") or take("langid", "")
    made.keywords = _keywords(fields)
    made.url = url
    made.retracted = say.retracted(title)
    made.other = tuple([(name, text) for name, text in fields.items() if text and not _told(name, text)])
    return made.done()


_VERBATIM = frozenset({"url", "doi", "file", "eprint"})


def _told(name: str, text: str) -> bool:
    return name == "year" and len(text) == 4


def _first(fields: Fields, *names: str) -> str:
    return next((text for name in names if (text := fields.pop(name, ""))), "")


def _keywords(fields: Fields) -> tuple[str, ...]:
    found = [_first(fields, name) for name in ("keywords", "author_keywords", "keyword", "keywords-plus", "mesh")]
    parts = [part for text in found if text for part in say.split_cell(text.replace("\n", " "))]
    return tuple(dict.fromkeys([word for part in parts if (word := part.strip())]))


def _pmid(fields: Fields, key: str, url: str, note: str) -> str:
    pmid = fields.pop("pmid", "")
    if pmid.isdecimal():
        return pmid
    return say.pmid(key) or say.pmid(url) or say.pmid(note)


def _database(fields: Fields, key: str, unique: str, url: str) -> str:
    for name in ("source", "database"):
        if text := fields.get(name, ""):
            return named(text)
    if unique:
        return by_key(unique) or "wos"
    if key.startswith(("PMID:", "PPR:", "PMC:")):
        return "europepmc"
    note = fields.get("annote", "")
    return by_key(key) or by_link(url) or ("wos" if note.startswith("Times Cited in Web of Science") else "")


def _authors(raw: str) -> tuple[str, ...]:
    """Return the names, apart at each `and` outside braces, family name first."""
    parts = re.split(r"\s+and\s+", raw.strip()) if "{" not in raw else _apart(raw)
    return tuple([name for part in parts if (name := _name(part.strip()))])


def _apart(raw: str) -> list[str]:
    parts, depth = [""], 0
    for piece in re.split(r"(\\.|[{}]|\s+and\s+)", raw.strip()):
        depth += (piece == "{") - (piece == "}")
        if depth <= 0 and piece.strip() == "and" and piece != "and":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _name(raw: str) -> str:
    whole = raw.startswith("{") and raw.endswith("}")
    text = " ".join(plain(raw).split())
    if whole or "," in text or " " not in text:
        return re.sub(r",(?=\S)", ", ", text)
    words = text.split(" ")
    at = next((i for i, word in enumerate(words[1:-1], 1) if word[:1].islower()), len(words) - 1)
    if re.fullmatch(r"(?:[A-Z]\.?){1,4}", words[-1]) and len(words[0]) > 2:
        return f"{' '.join(words[:-1])}, {words[-1]}"
    return f"{' '.join(words[at:])}, {' '.join(words[:at])}"
