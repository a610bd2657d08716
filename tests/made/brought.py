"""Invented records to bring into a review, and the searches they are of."""

from remit.model.decision import Search
from remit.model.place import Place
from remit.model.source_record import SourceRecord

TITLES = ("Talc for effusions in adults", "Copper on hospital surfaces", "Gout and its many costs", "Acne in schools")


def record(n: int, **changes) -> SourceRecord:
    said = {
        "key": f"k{n}",
        "title": TITLES[n % 4] + f", part {n}",
        "authors": (f"Author{n}, A.", "Second, B."),
        "year": 2000 + n % 20,
        "journal": "Journal of Tests",
        "volume": str(n + 1),
        "pages": f"{100 * n + 11}-{100 * n + 19}",
        "doi": f"10.1000/{n}",
    }
    return SourceRecord(**{**said, **changes})


def search(name: str, route: str = "database") -> Search:
    return Search(id=name, source=name, route=route, query="q", date="2020-01-02", hits=None, place=Place("searches"))
