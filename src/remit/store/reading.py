"""Read a whole review folder. Every refusal is gathered; a review with an error in it is not handed out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from remit.model.decision import Alike, Decision, Record, Repeat, Search, Stage
from remit.model.place import Place, Problem
from remit.model.printed_curve import PrintedCurve
from remit.model.protocol import Protocol
from remit.model.review import About, Review, StudyData
from remit.model.search import Definition
from remit.model.study import Study
from remit.store import about as about_text
from remit.store import bias, curves, folder, mechanisms, records, references, studies, tables, values
from remit.store import protocol as protocol_text
from remit.store.csv_text import TableRow, read_table
from remit.store.fields import Fields
from remit.store.known import Known, known
from remit.store.refusals import Refusals
from remit.store.text import read_text
from remit.store.yaml_text import read_yaml

Noun = TypeVar("Noun")


def load(path: str | Path) -> tuple[Review | None, tuple[Problem, ...]]:
    """Return the review at `path` (None where it has an error) and everything wrong with it, sorted by place."""
    reader = _Reader(Path(path))
    review = reader.review()
    refusals = reader.refusals
    return (None if refusals.has_errors else review), refusals.problems


class _Reader:
    """One reading of one folder."""

    def __init__(self, root: Path) -> None:
        self.root, self.refusals = root, Refusals()
        self.known = Known()

    def review(self) -> Review | None:
        """Read every file; None where review.yaml or protocol.yaml could not be read."""
        folder.expect(self.root, "", folder.TOP, self.refusals)
        about, protocol = self._about(), self._protocol()
        self.known = known(about, protocol)
        searches, definitions = self._searches()
        found = self._records(searches)
        decisions = self._decisions(found)
        data = tuple(self._study(name) for name in folder.studies(self.root, self.refusals))
        studies_read = tuple(d for d in data if d is not None)
        folder.expect(self.root, "mechanisms", folder.MECHANISMS, self.refusals)
        sheet, place = "mechanisms/", self.known
        agents = self._table(f"{sheet}agents.csv", mechanisms.AGENTS, lambda f: mechanisms.agent(f, place))
        edges = self._table(f"{sheet}edges.csv", mechanisms.EDGES, lambda f: mechanisms.edge(f, place))
        ways = self._table(f"{sheet}resistance.csv", mechanisms.RESISTANCE, lambda f: mechanisms.resistance(f, place))
        entities = self._table(f"{sheet}entities.csv", mechanisms.ENTITIES, mechanisms.entity)
        ongoing = self._table("horizon.csv", records.HORIZON, lambda f: records.ongoing(f, place))
        signed = self._yaml("certainty.yaml")
        signatures = about_text.signatures(signed, self.known) if signed else ()
        if about is None or protocol is None:
            return None
        review = Review(
            about=about,
            protocol=protocol,
            studies=studies_read,
            searches=searches,
            definitions=definitions,
            records=found,
            decisions=decisions,
            repeats=self._repeats(searches, found),
            alike=self._alike(found),
            agents=agents,
            edges=edges,
            resistance=ways,
            entities=entities,
            ongoing=ongoing,
            signatures=signatures,
        )
        references.check(review, complete=len(studies_read) == len(data), refusals=self.refusals)
        return review

    def _yaml(self, file: str, needed: bool = False) -> Fields | None:
        if not (self.root / file).is_file() and not (self.root / file).is_symlink():
            if needed:
                advice = "write it, or start a review with: remit new"
                self.refusals.add(Place(file), "missing", f"no {file}", "one in every review", advice)
            return None
        text = read_text(self.root, file, self.refusals)
        node = read_yaml(text, file, self.refusals) if text is not None else None
        return Fields.of_map(node, file, self.refusals) if node is not None else None

    def _rows(self, file: str, columns: Sequence[str], optional: Sequence[str] = ()) -> list[TableRow] | None:
        """Rows of a table; none where there is no file, None where it could not be read."""
        if not (self.root / file).is_file() and not (self.root / file).is_symlink():
            return []
        text = read_text(self.root, file, self.refusals)
        return None if text is None else read_table(text, file, columns, self.refusals, optional)

    def _table(self, file: str, columns: Sequence[str], read: Callable[[Fields], Noun]) -> tuple[Noun, ...]:
        rows = self._rows(file, columns) or ()
        return tuple(read(Fields.of_row(row, file, self.refusals)) for row in rows)

    def _about(self) -> About | None:
        fields = self._yaml("review.yaml", needed=True)
        return about_text.about(fields) if fields else None

    def _protocol(self) -> Protocol | None:
        fields = self._yaml("protocol.yaml", needed=True)
        return protocol_text.protocol(fields) if fields else None

    def _searches(self) -> tuple[tuple[Search, ...], tuple[Definition, ...]]:
        """Searches that were run, and definitions of searches: those have a dialect."""
        ran: list[tuple[str, Fields]] = []
        defined: list[Definition] = []
        for name in folder.listing(self.root, "searches", self.refusals):
            fields = self._yaml(f"searches/{name}") if name.endswith(".yaml") else None
            if fields is not None and "dialect" in fields.names():
                defined.append(records.definition(fields, name.removesuffix(".yaml")))
            elif fields is not None:
                ran.append((name.removesuffix(".yaml"), fields))
        ids = frozenset(d.id for d in defined)
        return tuple(records.search(fields, name, ids) for name, fields in ran), tuple(defined)

    def _records(self, searches: tuple[Search, ...]) -> tuple[Record, ...]:
        ids = frozenset(s.id for s in searches)
        folder.expect(self.root, "records", folder.RECORDS, self.refusals)
        return self._table("records/records.csv", records.RECORDS, lambda f: records.record(f, ids))

    def _repeats(self, searches: tuple[Search, ...], found: tuple[Record, ...]) -> tuple[Repeat, ...]:
        ids, held = frozenset(s.id for s in searches), frozenset(r.id for r in found)
        return self._table("records/duplicates.csv", records.REPEATS, lambda f: records.repeat(f, ids, held))

    def _alike(self, found: tuple[Record, ...]) -> tuple[Alike, ...]:
        held = frozenset(r.id for r in found)
        return self._table("records/pairs.csv", records.ALIKE, lambda f: records.alike(f, held, self.known))

    def _decisions(self, found: tuple[Record, ...]) -> tuple[Decision, ...]:
        """Read every person's log; in order of date, person and line, what settles a conflict last."""
        ids = frozenset(r.id for r in found)
        out: list[Decision] = []
        for stage in records.STAGES:
            for name in folder.listing(self.root, f"screening/{stage}", self.refusals):
                if name.endswith(".csv"):
                    out.extend(self._log(f"screening/{stage}/{name}", stage, name.removesuffix(".csv"), ids))
        for name in folder.folders(self.root, "screening", self.refusals):
            if name not in folder.STAGES:
                advice = "the stages are " + " and ".join(folder.STAGES)
                place = Place(f"screening/{name}")
                self.refusals.add(place, "unknown-file", f"the folder {name}", "a stage", advice)
        return tuple(sorted(out, key=lambda d: (d.settles, d.date, d.by)))

    def _log(self, file: str, stage: Stage, by: str, ids: frozenset[str]) -> tuple[Decision, ...]:
        if by == folder.CONSENSUS:
            return self._table(file, records.CONSENSUS, lambda f: records.decision(f, stage, "", ids, self.known))
        if self.known.people is not None and by not in self.known.people:
            advice = "name the file after a person of review.yaml"
            self.refusals.add(Place(file), "dangling-person", f"the file of {by!r}", "a declared person", advice)
        return self._table(file, records.DECISIONS, lambda f: records.decision(f, stage, by, ids, self.known))

    def _curves(self, place: str, study: Study) -> tuple[PrintedCurve, ...]:
        """Every printed curve of a study: a YAML file and a table of the same name."""
        names = folder.listing(self.root, place, self.refusals)
        out = []
        for name in (n.removesuffix(".yaml") for n in names if n.endswith(".yaml")):
            fields, file = self._yaml(f"{place}/{name}.yaml"), f"{place}/{name}.csv"
            text = read_text(self.root, file, self.refusals) if f"{name}.csv" in names else None
            if text is None:
                advice = "trace the figure: remit trace"
                self.refusals.add(Place(file), "missing", f"no {file}", "the coordinates of the curve", advice)
            if fields is not None and text is not None:
                read = curves.points(text, file, fields.text("unit"), self.refusals)
                out.append(curves.curve(fields, name, read, study, self.known))
        for name in names:
            if name.endswith(".csv") and name.removesuffix(".csv") + ".yaml" not in names:
                advice = "say whose curve it is in a YAML file of the same name"
                self.refusals.add(
                    Place(f"{place}/{name}"), "unknown-file", f"the file {name} alone", "two files", advice
                )
        return tuple(out)

    def _study(self, name: str) -> StudyData | None:
        place = f"studies/{name}"
        folder.expect(self.root, place, folder.STUDY, self.refusals)
        fields = self._yaml(f"{place}/study.yaml")
        if fields is None:
            return None
        study = studies.study(fields, name, self.known)
        stated, fixes = self._yaml(f"{place}/bias.yaml"), self._yaml(f"{place}/corrections.yaml")
        corrections = bias.corrections(fixes, self.known) if fixes else ()
        applied = tables.Corrections(corrections, self.refusals)
        reader = values.Reader(study, self.known)
        unread: list[str] = []

        def table(kind: str, read: tables.Read[Noun]) -> tuple[Noun, ...]:
            file = f"{place}/{kind}.csv"
            printed = self._rows(file, values.COLUMNS[kind], values.OPTIONAL.get(kind, ()))
            if printed is None:
                unread.append(kind)
            return tables.rows(kind, file, printed or (), read, applied)

        data = StudyData(
            study=study,
            counts=table("counts", reader.count),
            survival=table("survival", reader.survival),
            medians=table("medians", reader.median),
            contrasts=table("contrasts", reader.contrast),
            curves=self._curves(f"{place}/curves", study),
            corrections=corrections,
            appraisals=bias.appraisals(stated, study.id, self.known) if stated else (),
        )
        applied.close(unread)
        return data
