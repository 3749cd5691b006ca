"""What a new text changes against the one before it: every dimension, as a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sharing.policy import decide, read_world
from portal.wording.policy import (
    Changes,
    Direction,
    Frozen,
    Line,
    LineChoices,
    LineEdit,
    Recipient,
    Sort,
    Terms,
    canonical_record,
    changes_between,
    read_record,
    scope_changes,
    slots_of,
)
from portal.wording.queries import template
from tests.wording.conftest import text_of

T2 = template("T2")
CARLA, DEV = Recipient("SPONSOR", "Carla Conti"), Recipient("LINE_MANAGER", "Dev Desai")
FIRST, LAST = date(2026, 11, 23), date(2027, 5, 22)


def frozen(code: str = "T2", choices: LineChoices | None = None, **values: Any) -> Frozen:
    """Return a text as it is read once it is frozen."""
    draft = text_of(code, choices, **values)
    people = {role: role for role in draft.printed}
    record = canonical_record(draft, slots_of(draft, people), Terms("agreement", 1))
    return read_record(json.loads(json.dumps(record)))


TEXT = frozen()
GOALS = Line(
    no=1, key="goals", effect="permit", categories=("PRG.GOALS",), recipients=(CARLA,),
    purposes=("inform_progress",), channels=("portal", "in_person"), starts=FIRST, ends=LAST,
    max_form="summary", optional=True, obligations=("both_approved_report",))
NO = Line(
    no=1, key="no", effect="deny", categories=("CNT",), recipients=(CARLA,), purposes=("*",),
    channels=("*",), starts=FIRST, min_form="headline")


def having(*lines: Line, **dates: date) -> Frozen:
    """Return T2 with these lines in place of its own."""
    numbered = tuple(replace(line, no=no) for no, line in enumerate(lines, start=1))
    return replace(TEXT, lines=numbered, sentences={}, dates=replace(TEXT.dates, **dates))


def told(before: Frozen, after: Frozen) -> tuple[Direction, list[str]]:
    """Return where a text leads, and each sentence behind its sort."""
    found = Changes(scope_changes(before, after, T2), ())
    return found.direction, [f"{one.sort}: {one.sentence}" for one in found.scope]


#: A change of one line, where it leads, and what is said of it.
CHANGES = [
    ({"categories": ("PRG.GOALS", "PRG.TAKEAWAYS")}, Direction.WIDEN,
     "new: Carla Conti (sponsor) may also get the key takeaways and themes, to keep the sponsor "
     "informed, if Ben Adler says yes to it."),
    ({"recipients": (CARLA, DEV)}, Direction.WIDEN,
     "new: Dev Desai (manager) may also get the agreed goals, to keep the sponsor informed, if "
     "Ben Adler says yes to it."),
    ({"channels": ("portal", "in_person", "video")}, Direction.WIDEN,
     "new: Carla Conti (sponsor) may get the agreed goals also by video call, if Ben Adler says "
     "yes to it."),
    ({"channels": ("portal",)}, Direction.NARROW,
     "gone: Carla Conti (sponsor) may no longer get the agreed goals in person."),
    ({"max_form": "report"}, Direction.WIDEN,
     "changed: Carla Conti (sponsor) may get the agreed goals as a detailed report at most "
     "(before: as a short summary at most)."),
    ({"max_form": "fact"}, Direction.NARROW,
     "changed: Carla Conti (sponsor) may get the agreed goals as bare facts at most "
     "(before: as a short summary at most)."),
    ({"starts": date(2027, 1, 1)}, Direction.NARROW,
     "changed: Carla Conti (sponsor) may get the agreed goals from 1 January 2027 on "
     "(before: from 23 November 2026 on)."),
    ({"ends": date(2027, 1, 31)}, Direction.NARROW,
     "changed: Carla Conti (sponsor) may get the agreed goals until 31 January 2027 "
     "(before: until 22 May 2027)."),
    ({"optional": False}, Direction.WIDEN,
     "changed: Whether Carla Conti (sponsor) may get the agreed goals is no longer a question: "
     "whoever signs agrees to it."),
    ({"condition_of_programme": True}, Direction.WIDEN,
     "changed: That Carla Conti (sponsor) may get the agreed goals is now a condition of the "
     "programme."),
]


@pytest.mark.parametrize("change, direction, sentence", CHANGES)
def test_says_each_change_of_a_line_in_one_sentence(
    change: dict[str, Any], direction: Direction, sentence: str
) -> None:
    assert told(having(GOALS), having(replace(GOALS, **change))) == (direction, [sentence])


OPPOSITE = {Direction.WIDEN: Direction.NARROW, Direction.NARROW: Direction.WIDEN}


@pytest.mark.parametrize("change, direction", [(one, way) for one, way, _said in CHANGES])
def test_leads_the_other_way_when_it_is_undone(
    change: dict[str, Any], direction: Direction
) -> None:
    way, sentences = told(having(replace(GOALS, **change)), having(GOALS))
    assert (way, len(sentences)) == (OPPOSITE[direction], 1)


@pytest.mark.parametrize("change, direction", [
    ({"obligations": ()}, Direction.WIDEN),
    ({"obligations": ("both_approved_report", "minimum_necessary")}, Direction.NARROW),
    ({"recipient_need_not_sign": True}, Direction.WIDEN),
    ({"sessions": ("S1",)}, Direction.NARROW),
    ({"data_from": date(2026, 12, 1)}, Direction.NARROW),
    ({"data_to": date(2026, 12, 1)}, Direction.NARROW),
])
def test_says_that_what_goes_with_a_line_is_different(
    change: dict[str, Any], direction: Direction
) -> None:
    way, sentences = told(having(GOALS), having(replace(GOALS, **change)))
    assert way is direction
    assert sentences[0].startswith("changed: What goes with telling Carla Conti (sponsor) the ")
    back, _sentences = told(having(replace(GOALS, **change)), having(GOALS))
    assert back is OPPOSITE[direction]


@pytest.mark.parametrize("weaker", [
    {"categories": ("CNT.NOTES",)}, {"min_form": "summary"}, {"unless_named": True},
    {"channels": ("portal",)}, {"purposes": ("evaluate",)}, {"outside_sessions": ("S1",)},
    {"recipients": (DEV,)},
])
def test_tells_a_no_that_is_weaker_from_one_that_is_stronger(weaker: dict[str, Any]) -> None:
    strong, weak = having(NO), having(replace(NO, **weaker))
    if weaker == {"recipients": (DEV,)}:
        assert told(strong, weak)[0] is Direction.MIXED
        return
    way, sentences = told(strong, weak)
    assert way is Direction.MIXED or (way is Direction.WIDEN and sentences == [
        "gone: Ana Berg will not tell Carla Conti (sponsor) what is said, written, noted or "
        "recorded in the coaching, as one line or in more detail."])
    assert told(weak, strong)[0] in (Direction.NARROW, Direction.MIXED)


def test_says_a_new_no_in_its_own_words() -> None:
    assert told(having(GOALS), having(GOALS, NO)) == (Direction.NARROW, [
        "new: Ana Berg will not tell Carla Conti (sponsor) what is said, written, noted or "
        "recorded in the coaching, as one line or in more detail."])


def test_another_purpose_is_another_line() -> None:
    """Domain 2.6: a change of purpose is always a new line, never an edit."""
    way, sentences = told(having(GOALS), having(replace(GOALS, purposes=("evaluate",))))
    assert way is Direction.MIXED
    assert sentences == [
        "new: Carla Conti (sponsor) may also get the agreed goals, to judge the value of the "
        "programme, not of the person, in the portal or in person, as a short summary at most, "
        "from 23 November 2026 to 22 May 2027, if Ben Adler says yes to it.",
        "gone: Carla Conti (sponsor) may no longer get the agreed goals, to keep the sponsor "
        "informed."]


def test_says_once_that_the_whole_text_lasts_longer() -> None:
    later = LAST + timedelta(days=92)
    both = [GOALS, replace(GOALS, key="actions", categories=("PRG.ACTIONS",))]
    after = having(*(replace(line, ends=later) for line in both), valid_to=later)
    assert told(having(*both), after) == (Direction.WIDEN, [
        "changed: What may be shared for as long as this text holds may be shared until 22 "
        "August 2027 (before: until 22 May 2027)."])
    assert told(after, having(*both))[0] is Direction.NARROW


def test_days_that_are_over_are_no_change() -> None:
    start = FIRST + timedelta(days=60)
    after = having(replace(GOALS, starts=start), effective_from=start)
    gone = replace(GOALS, categories=("PRG.ACTIONS",), ends=start - timedelta(days=1))
    assert told(having(GOALS, gone), after) == (Direction.WORDING, [])


@pytest.mark.parametrize("before, after", [
    ([GOALS, replace(GOALS, categories=("PRG.ACTIONS",))],
     [replace(GOALS, categories=("PRG.ACTIONS", "PRG.GOALS"))]),
    ([replace(GOALS, key="added-1"), replace(GOALS, key="added-2", categories=("PRG.ACTIONS",))],
     [replace(GOALS, key="added-1", categories=("PRG.ACTIONS",)), replace(GOALS, key="added-2")]),
    ([GOALS], [replace(GOALS, recipients=(Recipient("SPONSOR", " carla  CONTI"),))]),
])
def test_the_same_scope_in_other_lines_is_wording_only(
    before: list[Line], after: list[Line]
) -> None:
    assert told(having(*before), having(*after)) == (Direction.WORDING, [])


@pytest.mark.parametrize("code", ["T1", "T2", "T3", "T4"])
def test_the_same_text_changes_nothing(code: str) -> None:
    assert changes_between(frozen(code), frozen(code), template(code)) == Changes((), ())


def test_says_which_parts_are_worded_differently() -> None:
    found = changes_between(frozen(), frozen(**{"sponsor.wishes": "something else"}), T2)
    assert found.direction is Direction.WORDING
    assert [one.title for one in found.wording] == ["What each of us expects"]
    assert any("something else" in text for text in found.wording[0].new)
    assert not any("something else" in text for text in found.wording[0].gone)


def test_leaves_the_sentences_of_lines_out_of_the_wording() -> None:
    edit = LineChoices(edits={"goals": LineEdit(categories=("PRG.GOALS", "PRG.TAKEAWAYS"))})
    found = changes_between(frozen(), frozen(choices=edit), T2)
    assert [(one.sort, one.line) for one in found.scope] == [(Sort.NEW, 2)]
    assert found.wording == ()


# Random pairs of texts beside the decision itself: what is not called wider permits no more, and
# what is not called narrower permits no less.

IDS = {"SPONSOR": "carla", "LINE_MANAGER": "dev"}
KNOWN = {"categories": ("PRG.GOALS", "PRG.ACTIONS"), "purposes": ("inform_progress", "evaluate"),
         "channels": ("portal", "video")}
DAYS = [FIRST + timedelta(days=number) for number in (0, 1, 2)]


def _some(values: Any) -> Any:
    return st.lists(st.sampled_from(list(values)), min_size=1, max_size=2, unique=True).map(tuple)


PERMITS = st.builds(
    Line, no=st.just(1), key=st.sampled_from(["a", "b"]), effect=st.just("permit"),
    categories=_some(KNOWN["categories"]), recipients=_some([CARLA, DEV]),
    purposes=_some(KNOWN["purposes"]), channels=_some(KNOWN["channels"]),
    starts=st.sampled_from(DAYS), ends=st.sampled_from([*DAYS, LAST]),
    max_form=st.sampled_from(["fact", "summary"]), recipient_need_not_sign=st.booleans())
DENIES = st.builds(
    Line, no=st.just(1), key=st.just("no"), effect=st.just("deny"),
    categories=st.sampled_from([("PRG",), ("PRG.GOALS",), ("*",)]),
    recipients=st.sampled_from([(CARLA,), (Recipient("*"),)]),
    purposes=st.sampled_from([("*",), ("evaluate",)]), channels=st.just(("*",)),
    starts=st.just(FIRST), min_form=st.sampled_from(["fact", "summary"]))
TEXTS = st.lists(st.one_of(PERMITS, PERMITS, DENIES), min_size=1, max_size=3)


def world_of(lines: list[Line]) -> Any:
    """Return a world in which a text with these lines is in force, with a yes to each."""
    names = [f"G{number}" for number in range(len(lines))]
    moment = "{}T00:00:00Z".format
    grants = []
    for name, line in zip(names, lines, strict=True):
        form = "max_form" if line.effect == "permit" else "min_form"
        grants.append({
            "id": name, "effect": line.effect, "categories": list(line.categories),
            "recipients": ["*" if who.role == "*" else IDS[who.role] for who in line.recipients],
            "purposes": list(line.purposes), "channels": list(line.channels),
            form: line.max_form or line.min_form, "from": moment(line.starts),
            "recipient_need_not_sign": line.recipient_need_not_sign,
            **({"to": moment(line.ends + timedelta(days=1))} if line.ends else {})})
    signed = {"hash": "h", "at": moment(FIRST)}
    return read_world({
        "engagement": {"id": "E", "coachee": "ben", "coach": "ana", "state": "ACTIVE"},
        "parties": {"ana": {"role": "COACH"}, "ben": {"role": "COACHEE"},
                    "carla": {"role": "SPONSOR"}, "dev": {"role": "LINE_MANAGER"}},
        "cases": [], "versions": [{
            "id": "V", "title": "T", "hash": "h", "required": ["ana", "ben", "carla"],
            "valid_from": moment(FIRST), "valid_to": moment(LAST + timedelta(days=1)),
            "signatures": dict.fromkeys(("ana", "ben", "carla"), signed), "accepted": names,
            "grants": grants}]})


ASKED = [{"category": category, "recipient": who, "purpose": purpose, "channel": channel,
          "form": form, "time": f"{day}T12:00:00Z"}
         for category, who, purpose, channel, form, day in product(
             KNOWN["categories"], IDS.values(), KNOWN["purposes"], KNOWN["channels"],
             ("fact", "summary"), DAYS)]


def permitted(lines: list[Line]) -> set[int]:
    """Return which of all questions are answered with yes."""
    world = world_of(lines)
    return {number for number, asked in enumerate(ASKED)
            if decide(world, asked).decision == "PERMIT"}


@given(TEXTS, TEXTS)
def test_inv_18_never_calls_a_text_that_permits_more_by_a_smaller_name(
    before: list[Line], after: list[Line]
) -> None:
    direction, _sentences = told(having(*before), having(*after))
    more, less = permitted(after) - permitted(before), permitted(before) - permitted(after)
    if direction in (Direction.WORDING, Direction.NARROW):
        assert not more
    if direction in (Direction.WORDING, Direction.WIDEN):
        assert not less
