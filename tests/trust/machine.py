"""A machine that lives through a portal: whatever people send, in whatever order, over months.

Each rule is something that one person does over HTTP, with real forms and real one-time codes; a
form may also lie in a tab and be sent much later. The machine holds what was acknowledged to whom.
After every step all rules of `invariants.py` are asked, and the record must have gained exactly
what was acknowledged, and lost nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RULE_MARKER,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import select

from portal.agreements.models import AgreementVersion
from portal.agreements.policy import state
from portal.agreements.queries import standing_of_one
from portal.erasing.actions import erase_engagement
from portal.factors.models import Factor, UsedStep
from portal.ground.onetime import code_at
from portal.jobs import FORGETTING, run_job
from portal.ledger.jobs import forget_old_access
from portal.ledger.models import Entry
from portal.notices.actions import claim
from portal.people.models import SignIn
from tests.builders import World, read_all
from tests.cast import ANA, BEN, CARLA, ELI, PASSWORD
from tests.pages import BASE, Page
from tests.sharing.table import GOALS
from tests.trust.invariants import broken_rules
from tests.trust.players import App, Player, Tab, digits_on, is_outside, key_on, seat

if TYPE_CHECKING:
    from portal.ground.work import Ground
    from tests.mailroom import Mailroom
    from tests.trust.scenes import Scene

#: What is written down for an act of somebody, once for each act, and for nothing else.
ACTS = ("version.issued", "version.signed", "version.declined", "version.withdrawn",
        "version.recalled", "line.withdrawn", "party.left", "party.vouched", "party.link_revoked",
        "party.link_renewed", "share.recorded", "amendment.proposed", "review.kept",
        "review.change_wanted", "review.ended", "return.asked", "return.heard", "return.done")
#: What gives no more once it was taken back.
GIVES = ("PARTLY_SIGNED", "SCHEDULED", "IN_FORCE", "SUSPENDED")
JOBS = ("mail", "door", "reviews", "timers", "deadlines", "reminders", "voice", "tries",
        "checkpoints")
#: What the job `forget` lets go, but for the access log: the database keeps that by its own clock.
LETS_GO = tuple(each for each in FORGETTING if each is not forget_old_access)
#: So many forms lie in tabs at the most.
LYING = 8

Act = tuple[str, str, str | None]
PARTIES = st.sampled_from(("ben", "ben", "carla", "eli"))
TABS = st.integers(0, 1)
CODES = st.sampled_from(("right", "right", "right", "wrong", "again"))
LATER = st.sampled_from((False, False, True))


@dataclass
class Drawn:
    """Hold a form that was drawn in somebody's tab, and what it is about."""

    kind: str
    player: Player
    tab: int
    path: str
    page: Page
    values: dict[str, Any] = field(default_factory=dict)
    about: tuple[str, ...] = ()
    code: str = ""
    """The name of the field of the code, if it needs one."""


class Life(RuleBasedStateMachine):
    """Live through a portal."""

    scenes: ClassVar[Mapping[str, Scene]]
    mailroom: ClassVar[Mailroom]
    told: ClassVar[Counter[str]]
    """How often something was acknowledged, of all machines, by kind."""
    lives: ClassVar[int] = 0
    steps: ClassVar[int] = 0
    begin: ClassVar[Sequence[str]] = ("living", "sent", "drafted", "living")

    world: World
    people: dict[str, Player]

    # Where it begins

    @initialize(pick=st.integers(0, 3))
    def begins(self, pick: int) -> None:
        type(self).lives += 1
        made = self.scenes[self.begin[pick % len(self.begin)]]
        self.world, self.app = made.standing.back(), made.app
        self.mailroom.mails.clear()
        self.people = {
            key: seat(self.world, self.app, key, who, scope)
            for key, who, scope in (("ana", ANA, "coach"), ("ben", BEN, "party"),
                                    ("carla", CARLA, "party"), ("eli", ELI, "party"))}
        self.lying: list[Drawn] = []
        self.due: Counter[Act] = Counter()
        self.may: set[str] = set()
        self.questions: list[str] = []
        self.lost: list[tuple[str, App]] = []
        self.erased = False
        self.base = self._used()
        self.stood = self._entries()

    @property
    def here(self) -> str:
        return f"/engagements/{self.world.ids['engagement']}"

    def _entries(self) -> list[tuple[str, str, str | None, str]]:
        with self.world.ground.work(writes=False) as work:
            return [tuple(row) for row in work.session.execute(
                select(Entry.kind, Entry.subject_id, Entry.actor_id, Entry.hash)
                .where(Entry.chain_id == self.world.ids["engagement"]).order_by(Entry.seq))]

    def _used(self) -> dict[str, int]:
        """Return how many codes of each player were used up."""
        with self.world.ground.work(writes=False) as work:
            found = Counter(work.session.scalars(
                select(Factor.person_id).join(UsedStep, UsedStep.factor_id == Factor.id)))
        return {key: found[player.id] for key, player in self.people.items()}

    # After every step

    @invariant()
    def holds(self) -> None:
        """What was acknowledged is there exactly once, nothing is lost, and every rule holds."""
        now = self._entries()
        assert now[:len(self.stood)] == self.stood, "something is gone from the record"
        came = Counter((kind, subject, actor)
                       for kind, subject, actor, _hash in now[len(self.stood):] if kind in ACTS)
        free = Counter({act: count for act, count in came.items() if act[0] in self.may})
        assert came - free == self.due, (
            f"acknowledged {dict(self.due)}, and there is {dict(came)}")
        for kind, count in Counter(act[0] for act in came.elements()).items():
            self.told[kind] += count
        for key, all_of_them in self._used().items():
            used, codes = all_of_them - self.base[key], self.people[key].codes
            assert used == codes.taken, f"{used} codes of {key} used up, {codes}"
        assert broken_rules(self.world) == []
        type(self).steps += 1
        self.stood, self.due, self.may = now, Counter(), set()
        self.world.clock.move(seconds=1)

    # Coming in

    def _seen(self, page: Page) -> Page:
        assert page.status < 500, f"{page.response.request.path}: {page.status}"
        return page

    def _get(self, player: Player, tab: int, path: str) -> Page:
        return self._seen(player.tabs[tab].get(path))

    def _post(self, player: Player, tab: int, path: str, values: dict[str, Any],
              page: Page | None = None) -> Page:
        return self._seen(player.tabs[tab].post(path, values, page=page, follow=False))

    def _at(self, player: Player, tab: int, path: str) -> Page | None:
        """Return a page of somebody, who comes in before that if need be; None where they do not
        get in, or are led elsewhere."""
        page = self._get(player, tab, path)
        if is_outside(page):
            self._comes_in(player, tab)
            page = self._get(player, tab, path)
        return page if page.status == 200 and page.response.request.path == path.partition("?")[0] \
            else None

    def _comes_in(self, player: Player, tab: int, how: str = "right") -> None:
        if player.scope == "coach":
            page = self._get(player, tab, "/sign-in")
            if page.response.request.path != "/sign-in":
                return
            self._post(player, tab, "/sign-in", {"email": player.who.email, "password": PASSWORD},
                       page)
            self._types(player, tab, "/sign-in/code", how)
        elif self._behind(player, tab):
            self._types(player, tab, "/p/code", how)

    def _opens_the_door(self, player: Player, tab: int) -> bool:
        """Let somebody press the button behind their newest link; one that is dead is asked for
        anew. Tells whether that led somewhere."""
        link = self._link(player)
        if link is None or self._get(player, tab, link).status == 404:
            self._post(player, tab, "/lost", {"email": player.who.email})
            run_job(self.world.ground, "door")
            link = self._link(player)
        if link is None or (page := self._get(player, tab, link)).status == 404:
            return False
        return self._post(player, tab, link, {}, page).location == "/p/who"

    def _behind(self, player: Player, tab: int) -> bool:
        """Let somebody come as far as where a code is asked for; tells whether they do."""
        return self._opens_the_door(player, tab) and self._post(
            player, tab, "/p/who", {"who": "me"},
            self._get(player, tab, "/p/who")).location == "/p/code"

    def _link(self, player: Player) -> str | None:
        return next(self._links(player), None)

    def _links(self, player: Player) -> Iterator[str]:
        """Yield the links in somebody's mailbox, the newest one first."""
        run_job(self.world.ground, "mail")
        for mail in reversed(self.mailroom.mails):
            body = mail.get_body(("plain",))
            if mail["To"] == player.who.email and body is not None:
                yield from re.findall(rf"{re.escape(BASE)}(/i/\S+)", body.get_content())[:1]

    def _code(self, player: Player, how: str) -> str:
        """Return a code that somebody types: one that was never used, a wrong one, or the one that
        they typed last."""
        if how == "again" and player.codes.newest:
            return player.codes.newest
        if how == "right":
            self.world.clock.move(seconds=30)
            return player.codes.now(self.world.clock.now())
        return player.codes.wrong(self.world.clock.now())

    def _types(self, player: Player, tab: int, path: str, how: str) -> bool:
        page = self._get(player, tab, path)
        if page.response.request.path != path or not player.codes.apps:
            return False
        typed = self._code(player, how)
        taken = self._post(player, tab, path, {"code": typed}, page).status == 303
        self._judge(player, typed, taken=taken)
        return taken

    def _judge(self, player: Player, typed: str, *, taken: bool) -> None:
        must = player.codes.counts(typed, self.world.clock.now())
        assert taken == must, f"a code of {player.key} was {'' if taken else 'not '}taken"

    # Sending forms, now or later

    def _does(self, form: Drawn | None, code: str, *, later: bool) -> None:
        if form is None:
            return
        if later:
            self.lying = [*self.lying, form][-LYING:]
            return
        self._sends(form, code)

    def _sends(self, form: Drawn, how: str) -> None:
        values, player = dict(form.values), form.player
        if form.code:
            values[form.code] = self._code(player, how)
        page = self._post(player, form.tab, form.path, values, form.page)
        # Whose session is over is asked to come in, and whose form is of an earlier one gets their
        # words back: nothing was done.
        was_done: bool = page.status < 400 and not is_outside(page) and getattr(
            self, f"_was_{form.kind}")(form, page)
        if was_done:
            assert not self.erased, f"{form.kind} was acknowledged after all was erased"
        if form.code and (was_done or page.status == 422):
            self._judge(player, values[form.code], taken=was_done)

    def _owe(self, kind: str, subject: str, player: Player) -> None:
        self.due[(kind, subject, player.id)] += 1

    @precondition(lambda self: self.lying)
    @rule(pick=st.integers(0, LYING - 1), code=CODES)
    def sends_what_lay_in_a_tab(self, pick: int, code: str) -> None:
        self._sends(self.lying[pick % len(self.lying)], code)

    @precondition(lambda self: self.lying)
    @rule(pick=st.integers(0, LYING - 1), who=st.sampled_from(("zoe", "eli")))
    def somebody_else_sends_it(self, pick: int, who: str) -> None:
        """Zoe of another practice, or Eli at the same table, sends what somebody else was shown."""
        form = self.lying[pick % len(self.lying)]
        if form.player.key == who or (who == "eli" and self._is_about(form, "T3")):
            return  # T3 is Eli's as well.
        browser, scope = Tab(self.app), "coach" if who == "zoe" else "party"
        browser.be(self.world, who, scope)
        page = browser.post(form.path, {**form.page.fields(form.path), **form.values, form.code or
                                        "none": "000000", "csrf_token": browser.token()},
                            follow=False)
        if form.player.scope == "party" and scope == "party" and not form.about:
            # The same page of his own: nothing that it named waits for him.
            self.may = {"party.left", "version.withdrawn", "version.declined"} if (
                form.kind == "stepping_out") else set()
            return
        assert page.status in (302, 303, 404), f"{who} got {page.status} at {form.path}"
        # For whom nothing waits on their own page of that address, is led to where they begin.
        assert page.status == 404 or page.location == "/p" or is_outside(
            browser.get(page.location)), page.location

    def _is_about(self, form: Drawn, text: str) -> bool:
        with self.world.ground.work(writes=False) as work:
            version = work.session.get(AgreementVersion, self.world.ids.get(text, ""))
            return version is not None and bool({version.id, version.hash} & set(form.about))

    # The coach's acts

    @rule(code=CODES, later=LATER)
    def issues(self, code: str, later: bool) -> None:
        ana, path = self.people["ana"], f"{self.here}/issue"
        page = self._at(ana, 0, path)
        if page is not None and page.soup.find("form", action=path):
            self._does(Drawn("issue", ana, 0, path, page, {"name": ANA.name}, code="code"), code,
                       later=later)

    def _was_issue(self, form: Drawn, page: Page) -> bool:
        if page.status == 303:
            self.may = {"version.issued", "version.signed", "amendment.proposed"}
            came = self._entries()[len(self.stood):]
            sent = [subject for kind, subject, _who, _hash in came if kind == "version.issued"]
            signed = [subject for kind, subject, who, _hash in came
                      if (kind, who) == ("version.signed", form.player.id)]
            assert sorted(sent) == sorted(signed), "sent without the coach's own signature"
            assert sent, "nothing was sent"
        return page.status == 303

    @rule(code=CODES)
    def begins_the_next_version(self, code: str) -> None:
        """Ana changes where she keeps her notes, and sends T2 anew to all who sign it."""
        ana = self.people["ana"]
        with self.world.ground.work(writes=False) as work:
            standing = standing_of_one(work, self.world.ids["engagement"])
            texts = [facts.agreement_id for facts in standing.versions
                     if facts.version_id == self.world.ids.get("T2")]
        if not texts or self._at(ana, 0, self.here) is None:
            return
        self._post(ana, 0, f"{self.here}/agreements/{texts[0]}/next", {})
        path = f"{self.here}/terms"
        page = self._at(ana, 0, path)
        if page is not None and page.soup.find("form", action=path):
            self._post(ana, 0, path, {"q_notes_where": f"in notebook {len(self.stood)} in Vienna"},
                       page)
            self.issues(code, later=False)

    @rule(later=LATER)
    def recalls(self, later: bool) -> None:
        self._on_the_sheet("recall", r"/versions/([0-9a-f]{32})/recall$", later=later)

    @rule(later=LATER, who=st.sampled_from(("ben", "carla")))
    def revokes_a_link(self, later: bool, who: str) -> None:
        self._on_the_sheet("revoke", rf"/parties/({self.people[who].party})/link/revocation$",
                           later=later)

    @rule(later=LATER, who=st.sampled_from(("ben", "carla")))
    def sends_a_link_anew(self, later: bool, who: str) -> None:
        self._on_the_sheet("reissue", rf"/parties/({self.people[who].party})/link$", later=later)

    def _on_the_sheet(self, kind: str, pattern: str, *, later: bool) -> None:
        ana = self.people["ana"]
        page = self._at(ana, 0, self.here)
        for form in page.soup.find_all("form", method="post") if page is not None else ():
            if page is not None and (found := re.search(pattern, form["action"])):
                self._does(Drawn(kind, ana, 0, str(form["action"]), page, {}, (found[1],)), "",
                           later=later)
                return

    def _was_recall(self, form: Drawn, page: Page) -> bool:
        if page.status == 303:
            self._owe("version.recalled", form.about[0], form.player)
        return page.status == 303

    def _was_revoke(self, form: Drawn, page: Page) -> bool:
        if page.status == 303:
            self._owe("party.link_revoked", form.about[0], form.player)
            key = next(key for key in ("ben", "carla")
                       if self.people[key].party == form.about[0])
            assert "mailbox" not in self._levels(key), "the link was ended, and somebody is in"
        return page.status == 303

    def _was_reissue(self, form: Drawn, page: Page) -> bool:
        if page.status == 303:
            self._owe("party.link_renewed", form.about[0], form.player)
        return page.status == 303

    def _levels(self, key: str) -> list[str]:
        with self.world.ground.work(writes=False) as work:
            return list(work.session.scalars(select(SignIn.level).where(
                SignIn.person_id == self.people[key].id, SignIn.ended_at.is_(None))))

    @rule(who=st.sampled_from(("ben", "carla")), tab=TABS, right=st.booleans())
    def vouches(self, who: str, tab: int, right: bool) -> None:
        player = self.people[who]
        page = self._at(player, tab, "/p/digits")
        if page is None:
            return
        if not (digits := digits_on(page)) and page.soup.find("form", action="/p/digits"):
            self._post(player, tab, "/p/digits", {}, page)
            digits = digits_on(self._get(player, tab, "/p/digits"))
        if digits:
            self._hears(player, digits if right else f"{(int(digits) + 1) % 10**8:08d}",
                        "party.vouched" if right else "")

    def _hears(self, player: Player, digits: str, kind: str) -> bool:
        ana, path = self.people["ana"], f"{self.here}/parties/{player.party}/vouching"
        page = self._at(ana, 0, path)
        if page is None:
            return False
        done = self._post(ana, 0, path, {"digits": digits, "how": "video"}, page).status == 303
        assert kind or not done, "wrong digits were taken"
        if done:
            self._owe(kind, player.party, ana)
        return done

    @rule()
    def asks_whether_it_may_be_shared(self) -> None:
        ana, carla = self.people["ana"], self.people["carla"]
        page = self._at(ana, 0, f"{self.here}/ask?to={carla.party}&what={GOALS['category']}")
        if page is None or page.soup.find("form", action=f"{self.here}/ask") is None:
            return
        sent = self._post(ana, 0, f"{self.here}/ask", {
            "to": carla.party, "what": GOALS["category"], "why": GOALS["purpose"],
            "how": GOALS["channel"], "much": GOALS["form"], "session": "none"}, page)
        if sent.status == 303:
            self.questions.append(sent.location.rsplit("/", 1)[1])

    @precondition(lambda self: self.questions)
    @rule(pick=st.integers(0, 3), later=LATER)
    def shares(self, pick: int, later: bool) -> None:
        ana, question = self.people["ana"], self.questions[-1 - pick % len(self.questions)]
        path = f"{self.here}/questions/{question}"
        page = self._at(ana, 0, path)
        if page is not None and page.soup.find("form", action=f"{path}/share"):
            self._does(Drawn("share", ana, 0, f"{path}/share", page, {}, (question,)), "",
                       later=later)

    def _was_share(self, form: Drawn, page: Page) -> bool:
        if page.status == 303:
            self._owe("share.recorded", form.about[0], form.player)
        return page.status == 303

    @rule(whose=st.sampled_from(("everybody", "ben")))
    def ends_all_ways_in(self, whose: str) -> None:
        ana, path = self.people["ana"], f"{self.here}/incident"
        # What ends so much asks for a code of the last ten minutes.
        self._post(ana, 0, "/sign-out", {})
        page = self._at(ana, 0, path)
        if page is None:
            return
        value = whose if whose == "everybody" else self.people[whose].party
        done = self._post(ana, 0, path, {"whose": value, "reason": "precaution"}, page)
        assert done.status == 303, done.status
        self.may = {"party.link_revoked"}
        for key in ("ben", "carla", "eli") if whose == "everybody" else (whose,):
            assert not self._levels(key), f"{key} is in after all ways in were ended"

    # The acts of those who come by a link

    @rule(who=PARTIES, tab=TABS, code=CODES)
    def comes_in(self, who: str, tab: int, code: str) -> None:
        self._comes_in(self.people[who], tab, code)

    @rule(who=st.sampled_from(("ana", "ben")), count=st.integers(2, 8))
    def guesses(self, who: str, count: int) -> None:
        """Somebody who knows Ana's password, or reads Ben's mailbox, guesses codes."""
        stranger = Player(self.world, who, self.people[who].who, self.people[who].scope,
                          [Tab(self.app)], self.people[who].codes)
        for _time in range(count):
            self._comes_in(stranger, 0, "wrong")

    @rule(who=PARTIES, tab=TABS, code=CODES, later=LATER, choice=st.sampled_from(("yes", "no")))
    def signs(self, who: str, tab: int, code: str, later: bool, choice: str) -> None:
        player = self.people[who]
        if self._at(player, tab, "/p/sign") is None:
            return
        read_all(self.world, who, choice)
        page = self._get(player, tab, "/p/sign")
        if key := key_on(page):
            # Each browser sets up its own first app; what it shows is sent from there and now.
            player.codes.apps, later = [App(key, known=False)], False
        elif not any(app.known for app in player.codes.apps):
            return
        hashes = [tick["value"] for tick in page.soup.find_all("input", {"name": "ticks"})]
        if not hashes or not player.codes.apps:
            return
        self._does(Drawn("sign", player, tab, "/p/sign", page, {
            "ticks": hashes, "erecord": "1", "name": player.who.name}, tuple(hashes), "code"),
            code, later=later)

    def _was_sign(self, form: Drawn, page: Page) -> bool:
        if not re.match(r"/p/agreements/[0-9a-f]{32}$", page.location):
            return False
        with self.world.ground.work(writes=False) as work:
            ids = work.session.scalars(select(AgreementVersion.id).where(
                AgreementVersion.hash.in_(form.about))).all()
        assert len(ids) == len(form.about)
        for version_id in ids:
            self._owe("version.signed", version_id, form.player)
        return True

    @rule(who=PARTIES, tab=TABS, later=LATER, text=st.sampled_from(("T1", "T2", "T3")))
    def declines(self, who: str, tab: int, later: bool, text: str) -> None:
        if (version_id := self.world.ids.get(text)) is None:
            return
        player, path = self.people[who], f"/p/decline/{version_id}"
        page = self._at(player, tab, path)
        if page is not None:
            self._does(Drawn("decline", player, tab, path, page, {"sure": "decline"},
                             (version_id,)), "", later=later)

    def _was_decline(self, form: Drawn, page: Page) -> bool:
        if page.status == 200:
            self._owe("version.declined", form.about[0], form.player)
        return page.status == 200

    @rule(who=PARTIES, tab=TABS, later=LATER, text=st.sampled_from(("T1", "T2", "T3")),
          line=st.sampled_from((0, 0, 1, 2)))
    def takes_back(self, who: str, tab: int, later: bool, text: str, line: int) -> None:
        if (version_id := self.world.ids.get(text)) is None:
            return
        player, lines = self.people[who], f"/lines/{line}" if line else ""
        path = f"/p/agreements/{version_id}{lines}/withdrawal"
        page = self._at(player, tab, path)
        if page is not None:
            self._does(Drawn("line" if line else "whole", player, tab, path, page,
                             {"press": "all"}, (version_id,)), "", later=later)

    def _was_line(self, form: Drawn, page: Page) -> bool:
        self.may = {"line.withdrawn"} if page.location.endswith("/withdrawn") else set()
        return bool(self.may)

    def _was_whole(self, form: Drawn, page: Page) -> bool:
        if not page.location.endswith("/withdrawn"):
            return False
        self.may = {"version.withdrawn", "version.declined"}
        self._gives_nothing(form.player, form.about)
        return True

    def _gives_nothing(self, player: Player, versions: tuple[str, ...] = ()) -> None:
        """Fail where something that somebody signed holds after they took it back."""
        with self.world.ground.work(writes=False) as work:
            for facts in standing_of_one(work, self.world.ids["engagement"]).versions:
                if facts.signed_at(player.party) and facts.version_id in (
                        versions or (facts.version_id,)):
                    assert state(facts, work.now) not in GIVES, "taken back, and it holds"

    @rule(who=PARTIES)
    def takes_all_back_by_the_link_alone(self, who: str) -> None:
        """No pause, no lost phone and no lock-out stands before that (Z13)."""
        player = Player(self.world, who, self.people[who].who, "party", [Tab(self.app)])
        if not self._opens_the_door(player, 0):
            return
        done = self._post(player, 0, "/p/take-back", {"what": "all" if who == "ben" else "leave"},
                          self._get(player, 0, "/p/take-back"))
        assert done.heading == "It is done", f"{done.status}: {done.text}"
        self.may = {"version.withdrawn", "version.declined", "party.left"}
        self._gives_nothing(self.people[who])

    @rule(who=st.sampled_from(("carla", "eli")), tab=TABS, later=LATER)
    def steps_out(self, who: str, tab: int, later: bool) -> None:
        player, path = self.people[who], "/p/stepping-out"
        page = self._at(player, tab, path)
        if page is not None and page.soup.find("form", action=path):
            self._does(Drawn("stepping_out", player, tab, path, page, {"press": "yes"}), "",
                       later=later)

    def _was_stepping_out(self, form: Drawn, page: Page) -> bool:
        self.may = {"party.left", "version.withdrawn", "version.declined"}
        self._gives_nothing(form.player)
        return True

    @rule(who=PARTIES, tab=TABS)
    def proposes_a_change(self, who: str, tab: int) -> None:
        player, path = self.people[who], f"/p/agreements/{self.world.ids.get('T2')}"
        page = self._at(player, tab, path)
        if page is not None and page.soup.find("form", action=f"{path}/proposal"):
            done = self._post(player, tab, f"{path}/proposal", {"words": "Less of it."}, page)
            self.may = {"amendment.proposed"} if done.status == 303 else set()

    @rule(who=PARTIES, tab=TABS, code=CODES, later=LATER,
          word=st.sampled_from(("keep", "keep", "change", "end")))
    def answers_a_review(self, who: str, tab: int, code: str, later: bool, word: str) -> None:
        player, path = self.people[who], "/p/reviews"
        page = self._at(player, tab, path)
        if page is None or not page.soup.find("form", action=path):
            return
        asked = sorted({radio["name"] for radio in page.soup.find_all("input", type="radio")})
        values = dict.fromkeys(asked, word) | {
            name.replace("answer", "words"): "Less of it." for name in asked if word == "change"}
        wants = page.soup.find("input", {"name": "code"}) is not None and word == "keep"
        self._does(Drawn("review", player, tab, path, page, values,
                         tuple(name.partition("-")[2] for name in asked),
                         "code" if wants else ""), code, later=later)

    def _was_review(self, form: Drawn, page: Page) -> bool:
        said = page.status == 303
        self.may = {"review.kept", "review.change_wanted", "review.ended", "version.withdrawn",
                    "party.left", "amendment.proposed"} if said else set()
        came = {kind for kind, *_rest in self._entries()[len(self.stood):]}
        # Where nothing waits any more the page says so, and no code is looked at.
        return bool(came & self.may)

    @rule(who=PARTIES, tab=TABS)
    def ends_other_sessions(self, who: str, tab: int) -> None:
        player = self.people[who]
        page = self._at(player, tab, "/p/account/sessions")
        path = "/p/account/other-sessions/end"
        if page is None or page.soup.find("form", action=path) is None:
            return
        if self._post(player, tab, path, {}, page).location == "/p/account/sessions":
            assert self._levels(who) == ["factor"], "somebody is in beside it"

    # Authenticators

    @rule(who=PARTIES, tab=TABS, code=CODES)
    def pairs_another_app(self, who: str, tab: int, code: str) -> None:
        player, path = self.people[who], "/p/account/app"
        page = self._at(player, tab, path)
        if page is None or not player.codes.apps or not page.soup.find("form", action=path):
            return
        typed = self._code(player, code)
        done = self._post(player, tab, path, {"name": "tablet", "code": typed}, page)
        taken = done.location == f"{path}/new"
        self._judge(player, typed, taken=taken)
        if taken:
            self._finishes(player, tab, f"{path}/new", App(key_on(self._get(
                player, tab, f"{path}/new"))))

    def _finishes(self, player: Player, tab: int, path: str, app: App) -> None:
        self.world.clock.move(seconds=30)
        was, player.codes.apps = player.codes.apps, [app]
        app.known = False
        typed = player.codes.now(self.world.clock.now())
        page = self._get(player, tab, path)
        taken = self._post(player, tab, path, {"code": typed}, page).status == 303
        self._judge(player, typed, taken=taken)
        player.codes.apps = [*was, app] if taken else was

    @rule(who=st.sampled_from(("ben", "carla")))
    def comes_back_by_the_coachs_ear(self, who: str) -> None:
        """The phone is gone: a new app, eight digits, a day; then the old one counts no more."""
        player, browser = self.people[who], Tab(self.app)
        lost = Player(self.world, who, player.who, "party", [browser, browser], player.codes)
        if not self._behind(lost, 0):
            return
        page = self._get(lost, 0, "/p/back")
        if page.soup.find("form", action="/p/back") is None:
            return
        if self._post(lost, 0, "/p/back", {"way": "hear"}, page).location != "/p/back/app":
            return
        page = self._get(lost, 0, "/p/back/app")
        app, typed = App(key_on(page)), ""
        self.world.clock.move(seconds=30)
        was, player.codes.apps = player.codes.apps, [app]
        app.known = False
        typed = player.codes.now(self.world.clock.now())
        asked = self._post(lost, 0, "/p/back/app", {"code": typed}, page).status == 303
        self._judge(player, typed, taken=asked)
        player.codes.apps = was
        if not asked:
            return
        self._owe("return.asked", player.party, player)
        self._post(lost, 0, "/p/back/wait", {}, self._get(lost, 0, "/p/back/wait"))
        digits = digits_on(self._get(lost, 0, "/p/back/wait"))
        if not self._hears(player, digits, "return.heard"):
            return
        self.world.clock.move(hours=25)
        player.codes.apps = [app]
        if not self._behind(lost, 0) or not self._types(lost, 0, "/p/code", "right"):
            player.codes.apps = was
            return
        self._owe("return.done", player.party, player)
        self._owe("party.vouched", player.party, self.people["ana"])
        assert self._levels(who) == ["factor"], "what the old app had opened is open"
        self.lost += [(who, old) for old in was]

    @precondition(lambda self: self.lost)
    @rule(pick=st.integers(0, 2))
    def tries_an_app_that_was_lost(self, pick: int) -> None:
        """Whoever found the phone, and reads the mailbox besides, does not come in with it."""
        who, app = self.lost[pick % len(self.lost)]
        player = self.people[who]
        finder = Player(self.world, who, player.who, "party", [Tab(self.app)], player.codes)
        if self._behind(finder, 0):
            self.world.clock.move(seconds=30)
            typed = code_at(app.key, self.world.clock.now())
            page = self._get(finder, 0, "/p/code")
            taken = self._post(finder, 0, "/p/code", {"code": typed}, page).status == 303
            self._judge(player, typed, taken=taken)

    @rule(who=PARTIES, pick=st.integers(0, 3))
    def follows_an_older_link(self, who: str, pick: int) -> None:
        """A new link ends the old one (Z9)."""
        player = self.people[who]
        found = list(dict.fromkeys(self._links(player)))[1:]
        if found:
            page = self._get(player, 0, found[pick % len(found)])
            assert page.status == 404, "an older link leads somewhere"

    # Time, and what happens without anybody asking

    @rule(hours=st.sampled_from((1, 1, 5, 24, 24 * 8, 24 * 40, 24 * 100)))
    def time_goes_on(self, hours: int) -> None:
        self.world.clock.move(hours=hours)

    @rule(name=st.sampled_from(JOBS))
    def the_clockwork_does(self, name: str) -> None:
        run_job(self.world.ground, name)

    @rule(lets_go=st.sampled_from(LETS_GO))
    def old_traces_are_forgotten(self, lets_go: Callable[[Ground], int]) -> None:
        lets_go(self.world.ground)

    @rule()
    def two_workers_take_a_mail(self) -> None:
        """Both die with it in their hands; it is sent when their time is over."""
        held = [one.id for _number in range(2)
                if (one := claim(self.world.ground, "mail")) is not None]
        assert len(held) == len(set(held)), "two workers have the same thing in hand"

    @precondition(lambda self: not self.erased and len(self.stood) > 60)
    @rule(sure=st.sampled_from((False, False, True)))
    def everything_is_erased(self, sure: bool) -> None:
        if sure:
            with self.world.ground.work(writes=True) as work:
                erase_engagement(work, self.world.ids["engagement"])
            self.erased = True


def few(life: type[Life], begin: str, rules: Collection[str]) -> type[Life]:
    """Return a machine that begins in one place and has few of the rules."""
    names = {name for name, made in vars(Life).items() if hasattr(made, RULE_MARKER)}
    return type("Few", (life,), {**dict.fromkeys(names - set(rules)), "begin": (begin,)})
