"""protocol.yaml as a Protocol: questions, codes, outcomes, plans and claims. Analyses are read in `analyses`."""

from collections.abc import Callable, Collection, Mapping
from typing import Protocol as Shape
from typing import TypeVar, get_args

from remit.model.place import Place
from remit.model.protocol import (
    Amendment,
    Criterion,
    Direction,
    Outcome,
    OutcomeKind,
    Protocol,
    Question,
    ReadingOrder,
    Screening,
    StopRule,
    Term,
)
from remit.store.analyses import Codes, expanded
from remit.store.claims import claim
from remit.store.fields import Fields
from remit.store.refusals import nearest

PREFER = ("basis", "source", "current", "largest", "latest", "counts", "unflagged")
KINDS: tuple[OutcomeKind, ...] = get_args(OutcomeKind)
STOPS: tuple[StopRule, ...] = get_args(StopRule)
ORDERS: tuple[ReadingOrder, ...] = get_args(ReadingOrder)
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)


class _Named(Shape):
    @property
    def id(self) -> str: ...
    @property
    def place(self) -> Place: ...


Noun = TypeVar("Noun", bound=_Named)


def protocol(f: Fields) -> Protocol:
    """Return the protocol that `f` holds, with every analysis of an `each` written out."""
    terms = {kind: _listed(f, kind, _term) for kind in ("populations", "classes", "agents", "scales")}
    outcomes = _listed(f, "outcomes", _outcome)
    populations = frozenset(t.id for t in terms["populations"])
    questions = _listed(f, "questions", lambda q: _question(q, populations))
    codes = Codes(
        questions=frozenset(q.id for q in questions),
        populations=populations,
        classes=frozenset(t.id for t in terms["classes"]),
        agents=frozenset(t.id for t in terms["agents"]),
        scales=frozenset(t.id for t in terms["scales"]),
        outcomes=frozenset(o.id for o in outcomes),
    )
    analyses = _once(tuple(a for each in f.each("analyses") for a in expanded(each, codes)), "analysis", f)
    ids = frozenset(a.id for a in analyses)
    found = Protocol(
        questions=questions,
        criteria=_listed(f, "criteria", _criterion),
        populations=terms["populations"],
        classes=terms["classes"],
        agents=terms["agents"],
        scales=terms["scales"],
        outcomes=outcomes,
        prefer=f.choices("prefer", PREFER) or PREFER,
        analyses=analyses,
        claims=_listed(f, "claims", lambda c: claim(c, ids)),
        amendments=tuple(_amendment(a) for a in f.each("amendments")),
        methods=_methods(f.inner("methods")),
        matrix=tuple(_column(m, ids, codes.classes) for m in f.each("matrix")),
        highlights=_known(f, "highlights", ids),
        screening=_screening(f.inner("screening")),
        place=f.place,
    )
    f.close()
    return found


def _known(f: Fields, key: str, ids: Collection[str]) -> tuple[str, ...]:
    """A list of ids of analyses, each one planned."""
    found = f.words(key)
    for name in found:
        if name not in ids:
            f.refuse(key, "dangling-finding", f"{key} names {name!r}", "a planned analysis", nearest(name, ids))
    return found


def _listed(f: Fields, key: str, read: Callable[[Fields], Noun]) -> tuple[Noun, ...]:
    """Read each entry of a list, close it, and refuse an id given twice."""
    found = []
    for entry in f.each(key):
        found.append(read(entry))
        entry.close()
    return _once(tuple(found), key, f)


def _once(found: tuple[Noun, ...], what: str, f: Fields) -> tuple[Noun, ...]:
    first: dict[str, Place] = {}
    for noun in found:
        if noun.id and noun.id in first:
            seen = f"{what}: {noun.id!r} again (first on line {first[noun.id].line})"
            f.refusals.add(noun.place, "duplicate-id", seen, "each id once", "rename one")
        first.setdefault(noun.id, noun.place)
    return found


def _term(f: Fields) -> Term:
    return Term(
        id=f.id("id"),
        name=f.needed("name"),
        plural=f.text("plural"),
        short=f.text("short"),
        note=f.text("note"),
        place=f.place,
    )


def _question(f: Fields, populations: frozenset[str]) -> Question:
    return Question(
        id=f.id("id"),
        title=f.needed("title"),
        population=f.text("population"),
        intervention=f.text("intervention"),
        comparator=f.text("comparator"),
        outcomes=f.text("outcomes"),
        populations=f.refs("populations", populations, "population"),
        place=f.place,
    )


def _criterion(f: Fields) -> Criterion:
    return Criterion(
        id=f.id("id"), effect=f.choice("effect", ("include", "exclude")), text=f.needed("text"), place=f.place
    )


def _outcome(f: Fields) -> Outcome:
    importance = f.whole("importance", needed=True)
    if importance is not None and not 1 <= importance <= 9:
        f.refuse("importance", "bad-code", f"importance {importance}", "1 to 9", "7 to 9 are critical outcomes")
    return Outcome(
        id=f.id("id"),
        name=f.needed("name"),
        short=f.text("short"),
        kind=f.choice("kind", KINDS),
        direction=f.choice("direction", DIRECTIONS),
        definition=f.text("definition"),
        graded=f.yes("graded", default=False),
        group=f.choice("group", ("efficacy", "harm", "course")),
        importance=importance or 1,
        trivial=f.number("trivial"),
        place=f.place,
    )


def _amendment(f: Fields) -> Amendment:
    found = Amendment(date=f.date("date", needed=True), what=f.needed("what"), why=f.needed("why"), place=f.place)
    f.close()
    return found


def _screening(f: Fields | None) -> Screening:
    """Read how records are screened; shares are above 0 and below 1."""
    if f is None:
        return Screening()
    readers = f.whole("readers")
    if readers not in (None, 1, 2):
        f.refuse("readers", "screening", f"readers {readers}", "1 or 2", "say how many must read each record")
    shares = {}
    for key in ("recall", "confidence"):
        value = f.number(key)
        if value is not None and not 0 < value < 1:
            f.refuse(key, "screening", f"{key} {value:g}", "a share between 0 and 1, such as 0.95", f"mend {key}")
        shares[key] = 0.95 if value is None else value
    stop = f.choice("stop", STOPS, default="none")
    order = f.choice("order", ORDERS, default="learned")
    f.close()
    return Screening(readers=1 if readers is None else readers, stop=stop, order=order, **shares)


def _methods(f: Fields | None) -> Mapping[str, str]:
    return {} if f is None else {key: f.needed(key) for key in f.names()}


def _column(f: Fields, analyses: frozenset[str], classes: frozenset[str]) -> tuple[str, str]:
    """Read a column of the home page; its analysis must exist for at least one class."""
    column, analysis = f.needed("column"), f.needed("analysis")
    if "{class}" not in analysis:
        advice = 'write {class} where the class stands, such as "{class}-rr-remission"'
        f.refuse("analysis", "matrix", f"analysis {analysis!r}", "an id with {class} in it", advice)
    elif classes and not any(analysis.replace("{class}", c) in analyses for c in classes):
        f.refuse("analysis", "dangling-finding", f"no class has {analysis!r}", "an analysis", "plan it, or mend the id")
    f.close()
    return column, analysis
