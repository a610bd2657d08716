"""The searches as the table that PRISMA-S asks for: each source, how and when it was searched, and what came of it.

Item numbers and headings: Rethlefsen et al. (2021), Syst Rev 10:39.
"""

import csv
import io

from remit.model.review import Review
from remit.screen.identified import identified

COLUMNS = (
    ("source", "1 Database name / 3 Study registries"),
    ("route", "PRISMA 2020 route"),
    ("query", "8 Full search strategy"),
    ("date", "13 Date of search"),
    ("hits", "15 Total records"),
    ("kept", "Records kept"),
    ("duplicates", "16 Duplicates removed"),
    ("absent", "Not brought or not readable"),
    ("sha256", "SHA-256 of the response"),
    ("note", "Note"),
)


def search_table(review: Review) -> str:
    """Return one line of CSV per search, from the log alone; hits = kept + duplicates + not brought in every line.

    Where a search does not state its hits they are the records and repeats stored under it. A record judged by a person
    to be the same as another is a duplicate.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heading for _, heading in COLUMNS)
    for f in identified(review):
        s = f.search
        writer.writerow((s.source, s.route, s.query, s.date, f.found, f.kept, f.duplicates, f.absent, s.sha256, s.note))
    return out.getvalue()
