"""A reader without a mouse and without a network walks from the answer to the source."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.flagship]

FOCUSED = (
    "() => { const e = document.activeElement; return [e.tagName, e.getAttribute('href') || '', e.innerText || '']; }"
)


SOURCE = """id => {
  const links = [...document.querySelectorAll('main a[href^="http"]')];
  const row = document.getElementById(id);
  const ahead = (a) => a.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING;
  const before = links.filter((a) => row.contains(a) || ahead(a));
  return before[before.length - 1] === document.activeElement;
}"""


def tab_to(page, wanted, most=900, key="Tab"):
    """Press Tab until the focus is on a link whose address matches, and return that address."""
    for _ in range(most):
        page.keyboard.press(key)
        tag, href, _ = page.evaluate(FOCUSED)
        if tag == "A" and re.search(wanted, href):
            return href
    raise AssertionError(f"no link to {wanted} within {most} Tabs on {page.url}")


def outlined(page):
    """Whether the focused element shows its focus."""
    style, width, shadow = page.evaluate(
        "() => { const s = getComputedStyle(document.activeElement);"
        " return [s.outlineStyle, s.outlineWidth, s.boxShadow]; }"
    )
    return (style != "none" and width != "0px") or shadow != "none"


def test_home_to_class_to_forest_row_to_study_to_source(page, site):
    page.goto((site / "index.html").as_uri())
    assert "does not recommend" in page.inner_text("body")
    tab_to(page, r"^class-car-t\.html")
    assert outlined(page)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"class-car-t\.html"))
    href = tab_to(page, r"^study-[a-z0-9-]+\.html#counts-")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"study-.*#counts-"))
    page.wait_for_load_state()
    page.wait_for_function("() => window.scrollY > 0")
    row = href.split("#")[1]
    assert page.locator(f"#{row}").count() == 1
    source = tab_to(page, r"^https?://", key="Shift+Tab")
    assert page.evaluate(SOURCE, row), f"{source} is not the source that row {row} stands under"


def test_the_skip_link_comes_first_and_leads_to_the_main_part(page, site):
    page.goto((site / "index.html").as_uri())
    page.keyboard.press("Tab")
    _, href, text = page.evaluate(FOCUSED)
    assert href.startswith("#")
    assert "skip" in text.lower()
    assert page.locator(f"main{href}, {href}").count() >= 1


def test_every_claim_leads_to_its_finding(page, site):
    page.goto((site / "claims.html").as_uri())
    links = page.eval_on_selector_all("main a[href*='#']", "all => all.map(a => a.getAttribute('href'))")
    assert len(links) > 20
    name, anchor = links[len(links) // 2].split("#")
    page.goto((site / (name or "claims.html")).as_uri() + f"#{anchor}")
    assert page.locator(f"[id='{anchor}']").count() == 1


def test_a_filter_changes_the_address_so_that_a_view_can_be_shared(page, site):
    page.goto((site / "studies.html").as_uri())
    everyone = page.locator("tbody tr:visible, [data-population]:visible").count()
    page.select_option("select >> nth=0", index=1)
    assert "#" in page.url
    chosen = page.locator("tbody tr:visible, [data-population]:visible").count()
    assert 0 < chosen < everyone
    shared = page.url
    page.goto((site / "index.html").as_uri())
    page.goto(shared)
    page.reload()
    assert page.locator("tbody tr:visible, [data-population]:visible").count() == chosen
