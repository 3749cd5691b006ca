"""What a paper proves of itself, as data: the attachment "proof.json" of each edition."""

from __future__ import annotations

from hashlib import sha256

from portal.evidence.policy import CoacheeFacts, PaperFacts
from portal.ledger.policy import instant
from portal.plain.canonical import canonical_bytes

FORM = "ccp/proof/v1"

#: How a stranger checks what a passkey signed; stands where one did.
HOW_PASSKEYS = {
    "challenge": "SHA-256 over the line ccp/passkey/v1 with its line feed, then the part challenge "
                 "as JSON (RFC 8785). Its texts hold version.hash, or version.record_sha256 where "
                 "the act is issue",
    "browser_told": "base64 (RFC 4648, section 5) of JSON whose challenge is that hash, spelled "
                    "the same way",
    "signature": "By public_key with SHA-256, over the bytes of authenticator_told and then the "
                 "SHA-256 of the bytes of browser_told: openssl dgst -sha256 -verify",
}

#: How each hash is computed, for whoever has the file and nothing else.
HOW = {
    "version_hash": "SHA-256 over the line ccp/agreement/v1 with its line feed, then the 16 bytes "
                    "of version.nonce, then the bytes of the attachment record.json",
    "story_head": "Begin with story.genesis. For each event take SHA-256 over three lines without "
                  "a line feed at the end: ccp/story/v1, the hash before, and the SHA-256 of the "
                  "event as JSON (RFC 8785). Of an event that is withheld, its hash is given",
    "ledger_head": "The newest entry of the record when this copy was made. Its hash is over the "
                   "hash of the entry before it, down to ledger.genesis",
}


def proof_bytes(facts: PaperFacts) -> bytes:
    """Return the canonical bytes (RFC 8785) that are attached: the same facts, the same bytes.

    The common edition carries heads alone: what happened between two of them is for coachee and
    coach, and so is how much of it (Z1, Z3).
    """
    version, practice = facts.version, facts.version.practice
    story: dict[str, object] = {"genesis": version.story.genesis, "head": version.story.head}
    told: dict[str, object] = {
        "schema": FORM, "edition": "common", "short_code": facts.short_code,
        "copied_at": instant(version.copied_at), "how": dict(HOW),
        "version": {"hash": version.version_hash, "nonce": version.nonce,
                    "number": version.number, "template": version.template,
                    "record_sha256": sha256(version.record).hexdigest()},
        "ledger": {"genesis": version.ledger_genesis, "head": version.ledger_head},
        "root": {"address": practice.root_certificate, "sha256": practice.root_fingerprint},
        "story": story,
    }
    if isinstance(facts, CoacheeFacts):
        told["edition"] = "coachee"
        story["events"] = [dict(event) for event in facts.events]
        signed = [one.passkey for one in facts.assurances if one.passkey is not None]
        if signed:
            told["passkeys"] = [{"role": one.role, **one.proof.as_values()} for one in signed]
            told["how"] = {**HOW, "passkeys": dict(HOW_PASSKEYS)}
        if facts.receipt:
            told["receipt_sha256"] = sha256(facts.receipt).hexdigest()
    return canonical_bytes(told)
