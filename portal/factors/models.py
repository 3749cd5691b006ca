"""Tables of authenticators, the steps they used up, and recovery codes."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Factor(Base):
    """An authenticator of a person: an app for codes, or a passkey. Pending until `enrolled_at`;
    disabled ones never return.

    `secret_enc` is the seed of an app, or id and public key of a passkey; `last_step` the step of
    its last code, or how often the passkey said it was used.

    `set_up_as` says on what proof it rests: "first" (the link, or the password), "beside" (a code
    of another one), "recovered" (a recovery code) or "anew" (the coach knew the voice).
    `asleep_until` is set while the person sets up a new one, having lost this. `name_enc` is the
    person's own word for it.
    """

    __tablename__ = "factor"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    kind: Mapped[str] = mapped_column(String(12))
    secret_enc: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]
    enrolled_at: Mapped[Instant | None]
    via_invitation_id: Mapped[Id | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    fails: Mapped[int] = mapped_column(default=0)
    disabled_at: Mapped[Instant | None]
    set_up_as: Mapped[str] = mapped_column(String(10), default="first")
    name_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    used_at: Mapped[Instant | None]
    asleep_until: Mapped[Instant | None]


class UsedStep(Base):
    """A time step whose code was accepted: the primary key lets it happen once, ever."""

    __tablename__ = "used_step"

    factor_id: Mapped[Id] = mapped_column(ForeignKey("factor.id"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    used_at: Mapped[Instant]


class PasskeyAsked(Base):
    """What a passkey was asked to sign: the SHA-256 that is the challenge, and the nonce in it.

    It is answered once, in time, by this person and at this place: a sign-in session, or a browser
    that is about to have one. Then the nonce is wiped; what ran out is deleted after a day.
    """

    __tablename__ = "passkey_asked"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    place: Mapped[str] = mapped_column(String(32))
    nonce: Mapped[str] = mapped_column(String(32))
    challenge: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]


class RecoveryCode(Base):
    """A code for the day the phone is gone: argon2id hash, used once."""

    __tablename__ = "recovery_code"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    hash: Mapped[str] = mapped_column(String(160))
    made_at: Mapped[Instant]
    used_at: Mapped[Instant | None]


class PasswordReset(Base):
    """A link by which somebody who forgot the password of their account sets another one, once;
    of its secret only the SHA-256 is kept. `ended_as` is "used" or "replaced"."""

    __tablename__ = "password_reset"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    ended_as: Mapped[str | None] = mapped_column(String(8))
