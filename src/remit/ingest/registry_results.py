"""Posted results of ClinicalTrials.gov, version 2 JSON, with every value as printed and where it stands."""

from collections.abc import Iterator

from remit.ingest import ctgov
from remit.ingest.json_stream import Broken, Bytes, elements
from remit.ingest.json_tree import Json, Node, named
from remit.ingest.records_of import ADVICE
from remit.model.registry_result import (
    AdverseEvent,
    Comparison,
    Denominator,
    EventCount,
    Group,
    Measurement,
    PostedOutcome,
    RegistryResult,
    Step,
)
from remit.model.source_record import Unread

TOTALS = (("deaths", "deathsNum"), ("serious", "seriousNum"), ("other", "otherNum"))


def read(stream: Bytes) -> Iterator[RegistryResult | Unread]:
    """Give the results of each study of a file; a study without posted results is told."""
    for found in elements(stream):
        value = found.value if not isinstance(found, Broken) else None
        if isinstance(found, Broken):
            yield Unread(file="", number=found.number, line=found.line, seen=found.seen, advice=ADVICE)
        elif not isinstance(value, dict) or not isinstance(value.get("protocolSection"), dict):
            advice = "give version 2 JSON of ClinicalTrials.gov: https://clinicaltrials.gov/api/v2/studies/NCT…"
            yield Unread(file="", number=found.number, line=found.line, seen="no study of version 2", advice=advice)
        elif not isinstance(value.get("resultsSection"), dict):
            own = ctgov.record(value, found.number).key
            seen, advice = f"{own}: no posted results", "look again later, or read the report"
            yield Unread(file="", number=found.number, line=found.line, seen=seen, advice=advice)
        else:
            yield result(value)


def result(value: Json) -> RegistryResult:
    """Return the results of one study in version 2 form."""
    registered = ctgov.record(value, 1)
    r = Node(value).at("resultsSection")
    flow, events = r.at("participantFlowModule"), r.at("adverseEventsModule")
    groups = events.each("eventGroups")
    return RegistryResult(
        numbers=registered.registry,
        title=registered.title,
        posted=Node(value).text("protocolSection", "statusModule", "resultsFirstPostDateStruct", "date"),
        flow_groups=_groups(flow.each("groups")),
        flow=tuple(_flow(flow)),
        outcomes=tuple(_outcome(o) for o in r.each("outcomeMeasuresModule", "outcomeMeasures")),
        event_groups=_groups(groups),
        totals=tuple(_totals(groups)),
        events=(*_events(events, "seriousEvents", True), *_events(events, "otherEvents", False)),
        threshold=events.text("frequencyThreshold"),
        event_time_frame=events.text("timeFrame"),
        event_description=events.text("description"),
    )


def _where(node: Node, *more: str) -> str:
    """Where a value stands, below the results: outcomeMeasures[3].classes[0].categories[0].OG001."""
    path = tuple(p for p in node.path if p != "resultsSection" and not str(p).endswith("Module"))
    path = tuple(p for i, p in enumerate(path) if p != "measurements" and path[max(i - 1, 0)] != "measurements")
    return ".".join((named(path), *(m for m in more if m)))


def _groups(nodes: list[Node]) -> tuple[Group, ...]:
    return tuple(Group(id=g.text("id"), title=g.text("title"), description=g.text("description")) for g in nodes)


def _flow(flow: Node) -> Iterator[Step]:
    for period in flow.each("periods"):
        for kind, list_, inner in (("milestone", "milestones", "achievements"), ("left", "dropWithdraws", "reasons")):
            for rung in period.each(list_):
                for count in rung.each(inner):
                    yield Step(
                        period=period.text("title"),
                        kind=kind,
                        title=rung.text("type"),
                        group=count.text("groupId"),
                        people=count.text("numSubjects"),
                        comment=count.text("comment") or rung.text("comment"),
                        locator=_where(rung, count.text("groupId")),
                    )


def _outcome(o: Node) -> PostedOutcome:
    return PostedOutcome(
        type=o.text("type"),
        title=o.text("title"),
        description=o.text("description"),
        population=o.text("populationDescription"),
        time_frame=o.text("timeFrame"),
        parameter=o.text("paramType"),
        dispersion=o.text("dispersionType"),
        unit=o.text("unitOfMeasure"),
        status=o.text("reportingStatus"),
        groups=_groups(o.each("groups")),
        denominators=tuple(_denominators(o)),
        measurements=tuple(_measurements(o)),
        comparisons=tuple(_comparison(a) for a in o.each("analyses")),
        locator=_where(o),
    )


def _denominators(node: Node) -> Iterator[Denominator]:
    for denom in node.each("denoms"):
        for count in denom.each("counts"):
            group = count.text("groupId")
            yield Denominator(
                group=group, units=denom.text("units"), value=count.text("value"), locator=_where(denom, group)
            )


def _measurements(o: Node) -> Iterator[Measurement]:
    """Every value, with the denominator of its class where the class has one, otherwise of the outcome."""
    of_all = {d.group: d.value for d in _denominators(o)}
    for class_ in o.each("classes"):
        of_class = {**of_all, **{d.group: d.value for d in _denominators(class_)}}
        for category in class_.each("categories"):
            for m in category.each("measurements"):
                group = m.text("groupId")
                yield Measurement(
                    group=group,
                    class_title=class_.text("title"),
                    category_title=category.text("title"),
                    value=m.text("value"),
                    spread=m.text("spread"),
                    lower=m.text("lowerLimit"),
                    upper=m.text("upperLimit"),
                    comment=" ".join(
                        t for t in (m.text("comment"), m.text("lowerLimitComment"), m.text("upperLimitComment")) if t
                    ),
                    denominator=of_class.get(group, ""),
                    locator=_where(category, group),
                )


def _comparison(a: Node) -> Comparison:
    comments = (a.text("statisticalComment"), a.text("estimateComment"), a.text("pValueComment"))
    limits = (a.text("ciLowerLimitComment"), a.text("ciUpperLimitComment"), a.text("otherAnalysisDescription"))
    return Comparison(
        groups=a.texts("groupIds"),
        description=a.text("groupDescription"),
        method=a.text("statisticalMethod"),
        parameter=a.text("paramType"),
        value=a.text("paramValue"),
        level=a.text("ciPctValue"),
        sides=a.text("ciNumSides"),
        lower=a.text("ciLowerLimit"),
        upper=a.text("ciUpperLimit"),
        p=a.text("pValue"),
        hypothesis=a.text("nonInferiorityType"),
        comment=" ".join(t for t in (*comments, *limits) if t),
        locator=_where(a),
    )


def _totals(groups: list[Node]) -> Iterator[tuple[str, EventCount]]:
    for group in groups:
        for kind, prefix in TOTALS:
            affected, risk = group.text(f"{prefix}Affected"), group.text(f"{prefix}AtRisk")
            if affected or risk:
                locator = _where(group, kind)
                yield kind, EventCount(group=group.text("id"), affected=affected, at_risk=risk, locator=locator)


def _events(module: Node, name: str, serious: bool) -> Iterator[AdverseEvent]:
    for event in module.each(name):
        yield AdverseEvent(
            term=event.text("term"),
            system=event.text("organSystem"),
            serious=serious,
            vocabulary=event.text("sourceVocabulary"),
            assessment=event.text("assessmentType"),
            notes=event.text("notes"),
            counts=tuple(
                EventCount(
                    group=s.text("groupId"),
                    affected=s.text("numAffected"),
                    at_risk=s.text("numAtRisk"),
                    events=s.text("numEvents"),
                    locator=_where(event, s.text("groupId")),
                )
                for s in event.each("stats")
            ),
            locator=_where(event),
        )
