"""The demo: a practice to try everything with, a real mailbox, an authenticator on the page.

It is the portal itself, with real mail over SMTP to a sink on this machine. Its helps exist
in this package alone: `portal serve` does not import it and has no setting for it.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from portal.ground import config, keyfile

if TYPE_CHECKING:
    from pathlib import Path

MAIL_PORT_ABOVE = 1000


def run(port: int, *, fresh: bool) -> None:
    """Serve the demo on 127.0.0.1 until stopped; what was done in it is kept for the next time."""
    home = config.instance_folder() / "demo"
    if fresh:
        shutil.rmtree(home, ignore_errors=True)
    _prepare(home, port)
    from portal.demo.stage import serve

    serve(config.load(), home)


def _prepare(home: Path, port: int) -> None:
    home.mkdir(parents=True, exist_ok=True)
    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        del os.environ[name]
    os.environ |= {
        "PORTAL_INSTANCE_DIR": str(home),
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
        "PORTAL_PORT": str(port),
        "PORTAL_SMTP_URL": f"smtp://127.0.0.1:{port + MAIL_PORT_ABOVE}",
        "PORTAL_MAIL_FROM": "portal@berg.example",
        "PORTAL_TRUSTED_HOSTS": "127.0.0.1,localhost",
        "PORTAL_TICK_SECONDS": "2",
    }
    if not (home / keyfile.NAME).exists():
        keyfile.write_keys(home, keyfile.new_keys())
