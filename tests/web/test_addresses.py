"""Addresses that nobody was given: a zero byte in any part of one leads nowhere."""

from __future__ import annotations

import pytest

from tests.pages import BASE
from tests.web.stage import Stage, routes


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
