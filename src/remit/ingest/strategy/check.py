"""What would go wrong with a strategy if it were run as it stands."""

import re
from collections.abc import Iterator

from remit.ingest.strategy import marks
from remit.ingest.strategy.dialects import DIALECTS, Dialect
from remit.ingest.strategy.tokens import tokens
from remit.ingest.strategy.tree import Bool, Heading, Line, Near, Ref, Remark, Strategy, Term, walk

_CURLY = re.compile("[“”„«»‘’‚]")
_ODD = re.compile("[\u00a0\u200b-\u200f\ufeff\u2010-\u2015\u2212]")
_ELSEWHERE = {
    "adj": re.compile(r"adj\d{0,2}", re.IGNORECASE),
    "near": re.compile(r"near(?:/\d{1,2})?", re.IGNORECASE),
    "next": re.compile(r"next/\d{1,2}", re.IGNORECASE),
    "w": re.compile(r"(?:w|pre)/\d{1,2}", re.IGNORECASE),
}
_OVID_TAG = re.compile(r"\S+\.(?:ti|ab|tw|mp|kf|kw|af)(?:,(?:ti|ab|tw|kf|kw|hw|nm))*\.")
_COLON_TAG = re.compile(r"\S*:(?:ti|ab|kw)(?:,(?:ti|ab|kw|de))*")
_SQUARE_TAG = re.compile(r"\[(?:tiab|ti|tw|mesh|mh|majr|pt|au)\b[^\]]*\]", re.IGNORECASE)
_QUOTE_BLIND = ("ovid-medline", "ovid-embase", "cochrane", "europepmc")
_SAYS = "see docs/reference/search.md"


def remarks(strategy: Strategy) -> tuple[Remark, ...]:
    """Return every error and warning, in the order of the text; none where the strategy may run."""
    dialect = DIALECTS[strategy.dialect]
    found = list(strategy.remarks)
    for line in strategy.lines:
        found += _characters(line, dialect)
        found += _quotes(line, dialect)
        found += _operators(line, dialect)
        found += _foreign(line, dialect)
        if line.query is not None:
            found += _words(line, dialect)
    found += _references(strategy)
    return tuple(sorted(set(found)))


def _remark(line: Line, at: int, rule: str, seen: str, advice: str, warn: bool = False) -> Remark:
    return Remark(line.number, at + 1, rule, seen, advice, "warning" if warn else "error")


def _characters(line: Line, dialect: Dialect) -> Iterator[Remark]:
    for match in _CURLY.finditer(line.text):
        advice = f"{dialect.title} may not take it for a quote: type a straight one"
        yield _remark(line, match.start(), "smart-quote", f"the quote {match[0]}", advice, warn=True)
    for match in _ODD.finditer(line.text):
        seen = f"the character U+{ord(match[0]):04X}, which looks like a space or hyphen"
        yield _remark(line, match.start(), "odd-character", seen, "type a plain one", warn=True)


def _quotes(line: Line, dialect: Dialect) -> Iterator[Remark]:
    if line.text.count('"') % 2:
        at = line.text.rindex('"')
        yield _remark(line, at, "quote", "a double quote without its other", "close the phrase, or remove it")
    if dialect.name == "embase":
        alone = [m.start() for m in re.finditer(r"(?<!\w)'|'(?!\w)", line.text)]
        if len(alone) % 2:
            yield _remark(
                line, alone[-1], "quote", "a single quote without its other", "close the phrase, or remove it"
            )


def _operators(line: Line, dialect: Dialect) -> Iterator[Remark]:
    if not dialect.upper:
        return
    for token in tokens(line.text, dialect):
        if token.kind == "op" and token.text != token.text.upper():
            advice = f"{dialect.title} takes it for a word: write {token.text.upper()}"
            yield _remark(line, token.start, "lower-case-operator", f"the operator {token.text!r}", advice)


def _foreign(line: Line, dialect: Dialect) -> Iterator[Remark]:
    """Ways of writing that belong to other databases."""
    ovid = dialect.name.startswith("ovid")
    for token in tokens(line.text, dialect):
        if token.kind != "word":
            continue
        for form in _ELSEWHERE.values():
            if form.fullmatch(token.text):
                seen = f"{token.text}, which {dialect.title} does not take for nearness"
                advice = (
                    "it has no nearness: use AND" if not dialect.near else f"write it as {dialect.title} does ({_SAYS})"
                )
                yield _remark(line, token.start, "nearness", seen, advice)
        if not ovid and _OVID_TAG.fullmatch(token.text):
            advice = f"that is Ovid's way; {_SAYS} for {dialect.title}"
            yield _remark(line, token.start, "foreign-field", f"the field in {token.text!r}", advice)
    if dialect.name != "pubmed":
        for match in _SQUARE_TAG.finditer(line.text):
            if not match[0].lower().startswith("[mh"):
                advice = f"that is PubMed's way; {_SAYS} for {dialect.title}"
                yield _remark(line, match.start(), "foreign-field", f"the field {match[0]}", advice)
    if dialect.name == "pubmed":
        for match in re.finditer(r"(?<=\w)/(?:exp|de|mj)\b|\bexp\s+\w[^()\"]*/", line.text):
            advice = 'write "Heading"[Mesh], which explodes by itself'
            yield _remark(line, match.start(), "foreign-field", f"the heading mark {match[0]!r}", advice)
        for match in _COLON_TAG.finditer(line.text):
            advice = f"that is Embase's way; {_SAYS} for {dialect.title}"
            yield _remark(line, match.start(), "foreign-field", f"the field in {match[0]!r}", advice)


def _words(line: Line, dialect: Dialect) -> Iterator[Remark]:
    said: set[str] = set()
    for part in walk(line.query) if line.query is not None else ():
        if isinstance(part, Near) and not dialect.near:
            yield _remark(line, 0, "nearness", f"nearness, which {dialect.title} does not have", "use AND")
        if not isinstance(part, Term) or part.text in said:
            continue
        said.add(part.text)
        head = part.text.split()[-1].split("*")[0] if part.text.split() else ""
        at = max(line.text.lower().find(head.lower()), 0) if head else 0
        yield from _truncated(line, part, dialect, at)
        if dialect.name == "pubmed" and not part.fields:
            yield from _mapped(line, part, at)


def _truncated(line: Line, term: Term, dialect: Dialect, at: int) -> Iterator[Remark]:
    wild = [c for c in term.text if c in "*?¤"]
    if not wild:
        return
    for word in term.text.split():
        if not any(c in word for c in "*?¤"):
            continue
        stem, shown = word.split("*")[0], marks.wildcards(dialect, word)
        if word[0] in "*?¤" and dialect.name not in ("wos", "scopus"):
            advice = f"{dialect.title} does not truncate at the beginning: write the words out"
            yield _remark(line, at, "leading-wildcard", f"the wildcard before {shown!r}", advice)
        elif len(stem) < dialect.shortest_stem and "*" in word:
            seen = f"{shown!r}, cut after {len(stem)} letters"
            need = f"at least {dialect.shortest_stem}"
            advice = f"{dialect.title} needs {need}; write the words out"
            yield _remark(line, at, "short-stem", seen, advice, warn=dialect.name != "pubmed")
        if dialect.name == "pubmed" and any(c in word for c in "?¤"):
            seen = f"the wildcard in {word.replace('¤', '?')!r}"
            yield _remark(line, at, "wildcard", seen, "PubMed has only *: write both forms with OR")
    if term.quoted and dialect.name in _QUOTE_BLIND:
        seen = f"a wildcard within quotes in {term.text.replace('¤', '?')!r}"
        advice = f"{dialect.title} looks for the sign itself within quotes: take the quotes off or write the forms out"
        yield _remark(line, at, "quoted-wildcard", seen, advice)


def _mapped(line: Line, term: Term, at: int) -> Iterator[Remark]:
    if "*" in term.text or term.quoted:
        why = "truncated" if "*" in term.text else "quoted"
        seen = f"{term.text!r} is {why} and has no field: PubMed maps it to no heading and looks everywhere"
        yield _remark(line, at, "no-mapping", seen, "add its field, such as [tiab], and its heading", warn=True)
    else:
        seen = f"{term.text!r} has no field: what PubMed makes of it changes with its tables"
        yield _remark(line, at, "no-field", seen, "add its field, such as [tiab], and its heading", warn=True)


def _references(strategy: Strategy) -> Iterator[Remark]:
    """Lines named before they stand, not at all, or never used."""
    numbers = [line.number for line in strategy.lines]
    used: set[int] = set()
    for i, line in enumerate(strategy.lines):
        if line.number in numbers[:i]:
            yield _remark(line, 0, "line-twice", f"a second line {line.number}", "number each line once")
        for part in walk(line.query) if line.query is not None else ():
            if not isinstance(part, Ref):
                continue
            used.add(part.line)
            if part.line not in numbers:
                advice = "name a line of the strategy" if strategy.numbered else "write the lines it names above it"
                yield _remark(line, 0, "line-missing", f"line {part.line}, which is not there", advice)
            elif part.line not in numbers[:i]:
                advice = "use only lines above this one"
                yield _remark(line, 0, "line-ahead", f"line {part.line} before it is defined", advice)
    for line in strategy.lines[:-1]:
        if line.number not in used:
            advice = "combine it into a later line, or remove it"
            yield _remark(line, 0, "line-unused", f"line {line.number}, which no other line uses", advice, warn=True)
    for line in strategy.lines:
        empty = line.query is not None and isinstance(line.query, Bool) and _repeated(line.query)
        if empty:
            yield _remark(line, 0, "line-repeated", "one part twice under one operator", "remove one", warn=True)


def _repeated(query: Bool) -> bool:
    kept = [p for p in query.parts if isinstance(p, Term | Heading | Ref)]
    return len(set(kept)) < len(kept)
