"""Text exports that name each field in a line of its own: EndNote's refer, the Cochrane Library's and Ovid's citations.

Each tag is read as the tag of RIS that means the same, and goes by its own name again where it is only kept. A line
without a tag goes on with the field above it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from remit.ingest import ris_fields
from remit.ingest.source import SEEN, Source
from remit.model.source_record import SourceRecord, Unread

RECORD_LIMIT = 32 << 20

Fields = dict[str, list[str]]

_REFER = "0=TY T=TI A=AU D=PY J=JF B=T2 V=VL N=IS P=SP R=DO U=UR X=AB K=KW @=SN M=AN G=LA Z=N1 W=DP ~=DB 8=DA"
_COCHRANE = "ID=AN AU=AU TI=TI SO=JF YR=PY VL=VL NO=IS PG=SP XR=C3 PM=C3 PT=M3 KY=KW DOI=DO AB=AB US=UR SN=SN LA=LA"
_OVID = (
    "unique identifier=AN|accession number=AN|title=TI|authors=AU|author=AU|abstract=AB|doi=DO|language=LA|"
    "digital object identifier=DO|publication type=M3|year of publication=PY|issn print=SN|issn=SN|database=DB|"
    "mesh subject headings=KW|subject headings=KW|keyword heading=KW|link to the ovid full text or citation=UR"
)
_SOURCE = re.compile(
    r"(?P<JF>[^.]+(?:\.[^.]+)*?)\. (?P<VL>[^(:,]*)(?:\((?P<IS>[^)]*)\))?(?::(?P<SP>[^,]*))?, (?P<PY>\d{4})\b.*", re.S
)


def _pairs(text: str, between: str) -> dict[str, str]:
    """Return name and tag of such a list."""
    parted = (pair.rpartition("=") for pair in text.split(between))
    return {name: tag for name, _, tag in parted}


@dataclass(frozen=True, slots=True)
class Manner:
    """How an export is written: the line a record `begins` with, the line of a `tag`, and what the tags mean in RIS.

    `plain` turns a tag as it stands into one of `names`; `source` is the database, where no record tells it.
    """

    format: str
    begins: re.Pattern[str]
    tag: re.Pattern[str]
    names: Mapping[str, str]
    plain: Callable[[str], str]
    source: str = ""


REFER = Manner(
    "refer",
    re.compile(r"%0(?: |$)"),
    re.compile(r"(%[0-9A-Z~@*#$!&(+,:;<=>?\[\]^_|-])(?: (.*)|$)"),
    {f"%{name}": tag for name, tag in _pairs(_REFER, " ").items()},
    str,
)
COCHRANE = Manner(
    "cochrane-text",
    re.compile(r"Record #\d+ of (\d+)\s*$"),
    re.compile(r"([A-Z]{2,3}): ?(.*)"),
    _pairs(_COCHRANE, " "),
    str,
    "the cochrane library",
)
OVID = Manner(
    "ovid-text",
    re.compile(r"<\d+>\s*$"),
    re.compile(r"([A-Z][^\s.:;]*(?: [^\s.:;]+){0,7})\s*$()"),
    _pairs(_OVID, "|"),
    str.lower,
)


def read_refer(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each record of EndNote's refer (`%0 Journal Article`)."""
    return _Reader(source, REFER).run()


def read_cochrane(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each record of the Cochrane Library's citations as text (`Record #1 of 20`)."""
    return _Reader(source, COCHRANE).run()


def read_ovid(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each record of Ovid's citations as text (`<1>`, names of fields, text indented)."""
    return _Reader(source, OVID).run()


@dataclass
class _Reader:
    """The record being read, by its tags as they stand."""

    source: Source
    manner: Manner
    number: int = 0
    begun: int = 0
    size: int = 0
    claimed: int = 0
    blank: bool = False
    inside: bool = False
    stray: bool = False
    skipping: bool = False
    fields: Fields = field(default_factory=dict)
    values: list[str] | None = None

    def run(self) -> Iterator[SourceRecord | Unread]:
        """Read all lines."""
        at = 0
        for at, line in enumerate(self.source.lines(), 1):
            bare = line.strip()
            if not bare:
                self.blank = True
                continue
            if self._begins(line):
                yield from self._finish()
                self.inside, self.begun, self.stray, self.skipping = True, at, False, False
            yield from self._take(line, bare, at)
            self.blank = False
        yield from self._finish()
        if self.claimed and self.claimed != self.number:
            seen = f"the file says that it has {self.claimed} records, and {self.number} were read"
            yield self._unread(at, seen, "Export it again, or count: the file may be cut short.")

    def _begins(self, line: str) -> bool:
        if found := self.manner.begins.match(line):
            self.claimed = int(found[1]) if found.re.groups else 0
            return True
        tag = self.manner.tag.match(line) if self.manner is REFER and self._may_begin() else None
        return tag is not None and (not self.inside or (tag[1] in self.fields and tag[1] in ("%A", "%T")))

    def _may_begin(self) -> bool:
        return self.blank or not (self.inside or self.skipping)

    def _take(self, line: str, bare: str, at: int) -> Iterator[SourceRecord | Unread]:
        """Take in a line that is not blank."""
        self.size += len(line)
        found = self.manner.tag.match(line)
        if not self.inside:
            if not (self.stray or self.skipping):
                self.stray = True
                yield self._unread(at, bare, "Lines before the first record belong to none.")
        elif self.size > RECORD_LIMIT:
            yield from self._finish()
            yield self._unread(
                self.begun,
                f"a record of more than {RECORD_LIMIT:,} characters; what follows of it was left out",
                "Look at that record: most likely the lines that part records are lost.",
            )
            self.inside, self.skipping = False, True
        elif found:
            self.values = self.fields.setdefault(found[1].strip(), [])
            self.values.append((found[2] or "").strip())
        elif self.values is not None and not self.manner.begins.match(line):
            self.values[-1] = f"{self.values[-1]}\n{bare}" if self.values[-1] else bare

    def _finish(self) -> Iterator[SourceRecord | Unread]:
        """Give the record read so far."""
        fields, self.fields, self.values, self.size = self.fields, {}, None, 0
        if any(text for values in fields.values() for text in values):
            self.number += 1
            yield _record(fields, self.manner, self.source.file, self.number)
        elif self.inside:
            yield self._unread(self.begun, "a record without a single field", "Compare with the database.")

    def _unread(self, line: int, seen: str, advice: str) -> Unread:
        return Unread(
            file=self.source.file, number=max(self.number, 1), line=line, seen=seen.strip()[:SEEN], advice=advice
        )


def _record(fields: Fields, manner: Manner, file: str, number: int) -> SourceRecord:
    tags: Fields = {}
    own: dict[str, str] = {}
    for name, values in fields.items():
        cited = _SOURCE.fullmatch(values[0][:SEEN]) if manner is OVID and name == "Source" else None
        for part, text in cited.groupdict().items() if cited else ():
            tags.setdefault(part, []).append(text or "")
        if not cited:
            tag = manner.names.get(manner.plain(name), name)
            own.setdefault(tag, name)
            tags.setdefault(tag, []).extend(values)
    if manner is OVID:
        tags["AU"] = [text.removesuffix(".") for text in tags.get("AU", ())] or [""]
    kind = " ".join(tags.pop("TY", [""])[0].split())
    joined = {tag: ris_fields.BAR.join(values) for tag, values in tags.items()}
    made = ris_fields.record(kind, joined, file, number, manner.source)
    return replace(made, format=manner.format, other=tuple((own.get(tag, tag), text) for tag, text in made.other))
