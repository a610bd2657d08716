"""Invented records, and what databases and reference managers do to the same record."""

from dataclasses import replace
from itertools import product

from remit.model.source_record import SourceRecord

FULL = SourceRecord(
    source="pubmed",
    title="Tisagenlecleucel in children and young adults with relapsed β-cell disease: a phase 2 trial",
    authors=("Müller, Anna L", "De Vries, Jan", "O'Brien, Kate", "Nguyen, Thi"),
    year=2018,
    journal="Journal of Invented Haematology",
    volume="12",
    issue="3",
    pages="1038-1049",
    doi="10.1000/jih.2018.1038",
    pmid="29000001",
    abstract="BACKGROUND: " + "We asked whether an invented product keeps children in remission for a year. " * 8,
)
"""A record with every field."""


def washed(record: SourceRecord) -> SourceRecord:
    """The same record after a reference manager: initials, short pages, an abbreviated journal, Greek spelt out."""
    return replace(
        record,
        source="embase",
        title=record.title.replace("β", "beta").replace(": a", " - A") + ".",
        authors=tuple(f"{a.split(',')[0]}, {a.split(', ')[1][0]}." for a in record.authors),
        journal="J Invented Haematol",
        pages="1038-49",
        pmid="",
        abstract="",
        doi=f"https://doi.org/{record.doi.upper()}",
    )


def bare(record: SourceRecord) -> SourceRecord:
    """The same record without identifiers or abstract."""
    return replace(record, doi="", pmid="", abstract="")


TOPICS = ("talc", "copper", "asthma", "sepsis", "stroke", "burns", "gout", "acne")
FORMS = ("A randomised trial of {} in adults", "Long-term safety of {} treatment", "Costs of {} care in hospital wards")
NAMES = ("Ahmed", "Brown", "Chen", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jansen", "Kim", "Lopez")


def library() -> list[SourceRecord]:
    """Twenty-four records of different documents."""
    out = []
    for n, (topic, form) in enumerate(product(TOPICS, FORMS)):
        authors = tuple(f"{NAMES[(n * 5 + k) % 12]}, {chr(65 + (n + k) % 20)}." for k in range(2 + n % 3))
        out.append(
            SourceRecord(
                title=form.format(topic),
                authors=authors,
                year=1990 + n,
                journal=f"Annals of {topic.title()} Medicine",
                volume=str(n + 1),
                pages=f"{100 * n + 11}-{100 * n + 19}",
                doi=f"10.1000/{topic}.{n}",
            )
        )
    return out
