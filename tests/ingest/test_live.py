"""Searches asked of services: paging, politeness, everything a service does wrong, and going on after a stop."""

import threading
import time as real_time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from live_fakes import Cursor, Entrez, Memory, Time, dumped, polite, sent

from remit.errors import SourceError, UsageError
from remit.ingest.live import gather
from remit.ingest.live.asks import Ask
from remit.ingest.live.services import SERVICES

KEYS = {"OPENALEX_API_KEY": "hush-openalex", "NCBI_API_KEY": "hush-ncbi", "REMIT_EMAIL": "hush@example.org"}
CURSORS = ("europepmc", "openalex", "crossref", "ctgov")


def fetch(service, asker, pages=None, query="leukemia", **more):
    more = {"environment": KEYS, "today": "2026-01-02", **more}
    parameters = {"rows": "2"} if service == "crossref" else {}
    pages = Memory() if pages is None else pages
    return gather.fetch(SERVICES[service], query, parameters, asker, pages, **more), pages


@pytest.mark.parametrize("service", CURSORS)
def test_every_page_is_read_once(service):
    server = Cursor(service, total=7)
    got, pages = fetch(service, polite(server))
    found = list(gather.records(SERVICES[service], got, pages))
    assert [r.title for r in found] == [f"Title {i}" for i in range(7)]
    assert [r.number for r in found] == list(range(1, 8))
    assert (got.claimed, got.got, got.repeats, got.warnings) == (7, 7, 0, ())
    assert got.asked == len(server.requests)
    assert len(got.sha256) == 64 and all(len(s.sha256) == 64 for s in got.sheets)


@pytest.mark.parametrize("service", [*CURSORS, "pubmed"])
def test_no_key_is_kept(service):
    server = Entrez([("1", "2020/01/01")]) if service == "pubmed" else Cursor(service, total=3)
    got, pages = fetch(service, polite(server))
    assert "hush" not in repr(got) + repr(pages.kept)
    asked = repr(server.requests)
    assert ("hush" in asked) == (service != "ctgov")


def test_openalex_says_which_key_it_needs():
    with pytest.raises(UsageError, match="OPENALEX_API_KEY"):
        fetch("openalex", polite(Cursor("openalex", 1)), environment={})


@pytest.mark.parametrize("service", CURSORS)
def test_stopped_anywhere_it_goes_on_without_asking_again(service):
    whole, _ = fetch(service, polite(Cursor(service, total=9)))
    for stop in range(1, len(whole.sheets)):
        pages = Memory()
        server, left = Cursor(service, total=9), [stop]

        def dying(request, server=server, left=left):
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
            return server(request)

        with pytest.raises(KeyboardInterrupt):
            fetch(service, polite(dying), pages)
        again = Cursor(service, total=9)
        got, _ = fetch(service, polite(again), pages)
        assert got.asked == len(again.requests) == len(whole.sheets) - stop
        assert (got.sha256, got.got, got.date) == (whole.sha256, whole.got, whole.date)


def test_pubmed_slices_bring_what_the_search_found():
    days = [(str(i), "2020/01/01") for i in range(1, 451)]
    server = Entrez(days)
    got, pages = fetch("pubmed", polite(server))
    assert [name for name, _ in server.requests] == ["esearch.fcgi"] + ["efetch.fcgi"] * 3
    assert (got.claimed, got.got) == (450, 450)
    assert got.said["translation"] == '"leukemia"[MeSH Terms]'
    assert any("b all" in w for w in got.warnings)
    found = list(gather.records(SERVICES["pubmed"], got, pages))
    assert [r.pmid for r in found] == [str(i) for i in range(1, 451)]


def test_pubmed_asks_by_number_when_the_history_is_forgotten():
    server = Entrez([(str(i), "2020/01/01") for i in range(1, 301)], forgets=True)
    got, _ = fetch("pubmed", polite(server))
    assert got.got == 300
    assert sum("id" in asked for _, asked in server.requests) == 2


def test_pubmed_names_records_that_never_came():
    got, _ = fetch("pubmed", polite(Entrez([(str(i), "2020/01/01") for i in range(1, 30)], drops={"7", "9"})))
    assert any("2 records were found and not delivered: 7, 9" in w for w in got.warnings)
    assert any("2 are missing" in w for w in got.warnings)


def test_pubmed_is_asked_again_for_what_a_slice_left_out():
    server = Entrez([(str(i), "2020/01/01") for i in range(1, 30)], late={"7", "9"})
    got, _ = fetch("pubmed", polite(server))
    assert (got.got, got.repeats, server.requests[-1][1]["id"]) == (29, 0, "7,9")
    assert not any("delivered" in w for w in got.warnings)


def test_pubmed_beyond_its_limit_is_cut_by_day():
    days = [(str(i), f"{1995 + i % 30}/{1 + i % 12:02d}/{1 + i % 28:02d}") for i in range(1, 12_001)]
    server = Entrez(days)
    got, _ = fetch("pubmed", polite(server))
    assert (got.claimed, got.got) == (12_000, 12_000)
    assert sum(name == "esearch.fcgi" for name, _ in server.requests) >= 3


def test_a_wait_asked_for_is_kept_and_no_request_comes_too_soon():
    time, answers = Time(), [httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(503)]
    server = Cursor("europepmc", total=5)

    def handler(request):
        return answers.pop(0) if answers else server(request)

    got, _ = fetch("europepmc", polite(handler, time, per_second=2.0))
    assert got.got == 5
    assert 7 <= time.slept[0] < 8
    assert all(s > 0 for s in time.slept)
    assert len(time.slept) >= 2 + 2


def test_a_wait_given_as_a_date_is_understood():
    from datetime import UTC, datetime

    time = Time()
    header = {"Retry-After": "Fri, 02 Jan 2026 00:00:30 GMT"}
    answers = [httpx.Response(429, headers=header)]
    server = Cursor("ctgov", total=1)
    asker = polite(
        lambda r: answers.pop(0) if answers else server(r), time, now=lambda: datetime(2026, 1, 2, tzinfo=UTC)
    )
    fetch("ctgov", asker)
    assert 30 <= time.slept[0] < 31


def test_a_very_long_wait_is_said_instead_of_waited():
    time = Time()
    with pytest.raises(SourceError, match="asks to wait 86400 seconds"):
        fetch("ctgov", polite(lambda _: httpx.Response(429, headers={"Retry-After": "86400"}), time))
    assert time.slept == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            httpx.Response(200, text="<html>Down for maintenance</html>", headers={"content-type": "text/html"}),
            "no JSON",
        ),
        (httpx.Response(200, json={"errMsg": "wrong query"}), "wrong query"),
        (httpx.Response(200, json=[1]), "no object"),
        (httpx.Response(200, content=b'{"resultList": {"result": [{"id"'), "no JSON"),
        (httpx.Response(200, content=b"[" * 100_000), "no JSON"),
        (httpx.Response(500, text="<html>oops</html>"), "status 500"),
        (httpx.Response(302, headers={"location": "http://elsewhere.example/"}), "status 302"),
    ],
)
def test_an_answer_that_stays_wrong_ends_in_one_sentence(answer, words):
    with pytest.raises(SourceError) as told:
        fetch("europepmc", polite(lambda _: answer))
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_a_refusal_is_not_repeated_and_shows_no_key():
    asked = []

    def handler(request):
        asked.append(request)
        return httpx.Response(403, text=f"bad key {sent(request)['api_key']}")

    with pytest.raises(SourceError) as told:
        fetch("openalex", polite(handler))
    assert len(asked) == 1
    assert "hush" not in str(told.value)


def test_hits_claimed_and_not_given_are_a_warning_not_a_loss():
    got, _ = fetch("europepmc", polite(Cursor("europepmc", total=5, claim=8)))
    assert (got.claimed, got.got) == (8, 5)
    assert any("3 are missing" in w for w in got.warnings)
    got, pages = fetch("openalex", polite(Cursor("openalex", total=9, claim=2)))
    assert len(list(gather.records(SERVICES["openalex"], got, pages))) == 9
    assert any("claimed 2 hits and gave 9" in w for w in got.warnings)


class Nameless(Cursor):
    """Europe PMC, leaving out the ids of its records."""

    def item(self, i):
        return {k: v for k, v in super().item(i).items() if k not in ("id", "pmid")}


def test_records_without_an_id_are_all_kept():
    got, pages = fetch("europepmc", polite(Nameless("europepmc", total=5)))
    found = list(gather.records(SERVICES["europepmc"], got, pages))
    assert (got.got, [r.title for r in found]) == (5, [f"Title {i}" for i in range(5)])
    assert {r.key for r in found} == {""}


def test_a_cursor_that_turns_in_a_circle_ends():
    def circle(request):
        at = sent(request)["cursorMark"]
        after = {"*": "a", "a": "b", "b": "*"}[at]
        return httpx.Response(
            200,
            json={"hitCount": 900, "nextCursorMark": after, "resultList": {"result": [{"id": at, "source": "MED"}]}},
        )

    got, _ = fetch("europepmc", polite(circle))
    assert got.got == 3
    assert any("led back" in w for w in got.warnings)


def test_the_same_page_under_ever_new_cursors_ends():
    count = [0]

    def same(_):
        count[0] += 1
        items = [{"id": "https://openalex.org/W1"}]
        return httpx.Response(200, json={"meta": {"count": 50, "next_cursor": f"n{count[0]}"}, "results": items})

    got, _ = fetch("openalex", polite(same))
    assert (got.got, count[0]) == (1, 1 + gather.IDLE_PAGES)
    assert any("repeated" in w for w in got.warnings)


def test_more_than_allowed_is_refused_before_it_is_fetched():
    server = Cursor("crossref", total=10, claim=90_000_000)
    with pytest.raises(SourceError, match="claims 90000000"):
        fetch("crossref", polite(server))
    assert len(server.requests) == 1


class Misbehaving(BaseHTTPRequestHandler):
    """Does what `script` says, one entry a request, then answers well."""

    script = ()
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        act = self.script.pop(0) if self.script else "well"
        body = dumped({"hitCount": 1, "resultList": {"result": [{"id": "1", "source": "MED", "title": "T"}]}})
        if act == "cut":
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:20])
            self.close_connection = True
        elif act == "drop":
            self.close_connection = True
        elif act == "endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b" " * 65536)
            except OSError:
                self.close_connection = True
        elif act == "drip":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(200):
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    real_time.sleep(0.02)
            except OSError:
                pass
            self.close_connection = True
        elif act == "silent":
            real_time.sleep(1.0)
            self.close_connection = True
        elif act == "garbled":
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            self.send_response(200 if act == "well" else act)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def misbehaving(*script):
    handler = type("Scripted", (Misbehaving,), {"script": list(script)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    worker = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    worker.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/search"
    finally:
        server.shutdown()
        server.server_close()
        worker.join()


def asked_of(address, **more):
    import random

    from remit.ingest.live.polite import Polite

    time = Time()
    clock = more.pop("clock", time.clock)
    with httpx.Client(timeout=0.3) as client:
        asker = Polite(
            client, clock=clock, sleep=time.sleep, generator=random.Random(1), per_second=10.0, tries=4, **more
        )
        ask = Ask(url=address, parameters={"query": "x", "cursorMark": "*"}, part=1)
        return asker.ask(ask, {}, lambda body: SERVICES["europepmc"].page(ask, body))


@pytest.mark.parametrize("act", ["cut", "drop", "silent", "garbled", 500, 502, 503, 429])
def test_a_failure_that_passes_is_survived(act):
    with misbehaving(act, act) as address:
        _, page = asked_of(address)
    assert page.ids == ("MED:1",)


@pytest.mark.parametrize("act", ["cut", "drop", "garbled"])
def test_a_failure_that_stays_is_told(act):
    with misbehaving(*[act] * 9) as address, pytest.raises(SourceError, match="tried 4 times"):
        asked_of(address)


def test_an_endless_answer_is_given_up():
    with misbehaving("endless") as address, pytest.raises(SourceError, match="more than 1000000 bytes"):
        asked_of(address, largest=1_000_000)


def test_a_dripping_answer_is_given_up_and_asked_again():
    with misbehaving("drip") as address:
        _, page = asked_of(address, longest=0.2, clock=real_time.monotonic)
    assert page.ids == ("MED:1",)
