"""Two people at once in real browsers, by keyboard, with the server killed on the way."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from remit.store import log

pytestmark = pytest.mark.browser


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """`remit screen` as a process of its own."""

    def __init__(self, review: Path) -> None:
        self.review, self.port = review, _free_port()
        self.links: dict[str, str] = {}
        self.start()

    def start(self) -> None:
        words = [sys.executable, "-m", "remit", "screen", str(self.review), "--port", str(self.port)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        for row in self.process.stdout:
            if "http://" in row:
                name, _, link = row.strip().partition(": ")
                self.links[name] = link
            if row.startswith("Stop"):
                break
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/static/screen.js").read()
                return
            except OSError:
                time.sleep(0.05)
        pytest.fail("the server does not answer")

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture
def server(review):
    made = Server(review)
    yield made
    made.kill()


def press(page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def test_two_people_screen_by_keyboard_and_a_kill_loses_nothing(chromium, server, review):
    ada, ben = chromium.new_context().new_page(), chromium.new_context().new_page()
    dialogs = []
    for page, name in ((ada, "Ada"), (ben, "Ben")):
        page.on("dialog", lambda d: dialogs.append(d) or d.dismiss())
        page.goto(server.links[name])
    press(ada, "i")
    press(ben, "1")
    assert "script" in ada.inner_text("h1")
    assert "broken" not in ada.title()
    server.kill()
    server.start()
    press(ada, "2")
    press(ben, "m")
    press(ben, "u")
    assert "You decided this before" in ben.inner_text("form")
    press(ben, "i")
    ada.keyboard.press("r")
    ada.keyboard.type("i think mice")
    ada.keyboard.press("Escape")
    ada.check("input[type=checkbox]")
    press(ada, "2")
    said = [(x.record, x.verdict, x.reason) for x in log.read(review, "title-abstract", "ada")]
    assert said == [
        ("a1", "include", ""),
        ("a2", "exclude", ""),
        ("a3", "exclude", "i think mice"),
        ("a4", "exclude", "i think mice"),
    ]
    assert [x.verdict for x in log.read(review, "title-abstract", "ben")] == ["exclude", "unsure", "include"]
    press(ben, "l")
    press(ben, "1")
    assert "You decided this before" in ben.inner_text("form")
    press(ben, "1")
    assert "My decisions" in ben.inner_text("h1")
    assert [x.verdict for x in log.read(review, "title-abstract", "ben")][2:] == ["include", "exclude"]
    assert dialogs == []
    ada.goto(f"http://127.0.0.1:{server.port}/conflicts")
    assert "Ben: exclude" in ada.inner_text("main")


def test_the_page_is_readable_by_axe_and_on_a_phone(chromium, server):
    from axe_playwright_python.sync_playwright import Axe

    for scheme in ("light", "dark"):
        context = chromium.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.goto(server.links["Ada"])
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        for address in ("/", "/conflicts", "/decisions"):
            page.goto(f"http://127.0.0.1:{server.port}{address}")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
