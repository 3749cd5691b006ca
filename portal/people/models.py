"""Tables of practices and people. Everything belongs to one practice (Z5)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Practice(Base):
    """A coaching practice. `answers_enc` holds its standing answers to the terms' questions,
    `withdrawal_enc` where a yes can be taken back when the portal cannot be reached."""

    __tablename__ = "practice"

    id: Mapped[Id] = mapped_column(primary_key=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(12))
    answers_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_enc: Mapped[bytes] = mapped_column(LargeBinary)
    withdrawal_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]


class Person(Base):
    """A person as one practice knows them. `timezone` is the clock that they live by, where it is
    not that of the practice."""

    __tablename__ = "person"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    name_enc: Mapped[bytes] = mapped_column(LargeBinary)
    legal_name_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    locale: Mapped[str] = mapped_column(String(12))
    timezone: Mapped[str | None] = mapped_column(String(64))
    is_minor: Mapped[bool] = mapped_column(default=False)
    majority_on: Mapped[date | None]
    fails: Mapped[int] = mapped_column(default=0)
    codes_paused_until: Mapped[Instant | None]
    created_at: Mapped[Instant]
    erased_at: Mapped[Instant | None]


class NamePrint(Base):
    """The keyed digest of how a word of a name begins: the name of a person or organisation, or
    the title of an engagement.

    The database itself deletes it with the data key under which the name is stored.
    """

    __tablename__ = "name_print"
    __table_args__ = (Index(None, "practice_id", "print"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id]
    subject_id: Mapped[Id] = mapped_column(index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id", ondelete="CASCADE"), index=True)
    print: Mapped[str] = mapped_column(String(32))


class ContactPoint(Base):
    """An address of a person: whose it is and who else reads it (Z7)."""

    __tablename__ = "contact_point"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    kind: Mapped[str] = mapped_column(String(12))
    value_enc: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    owner: Mapped[str] = mapped_column(String(12))
    read_by: Mapped[str] = mapped_column(String(16))
    owner_declared_at: Mapped[Instant]
    use: Mapped[str] = mapped_column(String(12), default="any")
    verified_at: Mapped[Instant | None]
    suspended_at: Mapped[Instant | None]


class Account(Base):
    """A person who signs in with a password. One address is one open account in one practice.

    Closing gives the address free: `login_print` is then a text that no address has.
    """

    __tablename__ = "account"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), unique=True)
    login_print: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(160))
    fails: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[Instant | None]
    created_at: Mapped[Instant]
    closed_at: Mapped[Instant | None]


class AddressChange(Base):
    """Another address that an account is to sign in with: proven by a link that goes there, and
    objected to by a link that went to the old one. Of both only the SHA-256 is kept.

    `ended_as` is "replaced", "not_me" or "objected".
    """

    __tablename__ = "address_change"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    point_id: Mapped[Id] = mapped_column(ForeignKey("contact_point.id"))
    new_enc: Mapped[bytes] = mapped_column(LargeBinary)
    old_enc: Mapped[bytes] = mapped_column(LargeBinary)
    proof_hash: Mapped[str] = mapped_column(String(64), unique=True)
    objection_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[Instant]
    proved_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    ended_as: Mapped[str | None] = mapped_column(String(8))


class Membership(Base):
    """What an account is in its practice: "owner", "coach" or "helper" (logistics only)."""

    __tablename__ = "membership"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    since: Mapped[Instant]
    until: Mapped[Instant | None]


class MembershipInvitation(Base):
    """A link by which somebody may join the practice; of its secret only the SHA-256 is kept.

    Sending it again gives it another secret. `ended_as` is "joined", "revoked" or "not_me". Name
    and address are wiped with the end, except where it was somebody else's mailbox: then the
    owner still has to see whose address to ask for.
    """

    __tablename__ = "membership_invitation"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    invited_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(12))
    name_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_print: Mapped[str | None] = mapped_column(String(64), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    issued_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    ended_as: Mapped[str | None] = mapped_column(String(8))


class Successor(Base):
    """Who may notify, end, hand over with consent and dispose if the coach cannot (Z5)."""

    __tablename__ = "successor"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    name_enc: Mapped[bytes] = mapped_column(LargeBinary)
    contact_enc: Mapped[bytes] = mapped_column(LargeBinary)
    named_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


class SignIn(Base):
    """A sign-in session on the server; the browser holds a random token, this row its hash.

    `seen_at` is when it was last used, to a few minutes; `proved_at` when a factor was last proven
    in it. Where it began is kept in the short form alone (domain 5.1).
    """

    __tablename__ = "sign_in"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    account_id: Mapped[Id | None] = mapped_column(ForeignKey("account.id"))
    engagement_id: Mapped[Id | None]
    invitation_id: Mapped[Id | None]
    scope: Mapped[str] = mapped_column(String(8))
    level: Mapped[str] = mapped_column(String(8))
    token_hash: Mapped[str] = mapped_column(String(64))
    network: Mapped[str | None] = mapped_column(String(48))
    browser: Mapped[str | None] = mapped_column(String(24))
    started_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    proved_at: Mapped[Instant | None]
    ends_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


class LateForm(Base):
    """A form that came after its session had run out, until the person has sent it.

    `form_enc` is its address and its fields. `level` is that of the session: what was typed behind
    a code is shown behind a code alone. `engagement_id` is the one that it belongs to.
    """

    __tablename__ = "late_form"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    engagement_id: Mapped[Id | None]
    scope: Mapped[str] = mapped_column(String(8))
    level: Mapped[str] = mapped_column(String(8))
    form_enc: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[Instant]


class ApiToken(Base):
    """A key by which a program asks in the name of an account; of it only a keyed digest is kept.

    When it was last used stands in the access log alone. Its name is the coach's own word for the
    program.
    """

    __tablename__ = "api_token"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    name_enc: Mapped[bytes] = mapped_column(LargeBinary)
    secret_print: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
