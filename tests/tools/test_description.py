"""The description of the addresses is OpenAPI 3.1, and names what the app serves.

`tests/vectors/openapi-3.1.json` is the schema of the OpenAPI Initiative for such descriptions
(2022-10-07, Apache License 2.0), unchanged.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from portal.sharing.policy import Code
from portal.sharing.policy.codes import CHANNELS, CLASSES, FORMS, LEVELS, PURPOSES
from portal.tools.forms import NEEDED, OPTIONAL
from portal.tools.policy import openapi
from portal.tools.policy.openapi import COUNT
from portal.web.guards import Door
from portal.web.problems import KINDS

if TYPE_CHECKING:
    from flask import Flask

SCHEMA = Path(__file__).parents[1] / "vectors" / "openapi-3.1.json"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return openapi("https://terms.berg.example/", {
        kind.status: str(kind.title) for kind in KINDS.values()})


def faults(document: object) -> list[str]:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    return [f"{list(error.absolute_path)}: {error.message}"
            for error in validator.iter_errors(document)]


def test_is_openapi(described: dict[str, Any]) -> None:
    assert faults(described) == []
    assert faults({**described, "paths": {"/api": {"get": {"responses": {"ok": {}}}}}})


def test_has_schemas_that_are_schemas(described: dict[str, Any]) -> None:
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert COUNT == {"type": "integer", "minimum": 0}


def test_leads_nowhere_that_is_not_there(described: dict[str, Any]) -> None:
    for place in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(described)):
        found = described
        for part in place.split("/"):
            found = found[part]


def test_describes_every_address_behind_the_door_of_programs(
    described: dict[str, Any], app: Flask
) -> None:
    served = {(re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
              for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")
              for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert served == {(path, method) for path, ways in described["paths"].items()
                      for method in ways}
    for rule in app.url_map.iter_rules():
        door = app.view_functions[rule.endpoint].door  # type: ignore[attr-defined]
        if door is Door.PROGRAM:
            assert rule.rule.startswith("/api/v1/")


def test_takes_the_words_that_the_decision_knows(described: dict[str, Any]) -> None:
    shapes = described["components"]["schemas"]
    asked = shapes["Question"]["properties"]
    assert {name: set(asked[name]["enum"]) for name in ("category", "purpose", "channel", "form")
            } == {"category": set(CLASSES), "purpose": PURPOSES, "channel": CHANNELS,
                  "form": set(FORMS)}
    assert list(asked) == [*NEEDED, *OPTIONAL]
    assert shapes["Question"]["required"] == list(NEEDED)
    assert set(shapes["Decision"]["properties"]["code"]["enum"]) == {code.value for code in Code}
    assert set(shapes["Feedback"]["properties"]["agreed"]["enum"]) == set(LEVELS)


def test_describes_every_kind_of_no_by_one_status(described: dict[str, Any]) -> None:
    statuses = [kind.status for kind in KINDS.values()]
    assert len(set(statuses)) == len(statuses)
    assert set(described["components"]["responses"]) == {f"P{status}" for status in statuses}
    said = described["paths"]["/api/v1/decisions"]["post"]["responses"]
    assert set(said) == {"200", *map(str, statuses)}
