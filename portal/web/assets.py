"""Static files: named by their content, compressed once, cached for ever by browsers.

Only fixed files are compressed. Pages are not: they hold secrets beside what a visitor sent,
and compressing the two together leaks the one through the length of the other (BREACH).
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Response, request, url_for
from werkzeug.security import safe_join

from portal.plain.errors import Missing

STATIC = Path(__file__).parents[2] / "static"
_YEAR = 31_536_000
_TEXT = {".css", ".js", ".svg", ".txt", ".json"}
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    packed: bytes | None
    kind: str
    digest: str


@cache
def _load(name: str) -> _Asset | None:
    path = safe_join(str(STATIC), name)
    if path is None or not Path(path).is_file():
        return None
    body = Path(path).read_bytes()
    packed = gzip.compress(body, 9, mtime=0) if Path(path).suffix in _TEXT else None
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    return _Asset(body, packed, kind, hashlib.sha256(body).hexdigest()[:10])


def asset(name: str) -> str:
    """Return the address of a static file, which changes when its content does."""
    found = _load(name)
    if found is None:
        raise FileNotFoundError(name)
    return url_for("static", filename=name, v=found.digest)


def serve(filename: str) -> Response:
    """Answer with a static file; an address with the right `v` may be kept for a year."""
    found = _load(filename)
    if found is None:
        raise Missing("file")
    zipped = found.packed is not None and bool(request.accept_encodings["gzip"])
    response = Response((found.packed or b"") if zipped else found.body, content_type=found.kind)
    if zipped:
        response.content_encoding = "gzip"
    if found.packed is not None:
        response.vary.add("Accept-Encoding")
    fresh = request.args.get("v") == found.digest
    response.cache_control.public = True
    response.cache_control.max_age = _YEAR if fresh else 300
    response.cache_control.immutable = fresh
    return response
