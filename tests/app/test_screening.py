"""The screening pages, asked without a browser."""

import re
import socket
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "made"))
from loops import finished

from remit import screen
from remit.app import keys
from remit.app.desk import Board
from remit.app.screening import application
from remit.cli import main
from remit.errors import UsageError
from remit.store import log
from remit.tasks import screening
from remit.tasks.screening_status import status

KEY = bytes(range(32))


class Client:
    """A browser without a screen: keeps its cookies and follows redirects."""

    def __init__(self, app) -> None:
        self.app, self.cookies = app, httpx.Cookies()

    def get(self, address: str) -> httpx.Response:
        return finished(self._send("GET", address))

    def post(self, address: str, **form) -> httpx.Response:
        return finished(self._send("POST", address, **form))

    async def _send(self, method: str, address: str, **form) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://here", follow_redirects=True, cookies=self.cookies
        ) as client:
            answer = await client.request(method, address, **form)
            self.cookies.update(client.cookies)
            return answer


@pytest.fixture
def ask(review):
    """Return a maker of clients, one per person, over one server."""
    desk = screening.desk(review, "title-abstract")
    app = application(Board(desk, screening.order(desk), screening.left(desk)), KEY, lambda: date(2026, 11, 23))

    def client(person: str | None) -> Client:
        made = Client(app)
        if person:
            assert made.get(f"/enter/{keys.link(KEY, person)}").status_code == 200
        return made

    return client


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def decide(client: Client, decision: str, **more: str):
    return client.post("/decide", data={**fields(client.get("/").text), "decision": decision, **more})


def test_nobody_gets_in_without_a_link_of_their_own(ask):
    assert ask(None).get("/").status_code == 403
    assert ask(None).get("/enter/" + "0" * 32).status_code == 403
    stranger = ask(None)
    stranger.cookies.set(keys.COOKIE, f"ada:{'0' * 64}")
    assert stranger.get("/").status_code == 403


def test_a_decision_is_one_line_and_the_next_record_shows(ask, review):
    ada = ask("ada")
    assert fields(ada.get("/").text)["record"] == "a1"
    assert fields(decide(ada, "include:inc").text)["record"] == "a2"
    assert (review / "screening/title-abstract/ada.csv").read_text().splitlines()[1:] == [
        "d1,a1,include,inc,,2026-11-23"
    ]


def test_the_same_form_twice_writes_once_and_another_answer_is_refused(ask, review):
    ada = ask("ada")
    form = {**fields(ada.get("/").text), "decision": "include:inc"}
    ada.post("/decide", data=form)
    ada.post("/decide", data=form)
    assert ada.post("/decide", data={**form, "decision": "exclude:exc-adults"}).status_code == 409
    assert len(log.read(review, "title-abstract", "ada")) == 1


def test_going_back_keeps_both_lines(ask, review):
    ada = ask("ada")
    decide(ada, "include:inc")
    again = ada.get("/?record=a1").text
    assert "You decided this before" in again
    ada.post("/decide", data={**fields(again), "decision": "exclude:exc-adults"})
    assert [x.verdict for x in log.read(review, "title-abstract", "ada")] == ["include", "exclude"]


def test_ones_own_decisions_are_listed_newest_first_and_each_can_be_changed(ask, review):
    ada, ben = ask("ada"), ask("ben")
    assert "None yet" in ada.get("/decisions").text
    assert 'href="/decisions" data-key="l"' in ada.get("/").text
    for decision in ("include:inc", "exclude:exc-adults", "unsure:inc"):
        decide(ada, decision, reason="ADA-REASON")
    decide(ben, "exclude:exc-animal", reason="BEN-REASON")
    page = ada.get("/decisions").text
    assert re.findall(r"record=(a[0-9])", page) == ["a3", "a2", "a1"]
    assert "BEN" not in page and "exc-animal" not in page
    assert "ADA" not in ben.get("/decisions").text and ask(None).get("/decisions").status_code == 403
    form = fields(ada.get("/?record=a2&from=decisions").text)
    answer = ada.post("/decide", data={**form, "decision": "include:inc", "reason": "read again"})
    assert re.findall(r"record=(a[0-9])", answer.text) == ["a2", "a3", "a1"]
    assert "read again" in answer.text and "before: exclude (exc-adults): ADA-REASON" in answer.text
    rows = (review / "screening/title-abstract/ada.csv").read_text().splitlines()[1:]
    assert rows[1] == "d2,a2,exclude,exc-adults,ADA-REASON,2026-11-23"
    assert rows[3] == "d4,a2,include,inc,read again,2026-11-23"
    assert fields(ada.get("/").text)["record"] == "a4"


def test_many_decisions_are_listed_a_hundred_to_a_sheet(ask, review):
    line = log.Line(record="", verdict="include", criterion="inc", date="2026-11-23")
    log.append(review, "title-abstract", "ada", [replace(line, record=f"gone{i}") for i in range(101)], 0)
    ada = ask("ada")
    assert "gone100 (no longer" in ada.get("/decisions").text and "gone0 (no" not in ada.get("/decisions").text
    assert "gone0 (no" in ada.get("/decisions?sheet=2").text
    assert "Sheet 2 of 2" in ada.get("/decisions?sheet=99").text


def test_very_many_criteria_have_keys_while_there_are_any(review):
    more = "".join(f"  - {{id: exc-{i}, effect: exclude, text: Reason {i}}}\n" for i in range(40))
    protocol = review / "protocol.yaml"
    protocol.write_text(protocol.read_text().replace("screening:", more + "screening:"))
    desk = screening.desk(review, "title-abstract")
    ada = Client(application(Board(desk, screening.order(desk), screening.left(desk)), KEY, lambda: date(2026, 11, 23)))
    page = ada.get(f"/enter/{keys.link(KEY, 'ada')}").text
    assert "Reason 39" in page
    given = re.findall(r'data-key="([^"]*)"', page)
    assert len(given) == len(set(given)) == 30 + len("ilm")


@pytest.mark.parametrize("decision", ["include:exc-adults", "exclude:inc", "include:", "", "include:none", "x:inc"])
def test_a_decision_without_its_criterion_is_refused(ask, review, decision):
    assert decide(ask("ada"), decision).status_code == 409
    assert log.read(review, "title-abstract", "ada") == ()


def test_a_form_from_elsewhere_is_refused(ask, review):
    ada, ben = ask("ada"), ask("ben")
    form = {**fields(ada.get("/").text), "decision": "include:inc"}
    assert ben.post("/decide", data=form).status_code == 403
    assert ada.post("/decide", data={**form, "token": ""}).status_code == 403
    assert ada.post("/decide", data=form, headers={"Origin": "http://elsewhere.example"}).status_code == 403
    assert ada.post("/decide", content=b"x" * 200_000).status_code == 413
    assert log.read(review, "title-abstract", "ada") == ()


def test_nobody_sees_the_others_decision_before_their_own(ask):
    ada, ben = ask("ada"), ask("ben")
    decide(ada, "include:inc", reason="ADA-REASON")
    for address in ("/", "/conflicts", "/?record=a1"):
        assert "ADA-REASON" not in ben.get(address).text
        assert "include (inc)" not in ben.get(address).text
    decide(ben, "exclude:exc-adults")
    assert "ADA-REASON" in ben.get("/conflicts").text
    assert "ADA-REASON" in ask("cal").get("/conflicts").text


def test_a_conflict_is_settled_under_a_name_and_the_review_still_checks(ask, review):
    ada, ben, cal = ask("ada"), ask("ben"), ask("cal")
    decide(ada, "include:inc")
    decide(ben, "exclude:exc-adults")
    form = fields(cal.get("/conflicts").text)
    answer = cal.post("/settle", data={**form, "decision": "include:inc", "reason": "talked over"})
    assert "Settled by Cal" in answer.text
    rows = (review / "screening/title-abstract/consensus.csv").read_text().splitlines()
    assert rows[1:] == ["d1,a1,include,inc,talked over,cal,2026-11-23"]
    desk = screening.desk(review, "full-text")
    assert "a1" in desk.records
    assert next(d for d in desk.review.decisions if d.settles).by == "cal"


def test_a_reason_that_nothing_could_read_back_is_written_as_text(ask, review, capsys):
    ada, ben = ask("ada"), ask("ben")
    decide(ada, "include:inc", reason="not\x00 in\x02 peo\x7fple\u2028")
    decide(ben, "exclude:exc-adults")
    form = fields(ada.get("/conflicts").text)
    ada.post("/settle", data={**form, "decision": "include:inc", "reason": "\x02why"})
    assert log.read(review, "title-abstract", "ada")[0].reason == "not in peo ple"
    assert [main(["screen", str(review), *words]) for words in (["--status"], ["--prisma", str(review.parent)])] == [
        0,
        0,
    ]


def test_alike_records_are_decided_together_when_ticked(ask, review):
    ada = ask("ada")
    decide(ada, "include:inc")
    decide(ada, "include:inc")
    assert "One cohort of mice." in ada.get("/").text
    decide(ada, "exclude:exc-animal", **{"also-a4": "yes"})
    assert [x.record for x in log.read(review, "title-abstract", "ada")] == ["a1", "a2", "a3", "a4"]
    assert fields(ada.get("/").text)["record"] == "a5"


def test_what_a_record_says_is_text(ask):
    ada = ask("ada")
    page = decide(ada, "include:inc").text
    assert "<script>document" not in page and "<img" not in page
    assert "&lt;script&gt;" in page
    assert "<mark>blinatumomab</mark>" in page


def test_full_text_shows_what_people_agreed_goes_on(ask, review):
    ada, ben, cal = ask("ada"), ask("ben"), ask("cal")
    with pytest.raises(UsageError, match="let through"):
        screening.desk(review, "full-text")
    for decision in ("include:inc", "unsure:inc", "include:inc", "exclude:exc-adults"):
        decide(ada, decision)
    for decision in ("include:inc", "include:inc", "exclude:exc-adults", "exclude:exc-adults"):
        decide(ben, decision)
    assert sorted(screening.desk(review, "full-text").records) == ["a1", "a2"]
    form = fields(cal.get("/conflicts").text)
    assert form["record"] == "a3"
    cal.post("/settle", data={**form, "decision": "include:inc"})
    assert sorted(screening.desk(review, "full-text").records) == ["a1", "a2", "a3"]


def test_a_record_one_of_two_excluded_is_not_dropped_and_does_not_go_on(ask, review):
    decide(ask("ada"), "exclude:exc-adults")
    desk = screening.desk(review, "title-abstract")
    assert screening.states(desk, screening.lines(desk))["a1"] == "waiting"
    assert screening.desk(review, "full-text", empty=True).records == {}


def test_after_a_lawful_stop_what_nobody_read_does_not_go_to_full_text(review):
    protocol, records = review / "protocol.yaml", review / "records" / "records.csv"
    rule = "readers: 1, recall: 0.9, confidence: 0.9, stop: sampled"
    protocol.write_text(protocol.read_text().replace("readers: 2, recall: 0.9, confidence: 0.9", rule))
    header = records.read_text().splitlines()[0]
    records.write_text("\n".join([header, *(f"b{i},hand,T{i},,2020,J,,,," for i in range(200))]) + "\n")
    (review / "records" / "pairs.csv").unlink()
    (review / "searches" / "hand.yaml").write_text("search: hand\nsource: Hand\nroute: database\n")
    desk = screening.desk(review, "title-abstract")
    said = [(r, i < 10) for i, r in enumerate(list(desk.records)[:70])]
    said += [(r, False) for r in (screen.sample_order(said, tuple(desk.records)) or [])[:125]]
    lines = [
        log.Line(
            record=r, verdict="include" if on else "exclude", criterion="inc" if on else "exc-adults", date="2026-11-23"
        )
        for r, on in said
    ]
    log.append(review, "title-abstract", "ada", lines, 0)
    found = status(screening.desk(review, "title-abstract"))
    assert (found.stopped, found.left, found.unread, found.final) == (True, 5, 0, True)
    full = screening.desk(review, "full-text")
    assert list(full.records) == [r for r, on in said if on]
    assert screening.left(full)([]).rule == "none"


def test_past_a_stop_the_records_another_read_come_first(review):
    protocol = review / "protocol.yaml"
    protocol.write_text(protocol.read_text().replace("readers: 2,", "readers: 2, stop: sampled,"))
    desk = screening.desk(review, "title-abstract")
    rule = screening.left(desk)([])
    board = Board(desk, lambda lines: list(desk.records), lambda lines: replace(rule, met=bool(lines)))
    line = log.Line(record="a1", verdict="exclude", criterion="exc-adults", date="2026-11-23")
    log.append(review, "title-abstract", "ben", [replace(line, record="a5")], 0)
    assert board.next("ada").record.id == "a1"
    log.append(review, "title-abstract", "ada", [line], 0)
    assert board.awaited("ada") == ("a5",)
    assert board.next("ada").record.id == "a5"
    log.append(review, "title-abstract", "ada", [replace(line, record="a5")], 1)
    assert board.next("ada").record.id == "a2"


def test_where_one_reader_is_enough_a_later_line_holds(review):
    protocol = review / "protocol.yaml"
    protocol.write_text(protocol.read_text().replace("readers: 2", "readers: 1"))
    line = log.Line(record="a1", verdict="exclude", criterion="exc-adults", date="2026-11-22")
    log.append(review, "title-abstract", "ben", [line], 0)
    desk = screening.desk(review, "title-abstract")
    log.append(
        review, "title-abstract", "ada", [replace(line, verdict="include", criterion="inc", date="2026-11-23")], 0
    )
    (conflict,) = Board(desk, screening.order(desk), screening.left(desk)).conflicts("ada")
    assert not conflict.open
    assert screening.states(desk, screening.lines(desk))["a1"] == "include"


def test_a_review_without_records_says_what_to_do(review):
    (review / "records" / "pairs.csv").unlink()
    file = review / "records" / "records.csv"
    file.write_text(file.read_text().splitlines()[0] + "\n")
    with pytest.raises(UsageError, match="remit import"):
        screening.desk(review, "title-abstract")


@pytest.mark.parametrize("words", [["screen"], ["screen", "--lan"]])
def test_a_port_in_use_is_told_before_any_link(review, capsys, words):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main([words[0], str(review), *words[1:], "--port", port]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == (
        "",
        f"remit: port {port} is in use; stop what listens there, or choose another: --port {int(port) + 1}\n",
    )
