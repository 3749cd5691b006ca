"""A world as it would be: what somebody looks at before they answer, and no answer itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portal.sharing.policy.codes import ANY
from portal.sharing.policy.world import Signature, Version, World

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


def imagined(
    world: World, at: datetime, *, in_force: Collection[str], accepted: Collection[str],
    replaced: Collection[str] = (),
) -> World:
    """Return the world in which these versions are in force from `at` on, signed by all whom
    they need, with exactly these optional lines accepted.

    `replaced` are the versions that they take over from. The engagement is running. Every other
    text stands as it does, and so do its noes. The world that is given stays as it is.
    """
    return replace(world, state="ACTIVE", versions=tuple(
        _assumed(version, at, accepted) if version.id in in_force
        else _over(version, at) if version.id in replaced else version
        for version in world.versions))


def _assumed(version: Version, at: datetime, accepted: Collection[str]) -> Version:
    """Return a version as if all had signed it by now; a yes that was taken back and is assumed
    again counts again."""
    yes = frozenset(line.id for line in version.lines if line.id in accepted)
    return replace(
        version, held=False, valid_from=min(version.valid_from, at), accepted=yes,
        signatures={party: Signature(version.hash, at)
                    for party in {*version.required, *version.signatures}},
        superseded_at=None, withdrawn_at=None, suspended=(),
        withdrawals=tuple(taken for taken in version.withdrawals
                          if taken.grant != ANY and taken.grant not in yes))


def _over(version: Version, at: datetime) -> Version:
    ends = [moment for moment in (version.superseded_at, at) if moment is not None]
    return replace(version, superseded_at=min(ends))
