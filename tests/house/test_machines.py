"""The state machines in code are the ones of the domain, event by event and state by state."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.agreements import policy as agreements
from portal.amending import policy as amending
from portal.engagements import policy as engagements
from portal.handing import policy as handing
from portal.ledger.actions import Order, step
from portal.ledger.models import Access
from portal.links import policy as links
from portal.plain.errors import Refused
from portal.plain.machine import Machine, NotListed
from tests.builders import World

FILE = Path(__file__).parents[1] / "vectors" / "machines.txt"
MACHINES = {
    m.name: m
    for m in (
        engagements.ENGAGEMENT,
        engagements.PARTY,
        agreements.VERSION,
        agreements.LINE,
        agreements.SIGNATURE,
        agreements.REVIEW,
        links.MACHINE,
        handing.MACHINE,
        amending.MACHINE,
    )
}
#: Headings that say more than the machine's name.
NAMED = {"ScopeGrant(permit line)": "ScopeGrant"}


def written() -> dict[str, tuple[str, frozenset[str], set[tuple[str, str, str]]]]:
    """Read the domain's file: name -> (start, terminal states, steps)."""
    found: dict[str, tuple[str, frozenset[str], set[tuple[str, str, str]]]] = {}
    steps: set[tuple[str, str, str]] = set()
    for line in FILE.read_text().splitlines():
        if line.startswith("MACHINE"):
            match = re.fullmatch(r"MACHINE (.+?)\s+start=(\w+)\s+terminal=(\S+)", line)
            assert match
            steps = set()
            found[NAMED.get(match[1], match[1])] = (match[2], frozenset(match[3].split(",")), steps)
        elif "-->" in line:
            source, rest = line.split(" --", 1)
            event, target = rest.split("--> ", 1)
            steps.add((source, event.split("[")[0], target.split(" / ")[0].strip()))
    return found


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_is_the_machine_of_the_domain(name: str) -> None:
    start, terminal, steps = written()[name]
    machine = MACHINES[name]
    assert (machine.start, machine.terminal) == (start, terminal)
    assert {(s.source, s.event, s.target) for s in machine.steps} == steps


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_takes_every_listed_event_and_refuses_every_other(name: str) -> None:
    machine, (_start, _terminal, steps) = MACHINES[name], written()[name]
    for state in machine.states:
        for event in machine.events:
            targets = {t for s, e, t in steps if (s, e) == (state, event)}
            if targets:
                assert {machine.after(state, event, target) for target in targets} == targets
            else:
                with pytest.raises(NotListed):
                    machine.after(state, event)


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_refuses_with_a_reason_and_logs_what_is_not_listed(name: str, world: World) -> None:
    machine = MACHINES[name]
    for state in sorted(machine.terminal):
        for event in sorted(machine.events):
            with pytest.raises(Refused) as no, world.ground.work(writes=True) as work:
                step(work, machine, state, event)
            assert no.value.reason is Order.NOT_NOW
    with world.ground.work(writes=False) as work:
        logged = work.session.scalars(select(Access).where(Access.outcome == "not_listed")).all()
    assert len(logged) == len(machine.terminal) * len(machine.events)
    assert {line.what for line in logged} == {f"step.{name.lower()}"}


def _reaches_an_end(machine: Machine, state: str) -> bool:
    seen, todo = set(), [state]
    while todo:
        here = todo.pop()
        if here in machine.terminal:
            return True
        if here not in seen:
            seen.add(here)
            todo += [s.target for s in machine.steps if s.source == here]
    return False


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_has_no_dead_end_and_no_state_out_of_reach(name: str) -> None:
    machine = MACHINES[name]
    assert all(_reaches_an_end(machine, state) for state in machine.states)
    assert machine.states - {s.target for s in machine.steps} <= {machine.start}
