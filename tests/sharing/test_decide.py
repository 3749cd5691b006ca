"""The decision rule by rule, beyond the vectors that ship."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from portal.sharing.policy import Code, codes, decide, read_world
from portal.sharing.policy.codes import CLASSES, COACHING_CONTENT, EMPLOYER_OWNED, NEARNESS
from portal.wording.queries import load_pack
from tests.sharing.worlds import answer, question, world

AG1, AG2, AG3, AG4 = range(4)


def changed(place: int, **values: Any) -> dict[str, Any]:
    """Return the world of the vectors with some values of one of its texts replaced."""
    raw = world()
    raw["versions"][place].update(values)
    return raw


def with_line(place: int, name: str, **values: Any) -> dict[str, Any]:
    """Return the world with some values of one line replaced."""
    raw = world()
    next(line for line in raw["versions"][place]["grants"] if line["id"] == name).update(values)
    return raw


def test_answers_at_both_ends_of_a_period_half_open() -> None:
    for time, code in (("2026-01-31T23:59:59Z", Code.NOT_YET), ("2026-02-01T00:00:00Z", Code.GRANT),
                       ("2026-07-31T23:59:59.999999Z", Code.GRANT),
                       ("2026-08-01T00:00:00Z", Code.EXPIRED),
                       ("2026-08-01T02:00:00+02:00", Code.EXPIRED)):
        assert answer(world(), question(time=time)).code == code


def test_takes_a_moment_as_text_or_as_a_moment() -> None:
    at = datetime(2026, 3, 10, 10, tzinfo=UTC)
    assert answer(world(), question(time=at)).code == Code.GRANT
    assert answer(world(), question(time=at.replace(tzinfo=None))).code == Code.UNKNOWN_INPUT


@pytest.mark.parametrize("change", [
    {"category": "PRG"}, {"category": "*"}, {"recipient": "HR"}, {"recipient": None},
    {"purpose": "chat"}, {"channel": "telepathy"}, {"form": "novel"}, {"time": "2026-03-10"},
    {"time": "2026-03-10T10:00:00"}, {"time": "noon"}, {"session": 7}, {"category": ["PRG.GOALS"]},
    {"feedback": "no"}, {"feedback": {"attribution": "loud"}},
])
def test_says_no_to_words_it_does_not_know(change: dict[str, Any]) -> None:
    found = answer(world(), question(**change))
    assert (found.decision, found.code, found.by) == ("DENY", Code.UNKNOWN_INPUT, None)


def test_hears_a_no_from_the_coachees_signature_on_although_nobody_else_signed() -> None:
    """INV-6."""
    at = "2026-01-31T09:00:00Z"
    raw = changed(AG2, signatures={"ben": {"hash": "h2", "at": at}}, held=True)
    asked = question(category="CNT.INSIGHTS", time=at)
    assert answer(raw, asked).code == Code.EXPLICIT_DENY
    assert answer(raw, asked | {"time": "2026-01-31T08:59:59Z"}).code == Code.DEFAULT_DENY


@pytest.mark.parametrize("end", [
    {"withdrawn_at": "2026-02-02T00:00:00Z"}, {"valid_to": "2026-02-02T00:00:00Z"},
    {"suspended": [{"from": "2026-02-02T00:00:00Z"}]},
    {"withdrawals": [{"grant": "*", "at": "2026-02-02T00:00:00Z"}]},
])
def test_hears_a_no_after_its_text_has_ended(end: dict[str, Any]) -> None:
    """INV-21: only a newer text ends a no."""
    asked = question(category="CNT.INSIGHTS")
    assert answer(changed(AG2, **end), asked).code == Code.EXPLICIT_DENY
    newer = changed(AG2, superseded_at="2026-03-10T10:00:00Z", **end)
    assert answer(newer, asked).code == Code.DEFAULT_DENY


def test_hears_a_no_only_from_its_least_form_up_and_in_its_own_sessions() -> None:
    raw = with_line(AG2, "G24", categories=["PRG"], min_form="summary", sessions=["S1"])
    assert answer(raw, question(session="S1")).code == Code.EXPLICIT_DENY
    assert answer(raw, question(session="S1", form="headline")).code == Code.GRANT
    assert answer(raw, question()).code == Code.GRANT


def test_inv_9_hears_a_no_about_every_session_but_one() -> None:
    raw = with_line(AG2, "G24", categories=["PRG"], outside_sessions=["S1"])
    assert answer(raw, question(session="S1")).code == Code.GRANT
    for other in ({}, {"session": "S2"}):
        assert answer(raw, question(**other)).code == Code.EXPLICIT_DENY


def test_takes_a_withdrawal_at_the_same_moment() -> None:
    """INV-7: of a line, of a category of it, of everything."""
    at = "2026-03-10T10:00:00Z"
    for taken in ({"grant": "G21"}, {"grant": "*"}, {"grant": "G21", "categories": ["PRG"]}):
        raw = changed(AG2, withdrawals=[{**taken, "at": at}])
        assert answer(raw, question(time=at)).code == Code.WITHDRAWN
        assert answer(raw, question(time="2026-03-10T09:59:59Z")).code == Code.GRANT
    raw = changed(AG2, withdrawals=[{"grant": "G21", "categories": ["PRG.GOALS"], "at": at}])
    assert answer(raw, question(time=at)).code == Code.GRANT


def test_binds_nobody_who_did_not_sign_or_has_left() -> None:
    raw = world()
    raw["parties"]["carla"]["left_at"] = "2026-03-10T10:00:00Z"
    assert answer(raw, question()).code == Code.RECIPIENT_NOT_BOUND
    assert answer(raw, question(time="2026-03-10T09:59:59Z")).code == Code.GRANT
    raw = with_line(AG2, "G21", recipients=["dev"])
    assert answer(raw, question(recipient="dev")).code == Code.RECIPIENT_NOT_BOUND


def test_sleeps_for_one_party_alone_or_for_all() -> None:
    night = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-10T10:00:01Z"}
    for sleep, code in (({}, Code.SUSPENDED), ({"party": "carla"}, Code.SUSPENDED),
                        ({"party": "eli"}, Code.GRANT)):
        raw = changed(AG2, suspended=[{**night, **sleep}])
        assert answer(raw, question()).code == code
        assert answer(raw, question(time="2026-03-10T10:00:01Z")).code == Code.GRANT


def test_names_the_nearest_miss_by_number_of_misses_then_by_its_kind_then_by_id() -> None:
    asked = question(channel="post")
    raw = world()
    lines = raw["versions"][AG2]["grants"]
    near = lines[0]
    lines.append({**near, "id": "G19"})
    assert answer(raw, asked).by == "G21"  # nobody said yes to G19: that is two misses
    lines.append({**near, "id": "G20", "optional": False})
    assert (answer(raw, asked).code, answer(raw, asked).by) == (Code.WRONG_CHANNEL, "G20")
    lines.append(
        {**near, "id": "G99", "optional": False, "channels": ["post"], "purposes": ["billing"]})
    assert (answer(raw, asked).code, answer(raw, asked).by) == (Code.WRONG_PURPOSE, "G99")


def test_names_no_line_where_none_is_about_this_category_and_this_person() -> None:
    found = answer(world(), question(category="PRG.TAKEAWAYS"))
    assert (found.code, found.by) == (Code.DEFAULT_DENY, None)


def test_joins_the_obligations_of_every_line_that_permits() -> None:
    raw = world()
    near = raw["versions"][AG2]["grants"][0]
    raw["versions"][AG2]["grants"].append(
        {**near, "id": "G50", "optional": False, "obligations": ["count_use"]})
    found = answer(raw, question())
    assert found.by == "G21"
    assert found.obligations == ("both_approved_report", "coachee_copy", "count_use", "log",
                                 "no_onward_sharing_notice")


def test_counts_uses_down_to_none() -> None:
    assert answer(with_line(AG2, "G21", uses_left=1), question()).code == Code.GRANT
    assert answer(with_line(AG2, "G21", uses_left=0), question()).code == Code.USED_UP


def test_keeps_the_coachees_rights_while_paused_and_after_the_end() -> None:
    for state in ("PAUSED", "CLOSED", "DRAFT"):
        raw = world()
        raw["engagement"]["state"] = state
        asked = question(recipient="ben", purpose="self")
        assert answer(raw, asked).code == Code.OWN_INFORMATION


def test_lets_logistics_alone_through_while_paused() -> None:
    raw = world()
    raw["engagement"]["state"] = "PAUSED"
    asked = question(category="LOG.SCHEDULE", recipient="eli", purpose="arrange", form="fact")
    assert answer(raw, asked).code == Code.GRANT
    assert answer(raw, question()).code == Code.ENGAGEMENT_PAUSED


@pytest.mark.parametrize("channel", sorted(EMPLOYER_OWNED))
@pytest.mark.parametrize("category", sorted(CLASSES))
def test_sends_no_coaching_content_to_the_coachee_over_an_employers_channel(
    category: str, channel: str,
) -> None:
    """INV-15, LK2."""
    asked = question(category=category, recipient="ben", purpose="self", channel=channel)
    locked = answer(world(), asked).code == Code.LK2_EMPLOYER_CHANNEL
    assert locked == (CLASSES[category] in COACHING_CONTENT)


@pytest.mark.parametrize(("terms", "code"), [
    ({"agreed": "unidentified"}, Code.LK5_ATTRIBUTION),
    ({"attribution": "named", "agreed": "category"}, Code.LK5_ATTRIBUTION),
    ({"groups": {"peers": 3, "reports": 2}}, Code.LK6_SMALL_GROUP),
    ({"groups": {"peers": 3, "reports": 2}, "show": ["peers"]}, Code.OWN_INFORMATION),
    ({"groups": {"peers": 3, "reports": 2}, "show": ["peers"], "show_total": True},
     Code.LK6_DIFFERENCING),
    ({"groups": {"peers": 3, "reports": 3}, "show": ["peers"], "show_total": True},
     Code.OWN_INFORMATION),
    ({"groups": {"peers": 2}, "show": []}, Code.LK6_SMALL_GROUP),
    ({"groups": {"peers": -1}, "show": []}, Code.UNKNOWN_INPUT),
    ({"show": ["strangers"]}, Code.UNKNOWN_INPUT),
    ({"show": None}, Code.UNKNOWN_INPUT),
])
def test_keeps_who_gave_feedback_as_hidden_as_was_promised(
    terms: dict[str, Any], code: Code,
) -> None:
    """LK5, LK6."""
    block = {"attribution": "category", "agreed": "category",
             "groups": {"peers": 3, "reports": 3}, "show": ["peers", "reports"]} | terms
    asked = question(category="ASM.FB_GROUP", recipient="ben", purpose="feedback", feedback=block)
    assert answer(world(), asked).code == code


def test_tells_of_a_third_person_only_with_their_yes() -> None:
    """LK7, for the coachee too; nothing but true is a yes."""
    asked = question(category="THP.NAMED", recipient="ben", purpose="self")
    for agreed, code in ((True, Code.OWN_INFORMATION), (False, Code.LK7_THIRD_PERSON),
                         ("yes", Code.LK7_THIRD_PERSON), (1, Code.LK7_THIRD_PERSON)):
        assert answer(world(), asked | {"third_person_agreed": agreed}).code == code


def test_says_one_thing_for_each_reason_to_everyone_else() -> None:
    """INV-16."""
    asked = {"category": "PRG.ORG_SUPPORT", "recipient": "dev", "purpose": "support_at_work",
             "channel": "in_person", "form": "headline"}
    refused = answer(world(), question(**asked))
    never = answer(world(), question(**asked | {"category": "PRG.ACTIONS"}))
    assert refused.code != never.code
    assert refused.outside == never.outside == "NOT_SHARED_UNDER_CURRENT_AGREEMENTS"


def test_ranks_every_reason_that_a_line_can_miss_by() -> None:
    assert list(NEARNESS.values()) == list(range(14))


def test_reads_a_world_once_however_often_it_is_asked() -> None:
    read = read_world(world())
    assert decide(read, question()) == decide(read, question())
    assert read.lines_about is read.lines_about


def test_knows_the_words_of_the_texts_and_their_classes() -> None:
    """The pack may name things; the classes that locked rules go by stand in code."""
    words = load_pack().template("T1").vocabulary
    assert {code: one.kind for code, one in words.categories.items() if "." in code} == CLASSES
    assert set(words.purposes) | {"self"} == codes.PURPOSES
    assert set(words.channels) == codes.CHANNELS
    assert tuple(words.forms) == codes.FORMS
    assert set(words.roles) <= codes.ROLES
