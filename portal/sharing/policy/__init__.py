"""The decision, and the worlds and requests that it is made of."""

from portal.sharing.policy.codes import Code
from portal.sharing.policy.deciding import Decision, decide
from portal.sharing.policy.imagined import imagined
from portal.sharing.policy.reading import BadWorld, read_world
from portal.sharing.policy.request import Request, read_request
from portal.sharing.policy.scope import Cell, Sight, scope
from portal.sharing.policy.world import (
    Case,
    Line,
    Party,
    Signature,
    Sleep,
    TakenBack,
    Version,
    World,
)

__all__ = [
    "BadWorld",
    "Case",
    "Cell",
    "Code",
    "Decision",
    "Line",
    "Party",
    "Request",
    "Sight",
    "Signature",
    "Sleep",
    "TakenBack",
    "Version",
    "World",
    "decide",
    "imagined",
    "read_request",
    "read_world",
    "scope",
]
