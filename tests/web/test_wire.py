"""What a real server does with what no browser sends (OWASP ASVS 4.2.1)."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.house import _free_port

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.once
_SERVE = """
import sys
from pathlib import Path
from portal.ground.settings import Settings
from portal.server import run
from tests.conftest import KEYS

run(Settings(instance_dir=Path(sys.argv[1]), database_url=sys.argv[2], port=int(sys.argv[3]),
             base_url=f"http://127.0.0.1:{sys.argv[3]}", **KEYS), worker=False)
"""


@pytest.fixture
def port(database_url: str, tmp_path: Path) -> Iterator[int]:
    """Give the port on which a server of ours listens."""
    number = _free_port()
    with subprocess.Popen([sys.executable, "-c", _SERVE, str(tmp_path), database_url, str(number)],
                          cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            while not _listens(number):
                assert process.poll() is None, "the server has ended"
                time.sleep(0.05)
            yield number
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def answer_to(port: int, raw: bytes) -> bytes:
    """Send bytes, and return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), 30) as wire:
        wire.sendall(raw)
        wire.shutdown(socket.SHUT_WR)
        found = b""
        while more := wire.recv(65536):
            found += more
    return found


def requests(port: int) -> dict[str, bytes]:
    """Return what could be read as one request by a proxy, and as two by us."""
    host = f"Host: 127.0.0.1:{port}\r\n".encode()
    inner = b"GET /healthz HTTP/1.1\r\n" + host + b"\r\n"
    chunked = b"0\r\n\r\n" + inner
    post, end = b"POST /lost HTTP/1.1\r\n" + host, b"Connection: close\r\n\r\n"
    length = f"Content-Length: {len(chunked)}\r\n".encode()
    both = b"Transfer-Encoding: chunked\r\n"
    return {
        "length and chunks": post + length + both + end + chunked,
        "chunks and length": post + both + length + end + chunked,
        "two lengths": post + b"Content-Length: 5\r\n" + length + end + chunked,
        "a length with a sign": post + b"Content-Length: +5\r\n" + end + b"a=b&c" + inner,
        "a length in hex": post + b"Content-Length: 0x5\r\n" + end + b"a=b&c" + inner,
        "chunks misspelt": post + length + b"Transfer-Encoding: xchunked\r\n" + end + chunked,
        "chunks behind a space": post + length + b"Transfer-Encoding : chunked\r\n" + end + chunked,
        "chunks behind a tab": post + length + b"Transfer-Encoding:\tchunked\r\n" + end + chunked,
        "a folded header": (post + b"X: a\r\n Transfer-Encoding: chunked\r\n" + length + end
                            + chunked),
        "a line without an end": post + b"X: a\nTransfer-Encoding: chunked\r\n" + end + chunked,
        "a name with a zero": post + b"X\0: a\r\n" + length + end + chunked,
        "two hosts": b"GET /healthz HTTP/1.1\r\n" + host + b"Host: evil.example\r\n" + end,
        "a host in the address": b"GET http://evil.example/sign-in HTTP/1.1\r\n"
                                 b"Host: evil.example\r\n" + end,
        "no request": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
        "an endless address": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + host + end,
        "endless headers": b"GET /healthz HTTP/1.1\r\n" + host + b"".join(
            f"X-{n}: {'a' * 4000}\r\n".encode() for n in range(200)) + end,
    }


def test_reads_one_request_where_there_could_be_two(port: int) -> None:
    """At most one answer, and none that trusts what could be read two ways."""
    good = answer_to(port, f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: "
                           f"close\r\n\r\n".encode())
    assert good.startswith(b"HTTP/1.1 200")
    for name, raw in requests(port).items():
        found = answer_to(port, raw)
        assert found.count(b"HTTP/1.1 ") <= 1, name
        assert b" 200 " not in found.split(b"\r\n")[0], name
        assert b"Traceback" not in found, name
    assert answer_to(port, f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: "
                           f"close\r\n\r\n".encode()).startswith(b"HTTP/1.1 200")
