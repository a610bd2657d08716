"""ClinicalTrials.gov as records: version 2 JSON, the older XML, and the FullStudies JSON between them.

What a trial registered is kept; what it posted as results is read by `registry_results` and only named here.
"""

import re
from collections.abc import Iterator

from remit.ingest.json_stream import Bytes
from remit.ingest.json_tree import Json, Node
from remit.ingest.records_of import records
from remit.ingest.registry_ids import found_in
from remit.ingest.xml_tree import trees
from remit.model.source_record import Related, SourceRecord, Unread

_NUMBER = re.compile(r"NCT\d{8}\Z")


def read_json(stream: Bytes) -> Iterator[SourceRecord | Unread]:
    """Read studies in version 2 or FullStudies form: an answer's list or single studies."""
    return records(stream, record)


def read_xml(stream: Bytes) -> Iterator[SourceRecord | Unread]:
    """Read the older XML, one study or many."""
    for number, tree in trees(stream, "clinical_study"):
        yield tree if isinstance(tree, Unread) else of_xml(Node(tree), number)


def record(value: Json, number: int) -> SourceRecord:
    """Return one study as a record."""
    r = Node(value)
    if r.has("protocolSection"):
        return _of_version_2(r, number)
    if r.has("FullStudiesResponse"):
        r = r.at("FullStudiesResponse", "FullStudies")
    if r.has("Study"):
        r = r.at("Study")
    return _of_full(r, number)


def _of_version_2(r: Node, number: int) -> SourceRecord:
    p = r.at("protocolSection")
    names, status = p.at("identificationModule"), p.at("statusModule")
    own = names.text("nctId")
    others = tuple(n.text("id") for n in names.each("secondaryIdInfos"))
    kinds = tuple(n.text("type") for n in names.each("secondaryIdInfos"))
    results = "yes" if r.has("resultsSection") or r.text("hasResults") == "true" else "no"
    for section in ("resultsSection", "derivedSection", "documentSection", "annotationSection"):
        r.drop(section)
    more = [("hasResults", results), *(("secondaryId", f"{i} ({k})" if k else i) for i, k in _pairs(others, kinds))]
    official, brief = names.text("officialTitle"), names.text("briefTitle")
    return SourceRecord(
        source="clinicaltrials.gov",
        format="ctgov-json",
        number=number,
        key=own,
        kind="trial registration",
        title=official or brief,
        abstract=p.text("descriptionModule", "briefSummary"),
        year=_year(status.text("studyFirstPostDateStruct", "date") or status.text("studyFirstSubmitDate")),
        registry=_numbers(own, names.texts("nctIdAliases"), others, names.text("orgStudyIdInfo", "id")),
        keywords=(*p.texts("conditionsModule", "conditions"), *p.texts("conditionsModule", "keywords")),
        url=f"https://clinicaltrials.gov/study/{own}" if _NUMBER.match(own) else "",
        related=tuple(_references(p.each("referencesModule", "references"))),
        other=(*(("briefTitle", brief) for _ in (1,) if official and brief != official), *more, *r.rest()),
    )


def _of_full(r: Node, number: int) -> SourceRecord:
    p = r.at("ProtocolSection")
    names, status = p.at("IdentificationModule"), p.at("StatusModule")
    own = names.text("NCTId")
    others = tuple(n.text("SecondaryId") for n in names.each("SecondaryIdInfoList", "SecondaryIdInfo"))
    results = "yes" if r.has("ResultsSection") else "no"
    for section in ("ResultsSection", "DerivedSection", "DocumentSection", "AnnotationSection"):
        r.drop(section)
    official, brief = names.text("OfficialTitle"), names.text("BriefTitle")
    topics = p.at("ConditionsModule")
    return SourceRecord(
        source="clinicaltrials.gov",
        format="ctgov-fullstudies",
        number=number,
        key=own,
        kind="trial registration",
        title=official or brief,
        abstract=p.text("DescriptionModule", "BriefSummary"),
        year=_year(status.text("StudyFirstPostDateStruct", "StudyFirstPostDate")),
        registry=_numbers(own, (), others, names.text("OrgStudyIdInfo", "OrgStudyId")),
        keywords=(*topics.texts("ConditionList", "Condition"), *topics.texts("KeywordList", "Keyword")),
        url=f"https://clinicaltrials.gov/study/{own}" if _NUMBER.match(own) else "",
        related=tuple(_old_references(p.each("ReferencesModule", "ReferenceList", "Reference"), "Reference")),
        other=(
            *(("BriefTitle", brief) for _ in (1,) if official and brief != official),
            ("hasResults", results),
            *(("SecondaryId", i) for i in others),
            *r.rest(),
        ),
    )


def of_xml(r: Node, number: int) -> SourceRecord:
    """Return one study of the older XML as a record."""
    own, others = r.text("id_info", "nct_id"), r.texts("id_info", "secondary_id")
    results = "yes" if r.has("clinical_results") else "no"
    r.drop("clinical_results")
    official, brief = r.text("official_title"), r.text("brief_title")
    references = (*r.each("reference"), *r.each("results_reference"))
    return SourceRecord(
        source="clinicaltrials.gov",
        format="ctgov-xml",
        number=number,
        key=own,
        kind="trial registration",
        title=official or brief,
        abstract=" ".join(r.text("brief_summary", "textblock").split()),
        year=_year(r.text("study_first_posted", "#text") or r.text("study_first_submitted") or _plain_date(r)),
        registry=_numbers(own, r.texts("id_info", "nct_alias"), others, r.text("id_info", "org_study_id")),
        keywords=(*r.texts("condition"), *r.texts("keyword")),
        url=f"https://clinicaltrials.gov/study/{own}" if _NUMBER.match(own) else "",
        related=tuple(_old_references(references, "")),
        other=(
            *(("brief_title", brief) for _ in (1,) if official and brief != official),
            ("hasResults", results),
            *(("secondary_id", i) for i in others),
            *r.rest(),
        ),
    )


def _plain_date(r: Node) -> str:
    return r.text("study_first_posted") or r.text("firstreceived_date")


def _pairs(ids: tuple[str, ...], kinds: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return zip(ids, kinds, strict=True)


def _numbers(own: str, aliases: tuple[str, ...], others: tuple[str, ...], sponsor: str) -> tuple[str, ...]:
    """The trial's own number first, then other registries' numbers among its secondary ids."""
    return tuple(dict.fromkeys((*((own,) if own else ()), *aliases, *found_in(*others, sponsor))))


def _year(date: str) -> int | None:
    found = re.search(r"(?:19|20)\d{2}", date)
    return int(found[0]) if found else None


def _references(nodes: list[Node]) -> Iterator[Related]:
    for n in nodes:
        pmid, kind, citation = n.text("pmid"), n.text("type"), n.text("citation")
        yield Related("other", " ".join(t for t in (kind, f"PMID {pmid}" if pmid else "", citation) if t))
        for notice in n.each("retractions"):
            number, source = notice.text("pmid"), notice.text("source")
            by = " ".join(t for t in (f"PMID {number}" if number else "", source) if t)
            yield Related("other", f"PMID {pmid} retracted by {by}")


def _old_references(nodes: "list[Node] | tuple[Node, ...]", prefix: str) -> Iterator[Related]:
    for n in nodes:
        pmid = n.text(f"{prefix}PMID")
        citation = n.text(f"{prefix}Citation") or n.text("citation")
        kind = n.text(f"{prefix}Type")
        yield Related("other", " ".join(t for t in (kind, f"PMID {pmid}" if pmid else "", citation) if t))
