"""What must be true after whatever happened, each as a function that returns what is wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.agreements.models import Signature
from portal.agreements.policy import state
from portal.agreements.queries import standing_of_one
from portal.desk.models import BoardRow
from portal.desk.queries.projection import project
from portal.ledger.models import Chain, Entry
from portal.ledger.queries import broken_chains
from portal.links.models import Invitation
from portal.notices.models import Notice
from portal.people.models import SignIn
from portal.sharing.models import Share
from portal.sharing.policy.loading import line_id
from tests.trust.stage import signatures_of, used_steps

if TYPE_CHECKING:
    from portal.ground.work import Work
    from tests.builders import World

Rule = Callable[["Work", "World"], Iterator[str]]
#: What ends a version for good, and must not come before a signature on it.
ENDS = ("version.recalled", "version.declined", "version.withdrawn")


def entries(work: Work, chain_id: str) -> list[Entry]:
    return list(work.session.scalars(
        select(Entry).where(Entry.chain_id == chain_id).order_by(Entry.seq)))


def chains_are_whole(work: Work, _world: World) -> Iterator[str]:
    """Each entry names the one before it, and its bytes are those that were hashed (INV-10)."""
    yield from (f"chain broken at {broken.seq}: {broken.why}" for broken in broken_chains(work))


def times_go_forward(work: Work, _world: World) -> Iterator[str]:
    for chain_id in work.session.scalars(select(Chain.id)):
        for before, after in pairwise(entries(work, chain_id)):
            if after.at < before.at:
                yield f"time goes back at {after.seq}"


def each_signs_once(work: Work, _world: World) -> Iterator[str]:
    """One signature for each place, and one entry for each signature (INV-1)."""
    signed = work.session.execute(select(Signature.id, Signature.slot_id)).all()
    yield from (f"{count} signatures at one place" for count in
                Counter(slot for _id, slot in signed).values() if count > 1)
    told = Counter(work.session.scalars(
        select(Entry.subject_id).where(Entry.kind == "version.signed")))
    if sum(told.values()) != len(signed):
        yield f"{len(signed)} signatures, and {sum(told.values())} entries about them"


def nothing_is_signed_after_its_end(work: Work, world: World) -> Iterator[str]:
    ended: dict[str, str] = {}
    for entry in entries(work, world.ids["engagement"]):
        if entry.kind == "version.signed" and entry.subject_id in ended:
            yield f"signed after {ended[entry.subject_id]}"
        if entry.kind in ENDS:
            ended.setdefault(entry.subject_id, entry.kind)


def each_ends_once(work: Work, world: World) -> Iterator[str]:
    """Two people may decline the same text: neither is told of the other (Z4)."""
    found = Counter((entry.kind, entry.subject_id, entry.actor_id)
                    for entry in entries(work, world.ids["engagement"]) if entry.kind in ENDS)
    yield from (f"{count} times {kind}" for (kind, *_ids), count in found.items() if count > 1)


def no_link_acts_after_its_end(work: Work, world: World) -> Iterator[str]:
    """Revoking acts at once (ASVS 8.3.2): of somebody who has only a link, what stands behind it in
    the record, and before the next link, came by a session that the revocation had ended."""
    revoked = has_more = False
    links = set(work.session.scalars(
        select(Invitation.id).where(Invitation.person_id == world.ids["ben"])))
    for entry in entries(work, world.ids["engagement"]):
        if entry.kind == "party.link_revoked" and entry.subject_id == world.ids.get("ben.party"):
            revoked = True
        if entry.kind == "invitation.created" and entry.subject_id in links:
            revoked = False
        if entry.actor_id == world.ids["ben"] and entry.kind in (
                "version.signed", "version.declined"):
            if revoked and not has_more:
                yield f"{entry.kind} after the link was revoked"
            has_more = has_more or entry.kind == "version.signed"


def nothing_is_shared_without_a_yes(work: Work, world: World) -> Iterator[str]:
    """Nothing is written down as shared under a line after it was taken back, or with somebody who
    takes part no longer (INV-4, INV-7)."""
    gone: set[str] = set()
    for entry in entries(work, world.ids["engagement"]):
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
    shares = Counter(work.session.scalars(select(Share.question_id)))
    yield from (f"{count} shares of one question" for count in shares.values() if count > 1)


def one_version_holds(work: Work, world: World) -> Iterator[str]:
    """At most one version of an agreement is in force or asleep (INV-3), and drafts are issued
    once."""
    standing = standing_of_one(work, world.ids["engagement"])
    holding = Counter(facts.agreement_id for facts in standing.versions
                      if state(facts, work.now) in ("IN_FORCE", "SUSPENDED"))
    yield from (f"{count} versions hold" for count in holding.values() if count > 1)
    numbers = Counter((facts.agreement_id, facts.number) for facts in standing.versions)
    yield from (f"{count} versions of one number" for count in numbers.values() if count > 1)
    waiting = Counter(facts.agreement_id for facts in standing.versions
                      if state(facts, work.now) in ("ISSUED", "PARTLY_SIGNED"))
    yield from (f"{count} versions wait" for count in waiting.values() if count > 1)


def what_was_taken_back_is_over(work: Work, world: World) -> Iterator[str]:
    """Withdrawal takes effect in the transaction that records it (INV-7)."""
    standing = standing_of_one(work, world.ids["engagement"])
    for entry in entries(work, world.ids["engagement"]):
        if entry.kind == "version.withdrawn":
            now = state(standing.version(entry.subject_id), work.now)
            if now in ("IN_FORCE", "SUSPENDED", "SCHEDULED", "PARTLY_SIGNED"):
                yield f"taken back, and {now}"


def each_is_told_once(work: Work, _world: World) -> Iterator[str]:
    told = Counter(work.session.scalars(select(Notice.dedupe).where(Notice.dedupe.is_not(None))))
    yield from (f"told {count} times" for count in told.values() if count > 1)
    mails = [str(one) for one in told if str(one).startswith("signed:")]
    for signature_id in {one.partition(":")[2] for one in mails}:
        if work.session.get(Signature, signature_id) is None:
            yield "a mail about a signature that is not there"


def the_board_says_what_is(work: Work, world: World) -> Iterator[str]:
    """What lists read is what the records say (Z21)."""
    made = project(work, [world.ids["engagement"]]).get(world.ids["engagement"])
    kept = list(work.session.scalars(
        select(BoardRow).where(BoardRow.engagement_id == world.ids["engagement"])))
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


def who_signed_is_in_once(work: Work, world: World) -> Iterator[str]:
    """Signing ends every other session of that person (Z9)."""
    last = [entry for entry in entries(work, world.ids["engagement"])
            if entry.kind == "version.signed" and entry.actor_id == world.ids["ben"]
            and entry.at >= world.clock.now()]
    alive = work.session.execute(select(SignIn.level, SignIn.started_at).where(
        SignIn.person_id == world.ids["ben"], SignIn.ended_at.is_(None))).all()
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
        for rule in RULES:
            wrong += [f"{rule.__name__}: {told}" for told in rule(work, world)]
    return wrong
