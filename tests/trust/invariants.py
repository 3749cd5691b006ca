"""What must be true after whatever happened, each as a function that returns what is wrong."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.agreements.models import Signature
from portal.agreements.policy import state
from portal.agreements.queries import standing_of_one
from portal.desk.models import BoardRow
from portal.desk.queries.projection import project
from portal.ledger.models import Entry
from portal.ledger.queries import broken_chains
from portal.links.models import Invitation
from portal.notices.models import Notice
from portal.people.models import SignIn
from portal.sharing.models import Share
from portal.sharing.policy.loading import line_id
from tests.trust.stage import signatures_of, used_steps

if TYPE_CHECKING:
    from sqlalchemy import Row

    from portal.agreements.queries.standing import Standing
    from portal.ground.work import Work
    from tests.builders import World


@dataclass
class Look:
    """Hold what was read in one look at a world, each thing once for all rules."""

    work: Work
    world: World

    @cached_property
    def chains(self) -> dict[str, list[Row[Any]]]:
        """What the entries of each chain say, in their order."""
        found = defaultdict(list)
        for entry in self.work.session.execute(
                select(Entry.chain_id, Entry.seq, Entry.kind, Entry.subject_id, Entry.actor_id,
                       Entry.at, Entry.body).order_by(Entry.chain_id, Entry.seq)):
            found[entry.chain_id].append(entry)
        return found

    @property
    def entries(self) -> list[Row[Any]]:
        """The entries of the engagement."""
        return self.chains[self.world.ids["engagement"]]

    @cached_property
    def standing(self) -> Standing:
        """How the engagement's agreements stand."""
        return standing_of_one(self.work, self.world.ids["engagement"])


Rule = Callable[[Look], Iterator[str]]
#: What ends a version for good, and must not come before a signature on it.
ENDS = ("version.recalled", "version.declined", "version.withdrawn")


def chains_are_whole(look: Look) -> Iterator[str]:
    """Each entry names the one before it, and its bytes are those that were hashed (INV-10)."""
    yield from (f"chain broken at {one.seq}: {one.why}" for one in broken_chains(look.work))


def times_go_forward(look: Look) -> Iterator[str]:
    for chain in look.chains.values():
        for before, after in pairwise(chain):
            if after.at < before.at:
                yield f"time goes back at {after.seq}"


def each_signs_once(look: Look) -> Iterator[str]:
    """One signature for each place, and one entry for each signature (INV-1)."""
    signed = look.work.session.execute(select(Signature.id, Signature.slot_id)).all()
    yield from (f"{count} signatures at one place" for count in
                Counter(slot for _id, slot in signed).values() if count > 1)
    told = Counter(look.work.session.scalars(
        select(Entry.subject_id).where(Entry.kind == "version.signed")))
    if sum(told.values()) != len(signed):
        yield f"{len(signed)} signatures, and {sum(told.values())} entries about them"


def nothing_is_signed_after_its_end(look: Look) -> Iterator[str]:
    ended: dict[str, str] = {}
    for entry in look.entries:
        if entry.kind == "version.signed" and entry.subject_id in ended:
            yield f"signed after {ended[entry.subject_id]}"
        if entry.kind in ENDS:
            ended.setdefault(entry.subject_id, entry.kind)


def each_ends_once(look: Look) -> Iterator[str]:
    """Two people may decline the same text: neither is told of the other (Z4)."""
    found = Counter((entry.kind, entry.subject_id, entry.actor_id)
                    for entry in look.entries if entry.kind in ENDS)
    yield from (f"{count} times {kind}" for (kind, *_ids), count in found.items() if count > 1)


def no_link_acts_after_its_end(look: Look) -> Iterator[str]:
    """Revoking acts at once (ASVS 8.3.2): of somebody who has only a link, what stands behind it in
    the record, and before the next link, came by a session that the revocation had ended."""
    ids, revoked, has_more = look.world.ids, False, False
    links = set(look.work.session.scalars(
        select(Invitation.id).where(Invitation.person_id == ids["ben"])))
    for entry in look.entries:
        if entry.kind == "party.link_revoked" and entry.subject_id == ids.get("ben.party"):
            revoked = True
        if entry.kind == "invitation.created" and entry.subject_id in links:
            revoked = False
        if entry.actor_id == ids["ben"] and entry.kind in (
                "version.signed", "version.declined"):
            if revoked and not has_more:
                yield f"{entry.kind} after the link was revoked"
            has_more = has_more or entry.kind == "version.signed"


def nothing_is_shared_without_a_yes(look: Look) -> Iterator[str]:
    """Nothing is written down as shared under a line after it was taken back, or with somebody who
    takes part no longer (INV-4, INV-7)."""
    gone: set[str] = set()
    for entry in look.entries:
        facts = json.loads(entry.body)["facts"]
        if entry.kind in ("version.withdrawn", "party.left", "party.dropped"):
            gone.add(entry.subject_id)
        if entry.kind == "line.withdrawn" and facts["categories"] is None:
            gone.add(line_id(entry.subject_id, facts["line"]))
        if entry.kind != "share.recorded":
            continue
        line = facts["line"] or ""
        if not line or gone & {line, line.partition(":")[0], facts["party"]}:
            yield "shared after it was taken back"
    shares = Counter(look.work.session.scalars(select(Share.question_id)))
    yield from (f"{count} shares of one question" for count in shares.values() if count > 1)


def one_version_holds(look: Look) -> Iterator[str]:
    """At most one version of an agreement is in force or asleep (INV-3), and drafts are issued
    once."""
    standing = look.standing
    holding = Counter(facts.agreement_id for facts in standing.versions
                      if state(facts, look.work.now) in ("IN_FORCE", "SUSPENDED"))
    yield from (f"{count} versions hold" for count in holding.values() if count > 1)
    numbers = Counter((facts.agreement_id, facts.number) for facts in standing.versions)
    yield from (f"{count} versions of one number" for count in numbers.values() if count > 1)
    waiting = Counter(facts.agreement_id for facts in standing.versions
                      if state(facts, look.work.now) in ("ISSUED", "PARTLY_SIGNED"))
    yield from (f"{count} versions wait" for count in waiting.values() if count > 1)


def what_was_taken_back_is_over(look: Look) -> Iterator[str]:
    """Withdrawal takes effect in the transaction that records it (INV-7)."""
    standing = look.standing
    for entry in look.entries:
        if entry.kind == "version.withdrawn":
            now = state(standing.version(entry.subject_id), look.work.now)
            if now in ("IN_FORCE", "SUSPENDED", "SCHEDULED", "PARTLY_SIGNED"):
                yield f"taken back, and {now}"


def each_is_told_once(look: Look) -> Iterator[str]:
    told = Counter(look.work.session.scalars(
        select(Notice.dedupe).where(Notice.dedupe.is_not(None))))
    yield from (f"told {count} times" for count in told.values() if count > 1)
    mails = [str(one) for one in told if str(one).startswith("signed:")]
    for signature_id in {one.partition(":")[2] for one in mails}:
        if look.work.session.get(Signature, signature_id) is None:
            yield "a mail about a signature that is not there"


def the_board_says_what_is(look: Look) -> Iterator[str]:
    """What lists read is what the records say (Z21)."""
    made = project(look.work, [look.world.ids["engagement"]]).get(look.world.ids["engagement"])
    kept = list(look.work.session.scalars(
        select(BoardRow).where(BoardRow.engagement_id == look.world.ids["engagement"])))
    if made is None:
        # It was erased, and nothing of it is left to do.
        yield from (f"{len(kept)} rows of what was erased" for _time in kept[:1])
        return
    if len(kept) != len(made.rows):
        yield f"{len(kept)} rows on the board, and {len(made.rows)} to be there"
    wanted = sorted(tuple(sorted((k, str(v)) for k, v in row.items())) for row in made.rows)
    found = sorted(tuple(sorted((k, str(getattr(row, k))) for k in made.rows[0])) for row in kept) \
        if made.rows else []
    if wanted != found:
        yield "the board says something else than the records"


def who_signed_is_in_once(look: Look) -> Iterator[str]:
    """Signing ends every other session of that person (Z9)."""
    last = [entry for entry in look.entries
            if entry.kind == "version.signed" and entry.actor_id == look.world.ids["ben"]
            and entry.at >= look.world.clock.now()]
    alive = look.work.session.execute(select(SignIn.level, SignIn.started_at).where(
        SignIn.person_id == look.world.ids["ben"], SignIn.ended_at.is_(None))).all()
    if last and [level for level, _at in alive] not in ([], ["factor"]):
        yield f"signed, and in with {[level for level, _at in alive]}"


RULES: tuple[Rule, ...] = (
    chains_are_whole, times_go_forward, each_signs_once, nothing_is_signed_after_its_end,
    each_ends_once, no_link_acts_after_its_end, nothing_is_shared_without_a_yes,
    one_version_holds, what_was_taken_back_is_over,
    each_is_told_once, the_board_says_what_is, who_signed_is_in_once)


def broken_promises(world: World, results: Mapping[str, Any], stood: int) -> Iterator[str]:
    """What people were told is so: who saw a receipt has signed, once, with one code; nobody sees
    something break, and no two workers have the same thing in hand. `stood` is how many codes
    Ben had used before."""
    for name, told in results.items():
        if isinstance(told, BaseException) or (isinstance(told, tuple) and told[0] >= 500):
            yield f"{name} broke: {told!r}"
    receipts = sum(name.startswith("sign") and "/p/agreements/" in told[1]
                   for name, told in results.items() if isinstance(told, tuple))
    if any(name.startswith("sign") for name in results):
        if receipts != signatures_of(world):
            yield f"{receipts} saw a receipt, {signatures_of(world)} signatures"
        if receipts != used_steps(world) - stood:
            yield f"{receipts} saw a receipt, {used_steps(world) - stood} codes were used"
    held = [told.id for name, told in results.items() if name.startswith("worker") and told]
    if len(held) != len(set(held)):
        yield "two workers have the same thing in hand"


def broken_rules(world: World) -> list[str]:
    """Return everything that is not as it must be."""
    wrong: list[str] = []
    with world.ground.work(writes=False) as work:
        look = Look(work, world)
        for rule in RULES:
            wrong += [f"{rule.__name__}: {told}" for told in rule(look)]
    return wrong
