"""Two servers are stopped and begun again in turn while people sign, and no request is dropped.

People come as through a proxy: who finds a server closed goes to the other one. Whatever a server
has taken it answers, also after it was told to stop.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.browser.house import _free_port
from tests.builders import World
from tests.trust.mortal import Cradle, cradle, lives
from tests.trust.siege import PATIENCE, Siege, Story, siege, wait_for_server
from tests.trust.town import build
from tests.trust.visitors import HOST

STOPS = int(os.environ.get("PORTAL_TEST_STOPS", "4"))
#: That a request can be dropped at all is seen within so many stops.
MOST = 30
SEED = 20261126
#: So long (seconds) it may take to shut the door: less than a request may take that is in hand.
STOPPING = 20.0


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Cradle]:
    with cradle(tmp_path / "log") as made:
        yield made


def stop(made: Siege, pid: int, how: signal.Signals) -> tuple[int, float]:
    """Tell a server to stop while somebody waits for an answer; returns how many did, and how
    long it took until it was gone."""
    end = time.monotonic() + PATIENCE
    while not (inside := made.house.inside) and time.monotonic() < end:
        time.sleep(0.0005)
    begun = time.monotonic()
    with suppress(ProcessLookupError):
        os.kill(pid, how)
    while lives(pid):
        assert time.monotonic() < begun + PATIENCE, "it does not stop"
        time.sleep(0.005)
    made.cradle.alive.remove(pid)
    return inside, time.monotonic() - begun


def roll(made: Siege, most: int, how: signal.Signals) -> list[tuple[int, float]]:
    """Stop two servers in turn, each as soon as the other one answers again."""
    settings = {port: replace(made.settings, port=port) for port in
                (made.settings.port, _free_port())}
    made.house.ports = list(settings)
    servers = {port: made.cradle.serve(own, made.house.clock) for port, own in settings.items()}
    for port, pid in servers.items():
        wait_for_server(pid, port)
    made.house.open()
    told = []
    while len(told) < most and not made.idle and not (
            how is not signal.SIGTERM and made.house.dropped):
        port = made.house.ports[len(told) % 2]
        told.append(stop(made, servers[port], how))
        servers[port] = made.cradle.serve(settings[port], made.house.clock)
        wait_for_server(servers[port], port)
    return told


def test_drops_no_request_and_stops_in_time(
    world: World, place: Cradle, capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story()
    with siege(world, build(world, 4 + 2 * STOPS), place, story, SEED, hands=0) as made:
        told = roll(made, STOPS, signal.SIGTERM)
        made.house.close()
        made.look()
        dropped = list(made.house.dropped)
    with capsys.disabled():
        sys.stdout.write(f"\n{len(told)} stops with {sum(inside for inside, _s in told)} people "
                         f"waiting, the longest {max(s for _i, s in told):.1f} s: "
                         f"{len(dropped)} dropped; {story.told()}\n")
    assert dropped == []
    assert story.found == []
    assert all(inside for inside, _seconds in told)


def test_shuts_the_door_while_it_finishes_what_is_in_hand(world: World, place: Cradle) -> None:
    """Whoever came in then would be turned out at the end, without an answer."""
    with siege(world, build(world, 1), place, Story(), SEED, hands=0) as made:
        port = made.settings.port
        pid = place.serve(made.settings, made.house.clock)
        wait_for_server(pid, port)
        with socket.create_connection((HOST, port), PATIENCE) as wire:
            wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            # An answer on another line: so the first one was taken in before.
            with socket.create_connection((HOST, port), PATIENCE) as other:
                other.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                assert b" 200 " in other.recv(99)
            os.kill(pid, signal.SIGTERM)
            assert is_shut(port)
            assert lives(pid)
            wire.sendall(b"\r\n")
            assert b" 200 " in wire.recv(99)


def is_shut(port: int) -> bool:
    """Tell whether nobody is let in any more, after some patience."""
    end = time.monotonic() + STOPPING
    while time.monotonic() < end:
        try:
            socket.create_connection((HOST, port), 1).close()
        except ConnectionRefusedError:
            return True
        except TimeoutError:
            pass
        time.sleep(0.05)
    return False


def test_sees_a_server_that_drops_what_it_has_in_hand(world: World, place: Cradle) -> None:
    """SIGQUIT is gunicorn's quick way out."""
    with siege(world, build(world, MOST), place, Story(), SEED, hands=0) as made:
        roll(made, MOST, signal.SIGQUIT)
        assert made.house.dropped
