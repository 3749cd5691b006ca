"""State machines as tables: what is not listed does not happen.

A machine is data. Status is never stored: it is the fold of recorded events and reached
instants through the table, so there is nothing that could be reset or drift away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property


class NotListed(Exception):
    """Say that the machine has no such step from this state."""

    def __init__(self, machine: str, state: str, event: str) -> None:
        """Name machine, state and event; none of the three is personal."""
        super().__init__(f"{machine}: no '{event}' in {state}")
        self.machine, self.state, self.event = machine, state, event


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a machine: from `source`, on `event`, to `target`."""

    source: str
    event: str
    target: str


@dataclass(frozen=True)
class Machine:
    """Hold the steps of one kind of thing."""

    name: str
    start: str
    terminal: frozenset[str]
    steps: tuple[Step, ...]

    @cached_property
    def _targets(self) -> dict[tuple[str, str], tuple[str, ...]]:
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for step in self.steps:
            key = (step.source, step.event)
            found[key] = (*found.get(key, ()), step.target)
        return found

    @cached_property
    def states(self) -> frozenset[str]:
        """Give every state that a step leaves or reaches."""
        return frozenset({s.source for s in self.steps} | {s.target for s in self.steps})

    @cached_property
    def events(self) -> frozenset[str]:
        """Give every event that some state listens to."""
        return frozenset(s.event for s in self.steps)

    def allows(self, state: str, event: str) -> bool:
        """Tell whether the table lists this event in this state."""
        return (state, event) in self._targets

    def after(self, state: str, event: str, target: str | None = None) -> str:
        """Return the state that follows.

        `target` picks where the guard of an event decides between two states.
        Raises `NotListed` for everything that the table does not hold.
        """
        targets = self._targets.get((state, event), ())
        if target is None and len(targets) == 1:
            return targets[0]
        if target is not None and target in targets:
            return target
        raise NotListed(self.name, state, event)

    def fold(self, events: Iterable[tuple[str, str | None]]) -> str:
        """Return where the recorded events lead from the start."""
        state = self.start
        for event, target in events:
            state = self.after(state, event, target)
        return state


def machine(name: str, start: str, terminal: str, table: str) -> Machine:
    """Read a machine from lines `FROM --event--> TO`."""
    steps = []
    for line in table.strip().splitlines():
        source, rest = line.strip().split(" --", 1)
        event, target = rest.rsplit("--> ", 1)
        steps.append(Step(source, event, target))
    return Machine(name, start, frozenset(terminal.split(",")), tuple(steps))
