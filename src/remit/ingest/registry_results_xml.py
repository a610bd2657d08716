"""Posted results in the older XML of ClinicalTrials.gov: the same nouns, places named by its own elements."""

from collections.abc import Iterator

from remit.ingest import ctgov
from remit.ingest.json_stream import Bytes
from remit.ingest.json_tree import Json, Node, named
from remit.ingest.xml_tree import trees
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

_LISTS = ("clinical_results", "measurement", "participants", "counts")


def read(stream: Bytes) -> Iterator[RegistryResult | Unread]:
    """Give the results of each study of a file; a study without posted results is told."""
    for number, tree in trees(stream, "clinical_study"):
        if isinstance(tree, Unread):
            yield tree
        elif isinstance(tree, dict) and isinstance(tree.get("clinical_results"), dict):
            yield result(tree)
        else:
            own = Node(tree).text("id_info", "nct_id")
            seen, advice = f"{own}: no posted results", "look again later, or read the report"
            yield Unread(file="", number=number, line=None, seen=seen, advice=advice)


def result(tree: Json) -> RegistryResult:
    """Return the results of one study."""
    registered = ctgov.of_xml(Node(tree), 1)
    r = Node(tree).at("clinical_results")
    events = r.at("reported_events")
    serious, other = events.at("serious_events"), events.at("other_events")
    return RegistryResult(
        numbers=registered.registry,
        title=registered.title,
        posted=_text(Node(tree).at("results_first_posted")) or Node(tree).text("firstreceived_results_date"),
        flow_groups=_groups(r.at("participant_flow")),
        flow=tuple(_flow(r.at("participant_flow"))),
        outcomes=tuple(_outcome(o) for o in r.each("outcome_list", "outcome")),
        event_groups=_groups(events),
        totals=(*_totals(serious, "serious"), *_totals(other, "other")),
        events=(*_events(serious, True), *_events(other, False)),
        threshold=other.text("frequency_threshold"),
        event_time_frame=events.text("time_frame"),
        event_description=events.text("desc"),
    )


def _text(node: Node) -> str:
    """The text of an element, whether it has attributes or none."""
    return node.text("#text") or node.text()


def _where(node: Node, *more: str) -> str:
    path = tuple(p for p in node.path if p not in _LISTS and not str(p).endswith("_list"))
    while path and isinstance(path[0], int):
        path = path[1:]
    return ".".join((named(path), *(m for m in more if m)))


def _groups(node: Node) -> tuple[Group, ...]:
    return tuple(
        Group(id=g.text("@group_id"), title=g.text("title"), description=g.text("description"))
        for g in node.each("group_list", "group")
    )


def _flow(flow: Node) -> Iterator[Step]:
    kinds = (
        ("milestone", "milestone_list", "milestone"),
        ("left", "drop_withdraw_reason_list", "drop_withdraw_reason"),
    )
    for period in flow.each("period_list", "period"):
        for kind, list_, name in kinds:
            for rung in period.each(list_, name):
                for count in rung.each("participants_list", "participants"):
                    group = count.text("@group_id")
                    yield Step(
                        period=period.text("title"),
                        kind=kind,
                        title=rung.text("title"),
                        group=group,
                        people=count.text("@count"),
                        comment=count.text("#text"),
                        locator=_where(rung, group),
                    )


def _outcome(o: Node) -> PostedOutcome:
    measure = o.at("measure")
    return PostedOutcome(
        type=o.text("type"),
        title=o.text("title"),
        description=o.text("description"),
        population=o.text("population"),
        time_frame=o.text("time_frame"),
        parameter=measure.text("param"),
        dispersion=measure.text("dispersion"),
        unit=measure.text("units"),
        status="posted" if measure.has() else "not posted",
        groups=_groups(o),
        denominators=tuple(_denominators(measure)),
        measurements=tuple(_measurements(measure)),
        comparisons=tuple(_comparison(a) for a in o.each("analysis_list", "analysis")),
        locator=_where(o),
    )


def _denominators(node: Node) -> Iterator[Denominator]:
    for analyzed in node.each("analyzed_list", "analyzed"):
        for count in analyzed.each("count_list", "count"):
            group = count.text("@group_id")
            where = _where(analyzed, group)
            yield Denominator(group=group, units=analyzed.text("units"), value=count.text("@value"), locator=where)


def _measurements(measure: Node) -> Iterator[Measurement]:
    of_all = {d.group: d.value for d in _denominators(measure)}
    for class_ in measure.each("class_list", "class"):
        of_class = {**of_all, **{d.group: d.value for d in _denominators(class_)}}
        for category in class_.each("category_list", "category"):
            for m in category.each("measurement_list", "measurement"):
                group = m.text("@group_id")
                yield Measurement(
                    group=group,
                    class_title=class_.text("title"),
                    category_title=category.text("title"),
                    value=m.text("@value"),
                    spread=m.text("@spread"),
                    lower=m.text("@lower_limit"),
                    upper=m.text("@upper_limit"),
                    comment=m.text("#text"),
                    denominator=of_class.get(group, ""),
                    locator=_where(category, group),
                )


def _comparison(a: Node) -> Comparison:
    said = (a.text("method_desc"), a.text("param_desc") if a.has("param_desc") else "", a.text("estimate_desc"))
    return Comparison(
        groups=a.texts("group_id_list", "group_id"),
        description=a.text("groups_desc"),
        method=a.text("method"),
        parameter=a.text("param_type"),
        value=a.text("param_value"),
        level=a.text("ci_percent"),
        sides=a.text("ci_n_sides"),
        lower=a.text("ci_lower_limit"),
        upper=a.text("ci_upper_limit"),
        p=a.text("p_value"),
        hypothesis=a.text("non_inferiority_type"),
        comment=" ".join(t for t in said if t),
        locator=_where(a),
    )


def _totals(side: Node, kind: str) -> Iterator[tuple[str, EventCount]]:
    for category in side.each("category_list", "category"):
        if category.text("title").lower() == "total":
            for event in category.each("event_list", "event"):
                yield from ((kind, count) for count in _counts(event))


def _events(side: Node, serious: bool) -> Iterator[AdverseEvent]:
    vocabulary, assessment = side.text("default_vocab"), side.text("default_assessment")
    for category in side.each("category_list", "category"):
        if category.text("title").lower() == "total":
            continue
        for event in category.each("event_list", "event"):
            title = event.at("sub_title")
            yield AdverseEvent(
                term=_text(title),
                system=category.text("title"),
                serious=serious,
                vocabulary=title.text("@vocab") or vocabulary,
                assessment=event.text("assessment") or assessment,
                notes=event.text("description"),
                counts=tuple(_counts(event)),
                locator=_where(event),
            )


def _counts(event: Node) -> Iterator[EventCount]:
    for c in event.each("counts"):
        group = c.text("@group_id")
        yield EventCount(
            group=group,
            affected=c.text("@subjects_affected"),
            at_risk=c.text("@subjects_at_risk"),
            events=c.text("@events"),
            locator=_where(event, group),
        )
