"""A practice with thousands of engagements, written straight into the real tables.

Each engagement has its own keys, people, texts, signatures, links and a whole chain of the record;
only the frozen texts are short, for no list reads them. What stands where follows from the number
of the engagement alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from portal.agreements.models import Agreement, AgreementVersion, Signature, SignerSlot
from portal.engagements.models import Engagement, Party
from portal.ground.chance import new_id, secret_bytes
from portal.ground.vault import DataKey
from portal.ledger.models import Chain, Entry
from portal.ledger.policy import entry_bytes, entry_hash, genesis
from portal.links.models import Invitation
from portal.people.models import ContactPoint, NamePrint, Person
from portal.people.queries import name_prints
from portal.plain.names import beginnings

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work

GIVEN = ("Ben", "Léa", "Tomás", "Amira", "Jonas", "Priya", "Kofi", "Noor", "Ida", "Luka", "Mei",
         "Oskar", "Sana", "Yara", "Zoltán", "Elif", "Hugo")
FAMILY = ("Adler", "Martin", "Rivera", "Osei", "Weber", "Nair", "Conti", "Engel", "Groth", "Desai",
          "Imre", "Novak", "Haas", "Lindt", "Moreau", "Okafor", "Petrov", "Quist", "Sato")
TITLES = ("Leading a larger team", "First hundred days", "Coaching 2027", "Back after leave",
          "Stepping up", "Two roles", "A calmer calendar")
#: Who signs beside coach and coachee, and by which template.
OTHERS = (("SPONSOR", "T2"), ("ASSISTANT", "T3"), ("SUPPORTER", "T4"))
#: Tables in the order in which their rows can be written.
ORDER = (DataKey, Chain, Person, NamePrint, ContactPoint, Engagement, Party, Agreement,
         AgreementVersion, SignerSlot, Signature, Invitation, Entry)


@dataclass
class Crowd:
    """Collect rows by table, and keep the chains whole."""

    work: Work
    practice_id: str
    coach_id: str
    rows: dict[type, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)

    def key(self, covers: str) -> str:
        """Make a data key that can be used at once."""
        row = self.work.ground.vault.new_key(self.practice_id, covers, self.work.now)
        self.rows[DataKey].append({c.name: getattr(row, c.name) for c in DataKey.__table__.columns})
        self.work.vault._keys[row.id] = self.work.ground.vault.unwrap(
            row.id, row.master_id, row.wrapped)
        return row.id

    def locked(self, key_id: str, place: str, text: str) -> bytes:
        """Encrypt a text for its place."""
        return self.work.vault.lock(key_id, place, text.encode())

    def listed(self, subject_id: str, key_id: str, name: str) -> None:
        """Let a name be found."""
        self.rows[NamePrint] += [
            {"id": new_id(), "practice_id": self.practice_id, "subject_id": subject_id,
             "key_id": key_id, "print": one}
            for one in name_prints(self.work, self.practice_id, beginnings(name))]

    def person(self, name: str) -> tuple[str, str]:
        """Make a person with an address; returns both ids."""
        key_id, person_id, point_id = self.key("person"), new_id(), new_id()
        self.rows[Person].append({
            "id": person_id, "practice_id": self.practice_id, "key_id": key_id, "locale": "en",
            "name_enc": self.locked(key_id, f"person/{person_id}/name", name),
            "is_minor": False, "fails": 0, "created_at": self.work.now})
        self.listed(person_id, key_id, name)
        self.rows[ContactPoint].append({
            "id": point_id, "practice_id": self.practice_id, "person_id": person_id,
            "key_id": key_id, "kind": "email", "owner": "private", "read_by": "nobody",
            "use": "any", "fingerprint": sha256(point_id.encode()).hexdigest(),
            "value_enc": self.locked(key_id, f"contact_point/{point_id}/value", "x@example.org"),
            "owner_declared_at": self.work.now})
        return person_id, point_id

    def note(self, chain: str, at: datetime, kind: str, subject: str, actor: str | None,
             **facts: str) -> None:
        """Append an entry to a chain."""
        seq, previous = self.heads.get(chain, (0, genesis(chain)))
        body = entry_bytes(chain, seq + 1, previous, at=at, kind=kind, subject_id=subject,
                           actor_id=actor, facts=facts, salt=secret_bytes(16).hex())
        self.heads[chain] = (seq + 1, entry_hash(body))
        self.rows[Entry].append({
            "id": new_id(), "practice_id": self.practice_id, "chain_id": chain, "seq": seq + 1,
            "previous": previous, "hash": entry_hash(body), "kind": kind, "subject_id": subject,
            "actor_id": actor, "at": at, "body": body})

    def write(self) -> None:
        """Write everything that was collected."""
        for table in ORDER:
            if self.rows[table]:
                self.work.session.execute(insert(table), self.rows[table])
        self.rows.clear()


@dataclass(frozen=True)
class Guest:
    """Hold a party of an engagement while it is written."""

    id: str
    person_id: str
    point_id: str
    role: str


def add_crowd(ground: Ground, practice_id: str, coach_id: str, count: int) -> None:
    """Write so many engagements with ten signer slots each on average."""
    with ground.work(writes=True) as work:
        crowd = Crowd(work, practice_id, coach_id)
        for number in range(count):
            _engagement(crowd, number)
            if number % 200 == 199:
                crowd.write()
        crowd.write()


def _name(number: int) -> str:
    return f"{GIVEN[number % len(GIVEN)]} {FAMILY[number * 7 % len(FAMILY)]}"


def _engagement(crowd: Crowd, number: int) -> None:
    key_id, engagement_id, now = crowd.key("engagement"), new_id(), crowd.work.now
    asked = now - timedelta(days=2 + number % 9 if number % 10 > 5 else 60 + number % 200)
    title = TITLES[number % len(TITLES)]
    crowd.rows[Engagement].append({
        "id": engagement_id, "practice_id": crowd.practice_id, "key_id": key_id,
        "coach_id": crowd.coach_id, "kind": "coaching", "setting": "independent",
        "jurisdiction": "AT", "language": "en", "created_at": asked,
        "title_enc": crowd.locked(key_id, f"engagement/{engagement_id}/title", title)})
    crowd.listed(engagement_id, key_id, title)
    crowd.rows[Chain].append({"id": engagement_id, "practice_id": crowd.practice_id,
                              "covers": "engagement"})
    crowd.note(engagement_id, asked, "engagement.started", engagement_id, crowd.coach_id)
    people = {"COACH": _party(crowd, engagement_id, "COACH", asked, crowd.coach_id, None)}
    for place, role in enumerate(("COACHEE", *(role for role, _code in OTHERS))):
        if role != "SUPPORTER" or number % 3:
            person_id, point_id = crowd.person(_name(number * 5 + place))
            people[role] = _party(crowd, engagement_id, role, asked, person_id, point_id)
    crowd.note(engagement_id, asked, "engagement.contracting_opened", engagement_id,
               crowd.coach_id)
    texts = [_text(crowd, engagement_id, key_id, "T1", people, None, asked)]
    texts += [_text(crowd, engagement_id, key_id, code, people, role, asked)
              for role, code in OTHERS if role in people]
    _go_on(crowd, engagement_id, key_id, number, people, [t for t in texts if t], asked)


def _party(
    crowd: Crowd, engagement_id: str, role: str, at: datetime, person_id: str,
    point_id: str | None,
) -> Guest:
    party_id = new_id()
    crowd.rows[Party].append({
        "id": party_id, "practice_id": crowd.practice_id, "engagement_id": engagement_id,
        "person_id": person_id, "contact_point_id": point_id, "role": role, "capacity": "self",
        "on_paper": False, "created_at": at})
    crowd.note(engagement_id, at, "party.proposed", party_id, crowd.coach_id)
    return Guest(party_id, person_id, point_id or "", role)


@dataclass(frozen=True)
class Text:
    """Hold a version while it is signed."""

    id: str
    hash: str
    slots: dict[str, str]


def _text(
    crowd: Crowd, engagement_id: str, key_id: str, code: str, people: dict[str, Guest],
    other: str | None, at: datetime,
) -> Text:
    agreement_id, version_id = new_id(), new_id()
    hashed = sha256(version_id.encode()).hexdigest()
    crowd.rows[Agreement].append({
        "id": agreement_id, "practice_id": crowd.practice_id, "engagement_id": engagement_id,
        "party_id": people[other].id if other else None, "template_code": code,
        "mandatory": code in ("T1", "T2"), "created_at": at})
    sealed = {f"{name}_enc": crowd.locked(key_id, f"agreement_version/{version_id}/{name}", "[]")
              for name in ("nonce", "record", "notice")}
    crowd.rows[AgreementVersion].append({
        "id": version_id, "practice_id": crowd.practice_id, "engagement_id": engagement_id,
        "agreement_id": agreement_id, "key_id": key_id, "number": 1, "template_code": code,
        "template_version": "1", "locale": "en", "timezone": "Europe/Vienna", "hash": hashed,
        **sealed, "starts_on": at.date(), "ends_on": at.date() + timedelta(days=365),
        "effective_from": at, "valid_to": at + timedelta(days=365),
        "sign_by": at + timedelta(days=14), "review_months": 6, "grace_days": 14,
        "issued_at": at})
    slots = {role: new_id() for role in ("COACH", "COACHEE", other) if role}
    crowd.rows[SignerSlot] += [
        {"id": slot, "practice_id": crowd.practice_id, "version_id": version_id,
         "party_id": people[role].id, "role": role, "meaning": "agree", "required": True,
         "vouching": role in ("COACHEE", "SPONSOR")} for role, slot in slots.items()]
    crowd.note(engagement_id, at, "version.issued", version_id, crowd.coach_id, hash=hashed)
    return Text(version_id, hashed, slots)


def _go_on(
    crowd: Crowd, engagement_id: str, key_id: str, number: int, people: dict[str, Guest],
    texts: Sequence[Text], at: datetime,
) -> None:
    """Let six of ten engagements be in force; the others wait for somebody, each elsewhere."""
    kind = number % 10
    silent = {6: {"SPONSOR"}, 7: {"COACHEE", "SPONSOR", "ASSISTANT", "SUPPORTER"},
              8: {"ASSISTANT"}, 9: set(people) - {"COACH", "COACHEE"}}.get(kind, set())
    for role, guest in people.items():
        if role == "COACH":
            _sign(crowd, engagement_id, key_id, guest, texts, at)
            continue
        if role != "COACHEE":
            if kind == 7:
                continue
            crowd.note(engagement_id, at, "party.accepted", guest.id, people["COACHEE"].person_id)
        link = _invite(crowd, engagement_id, guest, at)
        if kind == 8 and role == "ASSISTANT":
            crowd.note(engagement_id, at + timedelta(hours=1), "invitation.bounced", link, None)
            continue
        if role in silent and number % 20 > 9:
            continue
        opened = at + timedelta(hours=3)
        crowd.note(engagement_id, opened, "invitation.opened", link, guest.person_id)
        if role in silent:
            continue
        crowd.note(engagement_id, opened, "invitation.bound", link, guest.person_id)
        _sign(crowd, engagement_id, key_id, guest, texts, opened)
        if role in ("COACHEE", "SPONSOR") and number % 40 != 6:
            crowd.note(engagement_id, opened, "party.vouched", guest.id, crowd.coach_id)


def _invite(crowd: Crowd, engagement_id: str, guest: Guest, at: datetime) -> str:
    link = new_id()
    crowd.rows[Invitation].append({
        "id": link, "practice_id": crowd.practice_id, "engagement_id": engagement_id,
        "person_id": guest.person_id, "contact_point_id": guest.point_id, "purpose": "sitting",
        "secret_hash": sha256(link.encode()).hexdigest(), "issued_at": at,
        "expires_at": at + timedelta(days=14)})
    crowd.note(engagement_id, at, "party.invited", guest.id, crowd.coach_id)
    crowd.note(engagement_id, at, "invitation.created", link, crowd.coach_id)
    crowd.note(engagement_id, at, "invitation.sent", link, None)
    return link


def _sign(
    crowd: Crowd, engagement_id: str, key_id: str, guest: Guest, texts: Sequence[Text],
    at: datetime,
) -> None:
    for text in texts:
        if guest.role in text.slots:
            signature_id = new_id()
            crowd.rows[Signature].append({
                "id": signature_id, "practice_id": crowd.practice_id,
                "engagement_id": engagement_id, "version_id": text.id,
                "slot_id": text.slots[guest.role], "party_id": guest.id, "key_id": key_id,
                "version_hash": text.hash, "signed_at": at, "manifest_hash": text.hash,
                "manifest_enc": crowd.locked(key_id, f"signature/{signature_id}/manifest", "{}")})
            crowd.note(engagement_id, at, "version.signed", text.id, guest.person_id,
                       signature=signature_id, party=guest.id)
