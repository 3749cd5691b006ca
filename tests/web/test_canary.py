"""Tokens, codes, seeds, names and clauses stay where they belong (Z29, ASVS 14.2.1, 16.2.5)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

import pytest
from sqlalchemy import inspect, select

from portal import schema
from portal.server import options
from tests.mailroom import running
from tests.web.stage import a_world
from tests.web.story import COACH, COACHEE, PRACTICE, Story, listening, make_app, play

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: What a code of six or eight digits must not touch to be one: parts of hashes, ids, fractions.
_ALONE = r"(?<![0-9a-zA-Z.]){}(?![0-9a-zA-Z])"
#: Addresses that never leave the machine of the reader as a request.
_LOCAL = ("mailto:", "otpauth:", "tel:", "data:", "#")


@pytest.fixture(scope="module")
def story(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Give the journey after it has been played once."""
    home = tmp_path_factory.mktemp("canary")
    with (a_world(empty_database, home) as (world, _app), running() as (mailroom, url),
          listening() as heard):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        mailroom.answers = [f"451 4.2.0 try again, {COACHEE.email}"]
        told = Story(world, make_app(world), mailroom, heard)
        with redirect_stdout(told.printed), redirect_stderr(told.printed):
            play(told)
        yield told


@cache
def spellings(secret: str) -> set[str]:
    """Return the ways in which a text may be written down."""
    return {secret, quote(secret), secret.encode("unicode_escape").decode(),
            repr(secret.encode())[2:-1], secret.replace(" ", "+"),
            base64.b64encode(secret.encode()).decode().rstrip("=")}


def found(story: Story, text: str, *, leave_out: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Return the secrets that stand in a text, with their kind."""
    hits = []
    for kind, secrets in story.secrets.items():
        if kind in leave_out:
            continue
        for secret in secrets:
            if kind == "code":
                hit = re.search(_ALONE.format(re.escape(secret)), text) is not None
            else:
                hit = any(spelled in text for spelled in spellings(secret))
            if hit:
                hits.append((kind, secret))
    return hits


def test_plays_a_journey_in_which_everything_happens(story: Story) -> None:
    assert {200, 400, 404, 409, 422, 500} <= story.statuses
    assert set(story.secrets) == {"name", "address", "answer", "password", "link", "session",
                                  "seed", "recovery", "code", "clause"}
    assert all(len(secrets) >= 2 for secrets in story.secrets.values())
    assert len(story.secrets["clause"]) > 20
    assert {m["Subject"].removeprefix(PRACTICE) for m in story.mails} >= {
        ": a document for you to read", ": everyone has signed", ": a signature has arrived",
        ": somebody wants to talk with you first", ": a mail reached somebody else",
        ": your link"}
    for kind, secrets in story.secrets.items():
        for secret in secrets:
            assert (kind, secret) in found(story, f"before {secret}: after")
    # What is looked for can be found: it stands in pages and mails, where it belongs.
    pages = "\n".join(page.text for page in story.pages)
    for kind in ("name", "answer", "clause", "recovery", "seed"):
        assert kind in {hit[0] for hit in found(story, pages)}


def test_logs_nothing_of_anybody(story: Story) -> None:
    heard = "\n".join(set(story.heard))
    assert "portal.web: unexpected ValueError" in heard
    assert "sqlalchemy.engine" in heard
    assert found(story, heard) == []


def test_writes_nothing_to_the_terminal(story: Story) -> None:
    assert found(story, story.printed.getvalue()) == []


def test_keeps_no_list_of_the_addresses_that_were_asked_for(story: Story) -> None:
    assert options(story.world.ground.settings)["accesslog"] is None


def exchanged(story: Story) -> int:
    """Return the number of the first page after a link was exchanged."""
    return next(number for number, page in enumerate(story.pages)
                if page.response.request.path == "/p/who")


def test_leads_nowhere_with_a_secret_in_the_address(story: Story) -> None:
    for page in story.pages[exchanged(story):]:
        at_the_door = page.response.request.path.startswith("/i/")
        if at_the_door and page.status == 200:
            continue  # The link itself: here it still stands in the address.
        led = [str(tag[name]) for name in ("href", "src", "action", "formaction", "content")
               for tag in page.soup.find_all(attrs={name: True})]
        led += [str(answer.headers.get("Location", ""))
                for answer in (*page.response.history, page.response)]
        for address in led:
            if not address.startswith(_LOCAL) and not _is_the_practices_own(address):
                assert found(story, unquote(address)) == [], (page.response.request.path, address)


def _is_the_practices_own(address: str) -> bool:
    """Tell whether this is the public address of the code of ethics, which the text names."""
    return urlsplit(address).netloc == "coachingfederation.org"


def test_asks_for_no_address_with_a_secret_in_it(story: Story) -> None:
    for page in story.pages:
        for answer in (*page.response.history, page.response):
            asked = answer.request
            if not asked.path.startswith("/i/"):
                assert found(story, unquote(asked.url)) == []


def test_sends_no_form_in_an_address(story: Story) -> None:
    for page in story.pages:
        assert {form.get("method") for form in page.soup.find_all("form")} <= {"post"}


def test_gives_no_page_a_personal_title(story: Story) -> None:
    for page in story.pages:
        if page.soup.title is not None:
            assert found(story, page.soup.title.get_text()) == [], page.response.request.path


def test_keeps_downloads_neutral(story: Story) -> None:
    named = [page.response.headers["Content-Disposition"] for page in story.pages
             if "Content-Disposition" in page.response.headers]
    assert len(named) >= 2
    for name in named:
        assert found(story, unquote(name)) == []
    dates = [page.response.get_data(as_text=True) for page in story.pages
             if page.response.mimetype == "text/calendar"]
    assert dates
    assert found(story, "\n".join(dates)) == []


def test_heads_mails_with_the_practice_and_nobody_else(story: Story) -> None:
    assert len(story.mails) >= 8
    for mail in story.mails:
        assert mail["Subject"].startswith(f"{PRACTICE}: ")
        assert [str(address) for address in mail["To"].addresses] == [mail["To"]]
        assert mail["From"].addresses[0].display_name == PRACTICE
        assert mail["From"].addresses[0].addr_spec == story.world.ground.settings.mail_from
        # Who is written to replies to the coach; the coach has nobody to reply to.
        assert mail["Reply-To"] == (None if mail["To"] == COACH.email else COACH.email)
        for name, value in mail.items():
            if name not in ("To", "Reply-To"):
                assert found(story, str(value)) == [], name


def test_sends_a_link_to_its_owner_alone(story: Story) -> None:
    for mail in story.mails:
        body = mail.get_body(("plain",))
        assert body is not None
        kinds = {kind for kind, _secret in found(story, body.get_content())}
        assert kinds <= {"name", "address", "link"}
        assert ("link" in kinds) == ("/i/" in body.get_content())
        assert "link" not in kinds or mail["To"] != COACH.email


def test_keeps_nothing_readable_in_the_database(story: Story) -> None:
    for table, column, text in texts(story.world.ground.engine):
        assert found(story, text) == [], (table, column)
        assert text not in ("yes", "no", "talk"), (table, column)
        assert '"choices"' not in text, (table, column)


def texts(engine: Engine) -> list[tuple[str, str, str]]:
    """Return every value of the database as a text, with its table and column."""
    values = []
    with engine.connect() as connection:
        known = set(inspect(connection).get_table_names())
        for table in schema.METADATA.sorted_tables:
            assert table.name in known
            for row in connection.execute(select(table)):
                values += [(table.name, name, _text(value))
                           for name, value in row._mapping.items() if value is not None]
    return values


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def test_keeps_nothing_readable_in_the_file(story: Story) -> None:
    engine = story.world.ground.engine
    files = [path for path in Path(story.world.ground.settings.instance_dir).iterdir()
             if path.is_file()]
    assert (engine.dialect.name == "sqlite") == bool(files)
    for path in files:
        raw = path.read_bytes()
        # SQLite keeps texts and bytes as they are; a text in UTF-16 has a zero at every letter.
        for decoded in (raw.decode("utf-8", "ignore"), raw.replace(b"\0", b"").decode("latin-1")):
            assert found(story, decoded) == [], path.name
            assert '"choices"' not in decoded
        for token in story.secrets["link"]:
            if "." not in token:
                assert base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)) not in raw
        for seed in story.secrets["seed"]:
            assert base64.b32decode(seed.replace(" ", "")) not in raw
        for token in story.secrets["session"]:
            assert bytes.fromhex(token) not in raw
