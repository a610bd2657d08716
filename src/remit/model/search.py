"""A search as it is meant to be run: its source, its language and its query. It finds nothing until it is run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from remit.model.place import Place

Route = Literal["database", "register", "website", "organisation", "citation"]
Dialect = Literal[
    "pubmed",
    "ovid-medline",
    "ovid-embase",
    "embase",
    "cochrane",
    "wos",
    "scopus",
    "europepmc",
    "ctgov",
    "openalex",
    "crossref",
    "other",
]
Service = Literal["pubmed", "europepmc", "ctgov", "openalex", "crossref", "by-hand"]
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
SERVICES: tuple[Service, ...] = get_args(Service)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A search to be run, again and again in a living review. Each run is a search of its own that names it.

    `dialect` is the language the query is written in, `service` what is asked (`by-hand`: a person runs it and
    imports the export), `parameters` what the service takes beside the query.
    """

    id: str
    source: str
    route: Route
    dialect: Dialect
    service: Service
    query: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    place: Place
