"""Whatever is out of order, people get an honest page, nothing is half done, and it mends itself.

`make soak` also fills up a real disk.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import FileSystemLoader, TemplateNotFound

from portal.agreements.models import AgreementVersion
from portal.app import ROOT
from portal.clockwork.actions import beat
from portal.people.models import Person
from tests.conftest import DATABASE
from tests.pages import BASE, Browser
from tests.tampering import past_the_triggers
from tests.tools.program import new_key
from tests.trust.cuts import Cut, cut_at
from tests.trust.faults import FAULTS, Case
from tests.trust.stage import Signer, assert_whole, everything, signatures_of, used_steps

if TYPE_CHECKING:
    from flask import Flask

    from tests.builders import World

NOTHING_DONE = "nothing was signed, taken back or changed, and no code was used up"


@pytest.mark.parametrize("case", FAULTS[DATABASE], ids=str)
def test_says_what_it_cannot_do_and_goes_on_by_itself(
    ready: World, served: Flask, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    """A signature, a program's question, a page and the watchers, while and after."""
    signer, ready_at = Signer(ready, served), Browser(served)
    beat(ready.ground)
    sent = signer.values()
    assert ready_at.client.get("/readyz", base_url=BASE).status_code == 200
    stood = everything(ready)

    with caplog.at_level(logging.WARNING), case.make(ready):
        page = signer.browser.post("/p/sign", sent, page=signer.sheet, follow=False)
        assert (page.status, page.heading) == (503, "Not possible for a moment")
        assert NOTHING_DONE in page.text
        assert "What you typed is still in your browser" in page.text
        assert int(page.response.headers["Retry-After"]) in (5, 30)
        looked = signer.browser.get("/p/sign")
        assert looked.status == (200 if case.reads else 503)
        told = ready_at.client.get("/readyz", base_url=BASE)
        assert told.status_code == 503
        assert told.json["database"] is False
        assert case.part in told.json["trouble"]
        assert ready_at.client.get("/healthz", base_url=BASE).status_code == 200
    assert f"out of order: {case.part}" in caplog.text
    assert not [word for word in ("Ben", "Adler", sent["code"], "posteo") if word in caplog.text]

    assert everything(ready) == stood
    assert used_steps(ready) == 0
    again = signer.browser.post("/p/sign", sent, page=signer.sheet, follow=False)
    assert again.status == 303, again.text
    assert signatures_of(ready) == 1
    assert_whole(ready)
    beat(ready.ground)
    told = ready_at.client.get("/readyz", base_url=BASE)
    assert (told.status_code, told.json) == (200, {"database": True, "worker": True})
    assert "in order again" in caplog.text


def test_answers_programs_in_json(ready: World, served: Flask) -> None:
    case = next(case for case in FAULTS[DATABASE] if case.name == "no connection left")
    key = new_key(ready)
    with case.make(ready):
        answer = Browser(served).client.get(
            "/api/v1/engagements", base_url=BASE, headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json["title"], answer.json["decision"]) == (
        503, "The portal cannot answer at the moment", "DENY")
    assert answer.headers["Retry-After"] == "5"


def test_says_nothing_wrong_where_only_the_access_log_could_not_be_written(
    ready: World, served: Flask
) -> None:
    """The act is kept by then: a page that denies it would be a lie."""
    signer = Signer(ready, served)
    wrong = {**signer.values(), "code": "000000"}
    with cut_at(ready.ground.engine, "INSERT INTO access_log", Cut.BUSY):
        page = signer.browser.post("/p/sign", wrong, page=signer.sheet, follow=False)
    assert page.status == 422
    with ready.ground.work(writes=False) as work:
        assert work.session.get_one(Person, ready.ids["ben"]).fails == 1


@pytest.mark.once
def test_finds_a_changed_text_before_anybody_reads_or_signs_it(
    ready: World, served: Flask
) -> None:
    """Whoever has the keys could put other words under a hash; the page asks the hash."""
    signer = Signer(ready, served)
    with ready.ground.work(writes=False) as work:
        row = work.session.get_one(AgreementVersion, ready.ids["version"])
        before = row.record_enc
        raw = work.reveal_bytes(row, "record").replace(b"48 hours", b"84 hours")
        assert raw != work.reveal_bytes(row, "record")
        work.session.expunge(row)
        work.hide(row, "record", raw)
        forged = row.record_enc
    damaged = before[:-1] + bytes([before[-1] ^ 1])
    for bytes_there, status in ((forged, 500), (damaged, 500), (before, 303)):
        with past_the_triggers(ready) as connection:
            connection.execute(
                AgreementVersion.__table__.update()
                .where(AgreementVersion.id == ready.ids["version"])
                .values(record_enc=bytes_there))
        page = signer.sends()
        assert page.status == status
        if status == 500:
            assert page.heading == "Something kept here is damaged"
            assert signer.browser.get("/p/read/1").status == 500
            told = Browser(served).client.get("/readyz", base_url=BASE).json
            assert told["trouble"] == ["damaged"]
            assert signatures_of(ready) == used_steps(ready) == 0
    assert signatures_of(ready) == 1


@pytest.mark.once
@pytest.mark.parametrize("missing", ["signing/_open.html", "errors/500.html", "layouts/base.html"])
def test_signs_nothing_behind_a_page_that_is_missing(
    ready: World, served: Flask, missing: str
) -> None:
    """The page of the error may be what is missing: then a bare sentence stands in its place."""
    signer = Signer(ready, served)
    values = {**signer.values(), "csrf_token": signer.sheet.fields("/p/sign")["csrf_token"]}
    # A wrong code draws the sheet anew, inside of the same transaction.
    values["code"] = "000000"
    whole = served.jinja_env.loader
    served.jinja_env.loader = Without(str(ROOT / "templates"), {missing, "signing/sign.html"})
    served.jinja_env.cache.clear()  # type: ignore[union-attr]
    stood = everything(ready)
    answer = signer.browser.client.post("/p/sign", data=values, base_url=BASE)
    assert answer.status_code == 500
    assert ("did not work" in answer.text) == (missing == "signing/_open.html")
    assert everything(ready) == stood
    told = Browser(served).client.get("/readyz", base_url=BASE).json
    assert told["trouble"] == ["template"]
    served.jinja_env.loader = whole
    served.jinja_env.cache.clear()  # type: ignore[union-attr]
    assert signer.sends().status == 303


class Without(FileSystemLoader):
    """Load templates from a folder in which some are missing."""

    def __init__(self, folder: str, missing: set[str]) -> None:
        super().__init__(folder)
        self._missing = missing

    def get_source(self, environment: Any, template: str) -> Any:
        if template in self._missing:
            raise TemplateNotFound(template)
        return super().get_source(environment, template)
