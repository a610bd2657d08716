"""bias.yaml and corrections.yaml of a study: what readers answered, and values used in place of printed ones."""

from collections.abc import Mapping
from typing import get_args

from remit.model.appraisal import Answer, Appraisal, Judgement
from remit.model.observation import Correction
from remit.store.fields import Fields
from remit.store.known import Known
from remit.store.values import COLUMNS, OPTIONAL, TAIL

TOOLS = ("jbi-case-series", "rob2")
TABLES = tuple(COLUMNS)
JUDGEMENTS: tuple[Judgement, ...] = get_args(Judgement)


def appraisals(f: Fields, study: str, known: Known) -> tuple[Appraisal, ...]:
    """Return the assessments of a study. Only judgements a reader stated are filled in; the tool's rule comes later."""
    found = tuple(_appraisal(a, study, known) for a in f.each("appraisals"))
    f.close()
    return found


def _appraisal(f: Fields, study: str, known: Known) -> Appraisal:
    stated = _judgements(f.inner("judgement"))
    found = Appraisal(
        study=study,
        tool=f.choice("tool", TOOLS),
        version=f.needed("version"),
        result=f.text("result"),
        answers=_answers(f.inner("answers")),
        judgements={k: v for k, v in stated.items() if k != "overall"},
        overall=stated.get("overall", "unclear"),
        provisional=f.yes("provisional", default=True),
        by=f.ref("by", known.people, "person", needed=True),
        date=f.date("date", needed=True),
        note=f.text("note"),
        place=f.place,
    )
    if found.tool == "rob2" and not found.result:
        f.refuse("result", "missing", "rob2 without a result", "the result judged, such as dfs", "write result")
    f.close()
    return found


def _judgements(f: Fields | None) -> Mapping[str, Judgement]:
    return {} if f is None else {key: f.choice(key, JUDGEMENTS) for key in f.names()}


def _answers(f: Fields | None) -> tuple[Answer, ...]:
    if f is None:
        return ()
    out = []
    for question in f.names():
        inner = f.inner(question)
        if inner is not None:
            out.append(Answer(question=question, answer=inner.needed("answer"), support=inner.text("support")))
            inner.close()
        elif not f.has(question):
            f.refuse(question, "missing", f"{question} without an answer", "{answer: …, support: …}", "remove it")
    return tuple(out)


def corrections(f: Fields, known: Known) -> tuple[Correction, ...]:
    """Return the corrections of a study, each cell corrected once."""
    found = tuple(_correction(c, known) for c in f.each("corrections"))
    f.close()
    seen: set[tuple[str, str, str]] = set()
    for c in found:
        cell = (c.table, c.key, c.column)
        if cell in seen:
            what = f"{c.table} {c.key} {c.column} corrected again"
            f.refusals.add(c.place, "duplicate-correction", what, "one correction of a cell", "keep the one that holds")
        seen.add(cell)
    return found


def _correction(f: Fields, known: Known) -> Correction:
    table = f.choice("table", TABLES)
    column = f.needed("column")
    allowed = [c for c in (*COLUMNS[table], *OPTIONAL.get(table, ())) if c != "key" and c not in TAIL]
    f.dangling("column", column, allowed, "column")
    found = Correction(
        table=table,
        key=f.id("key"),
        column=column,
        expect=f.text("expect"),
        use=f.text("use"),
        reason=f.needed("reason"),
        by=f.ref("by", known.people, "person", needed=True),
        date=f.date("date", needed=True),
        place=f.place,
    )
    if found.expect == found.use:
        f.refuse("use", "idle-correction", f"{found.use!r} used for itself", "another value", "remove the correction")
    f.close()
    return found
