"""The description of the addresses for programs, in OpenAPI 3.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.tools.policy.shapes import COUNT, ID, SCHEMAS, TEXT, ref

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "1.0.0"
#: How many engagements stand on a page, if nothing else is asked for, and at the most.
PAGE, MOST = 50, 100
#: What any address may say no with; the others are for what is sent.
_NOES = (401, 404, 405, 429, 500)


def openapi(base_url: str, titles: Mapping[int, str]) -> dict[str, Any]:
    """Return the whole description; `titles` name each problem by its status."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Consent portal for coaching: ask before you send", "version": VERSION,
            "description": "May this coach share this, with this person, in this way, now? One "
                           "question, one answer, and the line that decided. Everything that is "
                           "no yes is a no, errors too.",
        },
        "servers": [{"url": base_url.rstrip("/")}],
        "security": [{"key": []}],
        "paths": {
            "/api/v1/decisions": {"post": _decide(titles)},
            "/api/v1/engagements": {"get": _list(titles)},
            "/api/v1/engagements/{engagement_id}": {"get": _one(titles)},
            "/api/v1/openapi.json": {"get": _this()},
        },
        "components": {
            "schemas": SCHEMAS,
            "responses": {f"P{status}": _problem(status, title)
                          for status, title in titles.items()},
            "securitySchemes": {"key": {
                "type": "http", "scheme": "bearer",
                "description": "A key that the coach makes under Practice, Programs."}},
        },
    }


def _problem(status: int, title: str) -> dict[str, Any]:
    headers = {401: ("WWW-Authenticate", TEXT), 405: ("Allow", TEXT), 429: ("Retry-After", COUNT)}
    told: dict[str, Any] = {
        "description": title,
        "content": {"application/problem+json": {"schema": ref("Problem")}}}
    if status in headers:
        name, shape = headers[status]
        told["headers"] = {name: {"required": True, "schema": shape}}
    return told


def _answers(says: str, shape: str, noes: tuple[int, ...]) -> dict[str, Any]:
    return {
        "200": {"description": says, "content": {"application/json": {"schema": ref(shape)}}},
        **{str(no): {"$ref": f"#/components/responses/P{no}"} for no in sorted(noes)}}


def _decide(titles: Mapping[int, str]) -> dict[str, Any]:
    return {
        "operationId": "decide", "summary": "Ask whether something may be shared",
        "description": "The question is kept, and the coachee sees it.",
        "requestBody": {"required": True,
                        "content": {"application/json": {"schema": ref("Question")}}},
        "responses": _answers("A yes or a no", "Decision", tuple(titles)),
    }


def _list(titles: Mapping[int, str]) -> dict[str, Any]:
    return {
        "operationId": "listEngagements", "summary": "The coach's own engagements, newest first",
        "parameters": [
            {"name": "limit", "in": "query", "schema": {
                "type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE}},
            {"name": "after", "in": "query", "schema": ID,
             "description": "The last id of the page before."}],
        "responses": _answers("A page of engagements", "Engagements", (*_NOES, 422)),
    }


def _one(_titles: Mapping[int, str]) -> dict[str, Any]:
    return {
        "operationId": "getEngagement", "summary": "All that a question needs to name",
        "parameters": [{"name": "engagement_id", "in": "path", "required": True, "schema": ID}],
        "responses": _answers("One engagement", "Engagement", _NOES),
    }


def _this() -> dict[str, Any]:
    return {
        "operationId": "describe", "summary": "This description", "security": [],
        "responses": {"200": {"description": "OpenAPI 3.1", "content": {
            "application/json": {"schema": {"type": "object"}}}}},
    }

