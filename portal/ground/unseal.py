"""Whether a file is a sealed paper to its last bit, by nothing but the file and root certificates.

First the seal is judged here, strictly: whatever its signature does not cover has to follow from
what it does, so that no flipped bit goes unnoticed. Only what has passed is handed to pyHanko,
whose word is needed too: no stranger's file gets as far as its parser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from portal.ground.cms import ECDSA_SHA256, OCTETS, RSA_SHA256, SEQUENCE, SET, Holder, tlv
from portal.ground.seal import SealCheck, check, has_only_proof_behind
from portal.ground.stamp import WRONG, examine_token
from portal.plain.der import inside, parts
from portal.plain.sealedpdf import Doubt, Doubtful, certificates, seal_of, seals_of

#: What renews a proof is smaller than this (bytes), however often it was renewed; more is not read.
_LARGEST_PROOF = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Opened:
    """Say under which root a file is sealed, and what its seal proves."""

    root: x509.Certificate
    proves: SealCheck


@dataclass(frozen=True, slots=True)
class _Parts:
    certificates: list[bytes]
    attributes: bytes
    algorithm: bytes
    signature: bytes
    token: bytes | None


def open_seal(pdf: bytes, roots: Sequence[x509.Certificate]) -> Opened:
    """Return what the seal of a file proves; raises `Doubtful` where it is not genuine to the
    last bit.

    Whether the service of a time stamp is to be believed is not judged.
    """
    seal = seal_of(pdf)
    try:
        found = _take_apart(seal.cms)
    except WRONG:
        raise Doubtful(Doubt.HOLE) from None
    own = _own_certificate(found, seal.cms, sha256(seal.covered).digest())
    root = _root_over(own, [one for one in found.certificates if one != own], roots)
    proves = check(pdf, root.public_bytes(Encoding.PEM))
    if not proves.good:
        raise Doubtful(Doubt.NOT_SEALED_SO)
    if found.token is not None:
        try:
            examine_token(found.token, sha256(found.signature).digest(), certificates(pdf))
        except WRONG:
            raise Doubtful(Doubt.STAMP) from None
    return Opened(root, proves)


def open_renewed(pdf: bytes, roots: Sequence[x509.Certificate]) -> tuple[Opened, int]:
    """Return what the seal of a file proves whose proof may have been renewed, and how often it
    was; raises `Doubtful`.

    What stands behind the seal is proof and time stamps, nothing else, and each stamp is as strict
    as the seal. Whether their services are to be believed is not judged.
    """
    seal, *stamps = seals_of(pdf)
    if not stamps:
        return open_seal(pdf, roots), 0
    opened = open_seal(pdf[:seal.end], roots)
    root = opened.root.public_bytes(Encoding.PEM)
    if len(pdf) - seal.end > _LARGEST_PROOF or not has_only_proof_behind(pdf, root):
        raise Doubtful(Doubt.ADDED)
    known = certificates(pdf)
    for stamp in stamps:
        try:
            examine_token(stamp.cms, sha256(stamp.covered).digest(), known)
        except WRONG:
            raise Doubtful(Doubt.STAMP) from None
    return opened, len(stamps)


def _take_apart(cms: bytes) -> _Parts:
    """Take a signature apart without judging it: it is put together again afterwards."""
    _kind, content = inside(cms, SEQUENCE)
    (signed,) = parts(content.body)
    _version, _digests, _content, held, signers = parts(signed.body)
    (signer,) = parts(signers.body)
    _one, _name, _digest, attributes, algorithm, signature, *unsigned = parts(signer.body)
    token = None
    if unsigned:
        (attribute,) = parts(unsigned[0].body)
        _type, values = parts(attribute.body)
        token = values.body
    return _Parts([one.whole for one in parts(held.body)], attributes.body, algorithm.whole,
                  signature.body, token)


def _own_certificate(found: _Parts, cms: bytes, digest: bytes) -> bytes:
    """Return the certificate whose key signed just this content; raises `Doubtful`.

    Put together anew from certificates, digest, signature and stamp, the whole is the same to the
    last bit.
    """
    if tlv(OCTETS, digest) not in found.attributes:
        raise Doubtful(Doubt.CHANGED)
    for own in found.certificates:
        try:
            holder = Holder(own, [one for one in found.certificates if one != own])
            attributes = holder.attributes(digest)
            if holder.assemble(attributes, found.algorithm, found.signature, found.token) == cms:
                _verify(own, found.algorithm, found.signature, tlv(SET, attributes))
                return own
        except WRONG:
            continue
    raise Doubtful(Doubt.HOLE)


def _verify(own: bytes, algorithm: bytes, signature: bytes, text: bytes) -> None:
    key = x509.load_der_x509_certificate(own).public_key()
    if isinstance(key, rsa.RSAPublicKey) and algorithm == RSA_SHA256:
        key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm == ECDSA_SHA256:
        key.verify(signature, text, ec.ECDSA(hashes.SHA256()))
    else:
        raise InvalidSignature


def _root_over(
    own: bytes, above: list[bytes], roots: Sequence[x509.Certificate]
) -> x509.Certificate:
    """Return the root over a certificate, with all of those `above` it on the way; raises
    `Doubtful`."""
    try:
        at, left = x509.load_der_x509_certificate(own), list(map(
            x509.load_der_x509_certificate, above))
    except WRONG:
        raise Doubtful(Doubt.HOLE) from None
    while True:
        root = next((one for one in roots if _issued(at, one)), None)
        if root is not None and not left:
            return root
        over = next((one for one in left if _issued(at, one)), None)
        if over is None:
            raise Doubtful(Doubt.OTHER_ROOT if root is None else Doubt.HOLE)
        left.remove(over)
        at = over


def _issued(one: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(by)
    except WRONG:
        return False
    return True
