"""Planned analyses as the methods page lists them: those that differ only in class or months of one title together."""

from remit.model.protocol import Analysis
from remit.report.book import Book
from remit.report.pages.study import DOMAINS, TOOLS

Plan = tuple[Analysis, list[tuple[str, str]], str]


def plans(book: Book) -> list[Plan]:
    """Return (an analysis, (name, address) of each finding planned like it, who is asked for) in the order planned."""
    groups: dict[tuple[object, ...], list[Analysis]] = {}
    for f in book.findings:
        a = f.analysis
        like = (a.title, a.outcomes, a.basis, a.measure, a.scale, a.months, a.subgroups, _who(a))
        groups.setdefault(like, []).append(a)
    return [(held[0], [_link(book, a) for a in held], _who(held[0])) for held in groups.values()]


def tools(book: Book) -> list[tuple[str, list[str]]]:
    """Return each tool that judged a study, with what it asks, in its order."""
    used = dict.fromkeys(a.tool for data in book.review.studies for a in data.appraisals)
    return [(TOOLS.get(t, t), [name.lower() for name in DOMAINS.get(t, {}).values()]) for t in sorted(used)]


def _link(book: Book, a: Analysis) -> tuple[str, str]:
    return (book.name(a.drug_class) if a.drug_class else a.id), book.href(book.by_id[a.id])


def _who(a: Analysis) -> str:
    """Whom an analysis asks for, its class left aside: `population: first-relapse; versus class: chemotherapy`."""
    asked = [f"{k}: {', '.join(v)}" for k, v in a.where.items() if k != "class" or not a.drug_class]
    return "; ".join([*asked, *(f"versus {k}: {', '.join(v)}" for k, v in a.versus.items())])
