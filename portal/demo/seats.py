"""What those do in the demo who come by a link."""

from __future__ import annotations

from datetime import timedelta

from portal.demo.hands import PHONE, Hands, OutOfStep, signed_in, taken
from portal.reaching.actions import ask_at_door
from portal.signing import actions as signing
from portal.signing.policy import Progress, questions
from portal.signing.queries import seat_of, waiting_of

COACHEE = "COACHEE"
_LASTS = timedelta(hours=2)


class Seats(Hands):
    """Let whoever was sent a link do what its pages let them do."""

    def opens(self, engagement: str, role: str = COACHEE) -> None:
        """Let somebody follow their newest link, say who they are, and come in."""
        with self.ground.work(writes=False) as work:
            link = self.link(work, engagement, role)
            is_new = signing.is_new(work, link)
        code = "" if is_new else self.fresh_code(link.person_id)
        with self.ground.work(writes=True, origin=PHONE) as work:
            link = self.link(work, engagement, role)
            token = signing.come_in(work, link, _LASTS) if is_new else taken(
                signing.come_back(work, link, code, _LASTS))
            self.seats[engagement, role] = signed_in(work, token)

    def says_not_me(self, engagement: str, role: str = COACHEE) -> None:
        """Let somebody say that the link was meant for another person."""
        with self.ground.work(writes=True, origin=PHONE) as work:
            signing.not_me(work, self.link(work, engagement, role))

    def reads(self, engagement: str, role: str = COACHEE, *, pages: int | None = None,
              line: str = "yes") -> None:
        """Let somebody read what waits for them, or its first pages, and answer on the way."""
        with self.in_seat(engagement, role) as work:
            seat = seat_of(work)
            waiting = waiting_of(work, seat)
            if waiting is None:
                raise OutOfStep("nothing waits to be read")
            usual = {"page": "read", "sight": "read", "line": line, "person": "yes"}
            given = {text.id: {key: usual[kind] for page in text.pages[:pages]
                               for key, kind in questions(page)} for text in waiting.texts}
            signing.save(work, seat, Progress(
                given, name=seat.own_name if pages is None else "", erecord=pages is None))

    def signs(self, engagement: str, role: str = COACHEE) -> None:
        """Let somebody sign all that they have read, with one code."""
        code = self.fresh_code(self.seats[engagement, role].person_id)
        with self.in_seat(engagement, role) as work:
            seat = signing.take_seat(work)
            waiting = waiting_of(work, seat)
            if waiting is None:
                raise OutOfStep("nothing waits to be signed")
            hashes = [text.facts.hash for text in waiting.signable]
            _signed, token = taken(signing.sign_waiting(
                work, seat, waiting, signing.SignValues(hashes, code), _LASTS))
            self.seats[engagement, role] = signed_in(work, token)

    def comes_and_signs(self, engagement: str, role: str = COACHEE, *, line: str = "yes") -> None:
        """Let somebody open their link, read everything and sign, in a quarter of an hour."""
        self.opens(engagement, role)
        self.clock.move(minutes=14)
        self.reads(engagement, role, line=line)
        self.signs(engagement, role)

    def asks_at_the_door(self, address: str) -> None:
        """Let somebody ask for their link again, as everybody may."""
        with self.ground.work(writes=True, origin=PHONE) as work:
            ask_at_door(work, address)
