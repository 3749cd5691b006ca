"""A practice lived through in simulated time: what the rhythms of the texts mean over a year.

Everything is done by the actions of the rooms, with the clockwork beside them and real mail to a
sink on this machine, on a database that is thrown away. The people and their habits follow from a
seed, so the same seed gives the same report.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.demo.home import Bar
    from portal.simulate.report import Report


def run(engagements: int, months: int, seed: int, bar: Bar) -> Report:
    """Live through so many months with so many engagements, and return what became of them."""
    from portal.simulate.living import lived
    from portal.simulate.policy import lives

    with TemporaryDirectory(prefix="portal-simulate-") as folder:
        return lived(Path(folder), lives(engagements, months, seed), months, bar)
