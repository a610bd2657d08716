"""The page to trace a figure on, by mouse or keyboard: axes, curves, places to pass, risk table; the overlay answers.

One person, on this machine: the link printed at the start sets a cookie, every form carries a token, and nothing is
written but into the folder named on the command line, when Save is pressed.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from remit.app import keys
from remit.app.guard import Form, form_of, guarded
from remit.errors import InputError, RemitError
from remit.extract.tracing import overlay, suggest
from remit.extract.tracing.calibrate import Axes
from remit.extract.tracing.overlay import Rebuilt
from remit.model import trace as words
from remit.model.curve import DAYS, UNITS, TracedCurve
from remit.model.trace import Known, TraceRecord, WantedCurve
from remit.tasks import trace as task

COOKIE = "remit-tracing"
PERSON = "reader"
ROWS = 4


@dataclass(slots=True)
class Sheet:
    """What the page shows: the figure, the form as it was last sent, and what came of it."""

    figure: task.Figure
    out: Path
    form: dict[str, str] = field(default_factory=dict)
    held: task.Trace | None = None
    error: str = ""
    written: tuple[str, ...] = ()
    rebuilt: tuple[Rebuilt, ...] = ()
    said: tuple[str, ...] = ()
    version: int = 0

    @property
    def curves(self) -> tuple[TracedCurve, ...]:
        """The curves traced last."""
        return self.held.curves if self.held else ()


class Pages:
    """The routes over one sheet."""

    def __init__(self, sheet: Sheet, key: bytes) -> None:
        self.sheet, self.key = sheet, key
        self.pages = Environment(
            loader=PackageLoader("remit.app", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    async def enter(self, request: Request) -> Response:
        """The link printed at the start: set the cookie and go on."""
        if keys.person_of_link(self.key, request.path_params["token"], {PERSON}) is None:
            return self._stop("This link is not the one printed where the server was started.", 403)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, keys.cookie(self.key, PERSON), httponly=True, samesite="lax", path="/")
        return answer

    async def page(self, request: Request) -> Response:
        """The figure beside the form."""
        if not self._known(request):
            return self._stop("Open the link printed where the server was started.", 403)
        s, ground = self.sheet, task.ground(self.sheet.figure)
        page = self.pages.get_template("trace.html").render(
            sheet=s,
            form=s.form,
            rows=range(ROWS),
            units=UNITS,
            width=ground.width,
            height=ground.height,
            notes=(*s.held.notes, *s.said) if s.held else (),
            seen=task.seen(s.figure),
            steps=json.dumps(steps(s.held)),
            token=keys.form_token(self.key, PERSON),
        )
        return HTMLResponse(page)

    async def overlay(self, request: Request) -> Response:
        """The figure with what was traced."""
        if not self._known(request):
            return Response("", 403)
        drawn = None if self.sheet.held is None else task.overlaid(self.sheet.held, self.sheet.rebuilt)
        if drawn is None:
            drawn = overlay.drawn(task.ground(self.sheet.figure), Axes(0.0, 1.0, 0.0, 1.0), "months", ())
        return Response(drawn, media_type="image/svg+xml")

    async def trace(self, request: Request) -> Response:
        """Trace what the form says, and write it where Save was pressed."""
        form = await form_of(request)
        if not self._ours(request, form):
            return self._stop("This form did not come from your page. Open your link again.", 403)
        s = self.sheet
        s.form = {k: v[:2000] for k, v in form.items() if k not in ("token", "do")}
        s.error, s.written, s.version = "", (), s.version + 1
        try:
            record = asked(s.form, s.figure.path)
            s.held = await run_in_threadpool(task.trace, record, s.figure.path.parent)
            s.rebuilt, s.said = await run_in_threadpool(task.rebuilt, s.held)
            if form.get("do") == "save":
                s.written = tuple(p.name for p in task.write(s.held, s.out, s.rebuilt))
        except RemitError as error:
            s.held, s.error, s.rebuilt, s.said = None, str(error), (), ()
        return RedirectResponse("/", 303)

    def _known(self, request: Request) -> bool:
        return keys.person_of_cookie(self.key, request.cookies.get(COOKIE, ""), {PERSON}) is not None

    def _ours(self, request: Request, form: Form) -> bool:
        origin = request.headers.get("origin")
        at_home = origin is None or origin.split("://", 1)[-1] == request.headers.get("host")
        return self._known(request) and at_home and keys.same(keys.form_token(self.key, PERSON), form.get("token", ""))

    def _stop(self, said: str, status: int) -> Response:
        return HTMLResponse(self.pages.get_template("stop.html").render(said=said), status)


def asked(form: Form, figure: Path) -> TraceRecord:
    """Return the record a form stands for. Raises InputError where a field cannot be."""
    curves = [_curve(form, i) for i in range(ROWS) if form.get(f"curve-{i}", "").strip()]
    return TraceRecord(
        figure=figure.name,
        axis_x=_axis(form, "x"),
        axis_y=_axis(form, "y"),
        unit=form.get("unit", "months"),
        percent=True if form.get("percent") else None,
        curves=tuple(curves),
    )


def _axis(form: Form, axis: str) -> tuple[Known, ...]:
    out = []
    for i in "12":
        at, value = form.get(f"{axis}{i}-place", "").strip(), form.get(f"{axis}{i}-value", "").strip()
        if at and value:
            out.append(words.known(f"{at}:{value}"))
        elif at or value:
            raise InputError(f"axis {axis}, point {i}: a place or a value alone; expected both")
    return tuple(out)


def _curve(form: Form, i: int) -> WantedCurve:
    def said(name: str) -> str:
        return form.get(f"{name}-{i}", "").strip()

    counts: dict[str, int | None] = {}
    for name in ("total", "events"):
        text = said(name)
        if text and not (text.isascii() and text.isdigit() and len(text) < 9):
            raise InputError(f"{name} {text!r}; expected a whole number")
        counts[name] = int(text) if text else None
    return WantedCurve(
        curve=said("curve"),
        colour=said("colour"),
        through=words.places(said("through")),
        risk=words.risk_table(said("risk")) if said("risk") else None,
        corrections=words.corrections(said("corrections")),
        **counts,
    )


def steps(held: task.Trace | None) -> list[dict[str, object]]:
    """Return each curve's steps, and its frame: where time 0 with survival 0 lies on the figure, one unit of each."""
    if held is None or held.axes is None:
        return []
    out: list[dict[str, object]] = []
    for c in held.curves:
        factor, axes = DAYS[c.unit] / DAYS[held.record.unit], held.axes
        flat = np.array([[axes.x(0.0), axes.y(0.0)], [axes.x(factor), axes.y(0.0)], [axes.x(0.0), axes.y(1.0)]])
        corner, right, up = axes.back(flat)
        frame = [corner.tolist(), (right - corner).tolist(), (up - corner).tolist()]
        out.append({"curve": c.curve, "time": c.time, "survival": c.survival, "end": c.end, "frame": frame})
    return out


def filled(record: TraceRecord) -> dict[str, str]:
    """Return the form a record stands for, to begin with."""
    form = {"unit": record.unit}
    form |= {"percent": "yes"} if record.percent else {}
    for axis, points in (("x", record.axis_x), ("y", record.axis_y)):
        for i, p in enumerate(points[:2], 1):
            form[f"{axis}{i}-place"], _, form[f"{axis}{i}-value"] = str(p).partition(":")
    for i, c in enumerate(record.curves[:ROWS]):
        form |= {f"curve-{i}": c.curve, f"colour-{i}": c.colour}
        form[f"through-{i}"] = " ".join(f"{x:g},{y:g}" for x, y in c.through)
        form[f"risk-{i}"] = " ".join(f"{t:g}:{n}" for t, n in c.risk.pairs) if c.risk else ""
        form[f"corrections-{i}"] = " ".join(str(k) for k in c.corrections)
        form[f"total-{i}"] = "" if c.total is None else str(c.total)
        form[f"events-{i}"] = "" if c.events is None else str(c.events)
    return form


def sheet(record: TraceRecord, out: Path) -> Sheet:
    """Return the sheet to begin with; axes a vector figure tells of itself are filled in."""
    figure = task.figure(record.figure, record.page)
    if figure.points is not None:
        raise InputError(f"{record.figure} holds coordinates: there is no figure to click on; trace it without --serve")
    if not (record.axis_x and record.axis_y) and figure.drawing is not None:
        read = suggest.axes(figure.drawing)
        record = record if read is None else replace(record, axis_x=read[0], axis_y=read[1])
    return Sheet(figure=figure, out=out, form=filled(record))


def application(sheet: Sheet, key: bytes) -> Starlette:
    """Return the web application over one figure."""
    pages = Pages(sheet, key)
    routes = [
        Route("/enter/{token}", pages.enter),
        Route("/", pages.page),
        Route("/overlay.svg", pages.overlay),
        Route("/trace", pages.trace, methods=["POST"]),
        Route("/favicon.ico", lambda request: Response(status_code=204)),
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
    ]
    app = Starlette(routes=routes)
    app.add_middleware(BaseHTTPMiddleware, dispatch=guarded)
    return app
