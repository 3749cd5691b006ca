"""The lines of a text as processing of data, and who takes part in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portal.receipts.policy.facts import State
from portal.receipts.policy.terms import PURPOSE_TYPES, SENSITIVE, SPECIAL, URN

if TYPE_CHECKING:
    from portal.receipts.policy.facts import PermitFacts, ReceiptFacts
    from portal.wording.policy import Vocabulary

#: Whoever receives something in these roles decides about it themselves (domain 5.2).
_CONTROLLERS = frozenset({"SPONSOR"})


@dataclass
class Cast:
    """Name everybody of one receipt: the coachee by an id alone, recipients as they are named."""

    version: str
    coachee: str
    controller: str
    words: Vocabulary
    signers: Mapping[str, str]
    parties: list[dict[str, Any]]
    known: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: ReceiptFacts) -> Cast:
        """Return the cast with coachee and practice; recipients join as lines name them."""
        practice = facts.controller
        coachee, controller = _party(facts.parties["COACHEE"]), f"{URN}:practice:{practice.id}"
        return cls(
            facts.text.version.version_id, coachee, controller, facts.words, facts.parties, [
                {"party_id": coachee, "party_role": "DataSubject"},
                {"party_id": controller, "party_role": "DataController",
                 "party_name": practice.name, "party_address": practice.country,
                 "party_contact": practice.contact}])

    def line(self, number: int) -> str:
        """Return the id of a line."""
        return f"{URN}:line:{self.version}:{number}"

    def recipient(self, who: Mapping[str, str]) -> str:
        """Return the id of a recipient, and list them once."""
        key = (who["role"], who["name"])
        if key not in self.known:
            signer = self.signers.get(who["role"])
            self.known[key] = _party(signer) if signer else f"_:r{len(self.known) + 1}"
            role = self.words.roles.get(who["role"])
            said = {"party_id": self.known[key], "party_role": _roles(who["role"]),
                    "party_name": who["name"], "party_address": who.get("place", ""),
                    "code": who["role"], "title": role.label if role else ""}
            self.parties.append({k: value for k, value in said.items() if value})
        return self.known[key]

    def data(self, code: str, **more: str) -> dict[str, Any]:
        """Return a kind of information by its code, with its name."""
        known = self.words.category(code)
        kinds = ["PersonalData"]
        if code in SPECIAL:
            kinds.append("SpecialCategoryPersonalData")
        elif known is not None and known.kind in SENSITIVE:
            kinds.append("SensitivePersonalData")
        name = {"pii_type": known.name} if known is not None else {}
        return {"@type": kinds, "code": code, **name, **more}


def permit(
    line: Mapping[str, Any], facts: PermitFacts, state: State, taken: Collection[str], cast: Cast
) -> dict[str, Any]:
    """Return a permission as one process, with what became of the yes to it; `taken` are the
    categories that were taken back alone."""
    optional = "Optional" if facts.optional else "Required"
    back = {code: {"status": State.WITHDRAWN.value} for code in taken}
    found = {
        "@id": cast.line(facts.number), "@type": "Process", "number": facts.number,
        "text": line["sentence"], "status": state.value,
        "purpose": [_purpose(code, cast.words) for code in line["purposes"]],
        "lawful_basis": "ExplicitlyExpressedConsent" if facts.optional else "Contract",
        "pii_information": [cast.data(code, pii_optional=optional, **back.get(code, {}))
                            for code in line["categories"]],
        "processing_method": [{"@type": "Disclose", "form": line["max_form"],
                               "channels": [*line["channels"]]}],
        "recipient_third_parties": [cast.recipient(who) for who in line["recipients"]],
        "obligations": [*line["obligations"]], "sessions": [*line.get("sessions", ())],
    }
    return {key: value for key, value in found.items() if value != []}


def prohibition(line: Mapping[str, Any], cast: Cast) -> dict[str, Any]:
    """Return a line that closes: it counts from the coachee's signature on, and needs no other
    (INV-6)."""
    named = [who for who in line["recipients"] if who["name"]]
    found = {
        "@id": cast.line(line["no"]), "@type": "Prohibition", "number": line["no"],
        "text": line["sentence"],
        "pii_information": [cast.data(code) for code in line["categories"]],
        "recipient_third_parties": [cast.recipient(who) for who in named],
    }
    return {key: value for key, value in found.items() if value != []}


def _purpose(code: str, words: Vocabulary) -> dict[str, Any]:
    term = words.purposes.get(code)
    found = {"@type": "Purpose", "code": code, "title": term.name if term else "",
             "purpose_type": PURPOSE_TYPES.get(code, "")}
    return {key: value for key, value in found.items() if value}


def _roles(role: str) -> str | list[str]:
    return ["Recipient", "DataController"] if role in _CONTROLLERS else "Recipient"


def _party(party_id: str) -> str:
    return f"{URN}:party:{party_id}"
