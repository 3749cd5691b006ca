"""Plain functions that bring a world into being through the portal's own actions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select

from portal.agreements.models import Signature
from portal.agreements.policy import state
from portal.agreements.queries import standing_of_one
from portal.engagements.policy import NAMED_ONLY
from portal.engagements.queries import parties_of
from portal.evidence.actions import make_seal
from portal.factors.actions import CodeRefused, CodeTaken, begin_enrolment, use_code
from portal.factors.models import Factor
from portal.ground.actor import Actor
from portal.ground.onetime import code_at
from portal.ground.work import Ground, Work
from portal.inking.actions import InkValues, record_ink, take_scan
from portal.inking.policy import Basis
from portal.inking.queries import sheet_of
from portal.issuing import actions as issuing
from portal.issuing.actions import OwnTerms, TermsValues
from portal.issuing.policy import NewParty
from portal.issuing.queries import texts_of
from portal.links.models import Invitation
from portal.people.actions import (
    NewPerson,
    NewPractice,
    found_practice,
    keep_answers,
    meet_person,
    open_account,
)
from portal.people.models import Person
from portal.people.policy import Owner, ReadBy
from portal.plain.errors import Missing
from portal.reaching.actions import party_by_id
from portal.signing.actions import SignValues, come_in, save, sign_waiting, take_seat
from portal.signing.policy import Progress, questions
from portal.signing.queries import seat_of, waiting_of
from portal.vouching.actions import vouch
from portal.vouching.policy import How
from portal.vouching.queries import digits_on_screen
from portal.web.words import today
from tests.beginnings import beginning
from tests.cast import (
    ACME,
    ANA,
    ANSWERS,
    BEN,
    CARLA,
    DEV,
    ELI,
    GUS,
    OWN_ANSWERS,
    PASSWORD,
    Character,
)

if TYPE_CHECKING:
    from portal.ground.clock import StandingClock


@dataclass
class World:
    """Hold a ground floor with a standing clock, and the ids of who is on it."""

    ground: Ground
    clock: StandingClock
    ids: dict[str, str] = field(default_factory=dict)

    def coach(self, key: str = "ana") -> Actor:
        """Return a signed-in coach as actions see one."""
        return Actor(self.ids[key], self.ids[f"{key}.practice"], "coach", "factor", "session",
                     account_id=self.ids[f"{key}.account"],
                     role=self.ids.get(f"{key}.role", "coach"))

    def party(self, key: str = "ben", level: str = "factor") -> Actor:
        """Return a signed-in party as actions see one."""
        return Actor(self.ids[key], self.ids[f"{key}.practice"], "party", level, "session",
                     engagement_id=self.ids["engagement"],
                     invitation_id=self.ids.get(f"{key}.invitation",
                                                self.ids.get("invitation")))

    def code(self, key: str) -> str:
        """Return the code that a person's authenticator shows now."""
        with self.ground.work(writes=False) as work:
            return code_of(work, self.ids[key])

    def fresh_code(self, key: str) -> str:
        """Let half a minute pass and return the next code, which nobody has used."""
        self.clock.move(seconds=30)
        return self.code(key)


def code_of(work: Work, person_id: str) -> str:
    """Return the present code of a person's newest authenticator, pending or enrolled."""
    factor = work.session.scalars(
        select(Factor).where(Factor.person_id == person_id, Factor.disabled_at.is_(None))
        .order_by(Factor.created_at.desc())
    ).first()
    assert factor is not None, "this person has no authenticator"
    return code_at(work.reveal(factor, "secret"), work.now)


@beginning
def add_practice(
    world: World, coach: Character = ANA, key: str = "ana", *, name: str = "Berg Coaching",
    answers: dict[str, str] | None = ANSWERS, enrolled: bool = True,
) -> None:
    """Found a practice with one coach, who has an account, an authenticator and a seal."""
    with world.ground.work(writes=True) as work:
        practice = found_practice(work, NewPractice(
            name, "AT", "Europe/Vienna", f"{name}, Lindengasse 1, 1070 Vienna"))
        person, _point = meet_person(work, practice.id, NewPerson(
            coach.name, coach.email, Owner.PRIVATE, ReadBy.NOBODY))
        account = open_account(work, person, coach.email, PASSWORD, "owner")
        make_seal(work, practice)
        if answers:
            keep_answers(work, practice, answers)
        begin_enrolment(work, person)
        world.ids |= {key: person.id, f"{key}.practice": practice.id,
                      f"{key}.account": account.id, f"{key}.role": "owner"}
    if enrolled:
        _enrol(world, key)


def add_colleague(
    world: World, who: Character, key: str, role: str = "coach", *, beside: str = "ana",
    enrolled: bool = True,
) -> None:
    """Let somebody else be a member of a practice, with an account and an authenticator."""
    with world.ground.work(writes=True) as work:
        practice_id = world.ids[f"{beside}.practice"]
        person, _point = meet_person(work, practice_id, NewPerson(
            who.name, who.email, Owner.PRIVATE, ReadBy.NOBODY))
        account = open_account(work, person, who.email, PASSWORD, role)
        begin_enrolment(work, person)
        world.ids |= {key: person.id, f"{key}.practice": practice_id,
                      f"{key}.account": account.id, f"{key}.role": role}
    if enrolled:
        _enrol(world, key)


def _enrol(world: World, key: str) -> None:
    with world.ground.work(writes=True) as work:
        taken = use_code(work, work.session.get_one(Person, world.ids[key]),
                         code_of(work, world.ids[key]))
        assert isinstance(taken, CodeTaken), taken


def add_engagement(
    world: World, coachee: Character = BEN, key: str = "ben", coach: str = "ana", *,
    title: str = "Coaching",
) -> str:
    """Let a coach name a coachee and settle the terms; nothing is sent yet."""
    with world.ground.work(writes=True, actor=world.coach(coach)) as work:
        engagement = issuing.name_coachee(work, NewPerson(
            coachee.name, coachee.email, Owner.PRIVATE, ReadBy.NOBODY), title)
        issuing.save_terms(work, engagement, TermsValues(today(work.now), ANSWERS))
        parties = parties_of(work, [engagement.id])[engagement.id]
        coachee_party = next(p for p in parties if p.role == "COACHEE")
        world.ids |= {"engagement": engagement.id, key: coachee_party.person_id,
                      f"{key}.practice": engagement.practice_id,
                      f"{key}.party": coachee_party.id}
        return engagement.id


def add_party(
    world: World, role: str, character: Character, *, asked: bool = False, coach: str = "ana"
) -> str:
    """Let a coach name somebody else who takes part; returns the party's id.

    `asked` lets the coach record that the coachee asked for this person today (Z6). Known to the
    world by the first name in small letters, as "eli": person, practice, party and engagement.
    """
    key = character.name.split()[0].lower()
    with world.ground.work(writes=True, actor=world.coach(coach)) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        own = role == "SUPPORTER"
        party = issuing.add_people(work, engagement, [NewParty(
            role, character.name, character.email if role not in NAMED_ONLY else "",
            Owner.PRIVATE if own else Owner.EMPLOYER, ReadBy.NOBODY,
            organisation=ACME if role == "SPONSOR" else "",
            asked_for_on=today(work.now) if asked else None)])[0]
        world.ids |= {key: party.person_id, f"{key}.practice": engagement.practice_id,
                      f"{key}.party": party.id, f"{key}.engagement": engagement.id}
        return party.id


def add_table(world: World, *asked: str, coach: str = "ana") -> str:
    """Let a coach name Ben and everybody else, and settle all terms; nothing is sent yet.

    T1 is for Ben alone, Carla signs T2 for Acme where Dev is the manager, Eli T3, Gus T4. `asked`
    are the keys of those whom the coachee asked for, as "eli" (Z6). Returns the engagement's id.
    """
    engagement_id = add_engagement(world, coach=coach)
    for role, who in (("SPONSOR", CARLA), ("LINE_MANAGER", DEV), ("ASSISTANT", ELI),
                      ("SUPPORTER", GUS)):
        add_party(world, role, who, asked=who.name.split()[0].lower() in asked, coach=coach)
    settle(world, coach)
    return engagement_id


def settle(world: World, coach: str = "ana") -> None:
    """Let a coach settle the terms of every draft, from today, with nothing left out."""
    with world.ground.work(writes=True, actor=world.coach(coach)) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        issuing.save_terms(work, engagement, TermsValues(today(work.now), ANSWERS, {
            text.material.agreement.id: OwnTerms(
                answers=OWN_ANSWERS.get(text.material.template.code, {}))
            for text in texts_of(work, engagement).drafts}))


def issue(world: World, coach: str = "ana") -> str:
    """Let a coach sign all drafts with one code and send what waits; returns the first
    version's id, which is T1's if that was a draft. The world knows each by its template.

    Where there is no draft, a new text of everything that is over is prepared first.
    """
    code = world.fresh_code(coach)
    with world.ground.work(writes=True, actor=world.coach(coach)) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        texts = texts_of(work, engagement)
        if not texts.drafts:
            issuing.save_terms(work, engagement, TermsValues(today(work.now), ANSWERS))
        done = issuing.issue(work, engagement, ANA.name, code)
        assert not isinstance(done, CodeRefused), done
        world.ids |= {version.template_code: version.id for version in done}
        world.ids["version"] = done[0].id
        return done[0].id


def opened(world: World, key: str = "ben") -> str:
    """Let somebody come in by their newest link; returns the invitation's id."""
    with world.ground.work(writes=True) as work:
        invitation = newest_invitation(work, world.ids[key])
        come_in(work, invitation, timedelta(hours=2))
        world.ids |= {"invitation": invitation.id, f"{key}.invitation": invitation.id}
        return invitation.id


def come_again(world: World, key: str = "ben") -> None:
    """Let somebody who has an authenticator come in by their newest link, with a code."""
    with world.ground.work(writes=False) as work:
        newest = newest_invitation(work, world.ids[key]).id
    world.ids |= {"invitation": newest, f"{key}.invitation": newest}


def newest_invitation(work: Work, person_id: str) -> Invitation:
    """Return the newest link of a person."""
    return work.session.scalars(
        select(Invitation).where(Invitation.person_id == person_id)
        .order_by(Invitation.issued_at.desc())).first() or _none()


def _none() -> Invitation:
    raise AssertionError("no link")


def read_all(world: World, key: str = "ben", choice: str = "yes", **kept: object) -> None:
    """Let a party read every page of all that waits, answer what is asked, type a name and agree
    to sign on screen. `answers` in `kept`, by key, stand in place of the choice."""
    other = cast("dict[str, str]", kept.pop("answers", {}))
    with world.ground.work(writes=True, actor=world.party(key)) as work:
        seat = seat_of(work)
        waiting = waiting_of(work, seat)
        assert waiting is not None
        usual = {"page": "read", "sight": "read", "line": choice, "person": "yes"}
        save(work, seat, Progress(
            {text.id: {asked: other.get(asked, usual[kind]) for page in text.pages
                       for asked, kind in questions(page)} for text in waiting.texts},
            **{"name": seat.own_name, "erecord": True, **kept}))  # type: ignore[arg-type]


def sign(
    world: World, key: str = "ben", *, code: str | None = None, hash_shown: str | None = None,
    leaving: Collection[str] = (),
) -> Signature | CodeRefused:
    """Let a party sign all that waits, with one fresh code; returns the first signature.

    What stands in a template of `leaving`, as "T3", is not ticked.
    """
    typed = code or world.fresh_code(key)
    with world.ground.work(writes=True, actor=world.party(key)) as work:
        seat = take_seat(work)
        waiting = waiting_of(work, seat)
        if waiting is None:
            raise Missing("nothing waits")
        hashes = [hash_shown] if hash_shown else [
            t.facts.hash for t in waiting.signable if t.shown["template"] not in leaving]
        done = sign_waiting(work, seat, waiting, SignValues(hashes, typed), timedelta(hours=2))
        return done if isinstance(done, CodeRefused) else done[0][0]


def vouch_for(world: World, key: str = "ben") -> None:
    """Let the coach hear the digits from the screen and type them."""
    with world.ground.work(writes=False) as work:
        shown = digits_on_screen(work, world.ids[f"{key}.party"])
        assert shown is not None
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        party = party_by_id(work, engagement, world.ids[f"{key}.party"])
        assert vouch(work, engagement, party, shown[0], How.VIDEO) is None


#: The smallest file that counts as a scan.
PAPER = b"%PDF-1.4\n% a signed sheet\n%%EOF\n"


def sign_in_ink(
    world: World, key: str = "ben", *, choice: str = "yes", version: str = "version",
    coach: str = "ana", **values: Any
) -> Signature | CodeRefused | None:
    """Let a party sign on paper, and the coach record it with a scan and a fresh code; `values`
    stand in place of what the paper usually says."""
    code = values.pop("code", None) or world.fresh_code(coach)
    with world.ground.work(writes=True, actor=world.coach(coach)) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        sheet = sheet_of(work, engagement.id, world.ids[version], world.ids[f"{key}.party"])
        usual = {"name": sheet.name, "day": today(work.now), "basis": Basis.THIS_PRINT,
                 "answers": {ask["key"]: choice if ask["kind"] == "line" else "yes"
                             for ask in sheet.asks}, "scan": take_scan(PAPER)}
        return record_ink(work, sheet, InkValues(**{**usual, **values}), code)


@beginning
def conclude(world: World, choice: str = "yes") -> None:
    """Bring Ana and Ben from nothing to terms in force; papers are not sealed yet."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    opened(world)
    read_all(world, choice=choice)
    assert isinstance(sign(world), Signature)
    vouch_for(world)


def state_now(world: World) -> str:
    """Return the state of the version now."""
    with world.ground.work(writes=False) as work:
        standing = standing_of_one(work, world.ids["engagement"])
        return state(standing.version(world.ids["version"]), work.now)
