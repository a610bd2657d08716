"""The services a search can be run on, by the word its definition uses."""

from remit.ingest.live.asks import Service
from remit.ingest.live.crossref import Crossref
from remit.ingest.live.ctgov import ClinicalTrials
from remit.ingest.live.europepmc import EuropePmc
from remit.ingest.live.openalex import OpenAlex
from remit.ingest.live.pubmed import PubMed

SERVICES: dict[str, Service] = {s.name: s for s in (PubMed(), EuropePmc(), ClinicalTrials(), OpenAlex(), Crossref())}
