"""Programs and libraries that some tests need, and what happens where one is missing.

A test says `@pytest.mark.needs("qpdf")` and asks `tool("qpdf")` for the path. On a user's
machine it is skipped by name and the summary counts it; with `PORTAL_TEST_NO_SKIPS` set, as CI
does, every skip of whatever kind is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT = Path(__file__).parents[2]
NO_SKIPS = "PORTAL_TEST_NO_SKIPS"
_MISSING = "missing_tool"

#: What each tool is called on different systems, and how to get it.
_PROGRAMS: dict[str, tuple[tuple[str, ...], str]] = {
    "chromium": (
        (
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
            "chrome",
            "microsoft-edge",
        ),
        "install chromium or Chrome",
    ),
    "age": (("age",), "install age"),
    "java": (("java",), "install a Java runtime, for instance default-jre-headless"),
    "oathtool": (("oathtool",), "install oathtool"),
    "openssl": (("openssl",), "install openssl"),
    "pdfsig": (("pdfsig",), "install poppler-utils"),
    "qpdf": (("qpdf",), "install qpdf"),
    "certutil": (("certutil",), "install libnss3-tools"),
    "strace": (("strace",), "install strace"),
    "systemd-analyze": (("systemd-analyze",), "install systemd"),
}
_FILES: dict[str, tuple[tuple[Path, ...], str]] = {
    "vnu": ((ROOT / "node_modules/vnu-jar/build/dist/vnu.jar",), "run npm ci"),
}
_LIBRARIES: dict[str, tuple[str, str]] = {
    "pysqlite3": ("pysqlite3", "install pysqlite3, which brings a repaired SQLite with a log"),
}
_MAC = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)


class NoSuchTool(Exception):
    """Say that a test names a tool that nobody has described above."""


@cache
def find(name: str) -> Path | None:
    """Return where a tool is, or None where this machine has none."""
    if name in _PROGRAMS:
        found = (shutil.which(program) for program in _PROGRAMS[name][0])
        path = next((Path(program) for program in found if program), None)
        if path is None and name == "chromium":
            path = next((program for program in _MAC if program.exists()), None)
        return path
    if name in _FILES:
        return next((file for file in _FILES[name][0] if file.exists()), None)
    if name in _LIBRARIES:
        spec = find_spec(_LIBRARIES[name][0])
        return Path(spec.origin) if spec is not None and spec.origin else None
    raise NoSuchTool(f"{name} is not described in tests/plugins/needs.py")


def tool(name: str) -> Path:
    """Return the path of a tool that the running test has said it needs."""
    path = find(name)
    if path is None:
        raise NoSuchTool(f"{name} is missing: mark the test with needs({name!r})")
    return path


def _advice(name: str) -> str:
    return next(known[name][1] for known in (_PROGRAMS, _FILES, _LIBRARIES) if name in known)


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", f"needs(*tools): runs "
                            f"{', '.join((*_PROGRAMS, *_FILES, *_LIBRARIES))}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tools are not here, and remember which ones."""
    wanted = [name for mark in item.iter_markers("needs") for name in mark.args]
    missing = [name for name in wanted if find(name) is None]
    if missing:
        item.user_properties.extend((_MISSING, name) for name in missing)
        pytest.skip("; ".join(f"needs {name}: {_advice(name)}" for name in missing))


def _forbid(report: Any) -> None:
    """Turn a skip into a failure; an expected failure is none."""
    if os.environ.get(NO_SKIPS) and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"skipped although {NO_SKIPS} is set: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let no test be skipped where that is forbidden."""
    report = yield
    _forbid(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Let no module be skipped where that is forbidden."""
    report = yield
    _forbid(report)
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Count the tests that did not run, by the tool that each of them lacked."""
    counts = Counter(
        value
        for report in terminalreporter.stats.get("skipped", [])
        for name, value in getattr(report, "user_properties", ())
        if name == _MISSING
    )
    for name, count in sorted(counts.items()):
        tests = "test" if count == 1 else "tests"
        terminalreporter.write_line(
            f"{count} {tests} did not run for want of {name}: {_advice(name)}", yellow=True
        )
