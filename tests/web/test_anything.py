"""Nothing that can be sent to an address breaks it: no answer of any view is ever a 500."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.mangling import TEXTS
from tests.pages import BASE
from tests.tools.program import new_key
from tests.web.stage import Stage, routes

if TYPE_CHECKING:
    from werkzeug.routing import Rule

#: Views that take an actor out, or a whole practice: each gets its forms in another test.
ENDS = {"factors.sign_out", "signing.leave"}
#: What a program may be told.
TOLD = {200, 400, 401, 404, 405, 413, 415, 422, 429}

pytestmark = pytest.mark.once


def posts(stage: Stage) -> list[Rule]:
    """Return every rule to which something is posted."""
    return [rule for rule, method in routes(stage.app)
            if method == "POST" and rule.endpoint not in ENDS]


def fields_of(stage: Stage) -> list[str]:
    """Return the names of fields that any form of ours has."""
    found = {"at", "next", "more", "page", "sure", "code", "who", "csrf_token", "q"}
    for persona in ("ana", "ben", "olga"):
        browser = stage.browser(persona)
        for rule, method in routes(stage.app):
            if method == "GET":
                page = browser.get(stage.path(rule, **stage.values()), follow=False)
                found |= {str(tag["name"]) for tag in page.soup.select("[name]")}
    return sorted(found)


@pytest.fixture(scope="module")
def names(stage: Stage) -> list[str]:
    """Give the names of all fields."""
    return fields_of(stage)


#: Every example asks some thirty addresses, so there are fewer of them.
_SOME = settings(max_examples=max(12, settings().max_examples // 25),
                 suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("persona", ["ana", "olga", "ben", "ben-by-link", "nobody"])
@_SOME
@given(data=st.data())
def test_answers_any_form_with_a_page(
    stage: Stage, names: list[str], persona: str, data: st.DataObject
) -> None:
    browser = stage.browser(persona)
    token = browser.token()
    for rule in data.draw(st.lists(st.sampled_from(posts(stage)), min_size=4, max_size=8)):
        sent: dict[str, Any] = data.draw(st.dictionaries(
            st.sampled_from(names), st.lists(TEXTS, min_size=1, max_size=3), max_size=10))
        sent["csrf_token"] = token
        answer = browser.client.post(stage.path(rule, **stage.values()), base_url=BASE,
                                     data=_sendable(sent))
        assert answer.status_code < 500, (rule.rule, sent)
        answer.close()


def _sendable(sent: dict[str, Any]) -> dict[str, Any]:
    """Return fields as bytes that go over a wire: half a surrogate does not."""
    return {name: [one.encode("utf-8", "replace") for one in values]
            if isinstance(values, list) else values for name, values in sent.items()}


@pytest.mark.parametrize("persona", ["ana", "ben", "nobody"])
@_SOME
@given(data=st.data())
def test_answers_any_address_with_a_page(
    stage: Stage, persona: str, data: st.DataObject
) -> None:
    client = stage.browser(persona).client
    for rule, method in data.draw(st.lists(st.sampled_from(routes(stage.app)), min_size=4,
                                           max_size=8)):
        if method != "GET":
            continue
        values = stage.values()
        for name in rule.arguments:
            if name != "number" and data.draw(st.booleans()):
                values[name] = data.draw(TEXTS.filter(bool)).encode(
                    "utf-8", "replace").decode()
        query = {name: one.encode("utf-8", "replace") for name, one in data.draw(st.dictionaries(
            st.sampled_from(("next", "to", "what", "page", "before", "at", "find", "month", "v")),
            TEXTS, max_size=3)).items()}
        try:
            path = stage.path(rule, **values)
        except ValueError:
            continue
        answer = client.get(path, base_url=BASE, query_string=query)
        # To say that no clockwork runs here is what that page is for.
        assert answer.status_code < 500 or path == "/readyz", (path, query)
        answer.close()


_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3),
                            st.dictionaries(TEXTS, inner, max_size=3)), max_leaves=6)
_NAMES = ("engagement", "recipient", "category", "purpose", "channel", "form", "at", "session",
          "audience", "feedback", "detail")


@_SOME
@given(data=st.data())
def test_answers_any_program_in_json(stage: Stage, data: st.DataObject) -> None:
    key = new_key(stage.world)
    stage.world.clock.move(seconds=61)
    question = {"engagement": stage.ids["ben.engagement"], "recipient": stage.ids["carla.party"],
                "category": "PRG.GOALS", "purpose": "inform_progress", "channel": "portal",
                "form": "summary"}
    for _time in range(5):
        asked = question | data.draw(st.dictionaries(
            st.one_of(st.sampled_from(_NAMES), TEXTS), _VALUES, max_size=4))
        raw = json.dumps(asked).encode("utf-8", "replace")
        if data.draw(st.booleans()):
            cut = data.draw(st.integers(0, len(raw)))
            raw = raw[:cut] + data.draw(st.binary(max_size=8)) + raw[cut:]
        answer = stage.app.test_client().post(
            "/api/v1/decisions", base_url=BASE, data=raw, content_type="application/json",
            headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code in TOLD, raw
        assert answer.json is not None, raw
        assert answer.json["decision"] in ("PERMIT", "DENY"), raw
