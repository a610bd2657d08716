"""The tracing page: by mouse and keyboard in a browser, and what it refuses without one."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import httpx
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "made"))
from drawn import COLOURS, Frame, coded, hexed, picture, simulated
from loops import finished

from remit.app import keys, tracing
from remit.model.trace import TraceRecord
from remit.store import trace_file

KEY = bytes(range(32))
FRAME = Frame(600, 450)


@pytest.fixture
def figure(tmp_path):
    curves = [simulated(np.random.default_rng(5), 80, plateau=0.4), simulated(np.random.default_rng(6), 80)]
    (tmp_path / "fig.png").write_bytes(coded(picture(curves, FRAME)))
    return tmp_path / "fig.png", curves


def ask(app, method, address, cookies=None, **more):
    async def send():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here", cookies=cookies) as client:
            return await client.request(method, address, **more)

    return finished(send())


def form(**more):
    (x1, x2), (y1, y2) = FRAME.words
    held = {}
    for name, word in (("x1", x1), ("x2", x2), ("y1", y1), ("y2", y2)):
        held[f"{name}-place"], _, held[f"{name}-value"] = word.partition(":")
    held |= {"unit": "months", "curve-0": "blina", "colour-0": hexed(COLOURS[0]), "do": "save"}
    return held | more


def test_a_form_traces_saves_and_comes_back_with_its_error(figure):
    path, curves = figure
    sheet = tracing.sheet(TraceRecord(figure=str(path)), path.parent / "out")
    app = tracing.application(sheet, KEY)
    assert ask(app, "GET", "/").status_code == 403
    assert ask(app, "GET", "/overlay.svg").status_code == 403
    assert ask(app, "GET", "/enter/wrong").status_code == 403
    cookie = {tracing.COOKIE: ask(app, "GET", f"/enter/{keys.link(KEY, 'reader')}").cookies[tracing.COOKIE]}
    page = ask(app, "GET", "/", cookie).text
    token = re.search(r'name="token" value="([^"]*)"', page)[1]
    assert ask(app, "POST", "/trace", cookie, data=form()).status_code == 403
    wrong = {"origin": "http://elsewhere"}
    assert ask(app, "POST", "/trace", cookie, data=form(token=token), headers=wrong).status_code == 403
    assert not (path.parent / "out").exists()
    risk = {"token": token, "risk-0": "0:80 12:90"}
    assert ask(app, "POST", "/trace", cookie, data=form(**risk)).status_code == 303
    assert "numbers at risk cannot grow" in ask(app, "GET", "/", cookie).text
    risk = {"token": token, "risk-0": "0:80 12:50", "events-0": "40"}
    assert ask(app, "POST", "/trace", cookie, data=form(**risk)).status_code == 303
    done = ask(app, "GET", "/", cookie)
    assert "Written to" in done.text
    assert "script-src 'self'" in done.headers["content-security-policy"]
    record = trace_file.read(path.parent / "out" / "trace.yaml")
    assert record.curves[0].risk.counts == (80, 50)
    assert record.curves[0].events == 40
    assert abs(sheet.curves[0].at(20.0) - curves[0].at(20.0)) < 0.01


@pytest.fixture
def served(figure):
    path, curves = figure
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    words = [sys.executable, "-m", "remit", "trace", str(path), "--serve", "--port", str(port)]
    words += ["--out", str(path.parent / "out")]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    link = re.search(r"http://\S+", process.stdout.readline())[0]
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/static/trace.js").read()
            break
        except OSError:
            time.sleep(0.05)
    yield link, path, curves
    os.kill(process.pid, signal.SIGINT)
    process.wait()
    process.stdout.close()


@pytest.mark.browser
def test_a_figure_is_traced_by_mouse_and_keyboard(chromium, served):
    link, path, curves = served
    page = chromium.new_context(viewport={"width": 1300, "height": 1000}).new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(link)
    board = page.locator("#board img")

    def click(x, y):
        box = board.bounding_box()
        page.mouse.click(box["x"] + x * box["width"] / FRAME.width, box["y"] + y * box["height"] / FRAME.height)

    last = 65
    for x, y in (
        (FRAME.x(0), FRAME.y(0)),
        (FRAME.x(last), FRAME.y(0)),
        (FRAME.x(0), FRAME.y(0)),
        (FRAME.x(0), FRAME.y(1)),
    ):
        click(x, y)
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowDown")
    for name, value in (("x1", "0"), ("x2", str(last)), ("y1", "0"), ("y2", "1")):
        page.fill(f"#{name}-value", value)
    page.fill("#curve-0", "blina")
    page.check("input[value=through-0]")
    click(FRAME.x(15.0), FRAME.y(curves[0].at(15.0)))
    page.fill("#risk-0", "0:80 20:30")
    page.wait_for_selector("#said h2")
    before = page.get_attribute("#figure", "src")
    page.fill("#risk-0", "0:80 20:90")
    page.wait_for_selector("#error")
    assert "cannot grow" in page.inner_text("#error")
    page.fill("#risk-0", "0:80 20:30")
    page.wait_for_selector("#said h2")
    assert page.get_attribute("#figure", "src") != before
    page.fill("#corrections-0", "59:0.02")
    page.wait_for_selector("#said li:has-text('by hand, 59:0.02')")
    page.fill("#corrections-0", "59:1")
    page.wait_for_selector("#error:has-text('make the curve rise')")
    page.fill("#corrections-0", "")
    page.wait_for_selector("#said h2")
    with page.expect_navigation():
        page.press("#risk-0", "Enter")
    assert page.locator("#error").count() == 0, page.inner_text("#error")
    assert "lies on the drawn curve" in page.inner_text("main")
    with page.expect_navigation():
        page.click("button[value=save]")
    assert "trace.yaml" in page.inner_text("#written")
    rows = (path.parent / "out" / "blina.csv").read_text().splitlines()[1:]
    times, survival = np.array([[float(v) for v in r.split(",")] for r in rows]).T
    for when in (10.0, 20.0, 30.0):
        got = survival[np.searchsorted(times, when, side="right") - 1]
        assert abs(got - curves[0].at(when)) < 0.02
    if os.environ.get("REMIT_SHOTS"):
        page.screenshot(path=os.environ["REMIT_SHOTS"])
    assert said == []


@pytest.mark.browser
def test_a_step_is_dragged_moved_by_keys_and_taken_out(chromium, served):
    link, _, _ = served
    page = chromium.new_context(viewport={"width": 1300, "height": 1000}).new_page()
    page.goto(link)
    for name, word in form().items():
        if "place" in name or "value" in name:
            page.fill(f"#{name}", word)
    page.fill("#curve-0", "blina")
    page.fill("#colour-0", hexed(COLOURS[0]))
    page.wait_for_selector("#said h2")
    page.check("input[value=corrections-0]")
    (c,) = page.evaluate("JSON.parse(document.querySelector('#steps').dataset.steps)")
    k = max(range(5, len(c["time"]) - 1), key=lambda i: min(c["survival"][i - 1] - c["survival"][i], 0.02))
    when, level = c["time"][k], c["survival"][k]
    box = page.locator("#board img").bounding_box()
    wide, high = box["width"] / FRAME.width, box["height"] / FRAME.height
    x, y = box["x"] + FRAME.x(when) * wide, box["y"] + FRAME.y(level) * high
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 2.0)
    page.mouse.move(x, y - 4.0)
    page.mouse.up()
    page.wait_for_selector("#said li:has-text('by hand')")
    out, put = page.input_value("#corrections-0").split()
    assert out == f"{float(f'{when:.10g}'):.10g}:-"
    at, moved = (float(v) for v in put.split(":"))
    assert at == pytest.approx(when, abs=0.3) and level < moved <= c["survival"][k - 1]
    page.keyboard.press("]")
    page.keyboard.press("Delete")
    page.wait_for_function("document.querySelectorAll('#said li').length > 2")
    assert page.locator("#error").count() == 0, page.inner_text("#error")
    assert len(page.input_value("#corrections-0").split()) == 3
    for _ in range(3):
        page.keyboard.press("]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#corrections-0').value.split(' ').length === 5")
    page.wait_for_timeout(900)
    assert page.locator("#error").count() == 0, page.inner_text("#error")


@pytest.mark.browser
def test_the_tracing_page_is_readable_by_axe_and_on_a_phone(chromium, served):
    from axe_playwright_python.sync_playwright import Axe

    for scheme in ("light", "dark"):
        context = chromium.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.goto(served[0])
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
