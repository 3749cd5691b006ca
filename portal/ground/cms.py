"""A detached CMS signature (RFC 5652) in the one shape that our seal has: CAdES B-B, P-256.

Building it through general ASN.1 objects took four fifths of the time of a seal; the shape never
varies, so it is written here as DER. pyHanko, poppler and openssl read it in the tests.
"""

from __future__ import annotations

from hashlib import sha256

from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

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
VERSION_1 = tlv(INTEGER, b"\x01")


class DetachedSigner:
    """Sign digests with one key and certificate; what never changes is made once."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        """Take a P-256 key and the certificate of its public half."""
        self._key = key
        self._der = bytes(certificate.dump())
        serial = certificate["tbs_certificate"]["serial_number"].dump()
        self._signer = tlv(SEQUENCE, certificate.issuer.dump(), serial)
        # ESSCertIDv2 with its defaults: the hash alone, and that hash SHA-256.
        names = tlv(SEQUENCE, tlv(SEQUENCE, tlv(OCTETS, sha256(self._der).digest())))
        self._certificate_attribute = _attribute(CERTIFICATE_V2, tlv(SEQUENCE, names))

    @property
    def room(self) -> int:
        """Return how many hex digits a signature needs at the most, with a margin."""
        return 2 * (len(self._der) + 1024)

    def sign(self, digest: bytes) -> bytes:
        """Return the DER of a ContentInfo that signs content whose SHA-256 is `digest`.

        The time of signing is not among the attributes: PAdES has it in the signed PDF.
        """
        attributes = b"".join(
            sorted(  # DER orders a set by its encodings
                (
                    _attribute(CONTENT_TYPE, DATA),
                    _attribute(MESSAGE_DIGEST, tlv(OCTETS, digest)),
                    self._certificate_attribute,
                )
            )
        )
        signature = self._key.sign(tlv(SET, attributes), ec.ECDSA(hashes.SHA256()))
        signer = tlv(
            SEQUENCE, VERSION_1, self._signer, SHA256, tlv(0xA0, attributes), ECDSA_SHA256,
            tlv(OCTETS, signature),
        )
        signed = tlv(
            SEQUENCE, VERSION_1, tlv(SET, SHA256), tlv(SEQUENCE, DATA), tlv(0xA0, self._der),
            tlv(SET, signer),
        )
        return tlv(SEQUENCE, SIGNED_DATA, tlv(0xA0, signed))


def _attribute(kind: bytes, value: bytes) -> bytes:
    return tlv(SEQUENCE, kind, tlv(SET, value))
