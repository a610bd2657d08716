"""One connection to one service: not too fast, patient with failures, never endless."""

import random
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from remit.errors import SourceError
from remit.ingest.live.asks import Ask, Unusable

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
LARGEST = 64 << 20
TRIES = 6
LONGEST = 300.0
WAIT_AT_MOST = 600.0
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class _Failed(Exception):
    """One try failed; `wait` is what the service asked for, in seconds. `lasting`: no use in trying again."""

    def __init__(self, why: str, wait: float | None = None, lasting: bool = False) -> None:
        super().__init__(why)
        self.why, self.wait, self.lasting = why, wait, lasting


class Polite:
    """Asks one service.

    `clock` gives seconds that only grow, `sleep` waits, `generator` spreads the waits so that many clients do not
    come back together. A body larger than `largest` bytes, or slower than `longest` seconds, is given up.
    """

    def __init__(
        self,
        http: "httpx.Client",
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        generator: random.Random,
        per_second: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        tries: int = TRIES,
        largest: int = LARGEST,
        longest: float = LONGEST,
    ) -> None:
        self._http, self._clock, self._sleep, self._generator, self._now = http, clock, sleep, generator, now
        self._gap, self._tries, self._largest, self._longest = 1.0 / per_second, tries, largest, longest
        self._last: float | None = None

    def ask(self, ask: Ask, secrets: Mapping[str, str], read: Callable[[bytes], T]) -> tuple[bytes, T]:
        """Return an answer and what `read` makes of it.

        Raises
        ------
        SourceError
            The service refused, or failed each time it was tried; the message holds no secret.
        """
        why = ""
        for tried in range(1, self._tries + 1):
            self._pace()
            try:
                body = self._once(ask, secrets)
                return body, read(body)
            except Unusable as bad:
                why, wait = str(bad), None
            except _Failed as failed:
                why, wait = failed.why, failed.wait
                if failed.lasting:
                    raise SourceError(_hidden(f"{ask.url}: {why}", secrets)) from None
            if wait is not None and wait > WAIT_AT_MOST:
                said = f"{ask.url}: asks to wait {wait:.0f} seconds ({why}); run the search again after that"
                raise SourceError(_hidden(f"{said}: finished pages are kept", secrets)) from None
            if tried < self._tries:
                back_off = min(60.0, 2.0 ** (tried - 1)) * (0.5 + self._generator.random())
                self._sleep(back_off if wait is None else wait + self._generator.random())
        said = f"{ask.url}: {why}, tried {self._tries} times; run the search again later: finished pages are kept"
        raise SourceError(_hidden(said, secrets))

    def _pace(self) -> None:
        now = self._clock()
        if self._last is not None and now - self._last < self._gap:
            self._sleep(self._gap - (now - self._last))
        self._last = self._clock()

    def _once(self, ask: Ask, secrets: Mapping[str, str]) -> bytes:
        import httpx

        sent = {**ask.parameters, **secrets}
        started = self._clock()
        http = self._http
        try:
            if ask.post:
                request = http.build_request("POST", ask.url, data=sent)
            else:
                request = http.build_request("GET", ask.url, params=sent)
            with closing(http.send(request, stream=True)) as answer:
                parts, size = [], 0
                for part in answer.iter_bytes():
                    parts.append(part)
                    size += len(part)
                    if size > self._largest:
                        seen = f"an answer of more than {self._largest} bytes"
                        raise _Failed(f"{seen}; narrow the search", lasting=True)
                    if self._clock() - started > self._longest:
                        raise _Failed(f"an answer slower than {self._longest:.0f} seconds")
                body = b"".join(parts)
                if answer.status_code != 200:
                    raise self._refused(answer, body)
                return body
        except httpx.TimeoutException:
            raise _Failed("no answer in time") from None
        except httpx.DecodingError:
            raise _Failed("an answer whose compression is damaged") from None
        except httpx.TransportError as error:
            raise _Failed(f"the connection failed ({error or type(error).__name__})") from None
        except httpx.InvalidURL as error:
            raise _Failed(f"an address that is none ({error})", lasting=True) from None

    def _refused(self, answer: "httpx.Response", body: bytes) -> _Failed:
        status = answer.status_code
        said = " ".join(body[:2000].decode("utf-8", "replace").split())[:300]
        why = f"status {status}" + (f": {said}" if said and "<html" not in said.lower() else "")
        if status in _AGAIN:
            return _Failed(why, wait=self._asked_wait(answer.headers.get("retry-after", "")))
        return _Failed(why, lasting=True)

    def _asked_wait(self, text: str) -> float | None:
        """Seconds a Retry-After header asks for: a number, or a date."""
        text = text.strip()
        if text.isdigit() and len(text) < 8:
            return float(text)
        try:
            return max(0.0, (parsedate_to_datetime(text) - self._now()).total_seconds())
        except (ValueError, TypeError):
            return None


def _hidden(text: str, secrets: Mapping[str, str]) -> str:
    """Take every secret out of a message."""
    for value in secrets.values():
        text = text.replace(value, "…") if value else text
    return text


def connection() -> "httpx.Client":
    """Return an HTTP client for the services. It writes no request into a log: addresses may hold keys.

    Raises
    ------
    UsageError
        The extra with the HTTP library is not installed.
    """
    import logging

    from remit.errors import UsageError

    try:
        import httpx
    except ImportError as missing:
        raise UsageError(f"asking a service needs {missing.name}; install remit with its extra: records") from None
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.Client(
        timeout=httpx.Timeout(60.0, connect=20.0),
        follow_redirects=False,
        headers={"User-Agent": "remit (a compiler for evidence)", "Accept-Encoding": "gzip"},
    )
