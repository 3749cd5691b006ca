"""CPU of the ceremony's pages beside a bare route, in the same process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.bare import make_bare
from bench.stage import add_reader, beside, caller, make_stage
from portal.people.models import ContactPoint
from tests.builders import code_of
from tests.cast import BEN
from tests.journeys.steps import newest_link
from tests.pages import BASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.builders import World
    from tests.pages import Browser

SIGNERS = 40


def measure() -> dict[str, float]:
    """Return the ratios of page and sign POST to the bare route, and the page's bytes."""
    app, world = make_stage()
    reader = add_reader(app, world, done=False)
    posts = _posts(app, world)
    with world.ground.work(writes=False) as work:
        thing = work.session.query(ContactPoint.id).first()
    assert thing is not None
    plain = caller(make_bare(world.ground.engine), f"/{thing[0]}")
    page = caller(app, "/p/read/2", reader.client)
    for warm in (plain, page, next(posts)):
        warm()
    def sign() -> bytes:
        return next(posts)()

    return {"page": beside(plain, page, 40), "sign": beside(plain, sign, SIGNERS - 2),
            "bytes": _wire(reader, newest_link(world))}


def _posts(app: Flask, world: World) -> Iterator[Callable[[], bytes]]:
    """Prepare as many people who have read everything and have a fresh code, and their POSTs."""
    signers = [(add_reader(app, world, done=True), dict(world.ids)) for _ in range(SIGNERS)]
    world.clock.move(seconds=30)
    prepared = []
    for browser, ids in signers:
        form = browser.get("/p/sign").fields("/p/sign")
        with world.ground.work(writes=False) as work:
            code = code_of(work, ids["ben"])
        prepared.append(caller(app, "/p/sign", browser.client, method="POST", data={
            **form, "name": BEN.name, "erecord": "y", "code": code}))
    return iter(prepared)


def _wire(reader: Browser, link: str) -> int:
    """Return the bytes of the first page that a link opens, and all it needs, fonts apart."""
    page = reader.get(link)
    total = len(page.response.data)
    names = {str(tag.get("href") or tag.get("src") or "") for tag in
             page.soup.find_all(["link", "script", "img", "use"])}
    for name in {n.split("#")[0] for n in names if n.startswith("/static/")}:
        answer = reader.client.get(name, base_url=BASE, headers={"Accept-Encoding": "gzip"})
        total += len(answer.data)
    return total
