"""The command `portal rotate-keys` as a program of its own, which dies after so many lines.

It is killed (SIGKILL) just before the line of the rotation whose number the environment names in
`PORTAL_TEST_LIVES`; with 0 it lives, and says at last in which function each of the lines was.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from portal.cli import main
from portal.ground import keyfile, rotation

if TYPE_CHECKING:
    from types import FrameType

WATCHED = (rotation.__file__, keyfile.__file__)


class Life:
    """Count the lines of the watched modules that are run."""

    def __init__(self, most: int) -> None:
        self.most, self.lines = most, list[str]()

    def watch(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            self.lines.append(frame.f_code.co_name)
            if len(self.lines) == self.most:
                os.kill(os.getpid(), signal.SIGKILL)
        return self.watch


if __name__ == "__main__":
    life = Life(int(os.environ["PORTAL_TEST_LIVES"]))
    sys.settrace(life.watch)
    main(["rotate-keys"], standalone_mode=False)
    sys.settrace(None)
    sys.stdout.write("\n" + " ".join(life.lines))
