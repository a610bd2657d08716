"""The languages of the databases: how each writes fields, wildcards, nearness and operators.

Distances: Ovid and Embase.com count positions (adj3: at most two words between); the Cochrane Library, Web of Science,
Scopus and PubMed count the words between. Everything here counts the words between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from remit.ingest.strategy import fields
from remit.ingest.strategy.fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One database's language.

    `fields` maps its codes (lower case) to fields; `codes` says how to write a set of fields. `order` lists operators
    from the one that binds first, a group binding from left to right. `wild` maps our wildcards to its own.
    """

    name: str
    title: str
    fields: Mapping[str, Fields]
    codes: tuple[tuple[Fields, str], ...]
    thesaurus: str = ""
    order: tuple[tuple[str, ...], ...] = (("and", "or", "not"),)
    wild: Mapping[str, str] = field(default_factory=lambda: {"*": "*"})
    near: bool = True
    counts_positions: bool = False
    combines: bool = False
    adjacent: str = "and"
    shortest_stem: int = 3
    upper: bool = False
    lines: bool = False


def _without(known: Mapping[str, Fields], *codes: str) -> Mapping[str, Fields]:
    """The codes that are read and not written."""
    return {code: names for code, names in known.items() if code not in codes}


_BINDING = (("not",), ("and",), ("or",))
_OVID_WILD = {"*": "*", "?": "#", "¤": "?"}
_EMBASE_WILD = {"*": "*", "?": "?", "¤": "$"}

DIALECTS: dict[str, Dialect] = {
    d.name: d
    for d in (
        Dialect(
            name="pubmed",
            title="PubMed",
            fields=fields.PUBMED,
            codes=fields.codes(_without(fields.PUBMED, "ab", "abstract")),
            thesaurus="mesh",
            near=True,
            adjacent="phrase",
            shortest_stem=4,
            upper=True,
        ),
        Dialect(
            name="ovid-medline",
            title="Ovid MEDLINE",
            fields=fields.OVID_MEDLINE,
            codes=fields.codes(_without(fields.OVID_MEDLINE, "tw", "kw")),
            thesaurus="mesh",
            order=_BINDING,
            wild=_OVID_WILD,
            counts_positions=True,
            combines=True,
            adjacent="phrase",
            lines=True,
        ),
        Dialect(
            name="ovid-embase",
            title="Ovid Embase",
            fields=fields.OVID_EMBASE,
            codes=fields.codes(_without(fields.OVID_EMBASE, "tw", "kw")),
            thesaurus="emtree",
            order=_BINDING,
            wild=_OVID_WILD,
            counts_positions=True,
            combines=True,
            adjacent="phrase",
            lines=True,
        ),
        Dialect(
            name="embase",
            title="Embase.com",
            fields=fields.EMBASE,
            codes=fields.codes(fields.EMBASE),
            thesaurus="emtree",
            order=_BINDING,
            wild=_EMBASE_WILD,
            counts_positions=True,
            combines=True,
            upper=True,
            lines=True,
        ),
        Dialect(
            name="cochrane",
            title="the Cochrane Library",
            fields=fields.COCHRANE,
            codes=fields.codes(fields.COCHRANE),
            thesaurus="mesh",
            order=_BINDING,
            wild={"*": "*", "?": "?", "¤": "?"},
            combines=True,
            lines=True,
        ),
        Dialect(
            name="wos",
            title="Web of Science",
            fields=fields.WOS,
            codes=fields.codes(fields.WOS, upper=True),
            order=_BINDING,
            wild=_EMBASE_WILD,
        ),
        Dialect(
            name="scopus",
            title="Scopus",
            fields=fields.SCOPUS,
            codes=fields.codes(fields.SCOPUS, upper=True),
            order=(("or",), ("and",), ("not",)),
            wild={"*": "*", "?": "?"},
        ),
        Dialect(
            name="europepmc",
            title="Europe PMC",
            fields=fields.EUROPEPMC,
            codes=fields.codes(fields.EUROPEPMC, upper=True),
            near=False,
            order=_BINDING,
            upper=True,
        ),
    )
}
NAMES = tuple(DIALECTS)
