"""Whatever reads what comes from outside says a clear no to nonsense, and never anything else.

`HYPOTHESIS_PROFILE=nightly` tries 10,000 of each; the daily profile is the same each time.
"""

from __future__ import annotations

import io
import json
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.evidence.paper import render
from portal.ground.authority import Authority, make_authority
from portal.ground.keyfile import new_keys, read_keys, write_keys
from portal.ground.onetime import accepted_step, cleaned, new_seed
from portal.ground.passwords import why_not_password
from portal.ground.pictures import NoPicture, written_anew
from portal.ground.pkcs12 import NotPkcs12, WrongPassphrase, open_file
from portal.ground.seal import Sealer, check
from portal.ground.signednote import read_note, sign_note
from portal.ground.stamp import WRONG, StampService, examine_token
from portal.ground.tokens import LinkSigner
from portal.ground.unseal import open_renewed
from portal.inking.policy import kind_of, why_not_scan
from portal.plain.der import NotDer, parts
from portal.plain.sealedpdf import Doubtful, attached, certificates, seals_of
from portal.sharing.policy.reading import BadWorld, read_world
from tests.brought import PASSPHRASE, bring
from tests.evidence.sample import coachee
from tests.fuzz.mangling import TEXTS, anything_like
from tests.stamping import stamping

NOW = datetime(2027, 9, 14, 22, 45, 30, tzinfo=UTC)
SIGNER = LinkSigner(("a link key of the tests, 32 letters or more",))
VECTORS = Path(__file__).parents[1] / "vectors" / "decide.json"


@cache
def authority() -> Authority:
    return make_authority(NOW, "Kovač Coaching")


@cache
def sealed() -> bytes:
    return Sealer(authority().seal, authority().seal_key).seal(render(coachee()), NOW)


@cache
def note() -> str:
    return sign_note("portal\n12\nabc\n", "portal", authority().seal_key)


@cache
def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, kind)
    return out.getvalue()


# Links, notes, keys


@given(st.data())
def test_opens_no_link_but_its_own(data: st.DataObject) -> None:
    token = SIGNER.make(bytes(range(32)))
    tried = data.draw(st.one_of(
        anything_like(token.encode()).map(lambda raw: raw.decode("latin-1")), TEXTS))
    if tried != token:
        assert SIGNER.read(tried) is None


@given(st.data())
def test_reads_no_note_that_was_changed(data: st.DataObject) -> None:
    raw = data.draw(anything_like(note().encode()))
    tried = raw.decode("utf-8", "replace")
    found = read_note(tried, "portal", authority().seal)
    # Lines of other signers may stand beside ours; the text itself is signed to its last letter.
    assert found is None or found == note().rpartition("\n\n")[0] + "\n"


@given(st.data())
def test_says_which_line_of_a_key_file_is_none(data: st.DataObject) -> None:
    with TemporaryDirectory() as home:
        path = write_keys(Path(home), new_keys())
        path.write_bytes(data.draw(anything_like(path.read_bytes())))
        with suppress(ValueError):
            found = read_keys(path)
            assert all(isinstance(name, str) for name in found)


# Files


@given(st.data())
def test_takes_no_changed_paper_for_a_genuine_one(data: st.DataObject) -> None:
    whole = sealed()
    pdf = data.draw(anything_like(whole))
    for read in (seals_of, attached, certificates):
        with suppress(Doubtful):
            read(pdf)
    with suppress(Doubtful):
        opened, _end = open_renewed(pdf, [_root()])
        assert opened is not None
        # Only the padding of the hole that holds the seal is signed by nobody (SECURITY.md).
        assert len(pdf) == len(whole)
    if pdf != whole and check(pdf, authority().root).good:
        assert len(pdf) == len(whole)


@cache
def _root() -> Any:
    from cryptography import x509

    return x509.load_pem_x509_certificate(authority().root)


@given(st.data())
def test_says_what_is_wrong_with_a_seal_that_is_brought(data: st.DataObject) -> None:
    raw = data.draw(anything_like(_brought()))
    with suppress(NotPkcs12, WrongPassphrase):
        open_file(raw, data.draw(st.sampled_from((PASSPHRASE, "", "\0", "ü"))))


@cache
def _brought() -> bytes:
    return bring("p256", NOW).file


@given(st.data())
def test_reads_der_or_says_that_it_is_none(data: st.DataObject) -> None:
    from portal.ground.authority import der

    raw = data.draw(anything_like(der(authority().seal)))
    with suppress(NotDer):
        found = parts(raw)
        assert sum(len(part.whole) for part in found) == len(raw)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@given(data=st.data())
def test_draws_a_picture_anew_or_says_that_it_is_none(kind: str, data: st.DataObject) -> None:
    body = data.draw(anything_like(picture(kind)))
    kind_of(body)
    why_not_scan(body)
    with suppress(NoPicture):
        made = Image.open(io.BytesIO(written_anew(body, kind.lower())))
        made.load()


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give what a time stamping service answered over thirty-two zeros."""
    with stamping(tmp_path_factory.mktemp("stamps")) as service:
        return StampService(service.url).stamp(bytes(32))


@pytest.mark.needs("openssl")
@given(data=st.data())
def test_takes_no_changed_stamp(token: bytes, data: st.DataObject) -> None:
    raw = data.draw(anything_like(token))
    try:
        examine_token(raw, bytes(32), ())
    except WRONG:
        return
    # What is behind the token or outside of what it signs may differ; another digest never passes.
    with pytest.raises(WRONG):
        examine_token(raw, bytes(31) + b"\1", ())


# What is typed, and worlds


@given(TEXTS)
def test_reads_any_code_that_somebody_types(typed: str) -> None:
    step = accepted_step(new_seed(bytes(20)), cleaned(typed), NOW)
    assert step is None or abs(step * 30 - NOW.timestamp()) < 60


@given(TEXTS, TEXTS)
def test_judges_any_password(password: str, about: str) -> None:
    why_not_password(password, (about,))


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3),
                            st.dictionaries(TEXTS, inner, max_size=3)), max_leaves=8)


@cache
def _worlds() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    return [one["world"] for one in found if one["world"]]


@given(st.data())
def test_reads_a_world_or_says_where_it_is_none(data: st.DataObject) -> None:
    world = json.loads(json.dumps(data.draw(st.sampled_from(_worlds()))))
    place: Any = world
    for _step in range(data.draw(st.integers(0, 4))):
        inner = [key for key in (place if isinstance(place, dict) else range(len(place)))
                 if isinstance(place[key], dict | list) and place[key]]
        if not inner:
            break
        place = place[data.draw(st.sampled_from(sorted(inner)))]
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    if keys:
        place[data.draw(st.sampled_from(keys))] = data.draw(_JSON)
    with suppress(BadWorld):
        read_world(world)
