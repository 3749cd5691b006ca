"""One bounded HTTP exchange with a server that is not ours: it may be down, slow or talk nonsense.

However slowly the other side drips, the exchange ends: a watchdog closes the line when the time
is over. Redirects are not followed.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from urllib.parse import SplitResult


class NoAnswer(PortalError):
    """Say in a short code why there is no answer: never the other side's words."""


def why_not_url(url: str) -> str | None:
    """Return why an address cannot be asked, or None."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "is no address"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is not http:// or https:// with a host"
    return None


def fetch(
    url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None,
    seconds: float, largest: int, public_only: bool = False,
) -> bytes:
    """Return the body of the answer to a GET, or to a POST of `body`.

    Name and password may stand in the URL. With `public_only`, for addresses that somebody else
    chose, nothing is sent into a private network. Raises `NoAnswer` when there is no answer after
    `seconds`, when its status is not 200, or when it is longer than `largest` bytes.
    """
    if why_not_url(url) is not None:
        raise NoAnswer("bad_url")
    parts = urlsplit(url)
    line, over = _line(parts, seconds), threading.Event()
    try:
        line.connect()
        if public_only and not ip_address(line.sock.getpeername()[0]).is_global:
            raise NoAnswer("not_public")
        with _cut_after(seconds, line.sock, over):
            status, found = _exchange(line, parts, body, headers or {}, largest)
    except TimeoutError as trouble:
        raise NoAnswer("slow") from trouble
    except (OSError, HTTPException) as trouble:
        raise NoAnswer("slow" if over.is_set() else "down") from trouble
    finally:
        line.close()
    why = "slow" if over.is_set() else _why_not(status, found, largest)
    if why is not None:
        raise NoAnswer(why)
    return found


def _exchange(
    line: HTTPConnection, parts: SplitResult, body: bytes | None, headers: Mapping[str, str],
    largest: int,
) -> tuple[int, bytes]:
    line.request("GET" if body is None else "POST", _path(parts), body,
                 {**_credentials(parts), **headers})
    with line.getresponse() as answer:
        return answer.status, answer.read(largest + 1)


def _why_not(status: int, found: bytes, largest: int) -> str | None:
    if status != 200:
        return f"status_{status}"
    return "too_long" if len(found) > largest else None


def _line(parts: SplitResult, seconds: float) -> HTTPConnection:
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=seconds)


@contextlib.contextmanager
def _cut_after(seconds: float, line: socket.socket, over: threading.Event) -> Iterator[None]:
    def cut() -> None:
        over.set()
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    watchdog = threading.Timer(seconds, cut)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()
        line.close()


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _credentials(parts: SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
