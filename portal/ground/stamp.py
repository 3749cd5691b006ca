"""Time stamps from an outside service (RFC 3161), and what a reader needs to check them later.

The service is believed to be the one that was configured; whether its word counts is for the
reader to judge. That its token is sound, and over what we sent, is checked here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from portal.ground import chance
from portal.ground.cms import SIGNED_DATA, tlv
from portal.ground.fetch import NoAnswer, fetch
from portal.plain.der import inside, parts
from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

#: A service that takes longer is asked again later.
SECONDS = 15.0
#: Tokens are a few kilobytes.
LARGEST = 32_768
#: By how much the tokens of one service may differ in length.
_SLACK = 512
_LARGEST_LIST = 1_048_576
_MEDIA = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
#: By what a token says that it was hashed, by what it may say that it was signed, in DER: SHA-256,
#: 384 and 512; ECDSA with the same, RSA, and RSA with the same. Any other spelling was changed.
_NULL = bytes.fromhex("0500")
_SIGNED_BY = {
    tlv(0x30, bytes.fromhex(f"060960864801650304020{hashed}"), null): {
        tlv(0x30, bytes.fromhex(f"06082a8648ce3d04030{by_curve}")),
        *(tlv(0x30, bytes.fromhex(f"06092a864886f70d01010{way}"), _NULL) for way in ("1", by_rsa))}
    for hashed, by_curve, by_rsa in ("12b", "23c", "34d") for null in (b"", _NULL)}
#: What goes wrong with certificates, keys and signatures that anybody may have made.
WRONG = (ValueError, TypeError, KeyError, IndexError, InvalidSignature, UnsupportedAlgorithm,
         x509.InvalidVersion)


class _Answer(core.Sequence):  # type: ignore[misc]
    """A TimeStampResp: a service that refuses sends no token, which the library cannot read."""

    _fields = [("status", tsp.PKIStatusInfo),  # noqa: RUF012 - the library's own way
               ("time_stamp_token", cms.ContentInfo, {"optional": True})]


class StampFailed(PortalError):
    """Say in a short code why there is no time stamp; it is asked for again later."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Hold what a reader needs to check a signature when nobody answers any more."""

    certificates: tuple[bytes, ...] = ()
    lists: tuple[bytes, ...] = ()
    complete: bool = True
    """Whether there is a list for each certificate below a root."""


class StampService:
    """Ask one service for time stamps. What it is known by is asked once."""

    def __init__(self, url: str, *, seconds: float = SECONDS) -> None:
        """Take the address; nothing is asked yet."""
        self._url = url
        self._seconds = seconds

    def stamp(self, digest: bytes) -> bytes:
        """Return the DER of a token over a SHA-256; raises `StampFailed` where none is good."""
        nonce = int.from_bytes(chance.secret_bytes(8)) >> 1
        asked = tsp.TimeStampReq({
            "version": 1, "nonce": nonce, "cert_req": True,
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"},
                                "hashed_message": digest}})
        try:
            said = fetch(self._url, body=asked.dump(), headers=_MEDIA, seconds=self._seconds,
                         largest=LARGEST)
        except NoAnswer as no:
            raise StampFailed(f"stamp_{no}") from no
        try:
            answer = _Answer.load(said, strict=True)
            if answer["status"]["status"].native not in ("granted", "granted_with_mods"):
                raise StampFailed("stamp_refused")
            token = answer["time_stamp_token"]
            _examine(token, digest, nonce)
            own = [one.public_bytes(Encoding.DER) for one in _certificates(token["content"])]
            examine_token(token.dump(), digest, own)
        except WRONG as wrong:
            raise StampFailed("stamp_nonsense") from wrong
        return bytes(token.dump())

    @cached_property
    def proof(self) -> Proof:
        """Return the certificates that stand behind the service's tokens, and their lists."""
        token = cms.ContentInfo.load(self._sample)
        return gather(list(_certificates(token["content"])), seconds=self._seconds)

    def proof_of(self, chain: Sequence[x509.Certificate]) -> Proof:
        """Return certificates behind an earlier stamp, with the lists that hold today."""
        return gather(chain, seconds=self._seconds)

    @property
    def room(self) -> int:
        """Return how many bytes a token of this service takes at the most."""
        return len(self._sample) + _SLACK

    @cached_property
    def _sample(self) -> bytes:
        return self.stamp(chance.secret_bytes(32))


def gather(
    chain: Sequence[x509.Certificate], *, seconds: float = SECONDS, public_only: bool = False
) -> Proof:
    """Return certificates with the revocation lists that their issuers publish; `public_only`
    where somebody else chose the certificates.

    A list that cannot be had, is not the issuer's or has ended is left out, and the proof is not
    complete then; the seal is made all the same.
    """
    lists, complete = [], True
    for one in chain:
        if one.subject == one.issuer:
            continue
        issuer = next((c for c in chain if c.subject == one.issuer), None)
        found = _published(one, issuer, seconds, public_only) if issuer is not None else None
        complete = complete and found is not None
        lists += [found] if found is not None else []
    return Proof(certificates_in(chain), tuple(dict.fromkeys(lists)), complete)


def certificates_in(chain: Sequence[x509.Certificate]) -> tuple[bytes, ...]:
    """Return certificates as a proof holds them (DER)."""
    return tuple(one.public_bytes(Encoding.DER) for one in chain)


def several(pems: bytes) -> list[x509.Certificate]:
    """Return the certificates of a PEM file, in their order."""
    return x509.load_pem_x509_certificates(pems)


def examine_token(token: bytes, digest: bytes, known: Collection[bytes]) -> None:
    """Refuse a token in which any bit can have been changed since it was made, with one of the
    errors of `WRONG`.

    It is over `digest`, its signature holds, all that its signature does not cover follows from
    what it does, and its certificates are among those `known` (DER).
    """
    kind, content = inside(token, 0x30)
    signed = inside(inside(content.whole, 0xA0)[0].whole, 0x30)
    version, algorithms, _content, *rest, signers = signed
    (signer,) = inside(signers.whole, 0x31)
    said = inside(signer.whole, 0x30)
    own_version, name, algorithm, _attributes, own_algorithm, _signature = said
    shown = [one.whole for held in rest[:1] for one in parts(held.body)]
    if not set(shown) <= set(known):
        raise ValueError("a token with certificates that nobody knows")
    named = [tlv(0x30, one.issuer.dump(), one["tbs_certificate"]["serial_number"].dump())
             for one in map(asn1.Certificate.load, shown)]
    follows = (
        [one.tag for one in signed] == [0x02, 0x31, 0x30, 0xA0, 0x31]
        and [one.tag for one in said] == [0x02, 0x30, 0x30, 0xA0, 0x30, 0x04]
        and (kind.whole, version.body, own_version.body) == (SIGNED_DATA, b"\3", b"\1")
        and algorithms.body == algorithm.whole
        and own_algorithm.whole in _SIGNED_BY.get(algorithm.whole, ()) and name.whole in named
        and rest == parts(tlv(0xA0, *shown)))
    if not follows:
        raise ValueError("a token that was changed")
    _examine(cms.ContentInfo.load(token, strict=True), digest, None)


def token_time(token: bytes) -> datetime:
    """Return the instant in a token."""
    info = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
    return info["gen_time"].native  # type: ignore[no-any-return]


def _published(
    one: x509.Certificate, issuer: x509.Certificate, seconds: float, public_only: bool
) -> bytes | None:
    for url in _places(one):
        try:
            found = fetch(url, seconds=seconds, largest=_LARGEST_LIST, public_only=public_only)
            listed = x509.load_der_x509_crl(found)
        except (NoAnswer, ValueError):
            continue
        key = issuer.public_key()
        if listed.issuer == issuer.subject and isinstance(
                key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey
        ) and listed.is_signature_valid(key):
            return found
    return None


def _places(one: x509.Certificate) -> Iterator[str]:
    try:
        points = one.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return
    for point in points:
        for name in point.full_name or ():
            if isinstance(name, x509.UniformResourceIdentifier):
                yield name.value


def _certificates(signed: Any) -> Iterator[x509.Certificate]:
    for choice in signed["certificates"]:
        if choice.name == "certificate":
            yield x509.load_der_x509_certificate(choice.chosen.dump())


def _examine(token: Any, digest: bytes, nonce: int | None) -> None:
    """Refuse a token that is not over `digest`, or whose own signature does not hold (RFC 3161
    2.2, 2.3): `ValueError` or `InvalidSignature`."""
    signed = token["content"]
    info = signed["encap_content_info"]["content"].parsed
    imprint = info["message_imprint"]
    if imprint["hash_algorithm"]["algorithm"].native != "sha256" or (
            imprint["hashed_message"].native != digest
            or nonce not in (None, info["nonce"].native)):
        raise ValueError("a token for something else")
    (signer,) = signed["signer_infos"]
    attributes = {a["type"].native: a["values"] for a in signer["signed_attrs"]}
    algorithm = _HASHES[signer["digest_algorithm"]["algorithm"].native]
    content = hashes.Hash(algorithm)
    content.update(bytes(signed["encap_content_info"]["content"].contents))
    if attributes["message_digest"][0].native != content.finalize():
        raise ValueError("a token whose content was changed")
    serial = signer["sid"].chosen["serial_number"].native
    own = next(c for c in _certificates(signed) if c.serial_number == serial)
    usage = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if ExtendedKeyUsageOID.TIME_STAMPING not in usage:
        raise ValueError("a certificate that may not stamp")
    signed_text = signer["signed_attrs"].untag().dump()
    _verify(own.public_key(), signer["signature"].native, signed_text, algorithm)


def _verify(key: Any, signature: bytes, text: bytes, algorithm: hashes.HashAlgorithm) -> None:
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, text, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, text, ec.ECDSA(algorithm))
    else:
        raise TypeError("a token by a key of an unknown kind")
