"""Whether a stranger hears a difference by the clock: known and unknown addresses at the sign-in
and at the front door, and links that are dead in different ways.

`python -m bench.alike` asks each in turn and prints the medians, and how far apart the two samples
are as the Kolmogorov-Smirnov distance, beside the distance that chance alone goes past once in a
hundred times.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from statistics import median

from bench.stage import make_stage
from portal.ground.chance import secret_bytes
from tests.builders import add_engagement, issue, opened
from tests.cast import ANA, BEN
from tests.pages import BASE, Browser

PROBES = 300
#: Beyond this times the square root of 2/n two equal samples get once in a hundred times.
_ONE_IN_A_HUNDRED = 1.628


def apart(one: list[float], other: list[float]) -> float:
    """Return the largest difference between two cumulative distributions."""
    both = sorted({*one, *other})
    return max(abs(sum(x <= at for x in one) / len(one) - sum(x <= at for x in other) / len(other))
               for at in both)


def measure() -> dict[str, tuple[float, float, float]]:
    """Return for each pair the two medians in milliseconds and the distance of the samples."""
    app, world = make_stage()
    add_engagement(world)
    issue(world)
    opened(world)
    networks = (f"10.{number // 250}.{number % 250}.7" for number in count())

    def post(path: str, **data: str) -> Callable[[], float]:
        def once() -> float:
            browser = Browser(app)
            browser.client.environ_base["REMOTE_ADDR"] = next(networks)
            sent = {"csrf_token": browser.token(), **data}
            began = time.perf_counter()
            browser.client.post(path, base_url=BASE, data=sent)
            return 1000 * (time.perf_counter() - began)
        return once

    def look(secret: Callable[[], str]) -> Callable[[], float]:
        def once() -> float:
            browser, path = Browser(app), f"/i/{secret()}"
            browser.client.environ_base["REMOTE_ADDR"] = next(networks)
            began = time.perf_counter()
            browser.client.get(path, base_url=BASE)
            return 1000 * (time.perf_counter() - began)
        return once

    def made_up() -> str:
        return secret_bytes(32).hex()

    def signed() -> str:
        return world.ground.links.make(secret_bytes(32))

    wrong = "not the password at all"
    pairs = {
        "password, known and unknown address": (
            post("/sign-in", email=ANA.email, password=wrong),
            post("/sign-in", email="nobody@example.org", password=wrong)),
        "front door, known and unknown address": (
            post("/lost", email=BEN.email), post("/lost", email="nobody@example.org")),
        "dead links, signed and made up": (look(signed), look(made_up)),
    }
    found = {}
    for name, (one, other) in pairs.items():
        taken: tuple[list[float], list[float]] = [], []
        for turn in range(PROBES):
            for which in ((0, 1) if turn % 2 else (1, 0)):
                taken[which].append((one, other)[which]())
            # Nobody waits for earlier probes: half a day is longer than any pause.
            world.clock.move(hours=12)
        found[name] = (median(taken[0]), median(taken[1]), apart(*taken))
    return found


if __name__ == "__main__":
    limit = _ONE_IN_A_HUNDRED * (2 / PROBES) ** 0.5
    for what, (known, unknown, distance) in measure().items():
        print(f"{what:40}{known:8.2f} ms {unknown:8.2f} ms   distance {distance:.3f} "
              f"(chance: {limit:.3f})")
