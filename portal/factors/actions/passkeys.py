"""Asking passkeys to sign, making them, and taking what they sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.factors import policy
from portal.factors.actions.codes import (
    CodeRefused,
    CodeTaken,
    count_failure,
    facts_of,
    note,
    settle,
    use_code,
)
from portal.factors.models import Factor, PasskeyAsked
from portal.factors.policy import PASSKEY, CodeNo
from portal.factors.queries import asked_passkey, has_had_factor, live_factors, passkeys_of
from portal.ground import chance
from portal.ground.passkeys import (
    NotAPasskey,
    Site,
    Told,
    answered,
    credential_from,
    made,
    site_of,
    told_by,
    wishes,
)
from portal.people.queries import address_of_person, names_of, practice_or_missing
from portal.plain.passkey import Challenge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.ground.work import Work
    from portal.people.models import Person


@dataclass(frozen=True, slots=True)
class Act:
    """Say what a passkey is to sign: what is done, and to which texts, by their hashes."""

    name: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what the script of a page sent, and the place that was asked: a sign-in session, or a
    browser that is about to have one."""

    told: str
    place: str


def ask_passkey(
    work: Work, person: Person, act: Act, place: str, *, makes: bool = False
) -> dict[str, Any] | CodeRefused:
    """Return what the browser is to ask for; the challenge is kept for ten minutes.

    It is made of the act, the person and the texts, so an answer fits nothing else. `makes` lets a
    new passkey be made first, by the same act; the caller has seen that it may.
    """
    site, own = _site(work), passkeys_of(work, person.id)
    if site is None or not (own or makes):
        return CodeRefused(CodeNo.NOT_HERE if site is None else CodeNo.NO_FACTOR)
    if person.codes_paused_until is not None and work.now < person.codes_paused_until:
        return CodeRefused(CodeNo.PAUSED, person.codes_paused_until)
    challenge = Challenge(chance.secret_bytes(16).hex(), act.name, person.id, act.texts)
    work.session.add(PasskeyAsked(
        id=chance.new_id(), practice_id=person.practice_id, person_id=person.id, place=place,
        nonce=challenge.nonce, challenge=challenge.value.hex(), asked_at=work.now,
        expires_at=work.now + policy.ASKED_FOR))
    name = names_of(work, [person.id]).get(person.id, "")
    return wishes(
        site, challenge, known=[credential_from(work.reveal(one, "secret")).id for one in own],
        of=person.id, label=(address_of_person(work, person.id) or name) if makes else "",
        owner=practice_or_missing(work, person.practice_id).name)


def _site(work: Work) -> Site | None:
    return site_of(work.ground.settings.base_url)


def use_passkey(
    work: Work, person: Person, act: Act, answer: Answer, *, proven: bool = False,
    but: str = "",
) -> CodeTaken | CodeRefused:
    """Take what a passkey of this person signed: this act and these texts, once.

    A new one in the answer is enrolled by it; beside another factor only where that was `proven`
    just now. `but` is one that proves nothing here. A refusal is *returned*, so that what was
    counted is kept; what comes too late, from elsewhere or for other texts counts against nobody.
    The person's row is locked first.
    """
    work.lock(person)
    try:
        told = told_by(answer.told)
        asked = asked_passkey(work, told.challenge.hex())
    except NotAPasskey:
        return _refuse(work, person, CodeNo.TOO_LATE)
    facts = policy.AskedFacts(asked.person_id, asked.place, asked.expires_at, asked.used_at) \
        if asked is not None else None
    why = policy.why_not_answer(facts, person.id, answer.place, work.now)
    if why is not None or asked is None:
        return _refuse(work, person, why or CodeNo.TOO_LATE)
    challenge = Challenge(asked.nonce, act.name, person.id, act.texts)
    if challenge.value != told.challenge:
        return _refuse(work, person, CodeNo.OTHER_TEXTS)
    # Without its nonce nobody can try texts against the challenge, once they are erased (Z18).
    asked.used_at, asked.nonce = work.now, ""
    return _take(work, person, challenge, told, proven=proven, but=but)


def _take(
    work: Work, person: Person, challenge: Challenge, told: Told, *, proven: bool, but: str
) -> CodeTaken | CodeRefused:
    live = live_factors(work, person.id)
    own = [one for one in live if one.kind == PASSKEY and one.id != but]
    factor = _made(work, person, challenge, told, live, proven=proven) if told.made else next(
        (one for one in own if _is_from(work, one, told)), None)
    site = _site(work)
    if factor is None or site is None:
        return _refuse(work, person, CodeNo.NOT_YOURS)
    if not told.made:
        work.lock(factor)
    stop = policy.why_not_try(facts_of(person, factor), work.now)
    if stop is not None:
        return _refuse(work, person, stop)
    try:
        good = answered(site, challenge, told, credential_from(work.reveal(factor, "secret")))
    except NotAPasskey:
        return count_failure(work, person, [factor], CodeNo.WRONG)
    back = policy.why_not_count(factor.last_step, good.count)
    if back is not None:
        return count_failure(work, person, [factor], back)
    if factor.enrolled_at is None:
        work.session.add(factor)
    return settle(work, person, [factor], factor, good.count, good.proof)


def _refuse(work: Work, person: Person, why: CodeNo) -> CodeRefused:
    note(work, person, why)
    return CodeRefused(why, person.codes_paused_until if why is CodeNo.PAUSED else None)


def _is_from(work: Work, factor: Factor, told: Told) -> bool:
    return credential_from(work.reveal(factor, "secret")).id == told.credential_id


def _made(
    work: Work, person: Person, challenge: Challenge, told: Told, live: Sequence[Factor], *,
    proven: bool,
) -> Factor | None:
    """Return a new passkey that still has to prove itself, or None where none may be made."""
    site = _site(work)
    # Whoever has had a factor makes no first one by a link or a password alone, ever again.
    had = bool(live) or has_had_factor(work, person.id)
    if site is None or policy.why_not_make(has_factor=had, proven=proven) is not None:
        return None
    try:
        credential, count = made(site, challenge, told)
    except NotAPasskey:
        return None
    factor = Factor(
        id=chance.new_id(), practice_id=person.practice_id, person_id=person.id,
        key_id=person.key_id, kind=PASSKEY, set_up_as=policy.BESIDE if live else policy.FIRST,
        created_at=work.now, last_step=count, fails=0)
    work.hide(factor, "secret", credential.as_text())
    return factor


def prove(
    work: Work, person: Person, act: Act, given: str | Answer, *, shown: str = ""
) -> CodeTaken | CodeRefused:
    """Take what somebody proves with who they are: a code, or what a passkey signed. `shown` is the
    id of the first app that stands on the page, if one does."""
    if isinstance(given, Answer):
        return use_passkey(work, person, act, given)
    return use_code(work, person, given, shown=shown)
