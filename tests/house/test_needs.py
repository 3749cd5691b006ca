"""A tool that is not here: its tests say so by name, and CI takes no such excuse."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins.needs import NO_SKIPS, NoSuchTool, find, tool

ROOT = Path(__file__).parents[2]

TESTS = """
import pytest

@pytest.mark.needs("qpdf", "pdfsig")
def test_one(): raise AssertionError

@pytest.mark.needs("qpdf")
def test_two(): raise AssertionError

def test_three(): pytest.skip("just so")

@pytest.mark.xfail(reason="known", strict=True)
def test_four(): raise AssertionError

def test_five(): pass
"""


def run(tmp_path: Path, tests: str = TESTS, **more: str) -> subprocess.CompletedProcess[str]:
    """Run some tests on a machine that has none of the tools."""
    (tmp_path / "test_some.py").write_text(tests)
    kept = {name: value for name, value in os.environ.items() if name != NO_SKIPS}
    return subprocess.run(
        [
            sys.executable, "-m", "pytest", "-p", "tests.plugins.needs", "-p", "no:cacheprovider",
            "-c", os.devnull, "--rootdir", str(tmp_path), str(tmp_path / "test_some.py"),
        ],
        cwd=ROOT, env=kept | {"PATH": str(tmp_path)} | more,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_skips_by_name_and_counts(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 tests did not run for want of qpdf: install qpdf" in done.stdout
    assert "1 test did not run for want of pdfsig: install poppler-utils" in done.stdout
    assert "1 passed, 3 skipped, 1 xfailed" in done.stdout


def test_lets_no_test_be_skipped_where_it_is_forbidden(tmp_path: Path) -> None:
    done = run(tmp_path, **{NO_SKIPS: "1"})
    assert done.returncode == 1
    assert "1 failed, 1 passed, 1 xfailed, 2 errors" in done.stdout


def test_lets_no_module_be_skipped_where_it_is_forbidden(tmp_path: Path) -> None:
    tests = 'import pytest\npytest.skip("all of it", allow_module_level=True)\n'
    assert "1 error" in run(tmp_path, tests, **{NO_SKIPS: "1"}).stdout


def test_knows_every_tool_it_is_asked_for() -> None:
    with pytest.raises(NoSuchTool):
        find("frobnicator")
    with pytest.raises(NoSuchTool):
        tool("frobnicator")
