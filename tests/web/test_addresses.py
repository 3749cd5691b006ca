"""Addresses that nobody was given: a zero byte or too long an id in one leads nowhere."""

from __future__ import annotations

import pytest

from tests.pages import BASE
from tests.web.stage import Stage, routes


def test_decodes_once_and_never_again(stage: Stage) -> None:
    place = f"/engagements/{stage.ids['ben.engagement']}"
    once, twice = (f"{place[:-1]}%{sign}{ord(place[-1]):02x}" for sign in ("", "25"))
    ana = stage.browser("ana")
    statuses = [ana.client.get(path, base_url=BASE).status_code for path in (place, once, twice)]
    assert statuses == [200, 200, 404]
    typed = "%2e%252e %00 &amp; &#37; \\u0041"
    page = ana.post("/engagements/new", {
        "name": typed, "email": "dev@desai.example", "owner": "private", "read_by": "nobody",
        "title": typed}, page=ana.get("/engagements/new"))
    assert page.status == 200
    assert typed in page.text


@pytest.mark.parametrize("persona", ["nobody", "ana", "ben"])
def test_a_zero_byte_leads_nowhere(stage: Stage, persona: str) -> None:
    browser = stage.browser(persona)
    for rule, method in routes(stage.app):
        values = stage.values()
        for name in rule.arguments - {"filename", "number"}:
            path = stage.path(rule, **{**values, name: f"{values[name]}\0"})
            data = {"csrf_token": browser.token()} if method == "POST" else None
            answer = browser.client.open(path, method=method, data=data, base_url=BASE)
            assert answer.status_code == 404, (method, path)


@pytest.mark.parametrize("persona", ["ana", "ben"])
def test_an_id_longer_than_ours_leads_nowhere(stage: Stage, persona: str) -> None:
    """PostgreSQL takes none into a column of ids, the access log's neither."""
    browser = stage.browser(persona)
    for rule, method in routes(stage.app):
        values = stage.values()
        for name in rule.arguments:
            if name.endswith("_id"):
                path = stage.path(rule, **{**values, name: f"{values[name]}0"})
                data = {"csrf_token": browser.token()} if method == "POST" else None
                answer = browser.client.open(path, method=method, data=data, base_url=BASE)
                assert answer.status_code in (303, 401, 403, 404), (method, path)
