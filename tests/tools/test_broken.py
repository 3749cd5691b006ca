"""What breaks behind an address for programs is a no as well, and shows no insides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portal.app import create_app, finish
from portal.plain.errors import PortalError, Refused
from portal.web.guards import Door, DoorNo, guard
from portal.web.problems import PROBLEM_TYPE
from tests.pages import BASE

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from portal.ground.clock import StandingClock
    from tests.builders import World


def _crash(work: object) -> str:
    raise ValueError("the secret of Ben Adler")


def _portal_error(work: object) -> str:
    raise PortalError("the secret of Ben Adler")


def _refused(work: object) -> str:
    raise Refused(DoorNo.NOT_YOUR_ROLE, 403)


@pytest.fixture
def failing(world: World, clock: StandingClock) -> FlaskClient:
    """Give a caller of an application that fails in every way, as one that is served does."""
    app = create_app(world.ground.settings, clock)
    app.extensions["portal"].engine.dispose()
    app.extensions["portal"] = world.ground
    for name, view in (("crash", _crash), ("error", _portal_error), ("refused", _refused)):
        app.add_url_rule(f"/api/{name}", name, guard(Door.ANYONE)(view))
    return finish(app).test_client()


@pytest.mark.parametrize(("path", "status"), [
    ("/api/crash", 500), ("/api/error", 500), ("/api/refused", 400)])
def test_is_a_no_without_insides(failing: FlaskClient, path: str, status: int) -> None:
    answer = failing.get(path, base_url=BASE)
    assert (answer.status_code, answer.mimetype) == (status, PROBLEM_TYPE)
    assert answer.json is not None
    assert answer.json["decision"] == "DENY"
    assert answer.json["status"] == status
    for word in ("Traceback", "secret", "ValueError", "PERMIT", "not_your_role"):
        assert word not in answer.text


def test_is_a_no_at_a_strange_host(failing: FlaskClient) -> None:
    answer = failing.get("/api/v1/engagements", base_url=BASE, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.mimetype) == (400, PROBLEM_TYPE)
    assert "evil" not in answer.text
