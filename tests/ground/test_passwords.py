"""A password is hard to guess, whatever it is made of."""

from __future__ import annotations

import pytest
from argon2 import Type, extract_parameters

from portal.ground import passwords
from portal.ground.passwords import (
    CONTEXT,
    MINIMUM_LENGTH,
    PasswordNo,
    hash_password,
    is_password,
    why_not_password,
)
from tests.haste import EARNEST

ABOUT = ("Ana Berg", "ana@berg.example", "Berg Coaching")


@pytest.mark.parametrize("password", [
    "passwordpassword", "123456789012", "qwertyuiop12", "iloveyouiloveyou", "aaaaaaaaaaaaaaaa",
    "letmein12345", "P@ssw0rd1234", "princess1234", "baseball2024", "abcdefghijkl",
    "19841984198419", "monkeymonkey", "trustno1trustno1", "dragon123456",
])
def test_refuses_what_guessers_try_first(password: str) -> None:
    assert len(password) >= MINIMUM_LENGTH
    assert why_not_password(password) is PasswordNo.GUESSABLE


@pytest.mark.parametrize("password", [
    "ana@berg.example", "Berg Coaching 2026", "anaberganaberg", "coachingcoaching",
    "consent portal 1", "Ana Berg 1980-02-01"])
def test_refuses_what_is_known_of_person_and_portal(password: str) -> None:
    assert why_not_password(password, ABOUT) is PasswordNo.GUESSABLE


def test_knows_the_words_of_this_portal_by_itself() -> None:
    twice = "coachee portal"
    assert {"coachee", "portal"} <= set(CONTEXT)
    assert why_not_password(twice) is PasswordNo.GUESSABLE


@pytest.mark.parametrize("password", [
    "correct horse battery staple", "four words of a long sentence", "мой старый зелёный чайник",
    "🐎🔋📎✅🎻🧦🪴🧭🪁🎲🧊🪵", "vierzehn nasse Handschuhe", "ßΩ≈ç√∫˜µ≤öxq4",
    "a sentence that somebody knows by heart, told to its very end, with all its commas " * 2])
def test_takes_any_characters_and_any_length(password: str) -> None:
    assert why_not_password(password, ABOUT) is None


def test_says_first_that_a_password_is_short() -> None:
    assert why_not_password("x" * (MINIMUM_LENGTH - 1)) is PasswordNo.TOO_SHORT


def test_checks_a_password_to_its_last_letter_as_it_was_typed(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", EARNEST)
    long = "Wörter mit Umlauten " * 9 + "end"
    hashed = hash_password(long)
    how = extract_parameters(hashed)
    assert how.type is Type.ID
    assert how.time_cost >= 2
    assert how.memory_cost >= 19 * 1024  # KiB
    assert is_password(hashed, long)
    for other in (long[:-1], long + " ", long.lower(), long.replace("ö", "o")):
        assert not is_password(hashed, other)
