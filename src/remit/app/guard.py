"""What every local page is guarded by: headers that keep scripts of others out, and forms of a bounded length."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LONGEST_FORM = 100_000
Form = Mapping[str, str]
Next = Callable[[Request], Awaitable[Response]]


async def guarded(request: Request, go_on: Next) -> Response:
    """Refuse forms longer than any of ours, and send the headers that keep scripts of others out."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LONGEST_FORM or "chunked" in request.headers.get("transfer-encoding", ""):
        return Response("too long", 413, HEADERS)
    answer = await go_on(request)
    answer.headers.update(HEADERS)
    return answer


async def form_of(request: Request) -> Form:
    """Return the text fields of a form; files are not taken."""
    async with request.form(max_files=0, max_fields=200) as form:
        return {k: v for k, v in form.items() if isinstance(v, str)}
