"""Passkeys (WebAuthn): what a browser is asked for, and whether its answer is good.

The only door to the library; it is imported late, for it takes a third of a second.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from portal.plain.passkey import Challenge, Proof, decoded, encoded, holds

if TYPE_CHECKING:
    from collections.abc import Sequence

#: An answer of a browser is far smaller than this (characters).
LARGEST = 16 * 1024
#: ECDSA over P-256 and RSA, both with SHA-256: what any openssl can check (Z20).
_ALGORITHMS = (-7, -257)
#: How long a browser waits for the person (milliseconds); the portal itself waits longer.
_TIMEOUT = 5 * 60 * 1000


class NotAPasskey(ValueError):
    """Say that an answer is not the one that was asked for; nothing of it is quoted."""


@dataclass(frozen=True, slots=True)
class Site:
    """Hold for whom passkeys are made: the host, and the one address of its pages."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Credential:
    """Hold a passkey as it is kept: its id and its public key (COSE)."""

    id: bytes
    key: bytes

    def as_text(self) -> str:
        """Return it as one text, to be hidden."""
        return json.dumps({"id": encoded(self.id), "key": encoded(self.key)})


def credential_from(text: str) -> Credential:
    """Return the passkey behind a text of `as_text`."""
    values = json.loads(text)
    return Credential(decoded(values["id"]), decoded(values["key"]))


@dataclass(frozen=True, slots=True)
class Answered:
    """Hold a good answer: what it proves, and how often the passkey says it was used."""

    proof: Proof
    count: int


def site_of(base_url: str) -> Site | None:
    """Return for whom passkeys are made under a base address, or None where there can be none.

    Browsers make none for an IP address, so 127.0.0.1 has none and localhost has; and none
    without encryption, save on the machine itself (WebAuthn, sections 5.1.3 and 13.4.9).
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return None
    if not host or not (parts.scheme == "https" or host == "localhost"):
        return None
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return Site(host, f"{parts.scheme}://{host}{port}")


def wishes(
    site: Site, challenge: Challenge, *, known: Sequence[bytes], of: str = "", label: str = "",
    owner: str = "",
) -> dict[str, Any]:
    """Return what the browser is to ask its authenticators for, as data for the page's script.

    With a `label` a new passkey is to be made: for the person whose id `of` is (hex), of the
    practice that is the `owner`, on a device that holds none of the `known`. The challenge is the
    same in both, so that making and using one belong to the same act.
    """
    value = encoded(challenge.value)
    handles = [{"type": "public-key", "id": encoded(one)} for one in known]
    told: dict[str, Any] = {"get": {
        "challenge": value, "rpId": site.host, "timeout": _TIMEOUT, "userVerification": "required",
        "allowCredentials": handles}}
    if label:
        told["create"] = {
            "challenge": value, "rp": {"id": site.host, "name": owner}, "timeout": _TIMEOUT,
            "user": {"id": encoded(bytes.fromhex(of)), "name": label, "displayName": label},
            "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in _ALGORITHMS],
            "authenticatorSelection": {"userVerification": "required",
                                       "residentKey": "preferred"},
            "attestation": "none", "excludeCredentials": handles}
    return told


@dataclass(frozen=True, slots=True)
class Told:
    """Hold what a browser answered, each part as base64 for addresses; `made` is about a new
    passkey, `used` about one that signed."""

    made: tuple[str, str, str] | None
    used: tuple[str, str, str, str] | None

    @property
    def challenge(self) -> bytes:
        """Return the challenge that it names, which is believed later; raises `NotAPasskey`."""
        part = self.used or self.made
        if part is None:
            raise NotAPasskey
        try:
            return decoded(json.loads(decoded(part[1]))["challenge"])
        except (KeyError, TypeError, ValueError, AttributeError) as no:
            raise NotAPasskey from no

    @property
    def credential_id(self) -> bytes:
        """Return which passkey signed; raises `NotAPasskey`."""
        if self.used is None:
            raise NotAPasskey
        try:
            return decoded(self.used[0])
        except ValueError as no:
            raise NotAPasskey from no


def told_by(text: str) -> Told:
    """Return what the page's script sent; raises `NotAPasskey` for anything else."""
    try:
        values: Any = json.loads(text) if len(text) <= LARGEST else {}
        made = [values["made"][name] for name in ("id", "told", "attestation")] \
            if "made" in values else None
        used = [values["used"][name] for name in ("id", "told", "authenticator", "signature")] \
            if "used" in values else None
    except (KeyError, TypeError, ValueError, RecursionError) as no:
        raise NotAPasskey from no
    if not all(isinstance(part, str) for part in (*(made or ()), *(used or ()))):
        raise NotAPasskey
    return Told((made[0], made[1], made[2]) if made else None,
                (used[0], used[1], used[2], used[3]) if used else None)


def made(site: Site, challenge: Challenge, told: Told) -> tuple[Credential, int]:
    """Return the new passkey in an answer, and how often it says it was used; raises
    `NotAPasskey`."""
    from webauthn import verify_registration_response
    from webauthn.helpers.cose import COSEAlgorithmIdentifier

    if told.made is None:
        raise NotAPasskey
    own, said, attestation = told.made
    _refuse_frames(said)
    try:
        found = verify_registration_response(
            credential=_as_sent(own, clientDataJSON=said, attestationObject=attestation),
            expected_challenge=challenge.value, expected_rp_id=site.host,
            expected_origin=site.origin, require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(one) for one in _ALGORITHMS])
        public_pem(found.credential_public_key)
    except Exception as no:  # whatever a stranger's bytes make the library stumble over
        raise NotAPasskey from no
    if encoded(found.credential_id) != own:
        raise NotAPasskey
    return Credential(found.credential_id, found.credential_public_key), found.sign_count


def answered(
    site: Site, challenge: Challenge, told: Told, credential: Credential
) -> Answered:
    """Return what an answer of a passkey proves; raises `NotAPasskey`.

    Checked are origin, host, challenge, that somebody was there whom the device knew, and the
    signature. What the counter means is for the caller to say.
    """
    from webauthn import verify_authentication_response

    if told.used is None or told.credential_id != credential.id:
        raise NotAPasskey
    own, said, authenticator, signature = told.used
    _refuse_frames(said)
    try:
        found = verify_authentication_response(
            credential=_as_sent(own, clientDataJSON=said, authenticatorData=authenticator,
                                signature=signature),
            expected_challenge=challenge.value, expected_rp_id=site.host,
            expected_origin=site.origin, credential_public_key=credential.key,
            credential_current_sign_count=0, require_user_verification=True)
        proof = Proof(challenge, said, authenticator, signature, public_pem(credential.key))
    except Exception as no:  # as above
        raise NotAPasskey from no
    if not holds(proof, challenge.act, challenge.texts):
        raise NotAPasskey  # what is kept must convince a stranger too
    return Answered(proof, found.new_sign_count)


def _as_sent(own: str, **response: str) -> dict[str, Any]:
    return {"id": own, "rawId": own, "type": "public-key", "response": response}


def _refuse_frames(said: str) -> None:
    """Refuse what was answered inside a page of somebody else."""
    try:
        if json.loads(decoded(said)).get("crossOrigin"):
            raise NotAPasskey
    except (ValueError, AttributeError, RecursionError) as no:
        raise NotAPasskey from no


def public_pem(key: bytes) -> str:
    """Return a public key (COSE) in PEM; raises `ValueError` for one that is not on P-256 and no
    RSA key."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography

    found = decoded_public_key_to_cryptography(decode_credential_public_key(key))
    if not (isinstance(found, rsa.RSAPublicKey)
            or (isinstance(found, ec.EllipticCurvePublicKey) and found.curve.name == "secp256r1")):
        raise ValueError("no key that is taken")
    return found.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
