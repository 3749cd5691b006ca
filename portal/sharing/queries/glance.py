"""Who can be asked about, and what lines speak of, at a glance: for the steps of asking.

No world is loaded for it, so nothing is decided by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portal.sharing.policy.codes import ANY, spread
from portal.sharing.policy.loading import Named, Somebody, line_id, plain
from portal.sharing.policy.narrowing import Narrowed, Spoken, narrowed_from
from portal.sharing.policy.world import PERMIT
from portal.sharing.queries import rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.sharing.queries.rows import Frozen


@dataclass(frozen=True, slots=True)
class Said:
    """Hold a line as everybody reads it, with the title of its text."""

    id: str
    version_id: str
    agreement_id: str
    template: str
    title: str
    number: int
    effect: str
    optional: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Glance:
    """Hold everybody by id, and the lines of the texts that the present coach signs or signed.

    `gone` are those who take part no more. `doors` is empty: only a world knows of closed ones.
    """

    engagement: Engagement
    people: Mapping[str, Somebody]
    lines: Mapping[str, Said]
    texts: Sequence[Frozen]
    gone: Collection[str]
    doors: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def coachee(self) -> Somebody:
        """Return who is coached."""
        return next(who for who in self.people.values() if who.role == "COACHEE")

    @property
    def coach(self) -> Somebody:
        """Return who coaches now."""
        return next(who for who in self.people.values()
                    if who.role == "COACH" and who.id not in self.gone)

    @property
    def askable(self) -> list[Somebody]:
        """Return whom the coach can ask about, the coachee last."""
        others = [who for who in self.people.values()
                  if who.role not in ("COACH", "COACHEE") and who.id not in self.gone]
        return [*others, self.coachee]

    def narrowed(self, who: Somebody, category: str | None = None) -> Narrowed:
        """Return what permissions to somebody speak of, or those about one category of theirs."""
        return narrowed_from((
            _spoken(line) for text in self.texts for line in text.lines.values()
            if line["effect"] == PERMIT and any(
                one["role"] == who.role and plain(one["name"]) == plain(who.name)
                for one in line["recipients"])), category)


def glance(work: Work, engagement: Engagement) -> Glance:
    """Return an engagement at a glance, with as many queries whoever takes part."""
    parties = rows.beings(work, engagement)
    people = {one.id: Somebody(one.id, one.role, one.name, since=one.since) for one in parties}
    texts = list(rows.frozen(work, engagement, own=True).values())
    lines: dict[str, Said] = {}
    for text in texts:
        lines |= said(text)
        meet(work, engagement, people, {"COACH", "COACHEE"}, (
            Named(who["role"], who["name"], who.get("place", ""))
            for line in text.lines.values() for who in line["recipients"]))
    return Glance(engagement, people, lines, texts, {one.id for one in parties if one.gone})


def said(text: Frozen) -> dict[str, Said]:
    """Return the lines of a text as everybody reads them, by their ids."""
    return {line_id(text.version_id, number): Said(
        line_id(text.version_id, number), text.version_id, text.agreement_id, text.template,
        text.title, number, line["effect"], line["optional"], line["sentence"])
        for number, line in text.lines.items()}


def meet(
    work: Work, engagement: Engagement, people: dict[str, Somebody], signing: Collection[str],
    named: Iterable[Named],
) -> None:
    """Know everybody whom a line names and who is no party: a tool, a body, a page.

    Their id stays the same over texts, and says nothing about their name.
    """
    known = {(who.role, plain(who.name)) for who in people.values()}
    for one in {*named}:
        if (one.role != ANY and one.name and one.role not in signing
                and (one.role, plain(one.name)) not in known):
            key = work.vault.fingerprint(
                f"{engagement.id}\n{one.role}\n{plain(one.name)}", "recipient")[:32]
            people[key] = Somebody(key, one.role, one.name, one.place)


def _spoken(line: Mapping[str, Any]) -> Spoken:
    return Spoken(spread(tuple(line["categories"])), tuple(line["purposes"]),
                  tuple(line["channels"]), line["max_form"], tuple(line["sessions"]))
