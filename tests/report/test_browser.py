"""Pages in a browser without network: a quiet console, no violation of accessibility rules, no sideways scroll."""

import pytest

pytestmark = pytest.mark.browser
KINDS = (
    *("index", "class-car-t", "question-first-relapse", "study-trial-03", "claims", "findings", "studies"),
    *("mechanisms", "gaps", "flow", "methods", "limits", "about"),
)


@pytest.fixture(scope="module")
def site(pages, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    for name, content in pages.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def browser(chromium):
    return chromium


def opened(browser, width, scheme="light", script=True):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True, java_script_enabled=script
    )
    page = context.new_page()
    page.said = []
    page.on("console", lambda m: page.said.append(m.text))
    page.on("pageerror", lambda e: page.said.append(str(e)))
    return page


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_pages_are_quiet_accessible_and_fit(browser, site, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(browser, width, scheme)
    for kind in KINDS:
        page.goto((site / f"{kind}.html").as_uri())
        assert page.said == [], kind
        assert page.evaluate("document.documentElement.scrollWidth") <= width, kind
        found = axe.run(page, options={"preload": False}).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], kind
        assert page.said == [], kind


def test_the_filter_lives_in_the_address(browser, site):
    page = opened(browser, 1280)
    page.goto((site / "studies.html").as_uri() + "#target=CD22")
    rows = page.locator("tbody tr:visible")
    assert rows.count() == 2 and "2 of 12 shown" in page.inner_text("form output")
    page.select_option("select[name=population]", "first-relapse")
    assert page.url.endswith("#population=first-relapse&target=CD22")
    page.select_option("select[name=target]", "")
    assert rows.count() == 4


def test_figures_and_data_download(browser, site, findings):
    page = opened(browser, 1280)
    page.goto((site / "class-car-t.html").as_uri())
    figure = page.locator("#f-car-t-cr")
    with page.expect_download() as got:
        figure.get_by_role("button", name="Data (CSV)").click()
    text = got.value.path().read_text(encoding="utf-8")
    assert got.value.suggested_filename == "car-t-cr.csv"
    used = next(f for f in findings if f.id == "car-t-cr").used
    lines = [line for line in text.splitlines() if line.startswith('"TRIAL-00')]
    assert lines[0].startswith('"TRIAL-00 · 2010","65/79","82.3","73.')
    assert all(f'"{u.events}/{u.total}"' in text for u in used)
    with page.expect_download() as got:
        figure.get_by_role("button", name="Figure (SVG)").click()
    svg = got.value.path().read_text(encoding="utf-8")
    assert svg.count("<polygon") == 4 and "var(" not in svg and "82.3" in svg
    assert page.said == []


def test_pages_read_without_script(browser, site):
    page = opened(browser, 1280, script=False)
    page.goto((site / "class-car-t.html").as_uri())
    assert page.locator("#f-car-t-cr table.fp tbody tr").count() == 16
    page.locator("#f-car-t-cr details.prov summary").click()
    assert page.locator("#f-car-t-cr table.twin").is_visible()
    assert not page.locator("form.filter").is_visible()
