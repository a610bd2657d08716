"""One headless Chromium for every test that needs one; property tests that never depend on the clock or on chance."""

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("remit", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("remit")

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="session")
def chromium():
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        if os.environ.get("REMIT_REQUIRE_BROWSER"):
            pytest.fail("no Chromium, and browser tests are required here: run scripts/browser as root")
        pytest.skip("no Chromium on this machine: install the package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
