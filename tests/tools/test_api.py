"""Programs ask with a coach's key: about that coach's own engagements, and strictly (Z5)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from portal.agreements.queries import standing_of_one
from portal.ground.chance import new_id
from portal.people.policy import CALLS, CALLS_WITHIN
from portal.people.queries import token_by_text
from portal.sharing.models import Question
from portal.sharing.policy.codes import CHANNELS, CLASSES, FORMS, PURPOSES
from portal.tools.policy import MOST
from portal.web.problems import KINDS
from tests.cast import BEN, CARLA, ELI
from tests.pages import BASE, Browser
from tests.tools.program import DECISIONS, ENGAGEMENTS, JSON, PROBLEM, Program, new_key
from tests.web.stage import Stage, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

DATES = {"category": "LOG.SCHEDULE", "purpose": "arrange", "channel": "email_work",
         "form": "fact"}
NOTES = {"category": "CNT.NOTES", "purpose": "inform_progress", "channel": "in_person",
         "form": "headline"}


def about(stage: Stage, key: str = "eli", question: dict[str, Any] = DATES,
          **changed: Any) -> dict[str, Any]:
    """Return a question about Ben, to somebody at his table."""
    whole = {"engagement": stage.ids["ben.engagement"], "recipient": stage.ids[f"{key}.party"],
             **question, **changed}
    return {name: value for name, value in whole.items() if value is not ...}


def faults(answer: TestResponse) -> dict[str, str]:
    """Return what a problem says of each place."""
    assert answer.status_code == 422
    assert answer.json is not None
    return {one["pointer"]: one["detail"] for one in answer.json["errors"]}


# The answers


def test_answers_a_yes_with_all_that_it_obliges_to(stage: Stage, tool: Program) -> None:
    said = tool.ask(**about(stage)).json
    assert said is not None
    assert {name: said[name] for name in ("decision", "code", "outside", "obligations")} == {
        "decision": "PERMIT", "code": "GRANT", "outside": "SHARED", "obligations": ["log"]}
    assert ELI.name in said["sentence"]
    assert said["engagement"] == stage.ids["ben.engagement"]
    assert said["time"] == stage.world.clock.now().isoformat().replace("+00:00", "Z")
    with stage.world.ground.work(writes=False) as work:
        events = standing_of_one(work, stage.ids["ben.engagement"]).events
    assert said["revision"] == events[-1].seq


def test_answers_a_no_with_the_line_that_says_it(stage: Stage, tool: Program) -> None:
    said = tool.ask(**about(stage, "carla", NOTES)).json
    assert said is not None
    assert (said["decision"], said["code"], said["obligations"]) == ("DENY", "EXPLICIT_DENY", [])
    assert said["outside"] == "NOT_SHARED_UNDER_CURRENT_AGREEMENTS"
    assert said["sentence"]


def test_answers_of_the_time_that_is_asked_for(stage: Stage, tool: Program) -> None:
    later = tool.ask(**about(stage, time="2031-01-01T00:00:00+01:00")).json
    assert later is not None
    assert (later["decision"], later["time"]) == ("DENY", "2030-12-31T23:00:00Z")
    assert tool.ask(**about(stage, time="2020-01-01t00:00:00z")).json["decision"] == "DENY"


def test_names_all_that_a_question_needs(stage: Stage, tool: Program) -> None:
    one = tool.get(f"{ENGAGEMENTS}/{stage.ids['ben.engagement']}").json
    assert one is not None
    people = {who["id"]: (who["role"], who["name"]) for who in one["people"]}
    assert people[stage.ids["carla.party"]] == ("SPONSOR", CARLA.name)
    assert people[one["coachee"]] == ("COACHEE", BEN.name)
    assert "COACH" not in {role for role, _name in people.values()}
    assert one["zone"] == "Europe/Vienna"
    assert [session["code"] for session in one["sessions"]] == ["S1"]
    assert {word["code"] for word in one["categories"]} == set(CLASSES)
    assert {word["code"] for word in one["purposes"]} == PURPOSES
    assert {word["code"] for word in one["channels"]} == CHANNELS
    assert [word["code"] for word in one["forms"]] == list(FORMS)
    for who in people:
        for category in ("LOG.SCHEDULE", "CNT.NOTES"):
            assert tool.ask(**about(stage, recipient=who, category=category)).status_code == 200
        stage.world.clock.move(seconds=9)


def test_lists_the_own_engagements_page_by_page(stage: Stage, tool: Program) -> None:
    whole = tool.get(ENGAGEMENTS).json
    assert whole is not None
    mine = {stage.ids[f"{key}.engagement"] for key in ("ben", "mallory", "nele")}
    assert {one["id"] for one in whole["engagements"]} == mine
    assert whole["next"] is None
    path, found = f"{ENGAGEMENTS}?limit=1", []
    while path:
        page = tool.get(path).json
        found += page["engagements"]
        path = page["next"]
    assert found == whole["engagements"]


@pytest.mark.parametrize(("query", "place"), [
    ("limit=0", "/limit"), (f"limit={MOST + 1}", "/limit"), ("limit=x", "/limit"),
    ("limit=-1", "/limit"), ("limit=²", "/limit"), ("limit=", "/limit"),
    ("after=x", "/after"), ("after=%00", "/after")])
def test_lists_no_page_that_is_none(tool: Program, query: str, place: str) -> None:
    assert list(faults(tool.get(f"{ENGAGEMENTS}?{query}"))) == [place]


# Who sees it


def kept(stage: Stage) -> int:
    """Return how many questions about Ben are kept."""
    with stage.world.ground.work(writes=False) as work:
        return len(work.session.scalars(select(Question).where(
            Question.engagement_id == stage.ids["ben.engagement"])).all())


def test_inv_14_shows_the_coachee_what_a_program_asked(stage: Stage, tool: Program) -> None:
    before = kept(stage)
    tool.ask(**about(stage, "carla", NOTES))
    assert kept(stage) == before + 1
    page = stage.browser("ben").get("/p/asked")
    first = page.soup.select_one("ul.given li")
    assert first is not None
    said = " ".join(first.get_text(" ").split())
    assert "with a program" in said
    assert CARLA.name in said
    assert "No" in said


def test_keeps_no_question_that_it_could_not_understand(stage: Stage, tool: Program) -> None:
    before = rows(stage.world.ground.engine)
    tool.ask(**about(stage, form="everything"))
    tool.ask(**about(stage, recipient="HR"))
    tool.send(b"{")
    tool.get(ENGAGEMENTS)
    assert rows(stage.world.ground.engine) == before


# Whose key


@pytest.mark.parametrize("key", ["dora", "olga", "zoe"])
def test_z5_answers_foreign_ids_like_ids_that_do_not_exist(
    stage: Stage, program: Callable[[str], Program], key: str
) -> None:
    tool, ben = program(key), stage.ids["ben.engagement"]
    for unknown in (new_id(), "x", "\0", "\ud800", ben.upper()):
        seen = [tool.ask(**about(stage, engagement=one)) for one in (ben, unknown)]
        assert [one.status_code for one in seen] == [404, 404]
        assert seen[0].data == seen[1].data
        assert dict(seen[0].headers) == dict(seen[1].headers)
    for path in ("{}", "?after={}"):
        seen = [tool.get(f"{ENGAGEMENTS}{'/' if path == '{}' else ''}{path.format(one)}")
                for one in (ben, new_id())]
        assert [one.status_code for one in seen] == [404, 404]
        assert seen[0].data == seen[1].data
    said = tool.get(ENGAGEMENTS)
    assert BEN.name not in said.text
    assert ben not in said.text


def test_z5_lists_no_party_of_others(stage: Stage, tool: Program) -> None:
    for key in ("yul", "mallory"):
        assert faults(tool.ask(**about(stage, key))) == {
            "/recipient": "Send the id of one of the people of this engagement."}


@pytest.mark.parametrize("header", [
    None, "", "Bearer", "Bearer ", "Bearer x", "Bearer portal_", "Basic YTpi", "portal_x",
    "Bearer portal_é", f"Bearer portal_{'A' * 43}"])
def test_opens_to_no_key_that_is_none(stage: Stage, tool: Program, header: str | None) -> None:
    nobody, before = Program(stage.app, None), rows(stage.world.ground.engine)
    for method, path, how in (("GET", ENGAGEMENTS, {}), ("POST", DECISIONS, {"json": {}}),
                              ("GET", f"{ENGAGEMENTS}/{stage.ids['ben.engagement']}", {})):
        answer = nobody.call(method, path, {} if header is None else {"Authorization": header},
                             **how)
        assert answer.status_code == 401
        dead = "" if header is None else ', error="invalid_token"'
        assert answer.headers["WWW-Authenticate"] == f'Bearer realm="portal"{dead}'
    assert rows(stage.world.ground.engine) == before


def test_opens_to_no_key_that_has_ended(stage: Stage, tool: Program) -> None:
    over, revoked = new_key(stage.world, days=30), new_key(stage.world)
    with stage.world.ground.work(writes=True) as work:
        for key, change in ((over, "expires_at"), (revoked, "ended_at")):
            found = token_by_text(work, key)
            assert found is not None
            setattr(found[0], change, work.now)
    for key in (over, revoked):
        assert Program(stage.app, key).get(ENGAGEMENTS).status_code == 401
    assert tool.get(ENGAGEMENTS).status_code == 200


@pytest.mark.parametrize("persona", ["ana", "ben", "nobody"])
def test_lets_no_cookie_count(stage: Stage, tool: Program, persona: str) -> None:
    """A page of another site can make a browser send its cookies; here they are worth nothing."""
    browser: Browser = stage.browser(persona)
    for method, path in (("GET", ENGAGEMENTS), ("POST", DECISIONS)):
        answer = browser.client.open(path, method=method, base_url=BASE, json={},
                                     headers={"Origin": "https://evil.example"})
        assert answer.status_code == 401
        assert "Set-Cookie" not in answer.headers
        assert not [name for name, _value in answer.headers if "Access-Control" in name]


# How often


def test_counts_calls_for_all_processes_and_says_how_long_to_wait(
    stage: Stage, tool: Program
) -> None:
    from portal.app import make_app

    other_app = make_app(stage.world.ground.settings, stage.world.clock, testing=True)
    other = Program(other_app, tool.key)
    half = CALLS // 2
    assert {tool.get(ENGAGEMENTS).status_code for _ in range(half)} == {200}
    stage.world.clock.move(seconds=20)
    assert {other.ask(**about(stage)).status_code for _ in range(CALLS - half)} == {200}
    for late in (tool.ask(**about(stage)), other.get(ENGAGEMENTS)):
        assert late.status_code == 429
        assert late.headers["Retry-After"] == "40"
        assert late.json["decision"] == "DENY"
    assert Program(stage.app, new_key(stage.world)).get(ENGAGEMENTS).status_code == 200
    stage.world.clock.move(seconds=40)
    assert tool.get(ENGAGEMENTS).status_code == 200
    other_app.extensions["portal"].engine.dispose()


def test_shows_the_coach_when_a_key_was_last_used(stage: Stage, tool: Program) -> None:
    def times() -> int:
        return stage.browser("ana").get("/practice/programs").text.count("Last asked")

    fresh = Program(stage.app, new_key(stage.world))
    before = times()
    assert "It has not asked in the last 90 days." in (
        stage.browser("ana").get("/practice/programs").text)
    fresh.get(ENGAGEMENTS)
    assert times() == before + 1


# What is wrong


BAD = [
    ({"category": ...}, "/category", "This is needed"),
    ({"recipient": ...}, "/recipient", "This is needed"),
    ({"engagement": ...}, "/engagement", "This is needed"),
    ({"engagement": 7}, "/engagement", "This is needed"),
    ({"category": "PRG.*"}, "/category", "Send one of: "),
    ({"category": "prg.goals"}, "/category", "Send one of: "),
    ({"purpose": "gossip"}, "/purpose", "Send one of: "),
    ({"channel": ["portal"]}, "/channel", "This is needed"),
    ({"form": "everything"}, "/form", "Send one of: fact, headline"),
    ({"recipient": "HR"}, "/recipient", "one of the people of this engagement"),
    ({"time": "2027-03-10T10:00:00"}, "/time", "Name the zone of this time"),
    ({"time": "2027-03-10"}, "/time", "Send a time"),
    ({"time": "2027-02-30T10:00:00Z"}, "/time", "Send a time"),
    ({"time": "0001-01-01T00:00:00+23:59"}, "/time", "Send a time"),
    ({"time": "9999-12-31T23:59:59-23:59"}, "/time", "Send a time"),
    ({"time": "2027-03-10T10:00:00+99:99"}, "/time", "Send a time"),
    ({"time": 1800000000}, "/time", "Send a time"),
    ({"session": "s1"}, "/session", "as in S3"),
    ({"session": 1}, "/session", "as in S3"),
    ({"third_person_agreed": 1}, "/third_person_agreed", "true or false"),
    ({"third_person_agred": True}, "/third_person_agred", "not known here"),
    ({"a/b~": 1}, "/a~1b~0", "not known here"),
    ({"feedback": []}, "/feedback", "Send an object"),
    ({"feedback": {"attribution": "named", "agreed": "named", "groups": {"peers": -1},
                   "show": []}}, "/feedback/groups", "whole number"),
    ({"feedback": {"attribution": "named", "agreed": "named", "groups": {"peers": 4},
                   "show": ["boss"]}}, "/feedback/show", "has to be counted"),
    ({"feedback": {"attribution": "loud", "agreed": "named", "groups": {}, "show": []}},
     "/feedback/attribution", "Send one of: "),
    ({"feedback": {"attribution": "named", "agreed": "named", "groups": {}, "show": [],
                   "extra": 1}}, "/feedback/extra", "not known here"),
    ({"feedback": {"attribution": "named", "agreed": "named", "show": []}}, "/feedback/groups",
     "missing"),
]


@pytest.mark.parametrize(("changed", "place", "says"), BAD)
def test_says_what_is_wrong_at_its_place(
    stage: Stage, tool: Program, changed: dict[str, Any], place: str, says: str
) -> None:
    answer = tool.ask(**about(stage, **changed))
    assert says in faults(answer)[place]
    assert answer.json is not None
    assert (answer.json["decision"], answer.json["code"]) == ("DENY", "UNKNOWN_INPUT")


def test_names_every_fault_at_once(stage: Stage, tool: Program) -> None:
    assert set(faults(tool.ask(time="x", form="y"))) == {
        "/engagement", "/category", "/recipient", "/purpose", "/channel", "/form", "/time"}


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe{}", b'{"form": NaN}', b'{"form": Infinity}',
    b'{"form": "fact", "form": "raw"}', b"[" * 15_000, b'{"a":' * 3_000, b"1" * 9_000,
    "{}".encode("utf-16"), b'{"feedback": {"a": 1, "a": 2}}'])
def test_takes_nothing_that_is_no_json_object(tool: Program, body: bytes) -> None:
    answer = tool.send(body)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["decision"] == "DENY"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "",
                                  "multipart/form-data; boundary=x", "application/jsonp"])
def test_takes_nothing_that_is_not_sent_as_json(stage: Stage, tool: Program, kind: str) -> None:
    assert tool.send(json.dumps(about(stage)), kind).status_code == 415
    assert tool.send(json.dumps(about(stage)), f"{JSON}; charset=utf-8").status_code == 200


def test_decodes_json_once(stage: Stage, tool: Program) -> None:
    engagement, whole = stage.ids["ben.engagement"], json.dumps(about(stage))
    for stroke, status in (("\\", 200), ("\\\\", 404)):
        spelled = f"{engagement[:-1]}{stroke}u00{ord(engagement[-1]):02x}"
        assert tool.send(whole.replace(engagement, spelled)).status_code == status


def test_takes_no_more_than_a_question(stage: Stage, tool: Program) -> None:
    assert tool.send(b" " * (16 * 1024 + 1)).status_code == 413
    assert tool.send(json.dumps(about(stage, x="y" * 17_000))).status_code == 413


@pytest.mark.parametrize("path", [
    "/api/", "/api/v1", "/api/v1/", "/api/v2/decisions", "/api/v1/engagements/",
    "/api/v1/engagements/%00", "/api/v1/nothing"])
def test_says_in_json_that_there_is_nothing(tool: Program, path: str) -> None:
    answer = tool.get(path)
    assert (answer.status_code, answer.mimetype) == (404, PROBLEM)


@pytest.mark.parametrize(("method", "path", "allow"), [
    ("GET", DECISIONS, {"OPTIONS", "POST"}), ("PUT", DECISIONS, {"OPTIONS", "POST"}),
    ("POST", ENGAGEMENTS, {"GET", "HEAD", "OPTIONS"})])
def test_says_which_methods_an_address_takes(
    tool: Program, method: str, path: str, allow: set[str]
) -> None:
    answer = tool.call(method, path)
    assert (answer.status_code, answer.mimetype) == (405, PROBLEM)
    assert {one.strip() for one in answer.headers["Allow"].split(",")} == allow


def test_explains_each_kind_of_no_on_a_page(stage: Stage, tool: Program) -> None:
    page = Browser(stage.app).get("/api")
    assert page.status == 200
    told = {str(heading["id"]) for heading in page.soup.select("h3[id]")}
    assert told == set(KINDS)
    answer = tool.get("/api/v1/nothing").json
    assert answer is not None
    assert answer["type"] == f"{BASE}/api#not-there"
    assert f"{CALLS} times in {CALLS_WITHIN.seconds} seconds" in page.text
    assert f"{CALLS} times in {CALLS_WITHIN.seconds} seconds" in str(KINDS["too-soon"].advice)


def test_keeps_no_question_in_the_access_log(stage: Stage, tool: Program) -> None:
    """Who called stands there; what was asked does not."""
    before = rows(stage.world.ground.engine, ())
    tool.ask(**about(stage))
    new = [row for row in rows(stage.world.ground.engine, ()) - before if row[0] == "access_log"]
    assert len(new) == 1
    assert "api.called" in new[0][1]
    assert "LOG.SCHEDULE" not in new[0][1]
