"""The twin of a sealed copy in a real browser: no barrier, no request, valid HTML."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from portal.evidence.paper import twin
from tests.browser.eye import Eye
from tests.evidence.sample import coachee, sponsored
from tests.plugins.needs import tool

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SEALED = "5a" * 32


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Give twins of both editions as files."""
    folder = tmp_path_factory.mktemp("twins")
    made = []
    for name, facts in zip(("coachee", "common", "own"), (coachee(), *sponsored()), strict=True):
        made.append(folder / f"{name}.html")
        made[-1].write_bytes(twin(facts, SEALED))
    return made


@pytest.mark.needs("chromium")
def test_shows_nobody_a_barrier_and_asks_nobody_for_anything(
    chromium: Browser, files: list[Path]
) -> None:
    eye = Eye()
    for file in files:
        page = chromium.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(file.as_uri())
        visitor: Any = SimpleNamespace(page=page)
        eye.look(visitor, file.stem)
        assert asked == [file.as_uri()]
        page.close()
    assert eye.seen == ["coachee", "common", "own"]
    assert eye.barriers + eye.sideways == []


@pytest.mark.needs("java", "vnu")
def test_is_valid_html(files: list[Path]) -> None:
    done = subprocess.run([tool("java"), "-jar", tool("vnu"), *files], capture_output=True,
                          text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
