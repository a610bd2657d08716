"""Names of pages and anchors, and which addresses may become links."""

import re
from urllib.parse import urlsplit

from remit.model.place import Place


def slug(text: str) -> str:
    """Return an id as it stands in file names and anchors; ids of a checked review are unchanged."""
    return re.sub(r"[^a-z0-9.-]+", "-", text.lower()).strip("-.") or "x"


def http(address: str) -> str:
    """Return the address where it is a web address (http or https, with a host and no spaces), else an empty string."""
    address = address.strip()
    if re.search(r"[\s<>\"'\\\x00-\x1f]", address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme.lower() in ("http", "https") and parts.netloc else ""


def host(address: str) -> str:
    """Return the host of a web address without `www.`, to be shown as the words of a link."""
    return urlsplit(address).netloc.lower().removeprefix("www.")


def doi(value: str) -> str:
    """Return the resolver's address of a DOI, or an empty string where it does not look like one."""
    return http("https://doi.org/" + value) if re.match(r"10\.\d{4,9}/\S+\Z", value) else ""


def pubmed(value: str) -> str:
    """Return the PubMed address of a PMID, or an empty string."""
    return f"https://pubmed.ncbi.nlm.nih.gov/{value}/" if value.isascii() and value.isdigit() else ""


def registry(value: str) -> str:
    """Return the register's address of a ClinicalTrials.gov number, or an empty string."""
    return f"https://clinicaltrials.gov/study/{value}" if re.match(r"NCT\d{8}\Z", value) else ""


def study_page(study: str) -> str:
    """Return the page of a study."""
    return f"study-{slug(study)}.html"


def class_page(drug_class: str) -> str:
    """Return the page of a therapy class."""
    return f"class-{slug(drug_class)}.html"


def question_page(question: str) -> str:
    """Return the page of a question."""
    return f"question-{slug(question)}.html"


def table(place: Place) -> str:
    """Return the table a row stands in: `counts` for studies/x/counts.csv, `read-off` for what a curve holds."""
    folder, _, name = place.file.rpartition("/")
    return "read-off" if folder.endswith("/curves") else name.removesuffix(".csv")


def row_anchor(place: Place, key: str) -> str:
    """Return the anchor of a row on its study's page, such as `counts-c1`."""
    return f"{slug(table(place))}-{slug(key)}"


def finding_anchor(finding: str) -> str:
    """Return the anchor of a finding on its home page."""
    return f"f-{slug(finding)}"
