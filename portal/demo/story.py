"""What has happened in the demo before one comes in: each engagement a story of its own.

A story yields the moment at which it goes on, as days ago and a time on Vienna's clocks, and
`portal/demo/telling.py` weaves all of them into one row. All of them end yesterday, but for the
links that everybody asks for as one comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time

from portal.demo import cast
from portal.demo.desk import Desk
from portal.demo.scan import signed_sheet
from portal.demo.seats import Seats
from portal.issuing.policy import NewParty
from portal.people.policy import Owner, ReadBy, Role
from portal.vouching.policy import How

#: So many days ago, at that time.
Moment = tuple[int, str]
#: The one at which somebody comes into the demo.
NOW: Moment = (0, "now")


class Everyone(Desk, Seats):
    """Let everyone in the demo act."""

    def asks(self, key: str, who: cast.Character, title: str, *, coach: str = "ana") -> None:
        """Let a coach name a coachee, settle the terms, and send them, all in some minutes."""
        self.names(key, who, title, coach=coach)
        self.settles(key, coach=coach)
        self.sends(key, coach=coach)

    def agrees(self, key: str, who: cast.Character, title: str, *, coach: str = "ana") -> None:
        """Let coach and coachee bring terms into force within one day."""
        self.asks(key, who, title, coach=coach)
        self.runs("mail")
        self.clock.move(hours=5)
        self.comes_and_signs(key)
        self.hears(key, "COACHEE", How.VIDEO, coach=coach)


VIDEO = "By video, the link comes by mail"
Story = Callable[[Everyone], Iterator[Moment]]


def _at_work(role: str, who: cast.Character, organisation: str = "") -> NewParty:
    return NewParty(role, who.name, who.email, Owner.EMPLOYER, ReadBy.NOBODY, organisation)


def _at_home(role: str, who: cast.Character) -> NewParty:
    return NewParty(role, who.name, who.email, Owner.PRIVATE, ReadBy.NOBODY)


def founding(on: Everyone) -> Iterator[Moment]:
    """Ana founds her practice: all that `portal demo --empty` begins with."""
    yield 350, "09:00"
    on.founds()


def practice(on: Everyone) -> Iterator[Moment]:
    """Dora and Hana join Ana."""
    yield 349, "10:00"
    on.takes_on("dora", cast.DORA, Role.COACH)
    yield 348, "10:00"
    on.takes_on("hana", cast.HANA, Role.HELPER)


def mornings(on: Everyone) -> Iterator[Moment]:
    """The clockwork looks at the days of the last weeks; before, it has little to do."""
    for ago in range(10, 0, -1):
        yield ago, "08:05"
        on.runs("deadlines", "voice", "hand-overs")


def ben(on: Everyone) -> Iterator[Moment]:
    """Everybody at the table, all in force: sponsor, assistant, and help in the room."""
    yield 76, "09:10"
    on.names("ben", cast.BEN, "Leading a larger team",
             _at_work("SPONSOR", cast.CARLA, cast.ACME), NewParty("LINE_MANAGER", cast.DEV.name),
             _at_work("ASSISTANT", cast.ELI), _at_home("SUPPORTER", cast.GUS))
    on.settles("ben")
    yield 76, "09:40"
    on.sends("ben")
    yield 75, "19:20"
    on.comes_and_signs("ben")
    yield 75, "19:40"
    on.hears("ben", "COACHEE", How.VIDEO)
    yield 74, "08:50"
    on.comes_and_signs("ben", "ASSISTANT")
    yield 74, "11:15"
    on.comes_and_signs("ben", "SPONSOR")
    yield 74, "11:35"
    on.hears("ben", "SPONSOR", How.PHONE)
    yield 73, "17:05"
    on.comes_and_signs("ben", "SUPPORTER")


def fay(on: Everyone) -> Iterator[Moment]:
    """Ben's sessions, and a guest who signs for the next one alone."""
    yield 30, "12:00"
    on.plans("ben", 16, time(10), time(11, 30), cast.ROOM)
    yield 16, "12:00"
    on.plans("ben", 10, time(16), time(17, 30), VIDEO)
    yield 6, "12:00"
    session = on.plans("ben", 12, time(10), time(11, 30), cast.ROOM)
    on.brings_in("ben", session, cast.FAY, "how Ana asks her questions")
    yield 6, "12:20"
    on.sends("ben")
    yield 5, "20:10"
    on.comes_and_signs("ben")
    yield 4, "13:30"
    on.comes_and_signs("ben", "GUEST")


def sealing(on: Everyone) -> Iterator[Moment]:
    """Ben's papers are sealed on the day on which the last one signs. In the demo itself that is
    left to the process which seals, so that nobody waits for it."""
    for ago, clock in ((75, "20:00"), (74, "12:00"), (73, "17:30"), (4, "14:00")):
        yield ago, clock
        on.runs("seal")


def lea(on: Everyone) -> Iterator[Moment]:
    """Named, and nothing is sent: a draft."""
    yield 1, "16:20"
    on.names("lea", cast.LEA, "The first hundred days")


def tomas(on: Everyone) -> Iterator[Moment]:
    """Sent, and not opened."""
    yield 2, "10:30"
    on.asks("tomas", cast.TOMAS, "Back after leave")


def amira(on: Everyone) -> Iterator[Moment]:
    """Opened, and half read."""
    yield 3, "15:00"
    on.asks("amira", cast.AMIRA, "Stepping up")
    yield 1, "12:15"
    on.opens("amira")
    on.reads("amira", pages=3)


def jonas(on: Everyone) -> Iterator[Moment]:
    """Overdue, and reminded in vain."""
    yield 10, "09:30"
    on.asks("jonas", cast.JONAS, "Two roles")
    yield 4, "09:00"
    on.reminds("jonas", "COACHEE")


def priya(on: Everyone) -> Iterator[Moment]:
    """In force; an assistant is to be told of dates, and Priya is back in but has not signed."""
    yield 90, "14:00"
    on.agrees("priya", cast.PRIYA, "A calmer calendar")
    yield 14, "14:00"
    on.plans("priya", 19, time(9), time(10), cast.ROOM)
    yield 3, "11:00"
    on.adds("priya", _at_work("ASSISTANT", cast.RUTH))
    on.settles("priya")
    on.sends("priya")
    yield 2, "21:10"
    on.opens("priya")


def kofi(on: Everyone) -> Iterator[Moment]:
    """Signed yesterday; the voice check waits for Ana."""
    yield 4, "10:00"
    on.asks("kofi", cast.KOFI, "Speaking to the board")
    yield 1, "18:30"
    on.comes_and_signs("kofi", line="no")


def noor(on: Everyone) -> Iterator[Moment]:
    """The mail came back."""
    yield 2, "14:10"
    on.asks("noor", cast.NOOR, "A new field")


def luka(on: Everyone) -> Iterator[Moment]:
    """Not concluded by the last day to sign."""
    yield 22, "10:00"
    on.asks("luka", cast.LUKA, "Between two teams")
    yield 20, "13:00"
    on.opens("luka")


def ida(on: Everyone) -> Iterator[Moment]:
    """In force by ink."""
    yield 40, "11:00"
    on.asks("ida", cast.IDA, "After the merger")
    on.sets_on_paper("ida", "COACHEE")
    yield 37, "15:30"
    on.records_ink("ida", "COACHEE", signed_sheet(cast.IDA.name))
    yield 8, "10:00"
    on.plans("ida", 11, time(14), time(15, 30), VIDEO)


def mei(on: Everyone) -> Iterator[Moment]:
    """The signed sheet is awaited."""
    yield 5, "09:45"
    on.asks("mei", cast.MEI, "A quieter year")
    on.sets_on_paper("mei", "COACHEE")


def oskar(on: Everyone) -> Iterator[Moment]:
    """Ana and Oskar have signed, the sponsor has not: two of three."""
    yield 9, "16:00"
    on.names("oskar", cast.OSKAR, "Taking over the plant",
             _at_work("SPONSOR", cast.PAULA, cast.NORDLICHT))
    on.settles("oskar")
    on.sends("oskar")
    yield 8, "20:00"
    on.comes_and_signs("oskar")
    yield 8, "20:20"
    on.hears("oskar", "COACHEE", How.VIDEO)


def sana(on: Everyone) -> Iterator[Moment]:
    """Sent and taken back."""
    yield 12, "13:00"
    on.asks("sana", cast.SANA, "What comes next")
    yield 11, "09:00"
    on.recalls("sana")


def yara(on: Everyone) -> Iterator[Moment]:
    """Signed and heard; the terms begin in two weeks."""
    yield 6, "10:10"
    on.names("yara", cast.YARA, "The second child and the job")
    on.settles("yara", starts_in=20)
    on.sends("yara")
    yield 5, "21:00"
    on.comes_and_signs("yara")
    yield 5, "21:20"
    on.hears("yara", "COACHEE", How.PHONE)


def zoltan(on: Everyone) -> Iterator[Moment]:
    """The link reached somebody else, who says so."""
    yield 3, "17:00"
    on.asks("zoltan", cast.ZOLTAN, "A team of my own")
    yield 2, "08:20"
    on.says_not_me("zoltan")


def elif_(on: Everyone) -> Iterator[Moment]:
    """The terms end soon, those with the assistant have ended."""
    yield 342, "10:00"
    on.agrees("elif", cast.ELIF, "From expert to head")
    yield 200, "10:00"
    on.adds("elif", _at_work("ASSISTANT", cast.RUTH))
    on.settles("elif")
    on.sends("elif")
    yield 199, "19:00"
    on.comes_and_signs("elif")
    yield 198, "10:00"
    on.comes_and_signs("elif", "ASSISTANT")


def hugo(on: Everyone) -> Iterator[Moment]:
    """In force; Ana has asked whether Dora may go on."""
    yield 120, "09:00"
    on.agrees("hugo", cast.HUGO, "Two countries, one team")
    yield 2, "17:30"
    on.proposes("hugo", "dora")


def dora(on: Everyone) -> Iterator[Moment]:
    """Dora's own: one in force, one waits."""
    yield 60, "11:00"
    on.agrees("marta", cast.MARTA, "Saying no", coach="dora")
    yield 5, "11:00"
    on.asks("nils", cast.NILS, "A partner in the firm", coach="dora")
    yield 3, "07:50"
    on.opens("nils")


def last_links(on: Everyone) -> Iterator[Moment]:
    """Everybody at Ben's table asks for their link again, so that each can be entered by mail: for
    a whole day from now, whatever the time is."""
    yield NOW
    for who in (cast.BEN, cast.CARLA, cast.ELI, cast.GUS, cast.FAY, cast.KOFI):
        on.asks_at_the_door(who.email)


ALONE: tuple[Story, ...] = (founding,)
SAMPLES: tuple[Story, ...] = (founding, practice, ben, fay, sealing)
ALL: tuple[Story, ...] = (
    founding, practice, mornings, ben, fay, lea, tomas, amira, jonas, priya, kofi, noor, luka, ida,
    mei, oskar, sana, yara, zoltan, elif_, hugo, dora, last_links)
