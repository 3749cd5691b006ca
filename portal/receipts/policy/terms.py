"""The words of a receipt: each field of ISO/IEC TS 27560 by its name, and the term it stands for.

`CONTEXT` is the whole JSON-LD context. It stands in every receipt, so no reader needs a network,
and a word that it does not list is not used. Terms of the Data Privacy Vocabulary are those of
version 2.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SCHEMA = "ccp/consent-receipt/v1"
BASED_ON = "ISO/IEC TS 27560:2023"

#: What ids of our own begin with.
URN = "urn:ccp"

_PREFIXES = {
    "dpv": "https://w3id.org/dpv#", "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#", "schema": "https://schema.org/",
    "ccp": f"{URN}:receipt:v1:",
}

#: Kinds of things, each a concept of the DPV.
CLASSES = (
    "ConsentReceipt", "ConsentNotice", "Process", "Purpose", "PersonalData",
    "SensitivePersonalData", "SpecialCategoryPersonalData", "Disclose", "Prohibition",
    "DataSubject", "DataController", "Recipient", "StorageLocation", "StorageDuration",
    "DataSource", "WithdrawConsent", "DataSubjectRight", "CodeOfConduct", "Service",
    "UntilTimeDuration", "ConsentRequested", "ConsentGiven", "RenewedConsentGiven",
    "ConsentRefused", "ConsentWithdrawn", "ConsentRevoked", "ConsentExpired",
    "ConsentInvalidated", "ConsentUnknown", "ExplicitlyExpressedConsent", "Contract", "Optional",
    "Required", "RequestedServiceProvision", "PaymentManagement", "CommunicationManagement",
    "RecordManagement",
)


def _id(term: str) -> dict[str, str]:
    return {"@id": term, "@type": "@id"}


def _word(term: str) -> dict[str, str]:
    return {"@id": term, "@type": "@vocab"}


def _set(term: str, **more: str) -> dict[str, str]:
    return {"@id": term, "@container": "@set", **more}


def _moment(term: str) -> dict[str, str]:
    return {"@id": term, "@type": "xsd:dateTime"}


#: Fields, in the order of the standard; below them what a receipt adds to it.
_FIELDS: Mapping[str, Any] = {
    "schema_version": "dct:conformsTo",
    "record_id": _id("dct:isVersionOf"),
    "receipt_id": "@id",
    "pii_principal_id": _id("dpv:hasDataSubject"),
    "pii_processing": "@nest",
    "privacy_notice": "dpv:hasNotice",
    "language": "dct:language",
    "purposes": _set("dpv:hasProcess"),
    "purpose": _set("dpv:hasPurpose"),
    "purpose_type": _word("skos:broader"),
    "lawful_basis": _word("dpv:hasLegalBasis"),
    "pii_information": _set("dpv:hasPersonalData"),
    "pii_type": "dct:title",
    "pii_optional": _word("dpv:hasNecessity"),
    "pii_controllers": _set("dpv:hasDataController", **{"@type": "@id"}),
    "collection_method": _set("dpv:hasDataSource"),
    "processing_method": _set("dpv:hasProcessing"),
    "storage_locations": _set("dpv:hasStorageCondition"),
    "retention_period": _set("dpv:hasStorageCondition"),
    "recipient_third_parties": _set("dpv:hasRecipient", **{"@type": "@id"}),
    "jurisdiction": "dpv:hasJurisdiction",
    "withdrawal_method": "dpv:hasConsentControl",
    "privacy_rights": _set("dpv:hasRight"),
    "codes_of_conduct": _set("dpv:hasOrganisationalMeasure"),
    "services": _set("dpv:hasService"),
    "party_identification": _set("dpv:hasEntity"),
    "party_id": "@id",
    "party_name": "dpv:hasName",
    "party_address": "dpv:hasAddress",
    "party_contact": "dpv:hasContact",
    "party_role": "@type",
    "event": _set("dpv:hasConsentStatus"),
    "event_time": _moment("dpv:isIndicatedAtTime"),
    "event_type": "@type",
    "event_state": "@type",
    "entity_id": _id("dpv:isIndicatedBy"),
    "validity_duration": "dpv:hasDuration",
    # What the standard has no field for.
    "based_on": "dct:references",
    "created": _moment("dct:created"),
    "date": _moment("dct:date"),
    "code": "dct:identifier",
    "title": "dct:title",
    "text": "dct:description",
    "parts": {"@id": "dct:hasPart", "@container": "@list"},
    "number": "schema:position",
    "status": _word("dpv:hasStatus"),
    "form": "ccp:form",
    "channels": _set("ccp:channel"),
    "sessions": _set("ccp:session"),
    "obligations": _set("ccp:obligation"),
    "prohibitions": _set("dpv:hasProhibition"),
    "is_exercised_at": _set("dpv:isExercisedAt"),
    "concerns": _set("dpv:isApplicableFor", **{"@type": "@id"}),
    "indication_method": "dpv:hasIndicationMethod",
    "valid_from": _moment("schema:validFrom"),
    "valid_until": _moment("rdf:value"),
    "url": _id("schema:url"),
    "template": "ccp:template",
    "template_version": "ccp:templateVersion",
    "version": "ccp:version",
    "version_hash": "ccp:versionHash",
    "record_sha256": "ccp:recordSha256",
    "ledger_head": "ccp:ledgerHead",
    "ledger_entry": "ccp:ledgerEntry",
}

#: JSON-LD 1.1, which is what a reader takes a context for that says nothing else.
CONTEXT: Mapping[str, Any] = {
    **_PREFIXES, **{name: f"dpv:{name}" for name in CLASSES}, **_FIELDS}

#: Purposes for which the DPV has a category; the others stand in our own words alone.
PURPOSE_TYPES = {
    "arrange": "RequestedServiceProvision", "billing": "PaymentManagement",
    "inform_progress": "CommunicationManagement", "record": "RecordManagement",
}
#: Kinds of information that a law protects more (GDPR Article 9), and that are close to a person.
SPECIAL = frozenset({"PER.HEALTH", "PER.SPECIAL"})
SENSITIVE = frozenset({"personal", "assessment"})
#: What a practice answered about how things come about, where they are and how long they stay.
COLLECTED = ("notes.how",)
STORED = ("notes.where", "storage.active", "storage.inactive", "tools", "recording.place")
KEPT = ("notes.retention", "retention.records", "retention.evidence")
