"""The units are ones that systemd takes, their commands run, and the compose file runs the same."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from portal.ground.settings import Settings
from tests.browser.house import _free_port
from tests.clockwork.test_stop import read_until, running
from tests.conftest import KEYS
from tests.plugins.needs import tool

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "operations"
UNITS = sorted(path.name for path in FOLDER.glob("*.service"))
COMPOSE = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
BIN = "/opt/portal/.venv/bin/"


def values(unit: str, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", (FOLDER / unit).read_text(encoding="utf-8"), re.M)


def command(unit: str) -> list[str]:
    """Return what a unit starts, without the folder in which it is installed."""
    [line] = values(unit, "ExecStart")
    assert line.startswith(BIN)
    return shlex.split(line.removeprefix(BIN))


def services() -> dict[str, list[str]]:
    """Return what the services of the compose file run that are ours."""
    found = re.findall(r"^  (\w+):\n(?:(?!^  \w).*\n)*?    command: (\[.*\])$", COMPOSE, re.M)
    return {name: json.loads(words) for name, words in found}


@pytest.mark.needs("systemd-analyze")
@pytest.mark.parametrize("unit", UNITS)
def test_is_a_unit_that_systemd_takes(unit: str, tmp_path: Path) -> None:
    """As it stands, but for the folder of the program, which this machine has elsewhere."""
    text = (FOLDER / unit).read_text(encoding="utf-8")
    program = tmp_path / "portal"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    name = unit.replace("@", "@8001")
    (tmp_path / name).write_text(text.replace(f"{BIN}portal", str(program)))
    done = subprocess.run([tool("systemd-analyze"), "verify", "--man=no", tmp_path / name],
                          capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if name in line or "portal" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("unit", UNITS)
def test_waits_longer_before_it_kills_than_the_portal_takes(unit: str) -> None:
    [seconds] = values(unit, "TimeoutStopSec")
    assert int(seconds) > Settings.__dataclass_fields__["stop_seconds"].default
    assert "stop_grace_period: 45s" in COMPOSE


@pytest.mark.once
@pytest.mark.parametrize("unit", UNITS)
def test_starts_what_the_unit_says_and_stops_it_as_systemd_does(
    unit: str, database_url: str, tmp_path: Path
) -> None:
    program, *words = command(unit)
    assert program == "portal"
    settings = Settings(instance_dir=tmp_path, database_url=database_url, **KEYS)
    port = str(_free_port())
    more = {line.partition("=")[0]: line.partition("=")[2].replace("%i", port)
            for line in values(unit, "Environment")}
    with running(settings, *words, **{"PORTAL_PORT": port, "PORTAL_TICK_SECONDS": "1", **more,
                                      "PORTAL_LOG_LEVEL": "info"}) as process:
        begun = "Booting worker" if "--no-worker" in words else "the clockwork runs"
        assert begun in read_until(process, begun)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_runs_the_same_with_containers() -> None:
    units = {tuple(command(unit)) for unit in UNITS}
    ours = services()
    assert set(ours) == {"setup", "serve", "worker"}
    assert ours.pop("setup") == ["portal", "init"]
    assert {tuple(words) for words in ours.values()} <= units
    image = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    assert tuple(json.loads(re.findall(r"^CMD (.*)$", image, re.M)[0])) in units


def test_has_a_program_of_that_name() -> None:
    """What an installation brings is what the units start."""
    assert shutil.which("portal", path=str(Path(sys.executable).parent))
