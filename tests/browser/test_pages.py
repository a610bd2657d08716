"""Every kind of page: no accessibility violation, no sideways scroll on a phone, and a title of its own."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.flagship]

KINDS = [
    "index",
    "class-car-t",
    "class-kinase-inhibitor",
    "question-first-relapse",
    "study-eliana",
    "study-aall1331-hr-ir",
    "claims",
    "findings",
    "studies",
    "mechanisms",
    "gaps",
    "flow",
    "methods",
    "limits",
]
RULES = {
    "preload": False,
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]},
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_violation(page, site, kind, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    page.goto((site / f"{kind}.html").as_uri())
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:160]) for v in found] == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_scrolls_sideways_on_a_phone(page, site, kind):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto((site / f"{kind}.html").as_uri())
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_reads_without_script(chromium, site, kind):
    context = chromium.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((site / f"{kind}.html").as_uri())
    assert page.title()
    assert page.locator("h1").count() == 1
    assert page.locator("main").inner_text().strip()
    context.close()


def test_home_prints_on_paper_with_its_table(page, site):
    page.goto((site / "index.html").as_uri())
    page.emulate_media(media="print")
    assert page.locator("main table:visible").count() >= 1
    assert len(page.pdf(format="A4")) > 10_000


def test_the_site_is_small_enough_to_mail(site):
    assert sum(p.stat().st_size for p in site.rglob("*") if p.is_file()) < 3_000_000
