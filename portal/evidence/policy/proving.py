"""What a sealed paper tells when nothing but the file is at hand, and how it is said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from portal.evidence.policy.attached import FORM
from portal.evidence.policy.story import story_head
from portal.plain.canonical import agreement_hash
from portal.plain.passkey import holds, proof_from
from portal.plain.sealedpdf import Doubt, Doubtful

#: Where it cannot be said whether the file is genuine.
UNREADABLE = frozenset({Doubt.NOT_PDF, Doubt.ENCRYPTED, Doubt.TOO_LARGE, Doubt.NO_ROOT})

_WHY = {
    Doubt.NOT_PDF: "This is no PDF.",
    Doubt.ENCRYPTED: "This PDF is encrypted. Papers of the portal never are: choose the file as it "
                     "came.",
    Doubt.TOO_LARGE: "This file is far larger than any paper of the portal. It was not read.",
    Doubt.NO_ROOT: "Without a root certificate nobody can say whose seal this is. Fetch it from "
                   "the address that stands on the paper, compare its fingerprint, and name it "
                   "with --root.",
    Doubt.NO_SEAL: "This file carries no seal of the portal.",
    Doubt.SEVERAL_SEALS: "This file carries another signature beside the seal.",
    Doubt.ADDED: "Something stands behind what was sealed: a page, a signature, or the file was "
                 "saved anew.",
    Doubt.CUT: "The end of this file is missing.",
    Doubt.HOLE: "The bytes of the seal itself are not as they were written.",
    Doubt.CHANGED: "The file was changed after it was sealed.",
    Doubt.STAMP: "The time stamp in the seal is not as it was written.",
    Doubt.OTHER_ROOT: "The seal stands under none of the root certificates that were given.",
    Doubt.NOT_SEALED_SO: "The signature in this file is no seal over a finished paper.",
    Doubt.ATTACHED: "What is attached to this file cannot be read.",
    Doubt.RECORD: "The record that is attached is not the one that the paper names.",
    Doubt.PROOF: "The attachment proof.json cannot be read.",
    Doubt.PASSKEY: "What a passkey is said to have signed in proof.json, it has not.",
    Doubt.STORY: "The events in proof.json do not lead to the hash that they are to end with.",
}


@dataclass(frozen=True, slots=True)
class PaperTold:
    """Hold what a paper says of itself, no name and no word of the agreement.

    Papers from before there was a proof.json say no more than the hash of their record.
    """

    record_sha256: str
    edition: str | None = None
    short_code: str | None = None
    template: str | None = None
    version_hash: str | None = None
    ledger_head: str | None = None
    story_head: str | None = None
    events: int | None = None
    passkeys: int = 0


def paper_told(attached: Mapping[str, bytes]) -> PaperTold:
    """Return what the attachments of a paper tell; raises `Doubtful` where they contradict each
    other."""
    record = attached.get("record.json")
    if record is None:
        raise Doubtful(Doubt.RECORD)
    digest = sha256(record).hexdigest()
    raw = attached.get("proof.json")
    if raw is None:
        return PaperTold(digest)
    try:
        proof = json.loads(raw)
        doubt = _doubt(proof, record, attached.get("consent.jsonld", b""))
        version, story = proof["version"], proof["story"]
        told = PaperTold(
            digest, proof["edition"], proof["short_code"], version["template"], version["hash"],
            proof["ledger"]["head"], story["head"],
            len(story["events"]) if "events" in story else None,
            len(proof.get("passkeys", ())))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Doubtful(Doubt.PROOF) from None
    if doubt is not None:
        raise Doubtful(doubt)
    return told


def _doubt(proof: Any, record: bytes, receipt: bytes) -> Doubt | None:
    """Return what is contradicted in a proof; what it lacks raises as it may."""
    version, story = proof["version"], proof["story"]
    if proof["schema"] != FORM:
        return Doubt.PROOF
    if agreement_hash(bytes.fromhex(version["nonce"]), record) != version["hash"] or (
            proof.get("receipt_sha256", sha256(receipt).hexdigest())
            != sha256(receipt).hexdigest()):
        return Doubt.RECORD
    if "events" in story and story_head(story["genesis"], story["events"]) != story["head"]:
        return Doubt.STORY
    over = {"sign": version["hash"], "record ink": version["hash"],
            "issue": sha256(record).hexdigest()}
    signed = [proof_from(one) for one in proof.get("passkeys", ())]
    if not all(holds(one, one.challenge.act, [over[one.challenge.act]]) for one in signed):
        return Doubt.PASSKEY
    return None


@dataclass(frozen=True, slots=True)
class FileTold:
    """Hold what examining a file came to."""

    sha256: str | None
    """Of the whole file, in hex; None where it was not read."""
    doubt: Doubt | None = None
    paper: PaperTold | None = None
    sealed_at: str | None = None
    stamped_at: str | None = None
    certificate: str | None = None
    """SHA-256 of the certificate that sealed, and below of the root over it (DER, hex)."""
    root: str | None = None
    renewed: int = 0
    """How often its proof was renewed: so many time stamps stand behind the seal."""

    @property
    def verdict(self) -> str:
        """Return "genuine", "not_genuine" or "unreadable"."""
        if self.doubt is None:
            return "genuine"
        return "unreadable" if self.doubt in UNREADABLE else "not_genuine"

    @property
    def exit_code(self) -> int:
        """Return 0 for a genuine paper, 1 for one that is not, 2 where that cannot be said."""
        return {"genuine": 0, "not_genuine": 1, "unreadable": 2}[self.verdict]

    def as_json(self) -> str:
        """Return it as one JSON object."""
        says = None if self.doubt is None else _WHY[self.doubt]
        return json.dumps({"verdict": self.verdict, "says": says, **asdict(self)}, sort_keys=True)

    def in_words(self) -> str:
        """Return it in words: the verdict, then what the paper tells, a line each."""
        if self.doubt is not None:
            first = "CANNOT BE SAID" if self.doubt in UNREADABLE else "NOT GENUINE"
            return f"{first}: {_WHY[self.doubt]}"
        paper = self.paper or PaperTold("")
        lines = [
            "GENUINE: sealed under this root, and unchanged to the last bit.",
            *_line("Edition", paper.edition), *_line("Agreement", paper.template),
            *_line("Short code", paper.short_code),
            *_line("Sealed at", self.sealed_at),
            *_line("Time stamp", self.stamped_at or "none; the time is the portal's own"),
            *_line("Proof renewed", str(self.renewed) if self.renewed else None),
            *_line("Version hash", paper.version_hash),
            *_line("Record (SHA-256)", paper.record_sha256),
            *_line("Head of the record", paper.ledger_head),
            *_line("Head of the story", paper.story_head),
            *_line("Events, in order", None if paper.events is None else str(paper.events)),
            *_line("Signed by passkey", str(paper.passkeys) if paper.passkeys else None),
            *_line("Certificate", self.certificate), *_line("Root", self.root),
            *_line("File (SHA-256)", self.sha256)]
        if paper.version_hash is None:
            lines.append("An older paper without proof.json: compare the hash of the record with "
                         "the one in print.")
        return "\n".join(lines)


def _line(what: str, says: str | None) -> list[str]:
    return [] if says is None else [f"{what + ':':<20}{says}"]
