"""The shapes of what goes in and out, as JSON Schema (draft 2020-12), by their names."""

from __future__ import annotations

from typing import Any

from portal.sharing.policy import Code
from portal.sharing.policy.codes import (
    CHANNELS,
    CLASSES,
    FORMS,
    LEVELS,
    NOT_SHARED,
    PURPOSES,
    ROLES,
    SHARED,
)

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
YES_NO: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def ref(name: str) -> Schema:
    """Return where a shape stands."""
    return {"$ref": f"#/components/schemas/{name}"}


def _one_of(codes: Any, **more: str) -> Schema:
    return {"type": "string", "enum": sorted(codes), **more}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _or_null(shape: Schema) -> Schema:
    return {"anyOf": [shape, {"type": "null"}]}


def _object(needed: dict[str, Schema], free: dict[str, Schema] | None = None) -> Schema:
    return {"type": "object", "properties": {**needed, **(free or {})}, "required": list(needed),
            "additionalProperties": False}


_CODES = {
    "category": _one_of(CLASSES, description="The kind of information."),
    "purpose": _one_of(PURPOSES), "channel": _one_of(CHANNELS),
    "form": {"type": "string", "enum": list(FORMS),
             "description": "How much detail, from the least to the most."},
}
_FEEDBACK = _object(
    {"attribution": _one_of(LEVELS), "agreed": _one_of(LEVELS),
     "groups": {"type": "object", "additionalProperties": COUNT}, "show": _list(TEXT)},
    {"show_total": YES_NO})
_PERSON = _object({
    "id": {**TEXT, "description": "The recipient of a question."},
    "role": _one_of(ROLES), "name": TEXT})
_CODE: Schema = {"type": "string", "pattern": "^S[1-9][0-9]{0,4}$"}
_SESSION = _object({"code": _CODE, "starts_at": MOMENT, "ends_at": MOMENT})
_WORD = _object({"code": TEXT, "name": TEXT})
_BRIEF = {"id": ID, "title": TEXT, "state": TEXT}

SCHEMAS: dict[str, Schema] = {
    "Question": _object(
        {"engagement": ID, **{name: _CODES[name] for name in ("category",)},
         "recipient": {**TEXT, "description": "The id of one of the people of the engagement."},
         **{name: _CODES[name] for name in ("purpose", "channel", "form")}},
        {"time": {**MOMENT, "description": "With its zone; now if left out."},
         "session": _CODE, "feedback": ref("Feedback"),
         "third_person_agreed": {**YES_NO, "description": "Whether everybody else who is named "
                                                          "in it has agreed."}}),
    "Feedback": _FEEDBACK,
    "Decision": _object({
        "engagement": ID, "time": MOMENT,
        "decision": _one_of(("PERMIT", "DENY")),
        "code": _one_of(code.value for code in Code),
        "by": _or_null({**TEXT, "description": "The line, the case or the right that decided."}),
        "sentence": _or_null({**TEXT, "description": "The sentence of that line."}),
        "obligations": _list(TEXT),
        "outside": _one_of((SHARED, NOT_SHARED),
                           description="All that anybody but coach and coachee may be told."),
        "revision": {**COUNT, "description": "Grows with every act around the engagement."}}),
    "Engagements": _object({
        "engagements": _list(_object(_BRIEF)),
        "next": _or_null({**TEXT, "format": "uri-reference"})}),
    "Engagement": _object({
        **_BRIEF, "revision": COUNT, "zone": TEXT, "coachee": TEXT,
        "people": _list(_PERSON), "sessions": _list(_SESSION), "categories": _list(_WORD),
        "purposes": _list(_WORD), "channels": _list(_WORD), "forms": _list(_WORD)}),
    "Problem": _object(
        {"type": {**TEXT, "format": "uri"}, "title": TEXT,
         "status": {"type": "integer", "minimum": 400, "maximum": 599}, "detail": TEXT,
         "decision": {"const": "DENY"}},
        {"code": {"const": "UNKNOWN_INPUT"},
         "errors": _list(_object({
             "pointer": {**TEXT, "format": "json-pointer"}, "detail": TEXT}))}),
}
