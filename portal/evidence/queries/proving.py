"""Examining a sealed paper with nothing but the file and root certificates; no table is read."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from portal.evidence.policy.proving import FileTold, paper_told
from portal.ground.unseal import open_renewed
from portal.plain.sealedpdf import Doubt, Doubtful, attached, seals_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

#: A file of ours is far smaller than this (bytes); a larger one is not read.
LARGEST = 64 * 1024 * 1024
_STRETCH = 1024 * 1024


def read_roots(pems: Sequence[bytes]) -> list[x509.Certificate]:
    """Return root certificates, each once; raises `ValueError` for what is none."""
    found = [one for pem in pems for one in x509.load_pem_x509_certificates(pem)]
    return list({one.fingerprint(hashes.SHA256()): one for one in found}.values())


def examine_file(
    path: Path, roots: Sequence[x509.Certificate],
    went_on: Callable[[int], object] | None = None,
) -> FileTold:
    """Say whether a file is a genuine paper; raises `OSError` where it cannot be opened.

    `went_on` is told how many bytes were read since it was last called. However large a file is,
    no more than `LARGEST` of it is read.
    """
    if path.stat().st_size > LARGEST:
        return FileTold(None, Doubt.TOO_LARGE)
    read, stretches = 0, []
    with path.open("rb") as file:
        while read <= LARGEST and (stretch := file.read(_STRETCH)):
            stretches.append(stretch)
            read += len(stretch)
            if went_on is not None:
                went_on(len(stretch))
    if read > LARGEST:
        return FileTold(None, Doubt.TOO_LARGE)
    return examine_bytes(b"".join(stretches), roots)


def examine_bytes(pdf: bytes, roots: Sequence[x509.Certificate]) -> FileTold:
    """Say whether these bytes are a genuine paper, whatever they are."""
    digest = sha256(pdf).hexdigest()
    try:
        ends = seals_of(pdf)[0].end
        if not roots:
            return FileTold(digest, Doubt.NO_ROOT)
        opened, renewed = open_renewed(pdf, roots)
        paper = paper_told(attached(pdf[:ends]))
    except Doubtful as no:
        return FileTold(digest, no.doubt)
    proves = opened.proves
    return FileTold(
        digest, None, paper, _spelled(proves.sealed_at), _spelled(proves.stamped_at),
        proves.certificate, opened.root.fingerprint(hashes.SHA256()).hex(), renewed)


def _spelled(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
