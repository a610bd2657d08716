"""The whole site as a mapping from relative path to bytes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from remit.model.course import Course
from remit.model.finding import ClaimResult, Finding
from remit.model.firmness import Firmness
from remit.model.mechanism import MechanismMap
from remit.model.place import Problem
from remit.model.printed_curve import RebuiltCurve
from remit.model.review import Review
from remit.model.two_arms import TwoArms
from remit.report import links, render, words
from remit.report.book import Book
from remit.report.figures import marks
from remit.report.figures.axis import PERCENT, Axis
from remit.report.figures.forest import shared_ratio_axis
from remit.report.pages import balance, card, classes, firmness, flow, gaps, home, limits, lists, methods, study
from remit.report.pages import courses as time
from remit.report.pages import two_arms as arms

Crumbs = tuple[tuple[str, str], ...]
NAV = (
    ("Answers", "index.html"),
    ("Findings", "findings.html"),
    ("Claims", "claims.html"),
    ("Studies", "studies.html"),
    ("Mechanisms", "mechanisms.html"),
    ("Gaps", "gaps.html"),
    ("Flow", "flow.html"),
    ("Methods", "methods.html"),
    ("Limits", "limits.html"),
    ("About", "about.html"),
)


@dataclass(frozen=True, slots=True)
class _Site:
    """What every page needs."""

    book: Book
    ratios: Axis
    percent_ticks: Markup
    ratio_ticks: Markup

    def page(self, template: str, address: str, title: str, crumbs: Crumbs = (), **values: object) -> bytes:
        return render.page(
            template,
            book=self.book,
            about=self.book.review.about,
            nav=NAV,
            address=address,
            title=title,
            crumbs=crumbs,
            percent_ticks=self.percent_ticks,
            ratio_ticks=self.ratio_ticks,
            **values,
        )


def site(
    review: Review,
    findings: Sequence[Finding],
    claims: Sequence[ClaimResult],
    problems: Sequence[Problem],
    mechanism: MechanismMap,
    flow: Mapping[str, int] | None = None,
    moves: Iterable[object] = (),
    firm: Sequence[Firmness] = (),
    courses: Sequence[Course] = (),
    two_arms: Sequence[TwoArms] = (),
    rebuilt: Mapping[tuple[str, str], RebuiltCurve] | None = None,
) -> Mapping[str, bytes]:
    """Return every file of the site: relative path to content. Reads nothing of the review's folder and writes nothing.

    `flow` holds PRISMA 2020 counts by the names of its data file; `moves` are printed by their `str`; `firm` says how
    firm pooled findings are, shown on the pages of their questions; `courses` are survival over time and `two_arms`
    arms compared over it, shown on the pages of their classes; `rebuilt` are the people behind printed curves, shown on
    the pages of their studies.
    """
    book = Book(
        review=review,
        findings=tuple(findings),
        claims=tuple(claims),
        problems=tuple(problems),
        mechanism=mechanism,
        flow=dict(flow or {}),
        changes=tuple(str(m) for m in moves),
    )
    ratios = shared_ratio_axis(book.findings)
    s = _Site(book, ratios, marks.ticks(PERCENT), marks.ticks(ratios))
    out: dict[str, bytes] = {
        "site.css": render.static("site.css"),
        "site.js": render.static("site.js"),
        **_lists(s),
        **_explanations(s),
    }
    for address, found in classes.pages(book, s.ratios):
        out[address] = s.page(
            "class.html", address, found.term.name, (("Answers", "index.html"),), c=found, rule=balance.RULE,
            courses=time.cards(book, [x for x in courses if x.drug_class == found.term.id]),
            two_arms=arms.cards(book, [x for x in two_arms if x.drug_class == found.term.id]),
        )  # fmt: skip
    for q in review.protocol.questions:
        address = links.question_page(q.id)
        out[address] = _question(s, address, q.id, {x.finding: x for x in firm})
    for data in review.studies:
        address = links.study_page(data.study.id)
        out[address] = s.page(
            "study.html",
            address,
            data.study.name or data.study.id,
            (("Studies", "studies.html"),),
            s=study.page(book, data),
            curves=time.lines(book, data, rebuilt or {}),
        )
    return dict(sorted(out.items()))


def _lists(s: _Site) -> dict[str, bytes]:
    columns, rows = home.matrix(s.book, s.ratios)
    claims = home.claim_lines(s.book)
    return {
        "index.html": s.page(
            "index.html",
            "index.html",
            s.book.review.about.title,
            answer=home.answer(s.book),
            columns=columns,
            rows=rows,
            highlights=home.highlights(s.book, s.ratios),
            claims=claims,
        ),
        "claims.html": s.page("claims.html", "claims.html", "Claims and their verdicts", claims=claims),
        "studies.html": s.page("studies.html", "studies.html", "Studies", studies=lists.studies(s.book)),
        "findings.html": s.page("findings.html", "findings.html", "Findings", groups=lists.findings(s.book, s.ratios)),
    }


def _explanations(s: _Site) -> dict[str, bytes]:
    maps = [(m, classes.draw(m, m.name), classes.agent_lines(s.book, m, s.ratios)) for m in s.book.mechanism.classes]
    return {
        "mechanisms.html": s.page("mechanisms.html", "mechanisms.html", "Mechanism map", maps=maps),
        "gaps.html": s.page("gaps.html", "gaps.html", "Evidence gap map", panels=gaps.panels(s.book)),
        "flow.html": s.page("flow.html", "flow.html", "How studies were found", f=flow.page(s.book)),
        "methods.html": s.page(
            "methods.html", "methods.html", "Methods", plans=methods.plans(s.book), tools=methods.tools(s.book)
        ),
        "limits.html": s.page("limits.html", "limits.html", "Limits", lim=limits.page(s.book, s.ratios)),
        "about.html": s.page("about.html", "about.html", "About and how to cite"),
    }


def _question(s: _Site, address: str, question: str, looked: Mapping[str, Firmness]) -> bytes:
    found = next(q for q in s.book.review.protocol.questions if q.id == question)
    held = [f for f in s.book.findings if f.analysis.question == question]
    here = [f for f in held if s.book.page(f) == address]
    lead = next((f for f in held if f.analysis.kind == "contrast" and f.pooled and f.sentence), None)
    lead = lead or next((f for f in held if f.sentence and f.used), None)
    return s.page(
        "question.html",
        address,
        found.title,
        (("Answers", "index.html"),),
        q=found,
        sentence=words.tight(lead.sentence) if lead else "No study answers an analysis planned for this question yet.",
        groups=card.by_title(s.book, held, s.ratios),
        cards=[
            (g, h, [card.card(s.book, f, s.ratios) for f in fs if f.used]) for g, h, fs in card.by_group(s.book, here)
        ],
        firm=firmness.panels(s.book, [(f, looked[f.id]) for f in held if f.id in looked], s.ratios),
        empty=[card.card(s.book, f, s.ratios) for f in here if not f.used],
    )
