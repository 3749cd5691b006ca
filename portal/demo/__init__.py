"""The demo: a practice with everyone in it, a real mailbox, an authenticator on the page.

It is the portal itself, with real mail over SMTP to a sink on this machine. What has happened in
it before was done by the actions of the rooms, under a clock that began a year ago. Its helps
exist in this package alone: `portal serve` does not import it and has no setting for it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from portal.ground import config
from portal.ground.settings import PREFIX

if TYPE_CHECKING:
    from portal.demo.home import Bar


def run(port: int, *, fresh: bool, empty: bool, bar: Bar) -> None:
    """Serve the demo on 127.0.0.1 until stopped; what was done in it is kept for the next time.

    `fresh` begins anew, `empty` with the practice alone. Raises `NotADemo` for a folder that is
    none, and `BegunAlready` for an empty demo where there is one with people.
    """
    from portal.demo.home import make_ready, surroundings

    home = make_ready(config.instance_folder() / "demo", port, fresh=fresh, empty=empty, bar=bar)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    # In the environment, for the process that seals reads its settings there too.
    os.environ |= surroundings(home, port)
    from portal.demo.stage import serve

    serve(config.load(), home)
