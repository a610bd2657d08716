"""The shipped review as a site: small enough to carry, no link that leads nowhere, every number reachable."""

import re
from pathlib import Path

import pytest

from remit import appraise, grade, lint, relate, report, screen, store, synthesise
from remit.report import links
from remit.tasks.firm import firmness

FLAGSHIP = Path(__file__).parents[2] / "reviews" / "pediatric-b-all"
pytestmark = pytest.mark.flagship


@pytest.fixture(scope="module")
def built():
    review = appraise.appraised(store.read(FLAGSHIP))
    findings = grade.graded(synthesise.findings(review), review)
    claims = grade.claims(findings, review)
    problems = lint.problems(review, findings)
    mechanism = relate.mechanism_map(review, findings)
    firm = firmness(review, findings)
    return findings, report.site(
        review,
        findings,
        claims,
        problems,
        mechanism,
        screen.flow(review),
        firm=firm,
        courses=synthesise.courses(review, findings),
    )


def hrefs(content):
    return re.findall(r'href=(?:"([^"]*)"|([^ >]*))', content.decode())


def test_the_site_fits_into_three_megabytes(built):
    assert sum(map(len, built[1].values())) < 3_000_000


def test_every_link_resolves(built):
    pages = built[1]
    ids = {n: set(re.findall(r'\sid="?([^ ">]+)', c.decode())) for n, c in pages.items() if n.endswith(".html")}
    broken = set()
    for name in ids:
        for quoted, bare in hrefs(pages[name]):
            href = (quoted or bare).replace("&amp;", "&")
            if href.startswith(("http://", "https://", "data:")):
                continue
            target, _, anchor = href.partition("#")
            target = target or name
            if target not in pages or (anchor and "=" not in anchor and anchor not in ids[target]):
                broken.add((name, href))
    assert broken == set()


def test_every_used_row_is_linked_from_its_finding(built):
    findings, pages = built
    homes = {
        i: n
        for n, c in pages.items()
        if n.startswith(("class-", "question-"))
        for i in re.findall(r'\sid="?(f-[^ ">]+)', c.decode())
    }
    for f in findings:
        page = pages[homes[links.finding_anchor(f.id)]].decode()
        for u in f.used:
            assert f"study-{u.study}.html#{links.row_anchor(u.place, u.key)}" in page, f.id


def test_a_pool_of_two_says_how_little_two_studies_tell(built):
    findings, pages = built
    text = b"".join(c for n, c in pages.items() if n.endswith(".html")).decode()
    pools = [f for f in findings if f.k == 2 and f.analysis.kind != "proportion"]
    assert pools
    assert text.count("Two studies tell little of how much studies differ") == len(pools)


def test_every_pooled_finding_has_a_panel_on_the_page_of_its_question(built):
    findings, pages = built
    for f in (f for f in findings if f.pooled is not None):
        page = pages[f"question-{f.analysis.question}.html"].decode()
        assert re.search(rf"id=\"?w-{re.escape(links.finding_anchor(f.id)[2:])}[\" >]", page), f.id
