"""The searches as the table that PRISMA-S asks for: each source, how and when it was searched, and what came of it.

Item numbers and headings: Rethlefsen et al. (2021), Syst Rev 10:39.
"""

import csv
import io
from collections import Counter

from remit.model.decision import latest
from remit.model.review import Review

COLUMNS = (
    ("source", "1 Database name / 3 Study registries"),
    ("route", "PRISMA 2020 route"),
    ("query", "8 Full search strategy"),
    ("date", "13 Date of search"),
    ("hits", "15 Total records"),
    ("kept", "Records kept"),
    ("duplicates", "16 Duplicates removed"),
    ("sha256", "SHA-256 of the response"),
    ("note", "Note"),
)


def search_table(review: Review) -> str:
    """Return one line of CSV per search, from the log alone; hits = kept + duplicates in every line.

    Where a search does not state its hits they are the records and repeats stored under it. A record judged by a person
    to be the same as another is a duplicate.
    """
    repeated = {a.other for a in latest(review.alike) if a.verdict == "same"}
    held = Counter(r.search for r in review.records)
    kept = Counter(r.search for r in review.records if r.id not in repeated)
    again = Counter(r.search for r in review.repeats)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heading for _, heading in COLUMNS)
    for s in review.searches:
        hits = held[s.id] + again[s.id] if s.hits is None else s.hits
        cells = (s.source, s.route, s.query, s.date, hits, kept[s.id], hits - kept[s.id], s.sha256, s.note)
        writer.writerow(cells)
    return out.getvalue()
