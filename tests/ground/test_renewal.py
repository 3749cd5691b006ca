"""A seal's proof is renewed before it runs out, again and again, and the first file stays in it."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pikepdf import Pdf

from portal.evidence.paper import render
from portal.ground.authority import der, describe, make_authority, make_list
from portal.ground.clock import StandingClock, SystemClock
from portal.ground.renewal import CannotRenew, is_stamped_whole, renew, standing_of
from portal.ground.seal import Sealer
from portal.ground.stamp import Proof, StampFailed, StampService
from tests.evidence.sample import coachee
from tests.stamping import Service, stamping
from tests.strangers import TOOLS, examine_renewed, is_proven

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.needs("openssl")


class Years:
    """Let years pass, up to this day, for a seal and for time stamping services.

    pyHanko takes what it was not told for proven by now alone, so none of it lies in the future.
    """

    def __init__(self, service: Service, ago: int) -> None:
        begins = SystemClock().now().replace(microsecond=0) - timedelta(days=365 * ago)
        self.clock, self.service = StandingClock(begins), service
        self.service.clock = self.clock.now
        self.stamp_roots: list[bytes] = []
        self.made = make_authority(begins, "Kovač Coaching")
        self.move_on()
        self.sealed = Sealer(self.made.seal, self.made.seal_key, proof=self.proof(),
                             service=StampService(service.url)).seal(render(coachee()), begins)

    def proof(self) -> Proof:
        listed = make_list(self.made.root, self.made.root_key, self.clock.now(), 1)
        return Proof((der(self.made.root),), (listed,))

    def move_on(self, years: int = 0) -> None:
        """Let years pass, and then another service stamp, with a certificate of eleven years."""
        self.clock.move(days=365 * years)
        self.service.founded_anew()
        self.stamp_roots.append(self.service.root.read_bytes())

    def renewed(self, pdf: bytes) -> bytes:
        self.clock.move(hours=2)  # what a list says holds from an hour before it was made
        made = renew(pdf, self.proof(), StampService(self.service.url), self.clock.now())
        assert made.complete
        assert made.holds_until > self.clock.now() + timedelta(days=3999)
        return made.pdf


    def is_proven(self, pdf: bytes) -> bool:
        """Tell whether a stranger takes a file for proven today."""
        return is_proven(pdf, self.made.root, self.stamp_roots, self.newest_list())

    def newest_list(self) -> bytes:
        """Return the list that whoever stamped last publishes today."""
        self.service.clock = SystemClock().now
        listed = self.service.listed()
        self.service.clock = self.clock.now
        return listed


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with stamping(tmp_path / "stamps") as running:
        yield running


@pytest.mark.needs(*TOOLS)
def test_proves_itself_today_though_its_seal_has_ended(service: Service, tmp_path: Path) -> None:
    years = Years(service, 8)
    first = years.sealed
    assert not years.is_proven(first)
    years.move_on(4)
    second = years.renewed(first)
    assert standing_of(first).renewed == 0
    assert standing_of(second).renewed == 1
    assert second.startswith(first)
    examine_renewed(second, years.made.root, years.stamp_roots, years.newest_list(),
                    tmp_path)


@pytest.mark.needs(*TOOLS)
def test_is_renewed_again_before_the_stamp_of_the_first_time_ends(
    service: Service, tmp_path: Path
) -> None:
    years = Years(service, 20)
    years.move_on(4)
    second = years.renewed(years.sealed)
    assert not years.is_proven(second)
    years.move_on(10)
    third = years.renewed(second)
    assert third.startswith(second)
    assert standing_of(third).renewed == 2
    examine_renewed(third, years.made.root, years.stamp_roots, years.newest_list(),
                    tmp_path)


def test_changes_no_byte_that_was_stamped_unseen(service: Service, tmp_path: Path) -> None:
    years = Years(service, 8)
    years.move_on(4)
    second = years.renewed(years.sealed)
    assert is_stamped_whole(second)
    assert not is_stamped_whole(years.sealed)
    assert not is_stamped_whole(second + b"\n")
    places = [*range(9, len(years.sealed), 9973), len(years.sealed) + 40, len(second) - 40]
    for at in places:
        changed = bytearray(second)
        changed[at] ^= 1
        with suppress(CannotRenew):
            assert not is_stamped_whole(bytes(changed)), at


def test_brings_new_lists_and_keeps_those_that_are_there(service: Service) -> None:
    years = Years(service, 8)
    years.move_on(4)
    second = years.renewed(years.sealed)
    with Pdf.open(io.BytesIO(years.sealed)) as before, Pdf.open(io.BytesIO(second)) as after:
        for key, more in (("/Certs", 2), ("/CRLs", 3)):
            there = [bytes(one.read_bytes()) for one in before.Root.DSS[key]]
            now = [bytes(one.read_bytes()) for one in after.Root.DSS[key]]
            assert now[:len(there)] == there
            assert len(now) == len(there) + more
            assert len(set(now)) == len(now)
    again = years.renewed(second)
    with Pdf.open(io.BytesIO(second)) as before, Pdf.open(io.BytesIO(again)) as after:
        assert len(after.Root.DSS.Certs) == len(before.Root.DSS.Certs)


@pytest.mark.parametrize("file", [b"", b"%PDF-1.7\n%%EOF\n", b"hello"])
def test_renews_nothing_that_carries_no_seal(service: Service, file: bytes) -> None:
    years = Years(service, 1)
    with pytest.raises(CannotRenew, match="not_sealed"):
        years.renewed(file)


def test_makes_nothing_without_a_stamp(service: Service) -> None:
    years = Years(service, 8)
    service.mood = lambda _good: (200, b"<html>The hotel welcomes you</html>")
    with pytest.raises(StampFailed, match="stamp_nonsense"):
        years.renewed(years.sealed)


def test_begins_with_the_seal_alone_where_nothing_was_stamped() -> None:
    now = SystemClock().now()
    made = make_authority(now, "Kovač Coaching")
    found = standing_of(Sealer(made.seal, made.seal_key).seal(render(coachee()), now))
    assert (found.chain, found.renewed) == ((), 0)
    assert found.holds_until == describe(made.seal).not_after
