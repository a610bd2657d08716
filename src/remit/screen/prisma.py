"""The flow as the data file that PRISMA 2020's own drawing tool reads.

Columns and keys: github.com/prisma-flowdiagram/PRISMA2020, inst/extdata/PRISMA.csv.
"""

import csv
import io

from remit.model.protocol import Criterion
from remit.screen.counting import AWAITING, Flow

HEADER = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")
_TITLES = (
    ("", "node4", "prevstud", "Previous studies"),
    ("", "node6", "newstud", "Identification of new studies via databases and registers"),
    ("", "node16", "othstud", "Identification of new studies via other methods"),
)
_BOXES = (
    ("previous_studies", "node5", "box1", "Studies included in previous version of review"),
    ("previous_reports", "", "box1", "Reports of studies included in previous version of review"),
    ("database_results", "node7", "box2", "Databases"),
    ("register_results", "", "box2", "Registers"),
    ("website_results", "node17", "box11", "Websites"),
    ("organisation_results", "", "box11", "Organisations"),
    ("citations_results", "", "box11", "Citation searching"),
    ("duplicates", "node8", "box3", "Duplicate records"),
    ("excluded_automatic", "", "box3", "Records marked as ineligible by automation tools"),
    ("excluded_other", "", "box3", "Records removed for other reasons"),
    ("records_screened", "node9", "box4", "Records screened"),
    ("records_excluded", "node10", "box5", "Records excluded"),
    ("dbr_sought_reports", "node11", "box6", "Reports sought for retrieval"),
    ("dbr_notretrieved_reports", "node12", "box7", "Reports not retrieved"),
    ("other_sought_reports", "node18", "box12", "Reports sought for retrieval"),
    ("other_notretrieved_reports", "node19", "box13", "Reports not retrieved"),
    ("dbr_assessed", "node13", "box8", "Reports assessed for eligibility"),
    ("dbr_excluded", "node14", "box9", "Reports excluded"),
    ("other_assessed", "node20", "box14", "Reports assessed for eligibility"),
    ("other_excluded", "node21", "box15", "Reports excluded"),
    ("new_studies", "node15", "box10", "New studies included in review"),
    ("new_reports", "", "box10", "Reports of new included studies"),
    ("total_studies", "node22", "box16", "Total studies included in review"),
    ("total_reports", "", "box16", "Reports of total included studies"),
)
_BARS = (
    ("", "node1", "identification", "Identification"),
    ("", "node2", "screening", "Screening"),
    ("", "node3", "included", "Included"),
)


_STAGE_OF = {
    "records_screened": ("title-abstract", "dbr"),
    "other_sought_reports": ("title-abstract", "other"),
    "dbr_assessed": ("full-text", "dbr"),
    "other_assessed": ("full-text", "other"),
}


def prisma_csv(flow: Flow, criteria: tuple[Criterion, ...] = ()) -> str:
    """Return the flow as CSV; reasons are criterion ids, or their texts up to the first mark where `criteria` is given.

    What the drawing must not hide stands in the text of its box: the rule by which records were left unread, hits that
    were not brought, and how many more are undecided at a stage. A flow that is not final says so in its headings.
    Reports awaiting classification stand among those not retrieved.
    """
    words = {c.id: _short(c.text) for c in criteria if c.id != AWAITING}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for data, node, box, text in (*_TITLES, *_BOXES, *_BARS):
        side = data.removesuffix("_excluded")
        if data in ("dbr_excluded", "other_excluded"):
            reasons = [f"{words.get(c, c)}, {n}" for s, c, n in flow.reasons if s == side]
            n = "; ".join(reasons) or "0"
        else:
            n = str(flow[data]) if data else "0"
        shown = _shown(flow, data, box, text)
        writer.writerow((data or "NA", node or "NA", box, text, shown, shown, "NA", n))
    return out.getvalue()


def prisma_notes(flow: Flow) -> str:
    """Return what a reader must know of the flow's numbers, a line each: whether they are final comes first."""
    notes = flow.notes if not flow.final else ("This flow is final: every record is decided.", *flow.notes)
    return "".join(f"{line}\n" for line in notes)


def _shown(flow: Flow, data: str, box: str, text: str) -> str:
    """The text of a box as it is drawn."""
    if data == "excluded_automatic" and flow.stopped:
        return f"{text} ({flow.stopped})"
    if data == "excluded_other" and flow.absent:
        return f"{text} (found by a search and not brought or not readable)"
    if data in _STAGE_OF and (n := flow.undecided_at(*_STAGE_OF[data])):
        return f"{text} ({n} more undecided{' before' if data == 'other_sought_reports' else ''})"
    if box in ("newstud", "othstud") and not flow.final:
        return f"NOT FINAL: {text}"
    return text


def _short(text: str) -> str:
    """Return the text up to its first comma, semicolon, colon or bracket, which the format uses itself."""
    for mark in (";", ":", ",", " ("):
        text = text.split(mark)[0]
    return text.strip().rstrip(".")
