"""What holds for any world: properties P1 to P6 of the domain, and that nothing raises.

`HYPOTHESIS_PROFILE=nightly` tries each with 10,000 worlds.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portal.sharing.policy import BadWorld, Code, decide, read_world
from portal.sharing.policy.codes import FORMS
from portal.sharing.policy.vectors import BadVectors, answer_vectors
from tests.sharing.worlds import PARTIES, Dice, answer, meeting

seeds = st.integers(0, 2**32)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner,
                                                                max_size=3),
    max_leaves=8,
)


@given(seeds)
def test_gives_no_grant_without_the_coachees_signature_on_the_granting_text(seed: int) -> None:
    """P1, INV-4."""
    world, asked, _dice = meeting(seed)
    found = answer(world, asked)
    granting = [version["signatures"].get("ben") for version in world["versions"]
                if found.by in [line["id"] for line in version["grants"]]]
    assert found.code != Code.GRANT or any(
        one and one["hash"] == "h1" and one["at"] <= asked["time"] for one in granting)


@given(seeds)
def test_opens_nothing_by_another_no(seed: int) -> None:
    """P2, INV-6: the no may stand in a text of the world, or in one of its own."""
    world, asked, dice = meeting(seed)
    before = answer(world, asked)
    no = dice.line("NO", "deny")
    if dice.perhaps(0.5):
        dice.one(world["versions"])["grants"].append(no)
    else:
        world["versions"].append(dice.version(9) | {"grants": [no]})
    assert before.decision == "PERMIT" or answer(world, asked).decision == "DENY"


@given(seeds, st.sampled_from(sorted(set(PARTIES) - {"ben"})))
def test_opens_nothing_by_losing_a_signature_of_anybody_but_the_coachee(
    seed: int, who: str,
) -> None:
    """P3."""
    world, asked, _dice = meeting(seed)
    before = answer(world, asked)
    for version in world["versions"]:
        version["signatures"].pop(who, None)
    assert before.decision == "PERMIT" or answer(world, asked).decision == "DENY"


@given(seeds)
def test_answers_alike_in_whatever_order_texts_lines_and_cases_stand(seed: int) -> None:
    """P4: decision, reason, line and obligations."""
    world, asked, dice = meeting(seed)
    before = answer(world, asked)
    for values_in_order in (world["versions"], world["cases"], *(
            version.get(key, []) for version in world["versions"]
            for key in ("grants", "required", "withdrawals", "suspended"))):
        dice.shuffle(values_in_order)
    assert answer(world, asked) == before


@given(seeds)
def test_permits_every_less_detailed_form_of_what_it_permits(seed: int) -> None:
    """P5; a case names the exact form."""
    world, asked, _dice = meeting(seed)
    found = answer(world, asked)
    if found.decision == "PERMIT" and found.code != Code.CASE_AUTHORISED:
        for form in FORMS[:FORMS.index(asked["form"])]:
            assert answer(world, asked | {"form": form}).decision == "PERMIT"


@given(seeds)
def test_gives_the_raw_form_to_the_coachee_alone(seed: int) -> None:
    """P6; a court order may name the record itself."""
    world, asked, _dice = meeting(seed)
    found = answer(world, asked | {"form": "raw"})
    assert (found.decision == "DENY" or asked["recipient"] == "ben"
            or found.code == Code.CASE_AUTHORISED)


@given(seeds)
def test_tells_outsiders_one_of_two_words(seed: int) -> None:
    """INV-16: every no sounds alike."""
    world, asked, _dice = meeting(seed)
    found = answer(world, asked)
    assert found.outside == {
        "PERMIT": "SHARED", "DENY": "NOT_SHARED_UNDER_CURRENT_AGREEMENTS"}[found.decision]
    assert found.decision == "PERMIT" or not found.obligations


@given(seeds, values, values.filter(lambda value: not isinstance(value, str)))
def test_never_raises_and_never_says_yes_to_a_broken_question(
    seed: int, anything: Any, no_word: Any,
) -> None:
    world, asked, dice = meeting(seed)
    needed = ("category", "recipient", "purpose", "channel", "form", "time")
    for wrong in (asked | {dice.one(needed): no_word}, anything, None):
        assert decide(read_world(world), wrong).code == Code.UNKNOWN_INPUT


@given(seeds, values)
def test_points_at_what_is_wrong_with_a_broken_world(seed: int, anything: Any) -> None:
    world, asked, dice = meeting(seed)
    holder, key = dice.one(_places(world))
    holder[key] = anything
    assert _place_of_fault(world, asked) != ""


@given(st.text() | values.map(json.dumps))
def test_reads_any_text_as_vectors_or_says_that_it_is_none(text: str) -> None:
    assert _fault_of_vectors(text) != ""


def test_draws_worlds_that_give_every_reason() -> None:
    """The properties would pass by being empty if the worlds were too much alike."""
    codes: Counter[str] = Counter()
    for seed in range(4000):
        world, asked, _dice = meeting(seed)
        codes[answer(world, asked).code] += 1
    assert set(codes) == set(Code) - {Code.UNKNOWN_INPUT}
    assert codes[Code.GRANT] > 100


def test_draws_the_same_world_from_the_same_seed() -> None:
    assert meeting(7)[:2] == meeting(7)[:2] != meeting(8)[:2]
    assert Dice(7).world() == meeting(7)[0]


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place of a JSON value, as what holds it and its key there."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found: list[tuple[Any, Any]] = []
    for key, one in inner:
        found.append((value, key))
        if isinstance(one, dict | list):
            found += _places(one)
    return found


def _place_of_fault(world: Any, asked: Any) -> str | None:
    """Return the place that a refusal points at; None if the world was read and answered."""
    try:
        decide(read_world(world), asked)
    except BadWorld as wrong:
        return wrong.place
    return None


def _fault_of_vectors(text: str) -> str | None:
    try:
        answer_vectors(text)
    except BadVectors as wrong:
        return str(wrong)
    return None
