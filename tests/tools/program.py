"""A program with a key: each of its calls is held against the description that the app serves."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from portal.people.actions import make_token
from portal.people.models import Account
from portal.web.headers import FIXED
from tests.pages import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.builders import World

DECISIONS, ENGAGEMENTS = "/api/v1/decisions", "/api/v1/engagements"
JSON, PROBLEM = "application/json", "application/problem+json"


def new_key(world: World, key: str = "ana", days: int = 365) -> str:
    """Let a coach make a key for a program."""
    with world.ground.work(writes=True, actor=world.coach(key)) as work:
        account = work.session.get_one(Account, world.ids[f"{key}.account"])
        return make_token(work, account, "A program of the tests", days)[1]


@cache
def described(app: Flask) -> dict[str, Any]:
    """Return the description that the app serves."""
    found: dict[str, Any] = app.test_client().get("/api/v1/openapi.json", base_url=BASE).json
    return found


def check(app: Flask, method: str, path: str, answer: TestResponse) -> None:
    """Fail where an answer is not as the description says: status, kind, headers and body."""
    whole = described(app)
    place = path.split("?", maxsplit=1)[0]
    if place.startswith(f"{ENGAGEMENTS}/"):
        place = f"{ENGAGEMENTS}/{{engagement_id}}"
    says = whole["paths"].get(place, {}).get(method.lower())
    if says is None:
        # What is not described answers like what is described and not there.
        said = whole["components"]["responses"][f"P{answer.status_code}"]
    else:
        said = says["responses"][str(answer.status_code)]
        if "$ref" in said:
            said = whole["components"]["responses"][said["$ref"].rpartition("/")[2]]
    [(kind, content)] = said["content"].items()
    assert answer.mimetype == kind
    for name in said.get("headers", {}):
        assert name in answer.headers
    resource = DRAFT202012.create_resource(whole)
    validator = Draft202012Validator({"$ref": f"urn:api{content['schema']['$ref']}"},
                                     registry=Registry().with_resource("urn:api", resource))
    assert [error.message for error in validator.iter_errors(answer.json)] == []


class Program:
    """Call the portal as a program does: with a key, without cookies."""

    def __init__(self, app: Flask, key: str | None) -> None:
        self.app, self.key = app, key

    def call(self, method: str, path: str, headers: Mapping[str, str] | None = None,
             **how: Any) -> TestResponse:
        """Send one request, and hold the answer against the description."""
        known = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        answer = self.app.test_client(use_cookies=False).open(
            path, method=method, base_url=BASE, headers={**known, **(headers or {})}, **how)
        check(self.app, method, path, answer)
        for name, value in FIXED.items():
            assert answer.headers[name] == value
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        assert not [name for name, _value in answer.headers if "Access-Control" in name]
        return answer

    def get(self, path: str) -> TestResponse:
        """Read something."""
        return self.call("GET", path)

    def ask(self, **values: Any) -> TestResponse:
        """Ask one question."""
        return self.call("POST", DECISIONS, json=values)

    def send(self, body: bytes | str, kind: str = JSON) -> TestResponse:
        """Send bytes where a question belongs."""
        return self.call("POST", DECISIONS, data=body, headers={"Content-Type": kind})
