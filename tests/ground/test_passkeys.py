"""A passkey's answer counts for one act, one person, these texts and this address; no other."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ground.passkeys import (
    Credential,
    NotAPasskey,
    Site,
    answered,
    credential_from,
    made,
    public_pem,
    site_of,
    told_by,
    wishes,
)
from portal.plain.passkey import Challenge, Proof, decoded, encoded, holds, proof_from
from tests.passkey import PRESENT, Phone

SITE = Site("portal.example", "https://portal.example")
TEXTS = ("a" * 64, "b" * 64)
CHALLENGE = Challenge("0" * 32, "sign", "1" * 32, TEXTS)


def phone(**ways: Any) -> Phone:
    return Phone(**{"origin": SITE.origin, **ways})


def asked(challenge: Challenge = CHALLENGE, *, new: bool = False) -> dict[str, Any]:
    return wishes(SITE, challenge, known=[], of="1" * 32, label="Ben" if new else "",
                  owner="Berg Coaching")


def proof_of(own: Phone, challenge: Challenge = CHALLENGE) -> Proof:
    told = told_by(own.answer(asked(challenge)))
    return answered(SITE, challenge, told, Credential(own.id, own.cose)).proof


def refuses(answer: str, own: Phone, challenge: Challenge = CHALLENGE) -> bool:
    """Tell whether an answer is refused."""
    try:
        answered(SITE, challenge, told_by(answer), Credential(own.id, own.cose))
    except NotAPasskey:
        return True
    return False


def test_takes_a_new_passkey_and_its_first_signature_from_one_act() -> None:
    own = phone()
    told = told_by(own.answer(asked(new=True)))
    credential, count = made(SITE, CHALLENGE, told)
    assert (credential.id, count) == (own.id, 0)
    assert credential_from(credential.as_text()) == credential
    assert told.challenge == CHALLENGE.value
    found = answered(SITE, CHALLENGE, told, credential)
    assert found.count == 1
    assert holds(found.proof, "sign", TEXTS)
    assert proof_from(json.loads(json.dumps(found.proof.as_values()))) == found.proof


@pytest.mark.parametrize("wrong", [
    {"origin": "https://portal.example.evil.example"}, {"origin": "http://portal.example"},
    {"host": "evil.example"}, {"flags": PRESENT}, {"flags": 0x04}, {"extra": {"crossOrigin": True}},
    {"extra": {"type": "webauthn.create"}},
], ids=["origin", "scheme", "host", "nobody verified", "nobody there", "in a frame", "type"])
def test_refuses_an_answer_that_is_wrong_in_one_way(wrong: dict[str, Any]) -> None:
    own = phone(**wrong)
    assert refuses(own.answer(asked()), own)
    if "type" not in wrong.get("extra", {}):
        with pytest.raises(NotAPasskey):
            made(SITE, CHALLENGE, told_by(own.answer(asked(new=True))))


@pytest.mark.parametrize("other", [
    {"nonce": "f" * 32}, {"act": "sign in"}, {"person": "2" * 32}, {"texts": (TEXTS[0],)},
    {"texts": (*TEXTS, "c" * 64)}, {"texts": (TEXTS[0], "c" * 64)},
], ids=["nonce", "act", "person", "fewer texts", "more texts", "another text"])
def test_refuses_an_answer_to_another_challenge(other: dict[str, Any]) -> None:
    own = phone()
    assert refuses(own.answer(asked(replace(CHALLENGE, **other))), own)
    with pytest.raises(NotAPasskey):
        made(SITE, CHALLENGE,
             told_by(own.answer(asked(replace(CHALLENGE, **other), new=True))))


def test_signs_texts_and_not_the_order_of_their_ticks() -> None:
    assert replace(CHALLENGE, texts=TEXTS[::-1]).value == CHALLENGE.value
    assert replace(CHALLENGE, texts=TEXTS * 2).value == CHALLENGE.value


def test_refuses_the_passkey_of_somebody_else() -> None:
    own, other = phone(), phone(number=2)
    assert refuses(other.answer(asked()), own)
    # The other key under the right id: the signature does not fit.
    said = json.loads(other.answer(asked()))
    said["used"]["id"] = encoded(own.id)
    assert refuses(json.dumps(said), own)


def test_refuses_every_answer_with_one_bit_turned() -> None:
    own = phone()
    said = json.loads(own.answer(asked()))["used"]
    assert not refuses(json.dumps({"used": said}), own)
    taken = []
    for part, text in said.items():
        raw = decoded(text)
        for bit in range(len(raw) * 8):
            turned = bytearray(raw)
            turned[bit // 8] ^= 1 << bit % 8
            changed = {**said, part: encoded(bytes(turned))}
            if not refuses(json.dumps({"used": changed}), own):
                taken.append((part, bit))
    assert taken == []


def test_refuses_other_spellings_of_the_same_bytes() -> None:
    own = phone()
    said = json.loads(own.answer(asked()))["used"]
    for part, text in said.items():
        for spelled in (text + "=", text + "\n", f" {text}", text[:-1]):
            assert refuses(json.dumps({"used": {**said, part: spelled}}), own), (part, spelled)


def test_convinces_nobody_with_a_kept_proof_that_was_changed() -> None:
    proof = proof_of(phone())
    assert holds(proof, "sign", TEXTS[:1])
    assert not holds(proof, "keep", TEXTS)
    assert not holds(proof, "sign", ("c" * 64,))
    assert not holds(replace(proof, challenge=replace(CHALLENGE, texts=(*TEXTS, "c" * 64))),
                     "sign", ("c" * 64,))
    assert not holds(replace(proof, public_key=public_pem(phone(number=2).cose)), "sign", TEXTS)
    for part in ("told", "authenticator", "signature"):
        raw = decoded(getattr(proof, part))
        for at in range(len(raw)):
            turned = bytearray(raw)
            turned[at] ^= 1
            assert not holds(replace(proof, **{part: encoded(bytes(turned))}), "sign", TEXTS)


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(repr),
                 st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9),
                              lambda inner: st.lists(inner) | st.dictionaries(
                                  st.sampled_from(["made", "used", "id", "told", "attestation",
                                                   "authenticator", "signature"]), inner),
                              max_leaves=12).map(json.dumps)))
def test_refuses_whatever_else_is_sent(text: str) -> None:
    assert refuses(text, phone())
    with pytest.raises(NotAPasskey):
        made(SITE, CHALLENGE, told_by(text))


@given(st.binary(max_size=120))
def test_refuses_whatever_an_authenticator_might_say_of_a_new_key(junk: bytes) -> None:
    own = json.loads(phone().answer(asked(new=True)))
    own["made"]["attestation"] = encoded(junk)
    with pytest.raises(NotAPasskey):
        made(SITE, CHALLENGE, told_by(json.dumps(own)))


def test_takes_no_longer_answer_than_a_browser_gives() -> None:
    own = phone()
    said = json.loads(own.answer(asked()))
    assert refuses(json.dumps({**said, "more": "x" * 17_000}), own)


@pytest.mark.parametrize(("base", "site"), [
    ("https://portal.example", Site("portal.example", "https://portal.example")),
    ("https://portal.example:443/", Site("portal.example", "https://portal.example")),
    ("https://portal.example:8443", Site("portal.example", "https://portal.example:8443")),
    ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
    ("http://127.0.0.1:8000", None), ("https://[::1]:8000", None), ("https://192.0.2.7", None),
    ("http://portal.example", None),
])
def test_offers_passkeys_where_browsers_make_them(base: str, site: Site | None) -> None:
    assert site_of(base) == site
