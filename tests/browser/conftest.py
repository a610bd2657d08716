"""The shipped review's site in headless Chromium, with no network."""

from pathlib import Path

import pytest

from remit.tasks.build import pages_of
from remit.tasks.results import open_review

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    for name, content in pages_of(open_review(ROOT / "reviews" / "pediatric-b-all")).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


@pytest.fixture
def page(chromium):
    """A page without a network; anything said on the console or asked of a network fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    opened = context.new_page()
    said, asked = [], []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
