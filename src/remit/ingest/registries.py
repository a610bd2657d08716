"""Trial registries beside ClinicalTrials.gov: EUCTR, CTIS and ISRCTN as JSON, ICTRP as XML.

Every number a record names is in `registry`, so that one trial's records in several registries, and its record in
each member state, can be known as one.
"""

import re
from collections.abc import Iterator

from remit.ingest.json_stream import Bytes
from remit.ingest.json_tree import Json, Node, leaves
from remit.ingest.records_of import records
from remit.ingest.registry_ids import found_in
from remit.ingest.xml_tree import trees
from remit.model.source_record import Related, SourceRecord, Unread

_PUBMED = re.compile(r"(?:pubmed/|pubmed\.ncbi\.nlm\.nih\.gov/)(\d{1,8})")


def read_euctr(stream: Bytes) -> Iterator[SourceRecord | Unread]:
    """Read EU Clinical Trials Register protocols."""
    return records(stream, euctr)


def read_ctis(stream: Bytes) -> Iterator[SourceRecord | Unread]:
    """Read trials of the EU's Clinical Trials Information System."""
    return records(stream, ctis)


def read_isrctn(stream: Bytes) -> Iterator[SourceRecord | Unread]:
    """Read ISRCTN trials."""
    return records(stream, isrctn)


def read_ictrp(stream: Bytes) -> Iterator[SourceRecord | Unread]:
    """Read the WHO portal's XML download."""
    for number, tree in trees(stream, "Trial"):
        yield tree if isinstance(tree, Unread) else ictrp(tree, number)


def euctr(value: Json, number: int) -> SourceRecord:
    """Return one protocol, which is one trial in one member state, as a record."""
    r = Node(value)
    own, state = r.text("a2_eudract_number"), r.text("a1_member_state_concerned")
    named = [t for p, t in leaves(value) if p and str(p[0]).startswith(("a51", "a52", "a53", "a54"))]
    return SourceRecord(
        source="euctr",
        format="euctr-json",
        number=number,
        key=f"{own} {state}".strip() if own else "",
        kind="trial registration",
        title=r.text("a3_full_title_of_the_trial"),
        abstract=r.text("e21_main_objective_of_the_trial"),
        year=_year(r.text("x6_date_on_which_this_record_was_first_entered_in_the_eudract_database")),
        registry=_first(own, found_in(*named)),
        keywords=tuple(k for k in (r.text("e11_medical_conditions_being_investigated"),) if k),
        url=f"https://www.clinicaltrialsregister.eu/ctr-search/search?query={own}" if own else "",
        other=r.rest(),
    )


def ctis(value: Json, number: int) -> SourceRecord:
    """Return one trial as a record. Numbers of other trials it names (associated ones) are not its own."""
    r = Node(value)
    own = r.text("ctNumber")
    held = r.at("authorizedPartI") if r.has("authorizedPartI") else r.at("authorizedApplication", "authorizedPartI")
    if not held.has("trialDetails"):
        held = next((a.at("partI") for a in r.each("applications") if a.has("partI", "trialDetails")), held)
    names = held.at("trialDetails", "clinicalTrialIdentifiers")
    second = names.at("secondaryIdentifyingNumbers")
    code = r.text("authorizedApplication", "eudraCt", "eudraCtCode") or r.text("eudraCt", "eudraCtCode")
    more = (code, *(t for _, t in leaves(second.value)))
    title = names.text("fullTitle") or names.text("publicTitle") or r.text("title")
    goal = held.at("trialDetails", "trialInformation", "trialObjective").text("mainObjective")
    conditions = held.each("medicalConditions") + held.each(
        "trialDetails", "trialInformation", "medicalCondition", "partIMedicalConditions"
    )
    return SourceRecord(
        source="ctis",
        format="ctis-json",
        number=number,
        key=own,
        kind="trial registration",
        title=title or r.text("ctTitle"),
        abstract=goal,
        year=_year(r.text("submissionDate") or r.text("decisionDate")),
        registry=_first(own, found_in(*more)),
        keywords=tuple(dict.fromkeys(k for k in (c.text("medicalCondition") for c in conditions) if k)),
        url=f"https://euclinicaltrials.eu/ctis-public/view/{own}" if own else "",
        other=r.rest(),
    )


def isrctn(value: Json, number: int) -> SourceRecord:
    """Return one trial as a record."""
    r = Node(value)
    digits = r.text("isrctn")
    own = digits if digits.upper().startswith("ISRCTN") or not digits else f"ISRCTN{digits}"
    names, refs = r.at("trialDescription"), r.at("externalRefs")
    published = r.at("results").text("publicationDetails")
    conditions = r.each("conditions", "condition")
    others = (refs.text("eudraCTNumber"), refs.text("clinicalTrialsGovNumber"), refs.text("protocolSerialNumber"))
    keys = ("eudraCTNumber", "clinicalTrialsGovNumber", "protocolSerialNumber", "publicationDetails")
    return SourceRecord(
        source="isrctn",
        format="isrctn-json",
        number=number,
        key=own,
        kind="trial registration",
        title=names.text("scientificTitle") or names.text("title"),
        abstract=names.text("studyHypothesis") or names.text("plainEnglishSummary"),
        year=_year(r.text("trialDesign", "overallStartDate")),
        doi=refs.text("doi").lower(),
        registry=_first(own, found_in(*others)),
        keywords=tuple(k for k in (c.text("description") for c in conditions) if k),
        url=f"https://www.isrctn.com/{own}" if own else "",
        related=tuple(Related("other", f"PMID {n}") for n in dict.fromkeys(_PUBMED.findall(published))),
        other=(*((k, v) for k, v in zip(keys, (*others, published), strict=True) if v), *r.rest()),
    )


def ictrp(value: Json, number: int) -> SourceRecord:
    """Return one trial of the WHO portal as a record; the register it came from is its `journal`."""
    r = Node(value)
    own = r.text("TrialID") or r.text("Trial_ID")
    second = (r.text("Secondary_ID"), r.text("Secondary_IDs"), r.text("other_records"))
    return SourceRecord(
        source="ictrp",
        format="ictrp-xml",
        number=number,
        key=own,
        kind="trial registration",
        title=r.text("Scientific_title") or r.text("Public_title"),
        abstract="",
        year=_year(r.text("Date_registration") or r.text("Date_registration3")),
        journal=r.text("Source_Register"),
        registry=_first(own.removeprefix("EUCTR"), found_in(*second)),
        keywords=tuple(k for k in (r.text("Condition"),) if k),
        url=r.text("web_address"),
        other=(*(("Secondary_ID", s) for s in second if s), *r.rest()),
    )


def _first(own: str, others: tuple[str, ...]) -> tuple[str, ...]:
    known = found_in(own) or ((own,) if own else ())
    return tuple(dict.fromkeys((*known, *others)))


def _year(date: str) -> int | None:
    found = re.search(r"(?:19|20)\d{2}", date)
    return int(found[0]) if found else None
