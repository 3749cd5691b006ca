"""Cold start to the first page, and the memory of a server that waits."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bench.bare import TEMPLATE
from tests.conftest import KEYS

_FLASK = """
from flask import Flask
app = Flask("bare")
app.add_url_rule("/", "page", lambda: "<h1>Hello</h1>")
assert app.test_client().get("/").status_code == 200
"""
#: The bare route of the other figures: one indexed query and a template of 6 KB.
_BARE = """
from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): pass
class Thing(Base):
    __tablename__ = "thing"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str]
engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
app = Flask("bare")
app.jinja_loader = DictLoader({"things.html": TEMPLATE})
@app.get("/<thing>")
def show(thing):
    with Session(engine) as session:
        row = session.get(Thing, thing)
    return render_template("things.html", name=row and row.name)
assert app.test_client().get("/1").status_code == 200
"""
_PORTAL = """
from portal.app import make_app
from portal.ground.config import load
app = make_app(load())
client = app.test_client()
assert client.get("/sign-in", base_url="http://127.0.0.1:8000").status_code == 200
"""


def _environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "PORTAL_INSTANCE_DIR": str(home), "PORTAL_SECRET_KEY": KEYS["secret_key"],
            "PORTAL_LINK_KEY": KEYS["link_key"], "PORTAL_MASTER_KEY": KEYS["master_key"], **more}


def _cpu_of(script: str, environment: dict[str, str]) -> float:
    before = os.times()
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    after = os.times()
    return (after.children_user + after.children_system) - (
        before.children_user + before.children_system)


def cold_start(rounds: int = 7) -> tuple[float, float]:
    """Return how many times the CPU ours takes to its first page: of the bare route that the
    other figures use too, and of a Flask application that answers with a fixed text."""
    with tempfile.TemporaryDirectory() as home:
        environment = _environment(Path(home))
        subprocess.run([sys.executable, "-m", "portal", "init"], env=environment, check=True,
                       stdout=subprocess.DEVNULL)
        bare = f"TEMPLATE = {TEMPLATE!r}\n{_BARE}"
        measured = [[_cpu_of(script, environment) for script in (_PORTAL, bare, _FLASK)]
                    for _number in range(rounds)]
    ratios = [sorted(ours / other[n] for ours, *other in measured)[rounds // 2] for n in (0, 1)]
    return ratios[0], ratios[1]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _pss(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else 0


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(p for child in children for p in _family(int(child)))]


def idle_memory() -> float | None:
    """Return the PSS in MiB of `portal serve` with its clockwork; None where the system cannot
    tell (Linux can)."""
    if not Path("/proc/self/smaps_rollup").exists():
        return None
    port = _free_port()
    with tempfile.TemporaryDirectory() as home:
        environment = _environment(Path(home), PORTAL_PORT=str(port), PORTAL_TICK_SECONDS="1",
                                   PORTAL_BASE_URL=f"http://127.0.0.1:{port}")
        subprocess.run([sys.executable, "-m", "portal", "init"], env=environment, check=True,
                       stdout=subprocess.DEVNULL)
        server = subprocess.Popen([sys.executable, "-m", "portal", "serve"], env=environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(f"http://127.0.0.1:{port}/sign-in")
            time.sleep(3)
            return sum(map(_pss, _family(server.pid))) / 1024
        finally:
            server.terminate()
            server.wait(40)


def _wait_for(address: str) -> None:
    for _number in range(200):
        try:
            urllib.request.urlopen(address, timeout=5).read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(address)
