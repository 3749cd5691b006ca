"""A house in which everything has happened once, with words that stand nowhere else.

At Berg Coaching Ana coaches Ben, whose table is full: Carla signs for Acme, Dev is his manager,
Eli his assistant, Gus supports him, Ines does so too and signs on paper, and Fay is the guest of
one session. Ben did not want Ulf to be asked, and Nora is named in a draft. Ana also coaches
Mallory. Dora coaches Nele there, Hana helps and Olga owns the practice. Zoe coaches Yul elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.agreements.models import Agreement, AgreementVersion
from portal.agreements.queries import version_row
from portal.engagements.actions import hold
from portal.engagements.models import CoachingSession, Party
from portal.evidence.jobs import seal_due
from portal.factors.actions import CodeRefused
from portal.inking.actions import set_on_paper, take_scan
from portal.issuing import actions as issuing
from portal.issuing.actions import OwnTerms, TermsValues
from portal.issuing.queries import texts_of
from portal.people.actions import NewPerson, keep_answers
from portal.people.models import Practice
from portal.people.policy import Owner, ReadBy
from portal.reaching.actions import party_by_id
from portal.sessions import actions as sessions
from portal.sessions.policy import Mode
from portal.sharing.actions import Asked, ask, share
from portal.signing.actions import end_person, keep_hopes, share_hopes
from portal.signing.policy import Hopes, Shared
from portal.signing.queries import seat_of
from portal.taking.actions import tell_mistake
from portal.vouching.queries import digits_on_screen
from portal.web.words import today
from portal.wording.policy import Rule
from tests.builders import (
    PAPER,
    World,
    add_colleague,
    add_engagement,
    add_party,
    add_practice,
    come_again,
    issue,
    opened,
    read_all,
    sign,
    sign_in_ink,
    vouch_for,
)
from tests.cast import (
    ANA,
    ANSWERS,
    BEN,
    CARLA,
    DEV,
    DORA,
    ELI,
    GUS,
    HANA,
    MALLORY,
    OLGA,
    YUL,
    ZOE,
    Character,
)
from tests.sessions.world import held, plan, remember
from tests.taking.acts import take_line

if TYPE_CHECKING:
    from tests.web.sights import Sight

FAY = Character("Fay Fernsby", "fay.fernsby@posteo.example")
INES = Character("Ines Inkster", "ines.inkster@posteo.example")
ULF = Character("Ulf Unwerth", "ulf.unwerth@acme.example")
NORA = Character("Nora Newcomb", "nora.newcomb@posteo.example")
NELE = Character("Nele Novak", "nele.novak@posteo.example")
VIEWERS = {"nobody": "nobody", "ana": "coach", "dora": "coach", "olga": "coach", "hana": "coach",
           "zoe": "coach", "ben": "party", "carla": "party", "eli": "party", "gus": "party",
           "fay": "party"}
ADDRESSES = {one.name.split()[0].lower(): one.email
             for one in (ANA, DORA, OLGA, HANA, ZOE, BEN, CARLA, ELI, GUS, FAY)}
#: What the coach says in Ben's texts and nowhere else.
SAID = {**ANSWERS, "notes.what": "heron sightings along the quarry", "supervisor": "Sven Superwise"}
OWN = {"T2": {"sponsor.wishes": "fewer lapwings in the boardroom"},
       "T4": {"support_task": "holding the tambourine steady"}}
TOPIC = "the bassoon nobody tuned"
RULE = Rule("Kittiwake code", "7", "Whoever sees a kittiwake tells the board of it.")
DRAFT = "counting the swifts"
TITLE = "Quince harvest"
PLACE, OTHER_PLACE = "Oriel room, third landing", "Turret room, ninth landing"
SEEN = "left beside the copper kettle"
SCAN = PAPER + b"% scanned beside the samovar\n"
HOPES = {"ben": (Shared.COACH, Hopes("To hear a nightingale at noon.")),
         "carla": (Shared.ALL, Hopes("To see a corncrake at dusk.")),
         "gus": (Shared.NOBODY, Hopes("To meet a bittern at dawn."))}


def plant(sight: Sight) -> None:
    """Let everything happen, while everybody looks at what they are asked to read."""
    world = sight.world
    add_practices(world)
    seat_everybody(world)
    with_marks(world)
    world.ids["room"], world.ids["other room"] = (
        plan(world, place=PLACE), plan(world, days=30, place=OTHER_PLACE))
    issue(world)
    know_versions(world)
    as_always(world)
    ben_decides(sight)
    others_sign(sight)
    sight.look("ben", "ana", "olga", "hana")
    vouch_for(world, "carla")
    guest_signs(sight)
    hope(world)
    share_something(world)
    take_something_back(world)
    begin_another_text(world)
    seal_due(world.ground)
    sight.deliver(days=3)
    sight.look()
    sight.read_mails()


def add_practices(world: World) -> None:
    """Let two practices be there, with whom they coach besides Ben."""
    add_practice(world)
    add_colleague(world, DORA, "dora")
    add_colleague(world, HANA, "hana", "helper")
    add_colleague(world, OLGA, "olga", "owner")
    add_practice(world, ZOE, "zoe", name="Quist Coaching")
    for who, coach in ((YUL, "zoe"), (NELE, "dora"), (MALLORY, "ana")):
        add_engagement(world, who, who.name.split()[0].lower(), coach)
        issue(world, coach)


def seat_everybody(world: World) -> None:
    """Let Ana name Ben and all others at his table."""
    world.ids["ben.engagement"] = add_engagement(world, title=TITLE)
    for role, who in (("SPONSOR", CARLA), ("LINE_MANAGER", DEV), ("ASSISTANT", ELI),
                      ("ASSISTANT", ULF), ("SUPPORTER", GUS), ("SUPPORTER", INES)):
        add_party(world, role, who)


def with_marks(world: World) -> None:
    """Let Ana settle the terms of Ben's drafts in words that she uses nowhere else."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        issuing.save_terms(work, engagement, TermsValues(today(work.now), SAID, {
            text.material.agreement.id: OwnTerms(
                answers=OWN.get(text.material.template.code, {}),
                rules=[RULE] if text.material.template.code == "T2" else [])
            for text in texts_of(work, engagement).drafts}))


def as_always(world: World) -> None:
    """Let the practice say again what it always says; what was sent stays as it is."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        keep_answers(work, work.session.get_one(Practice, world.ids["ana.practice"]), ANSWERS)


def know_versions(world: World) -> None:
    """Note the newest version of each agreement by who signs it beside coach and coachee."""
    keys = {world.ids[f"{key}.party"]: key for key in
            ("carla", "eli", "ulf", "gus", "ines", "fay") if f"{key}.party" in world.ids}
    with world.ground.work(writes=False) as work:
        for version_id, party_id in work.session.execute(
            select(AgreementVersion.id, Agreement.party_id)
            .join(Agreement, Agreement.id == AgreementVersion.agreement_id)
            .where(Agreement.engagement_id == world.ids["engagement"])
            .order_by(AgreementVersion.issued_at)
        ):
            world.ids[f"{keys.get(party_id or '', 'ben')}.version"] = version_id


def ben_decides(sight: Sight) -> None:
    """Let Ben not want Ulf, read and sign the rest with one no, and be heard."""
    world = sight.world
    opened(world)
    sight.look("ben", level="mailbox")
    with world.ground.work(writes=True, actor=world.party()) as work:
        end_person(work, seat_of(work), world.ids["ulf.party"])
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        set_on_paper(work, engagement, party_by_id(work, engagement, world.ids["ines.party"]))
    signs(world, "ben", answers={"line-3": "no"})
    vouch_for(world, "ben")


def signs(world: World, key: str, **kept: object) -> None:
    """Let somebody read all that waits and sign it."""
    read_all(world, key, **kept)
    done = sign(world, key)
    assert not isinstance(done, CodeRefused), done


def others_sign(sight: Sight) -> None:
    """Let everybody else who was asked come in, look around and sign, Ines on paper."""
    world = sight.world
    for key in ("carla", "eli", "gus"):
        world.clock.move(seconds=1)
        opened(world, key)
        sight.look(key, level="mailbox")
        signs(world, key)
    sign_in_ink(world, "ines", version="ines.version", scan=take_scan(SCAN))
    with world.ground.work(writes=False) as work:
        shown = digits_on_screen(work, world.ids["carla.party"])
    assert shown is not None
    world.ids["digits"] = shown[0]
    for key in ("carla", "eli", "gus"):
        sight.look(key)


def guest_signs(sight: Sight) -> None:
    """Let Fay be brought into one session: named, agreed to by Ben, and signed."""
    world = sight.world
    with world.ground.work(writes=True, actor=world.coach()) as work:
        agreement = sessions.bring_in(work, *held(work, world, world.ids["room"]),
                                      sessions.NewGuest(NewPerson(
                                          FAY.name, FAY.email, Owner.PRIVATE, ReadBy.NOBODY),
                                          TOPIC, Mode.WHEN_ASKED))
        work.session.flush()
        remember(world, work.session.get_one(Party, agreement.party_id), "fay")
    issue(world)
    know_versions(world)
    for key in ("ben", "fay"):
        world.clock.move(seconds=1)
        come_again(world, key) if key == "ben" else opened(world, key)
        sight.look(key, level="factor" if key == "ben" else "mailbox")
        signs(world, key)


def hope(world: World) -> None:
    """Let three people write down what they hope, each for other readers."""
    for key, (readers, hopes) in HOPES.items():
        with world.ground.work(writes=True, actor=world.party(key)) as work:
            seat = seat_of(work)
            keep_hopes(work, seat, hopes)
            work.session.flush()
            share_hopes(work, seat, readers)


def share_something(world: World) -> None:
    """Let Ana ask twice what Carla may hear: once it is a yes, and she shares it."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        carla = world.ids["carla.party"]
        ask(work, engagement, Asked(carla, "PRG.TAKEAWAYS", "inform_progress", "portal", "fact"))
        yes = ask(work, engagement, Asked(carla, "ENG.STATUS", "billing", "portal", "fact"))
        share(work, engagement, yes.id)


def take_something_back(world: World) -> None:
    """Let Ben take back a line of his text with Carla, and Eli tell what he saw by mistake."""
    assert take_line(world, "T2", 4)
    with world.ground.work(writes=True, actor=world.party("eli")) as work:
        engagement = hold(work, world.ids["engagement"])
        tell_mistake(work, engagement, party_by_id(work, engagement, world.ids["eli.party"]),
                     SEEN)


def begin_another_text(world: World) -> None:
    """Let Ana name Nora in a draft that is not sent."""
    add_party(world, "SUPPORTER", NORA)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        issuing.save_terms(work, engagement, TermsValues(today(work.now), ANSWERS, {
            text.material.agreement.id: OwnTerms(answers={"support_task": DRAFT})
            for text in texts_of(work, engagement).drafts}))


def moments(world: World) -> list[str]:
    """Return how the beginning of the guest's session is written on pages and in calendars."""
    with world.ground.work(writes=False) as work:
        starts = work.session.get_one(CoachingSession, world.ids["room"]).starts_at
    here = starts.astimezone(ZoneInfo("Europe/Vienna"))
    return [f"{here.day} {here:%B %Y, %H:%M}", f"{starts:%Y%m%dT%H%M%SZ}"]


def reference(world: World, key: str) -> str:
    """Return by what pages and papers name the text that somebody signs."""
    with world.ground.work(writes=False) as work:
        return version_row(work, world.ids[f"{key}.version"]).hash[:12].upper()
