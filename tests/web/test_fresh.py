"""Which acts ask for a code once more, and that they do (ASVS 7.5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from portal.people.models import SignIn
from tests.web.stage import routes

if TYPE_CHECKING:
    from tests.web.stage import Stage


def test_asks_before_every_act_that_says_so_and_before_no_other(stage: Stage) -> None:
    """With a factor that is not fresh, guarded views answer with the question."""
    asking = {(rule.endpoint, method): rule for rule, method in routes(stage.app)
              if getattr(stage.app.view_functions[rule.endpoint], "fresh", False)}
    assert {endpoint for endpoint, _method in asking} == {
        "factors.new_password", "factors.keep_password", "factors.new_address", "factors.move",
        "people.send", "people.send_again", "people.make_key", "people.keep_settings",
        "handing.change_role", "handing.end", "evidence.bring", "evidence.make", "witness.wish",
        "issuing.end_ways_in", "handing.end_ways_in", "desk.make_coachs_feed",
        "desk.scope_file", "issuing.correct_address"}
    browser = stage.browser("ana")
    with stage.world.ground.work(writes=True) as work:
        work.session.execute(update(SignIn).where(SignIn.person_id == stage.ids["ana"])
                             .values(proved_at=None))
    for (_endpoint, method), rule in asking.items():
        path = stage.path(rule, **stage.values())
        page = browser.get(path) if method == "GET" else browser.post(path, {})
        assert page.heading == "Is it you?", path
        assert page.fields("/sign-in/again")["next"] == path
