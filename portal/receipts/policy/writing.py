"""Writing a receipt: facts in, JSON-LD out, in its one canonical spelling (RFC 8785)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from portal.plain.canonical import canonical_bytes
from portal.receipts.policy.events import events_of, status_of
from portal.receipts.policy.facts import Event, ReceiptFacts
from portal.receipts.policy.parts import Cast, permit, prohibition
from portal.receipts.policy.terms import BASED_ON, COLLECTED, CONTEXT, KEPT, SCHEMA, STORED, URN

_RECEIPT = b"ccp/receipt/v1\n"


def receipt_bytes(facts: ReceiptFacts) -> bytes:
    """Return a receipt as canonical bytes; the same facts give the same."""
    return canonical_bytes(receipt(facts))


def receipt(facts: ReceiptFacts) -> dict[str, Any]:
    """Return a receipt as data. Its id is a hash over all the rest of it."""
    version, cast = facts.text.version, Cast.of(facts)
    events = events_of(facts.text, facts.made_at)
    said = {
        "@context": dict(CONTEXT), "@type": "ConsentReceipt", "schema_version": SCHEMA,
        "based_on": BASED_ON, "record_id": f"{URN}:consent:{version.version_id}",
        "pii_principal_id": cast.coachee, "created": moment(facts.made_at),
        "version_hash": version.hash, "record_sha256": facts.digest,
        "ledger_head": facts.ledger_head, **_template(facts.record),
        "pii_processing": _processing(facts, cast, events),
        "event": [_event(event, facts, cast) for event in events],
        "party_identification": cast.parties,
    }
    name = hashlib.sha256(_RECEIPT + canonical_bytes(said)).hexdigest()
    return {**said, "receipt_id": f"{URN}:receipt:{name}"}


def moment(at: datetime) -> str:
    """Return an instant in UTC, to the second where it is one."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _template(record: Mapping[str, Any]) -> dict[str, Any]:
    template = record["template"]
    return {"template": template["code"], "template_version": template["version"],
            "version": record["number"]}


def _processing(facts: ReceiptFacts, cast: Cast, events: Sequence[Event]) -> dict[str, Any]:
    record, states = facts.record, status_of(events)
    permits = {permit.number: permit for permit in facts.text.permits}
    taken = {number: {code for event in events if number in event.lines
                      for code in event.categories} for number in permits}
    found = {
        "privacy_notice": _notice(facts),
        "language": record["locale"],
        "purposes": [
            permit(line, permits[no], states[no], taken[no], cast)
            for line in record["lines"] if (no := line["no"]) in permits],
        "prohibitions": [prohibition(line, cast) for line in record["lines"]
                         if line["effect"] == "deny"],
        "pii_controllers": [cast.controller],
        "collection_method": _answered(record, COLLECTED, "DataSource"),
        "storage_locations": _answered(record, STORED, "StorageLocation"),
        "retention_period": _answered(record, KEPT, "StorageDuration"),
        "jurisdiction": facts.jurisdiction,
        "withdrawal_method": _withdrawal(facts),
        "privacy_rights": [{"@type": "DataSubjectRight",
                            "is_exercised_at": [facts.controller.contact]}],
        "codes_of_conduct": _codes(record),
        "services": [{"@type": "Service", "code": facts.kind,
                      "title": record["template"]["name"]}],
    }
    return {key: value for key, value in found.items() if value not in ("", [], None)}


def _notice(facts: ReceiptFacts) -> dict[str, Any]:
    version = facts.text.version
    return {
        "@type": "ConsentNotice", "date": moment(version.issued_at),
        "url": f"{facts.base}/p/agreements/{version.version_id}/text",
        **({"parts": [{"title": part.heading, "text": [*part.text]} for part in facts.notice]}
           if facts.notice else {}),
    }


def _answered(record: Mapping[str, Any], keys: Iterable[str], kind: str) -> list[dict[str, Any]]:
    given = record.get("answers", {})
    return [{"@type": kind, "code": key, "text": given[key]} for key in keys if given.get(key)]


def _withdrawal(facts: ReceiptFacts) -> dict[str, Any]:
    ways = [f"{facts.base}/p/consents", f"{facts.base}/lost", facts.controller.withdrawal]
    return {"@type": "WithdrawConsent", "is_exercised_at": [way for way in ways if way]}


def _codes(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    code, url = record["ethics_code"], record.get("answers", {}).get("code.url", "")
    if not code["name"]:
        return []
    title = ", ".join(filter(None, (code["name"], code["version"])))
    return [{"@type": "CodeOfConduct", "title": title, **({"url": url} if url else {})}]


def _event(event: Event, facts: ReceiptFacts, cast: Cast) -> dict[str, Any]:
    who = {"coachee": cast.coachee, "controller": cast.controller}.get(event.by, "")
    period: dict[str, Any] = {}
    if event.starts is not None and event.ends is not None:
        period = {"@type": "UntilTimeDuration", "valid_from": moment(event.starts),
                  "valid_until": moment(event.ends)}
    found: Sequence[tuple[str, Any]] = (
        ("event_state", event.state.value), ("event_type", "ExplicitlyExpressedConsent"),
        ("event_time", moment(event.at)), ("entity_id", who),
        ("validity_duration", period), ("indication_method", event.way),
        ("concerns", [cast.line(number) for number in event.lines]),
        ("pii_information", [cast.data(code) for code in event.categories]),
        ("ledger_entry", event.entry),
    )
    return {key: value for key, value in found if value not in ("", [], {})}
