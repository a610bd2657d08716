"""The pages to screen records on: one identity per person, every decision on the disk before it is answered for."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from remit.app import keys
from remit.app.desk import Board
from remit.app.guard import Form, form_of, guarded
from remit.app.marking import marked
from remit.errors import RemitError
from remit.model.decision import Person
from remit.store.log import Line
from remit.tasks import screening

A_SHEET = 100


class Pages:
    """The routes over one board."""

    def __init__(self, board: Board, key: bytes, today: Callable[[], date]) -> None:
        self.board, self.key, self.today = board, key, today
        self.people: dict[str, Person] = {p.id: p for p in board.desk.review.about.people}
        self.pages = Environment(
            loader=PackageLoader("remit.app", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    async def enter(self, request: Request) -> Response:
        """A person's own link: set the session cookie and go on to the records."""
        person = keys.person_of_link(self.key, request.path_params["token"], self.people)
        if person is None:
            return self._page(
                "stop.html", 403, said="This link is nobody's. Ask for yours where the server was started."
            )
        answer = RedirectResponse("/", 303)
        answer.set_cookie(keys.COOKIE, keys.cookie(self.key, person), httponly=True, samesite="lax", path="/")
        return answer

    async def next(self, request: Request) -> Response:
        """The next record, or the one asked for to decide it again."""
        person = self._person(request)
        if person is None:
            return self._page("stop.html", 403, said="Open the link you were given.")
        asked = request.query_params.get("record", "")
        sheet = self.board.sheet(person, asked) if asked else self.board.next(person)
        if asked and sheet is None:
            return self._page("stop.html", 404, said="There is no such record here.")
        mine = self.board.mine(person)
        return self._page(
            "record.html" if sheet else "done.html",
            person=self.people[person],
            token=keys.form_token(self.key, person),
            sheet=sheet,
            progress=self.board.progress(person),
            criteria=self.board.desk.review.protocol.criteria,
            last=mine[-1].record if mine else "",
            stage=self.board.desk.stage,
            marked=lambda text: marked(text, self.board.words),
            verdict=self.board.verdict(person),
            awaited=len(self.board.awaited(person)),
            back="decisions" if asked and request.query_params.get("from") == "decisions" else "",
        )

    async def decisions(self, request: Request) -> Response:
        """A person's own decisions, the newest first, each to be opened and decided again."""
        person = self._person(request)
        if person is None:
            return self._page("stop.html", 403, said="Open the link you were given.")
        own = self.board.decided(person)
        sheets = max(1, -(-len(own) // A_SHEET))
        sheet = min(max(1, _whole(request.query_params.get("sheet", "1"))), sheets)
        return self._page(
            "decisions.html",
            person=self.people[person],
            own=own[(sheet - 1) * A_SHEET : sheet * A_SHEET],
            total=len(own),
            sheet=sheet,
            sheets=sheets,
            stage=self.board.desk.stage,
        )

    async def decide(self, request: Request) -> Response:
        """Write a decision, on the record and on those ticked beside it, and go on."""
        person, form = self._person(request), await form_of(request)
        if person is None or not self._ours(request, person, form):
            return self._page("stop.html", 403, said="This form did not come from your page. Open your link again.")
        records = [form.get("record", ""), *(k.removeprefix("also-") for k in form if k.startswith("also-"))]
        verdict, _, criterion = form.get("decision", "").partition(":")
        lines = [self._line(r, verdict, criterion, form.get("reason", "")) for r in records]
        try:
            screening.decide(self.board.desk, person, lines, _whole(form.get("seen", "")))
        except RemitError as error:
            return self._page("stop.html", 409, said=f"{error}.")
        return RedirectResponse("/decisions" if form.get("back") == "decisions" else "/", 303)

    async def conflicts(self, request: Request) -> Response:
        """Records two people decided differently."""
        person = self._person(request)
        if person is None:
            return self._page("stop.html", 403, said="Open the link you were given.")
        return self._page(
            "conflicts.html",
            person=self.people[person],
            people=self.people,
            token=keys.form_token(self.key, person),
            conflicts=self.board.conflicts(person),
            criteria=self.board.desk.review.protocol.criteria,
            seen=len(screening.lines(self.board.desk)[screening.CONSENSUS]),
            stage=self.board.desk.stage,
        )

    async def settle(self, request: Request) -> Response:
        """Write what settles a conflict, under the name of who settles it."""
        person, form = self._person(request), await form_of(request)
        if person is None or not self._ours(request, person, form):
            return self._page("stop.html", 403, said="This form did not come from your page. Open your link again.")
        record = form.get("record", "")
        if record not in {c.record.id for c in self.board.conflicts(person)}:
            return self._page("stop.html", 404, said="There is no such conflict for you to settle.")
        verdict, _, criterion = form.get("decision", "").partition(":")
        line = self._line(record, verdict, criterion, form.get("reason", ""), by=person)
        try:
            screening.decide(self.board.desk, screening.CONSENSUS, [line], _whole(form.get("seen", "")))
        except RemitError as error:
            return self._page("stop.html", 409, said=f"{error}.")
        return RedirectResponse("/conflicts", 303)

    def _line(self, record: str, verdict: str, criterion: str, reason: str, by: str = "") -> Line:
        day = self.today().isoformat()
        return Line(record=record, verdict=verdict, criterion=criterion, reason=reason[:2000], by=by, date=day)

    def _person(self, request: Request) -> str | None:
        return keys.person_of_cookie(self.key, request.cookies.get(keys.COOKIE, ""), self.people)

    def _ours(self, request: Request, person: str, form: Form) -> bool:
        origin = request.headers.get("origin")
        at_home = origin is None or origin.split("://", 1)[-1] == request.headers.get("host")
        return at_home and keys.same(keys.form_token(self.key, person), form.get("token", ""))

    def _page(self, name: str, status: int = 200, **values: object) -> Response:
        return HTMLResponse(self.pages.get_template(name).render(**values), status)


def application(board: Board, key: bytes, today: Callable[[], date]) -> Starlette:
    """Return the web application over one board; `today` gives the day a decision is dated with."""
    pages = Pages(board, key, today)
    routes = [
        Route("/enter/{token}", pages.enter),
        Route("/", pages.next),
        Route("/decide", pages.decide, methods=["POST"]),
        Route("/decisions", pages.decisions),
        Route("/conflicts", pages.conflicts),
        Route("/settle", pages.settle, methods=["POST"]),
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
    ]
    app = Starlette(routes=routes)
    app.add_middleware(BaseHTTPMiddleware, dispatch=guarded)
    return app


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
