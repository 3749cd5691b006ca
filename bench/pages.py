"""CPU of the ceremony's pages beside a bare route, in the same process."""

from __future__ import annotations

from bench.bare import make_bare
from bench.stage import add_reader, caller, cpu, make_stage
from portal.people.models import ContactPoint
from tests.builders import code_of
from tests.cast import BEN

SIGNERS = 30


def measure() -> dict[str, float]:
    """Return the CPU of each act in seconds, and the ratios to the bare route."""
    app, world = make_stage()
    reader = add_reader(app, world, done=False)
    bare = make_bare(world.ground.engine)
    with world.ground.work(writes=False) as work:
        thing = work.session.query(ContactPoint.id).first()
    assert thing is not None
    signers = []
    for _number in range(SIGNERS):
        browser = add_reader(app, world, done=True)
        signers.append((browser, dict(world.ids)))
    world.clock.move(seconds=30)
    posts = []
    for browser, ids in signers:
        form = browser.get("/p/sign").fields("/p/sign")
        with world.ground.work(writes=False) as work:
            code = code_of(work, ids["ben"])
        posts.append(caller(app, "/p/sign", browser.client, method="POST", data={
            **form, "name": BEN.name, "erecord": "y", "code": code}))
    plain = caller(bare, f"/{thing[0]}")
    page = caller(app, "/p/read/2", reader.client)
    plain(), page()
    found = {"bare": cpu(plain, 400), "read": cpu(page, 200)}
    found["sign"] = cpu(iter_of(posts), len(posts))
    found["bare again"] = cpu(plain, 400)
    base = (found["bare"] + found["bare again"]) / 2
    return found | {"read ratio": found["read"] / base, "sign ratio": found["sign"] / base,
                    "page bytes": float(_wire(app, reader))}


def iter_of(posts: list):  # type: ignore[type-arg, no-untyped-def]
    """Return a function that makes the next of the prepared calls each time."""
    left = iter(posts)
    return lambda: next(left)()


def _wire(app, reader) -> int:  # type: ignore[no-untyped-def]
    """Return the bytes of the first signer page with what it needs, fonts apart."""
    total = 0
    page = reader.get("/p/start")
    total += len(page.response.data)
    names = {tag.get("href") or tag.get("src") or "" for tag in
             page.soup.find_all(["link", "script", "img", "use"])}
    for name in {n.split("#")[0] for n in names if n.startswith("/static/")}:
        answer = reader.client.get(name, headers={"Accept-Encoding": "gzip"},
                                   base_url="http://127.0.0.1:8000")
        total += len(answer.data)
    return total
