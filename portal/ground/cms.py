"""A detached CMS signature (RFC 5652) in the shape that our seal has: CAdES B-B, or B-T with a
time stamp, by an elliptic curve or RSA.

Building it through general ASN.1 objects took four fifths of the time of a seal; the shape never
varies, so it is written here as DER. pyHanko, poppler and openssl read it in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

#: Given the SHA-256 of something, return the DER of a time stamp token over it (RFC 3161).
Stamp = Callable[[bytes], bytes]

SEQUENCE, SET, INTEGER, OCTETS, OID = 0x30, 0x31, 0x02, 0x04, 0x06


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return one DER value: tag, length, and the parts one after the other."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + body


def _oid(hexed: str) -> bytes:
    return tlv(OID, bytes.fromhex(hexed))


DATA = _oid("2a864886f70d010701")  # id-data
SIGNED_DATA = _oid("2a864886f70d010702")  # id-signedData
CONTENT_TYPE = _oid("2a864886f70d010903")  # id-contentType
MESSAGE_DIGEST = _oid("2a864886f70d010904")  # id-messageDigest
CERTIFICATE_V2 = _oid("2a864886f70d010910022f")  # id-aa-signingCertificateV2 (RFC 5035)
SHA256 = tlv(SEQUENCE, _oid("608648016503040201"))  # without parameters (RFC 5754)
ECDSA_SHA256 = tlv(SEQUENCE, _oid("2a8648ce3d040302"))  # ecdsa-with-SHA256 (RFC 5758)
RSA_SHA256 = tlv(SEQUENCE, _oid("2a864886f70d01010b"), b"\x05\x00")  # sha256WithRSAEncryption
TIME_STAMP = _oid("2a864886f70d010910020e")  # id-aa-timeStampToken (RFC 3161 appendix A)
VERSION_1 = tlv(INTEGER, b"\x01")


class Holder:
    """Hold what is the same in every signature by one certificate: it, those above it, its name."""

    def __init__(self, own: bytes, above: Sequence[bytes] = ()) -> None:
        """Take the certificate and those between it and its root (DER), which go into each
        signature so that a reader finds the way to the root."""
        certificate = x509.Certificate.load(own)
        self.certificates = tlv(0xA0, *sorted((own, *above)))
        serial = certificate["tbs_certificate"]["serial_number"].dump()
        self._name = tlv(SEQUENCE, certificate.issuer.dump(), serial)
        # ESSCertIDv2 with its defaults: the hash alone, and that hash SHA-256.
        names = tlv(SEQUENCE, tlv(SEQUENCE, tlv(OCTETS, sha256(own).digest())))
        self._attribute = _attribute(CERTIFICATE_V2, tlv(SEQUENCE, names))

    def attributes(self, digest: bytes) -> bytes:
        """Return the attributes that are signed, over content whose SHA-256 is `digest`."""
        return b"".join(
            sorted(  # DER orders a set by its encodings
                (
                    _attribute(CONTENT_TYPE, DATA),
                    _attribute(MESSAGE_DIGEST, tlv(OCTETS, digest)),
                    self._attribute,
                )
            )
        )

    def assemble(
        self, attributes: bytes, algorithm: bytes, signature: bytes, token: bytes | None
    ) -> bytes:
        """Return the DER of the whole: the same parts give the same bytes, so that whoever checks
        it can make it anew."""
        stamped = b"" if token is None else tlv(0xA1, _attribute(TIME_STAMP, token))
        signer = tlv(
            SEQUENCE, VERSION_1, self._name, SHA256, tlv(0xA0, attributes), algorithm,
            tlv(OCTETS, signature), stamped,
        )
        signed = tlv(
            SEQUENCE, VERSION_1, tlv(SET, SHA256), tlv(SEQUENCE, DATA), self.certificates,
            tlv(SET, signer),
        )
        return tlv(SEQUENCE, SIGNED_DATA, tlv(0xA0, signed))


class DetachedSigner:
    """Sign digests with one key and certificate; what never changes is made once."""

    def __init__(
        self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
        above: Sequence[bytes] = (),
    ) -> None:
        """Take a key, the certificate of its public half, and those between it and its root
        (DER)."""
        self._key = key
        self._holder = Holder(bytes(certificate.dump()), above)

    @property
    def room(self) -> int:
        """Return how many hex digits a signature without a stamp needs at the most."""
        return 2 * (len(self._holder.certificates) + 1024 + self._key.key_size // 8)

    def sign(self, digest: bytes, stamp: Stamp | None = None) -> bytes:
        """Return the DER of a ContentInfo that signs content whose SHA-256 is `digest`.

        The time of signing is not among the attributes: PAdES has it in the signed PDF. With
        `stamp` the signature carries the token that this gave for it; what it raises is let
        through.
        """
        attributes = self._holder.attributes(digest)
        algorithm, signature = self._sign(tlv(SET, attributes))
        token = None if stamp is None else stamp(sha256(signature).digest())
        return self._holder.assemble(attributes, algorithm, signature, token)

    def _sign(self, text: bytes) -> tuple[bytes, bytes]:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return RSA_SHA256, self._key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        return ECDSA_SHA256, self._key.sign(text, ec.ECDSA(hashes.SHA256()))


def _attribute(kind: bytes, value: bytes) -> bytes:
    return tlv(SEQUENCE, kind, tlv(SET, value))
