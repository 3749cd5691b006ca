"""The import contracts stand, and each of them sees its own violation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN_TIME = "tests/house/at_run_time.toml"

#: For each contract: a file of the copied tree, and a line that must not stand there.
VIOLATIONS = [
    ("Imports go down only", "portal/ground/clock.py", "import portal.web.guards"),
    ("Imports go down only", "portal/ledger/actions.py", "import portal.people.queries"),
    ("Imports go down only", "portal/helpers.py", "WHATEVER = 1"),
    ("Inside a room", "portal/people/queries/persons.py", "import portal.people.actions"),
    ("Inside a room", "portal/people/services.py", "WHATEVER = 1"),
    ("Policy and plain are pure", "portal/people/policy.py", "import sqlalchemy"),
    ("Policy and plain are pure", "portal/people/policy.py", "import portal.ground.clock"),
    ("Policy and plain are pure", "portal/plain/errors.py", "import time"),
    ("Below the views nobody knows HTTP", "portal/people/actions/persons.py", "import flask"),
    ("Below the views nobody knows HTTP", "portal/ground/mail.py", "import werkzeug"),
    ("Views and forms never touch tables", "portal/people/views/frame.py", "import sqlalchemy"),
    ("Views and forms never touch tables", "portal/people/forms.py", "import portal.people.models"),
    ("Only the sealing process knows PDF", "portal/app.py", "import portal.ground.seal"),
    ("Only the sealing process knows PDF", "portal/desk/queries/sheet.py", "import reportlab"),
]


def lint(tree: Path, config: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the `portal` package of a tree."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
            "--no-logo",
            "--config",
            config,
        ],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(tree), "COLUMNS": "200"},
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a copy of the package with its contracts."""
    shutil.copytree(
        ROOT / "portal", tmp_path / "portal", ignore=shutil.ignore_patterns("__pycache__", "fonts")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / RUN_TIME).parent.mkdir(parents=True)
    shutil.copy(ROOT / RUN_TIME, tmp_path / RUN_TIME)
    return tmp_path


@pytest.mark.parametrize("config", ["pyproject.toml", RUN_TIME])
def test_keeps_every_contract(config: str) -> None:
    done = lint(ROOT, config)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("contract, file, line", VIOLATIONS)
def test_catches_a_planted_violation(tree: Path, contract: str, file: str, line: str) -> None:
    place = tree / file
    before = place.read_text(encoding="utf-8") if place.exists() else '"""Planted."""\n'
    place.write_text(f"{before}\n{line}\n", encoding="utf-8")
    config = RUN_TIME if contract.startswith("Views") else "pyproject.toml"
    done = lint(tree, config)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{contract} BROKEN" in done.stdout
    assert file.removesuffix(".py").replace("/", ".") in done.stdout


def test_plants_a_violation_for_every_contract() -> None:
    named = {contract for contract, _, _ in VIOLATIONS}
    for config in ("pyproject.toml", RUN_TIME):
        for line in (ROOT / config).read_text(encoding="utf-8").splitlines():
            if line.startswith("name = ") and line != 'name = "portal"':
                assert line.removeprefix("name = ").strip('"') in named
