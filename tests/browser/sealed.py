"""Sealed papers in the hands of somebody who has nothing but the programs that anybody has."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.plugins.needs import tool

if TYPE_CHECKING:
    from tests.browser.steps import Visitor


def fetch_all(who: Visitor, folder: Path) -> list[Path]:
    """Download every sealed paper that a page offers."""
    links = who.page.locator("a[href$='.pdf']")
    links.first.wait_for()
    return [who.fetch(link, folder / str(n)) for n, link in enumerate(links.all())]


def check_as_a_stranger(file: Path) -> None:
    """Check a downloaded paper with the tools that anybody has."""
    said = subprocess.run([tool("pdfsig"), file], capture_output=True, text=True, check=False)
    assert "Signature is Valid." in said.stdout
    assert "Total document signed" in said.stdout
    assert "NOT" not in said.stdout
    checked = subprocess.run(
        [tool("qpdf"), "--check", file], capture_output=True, text=True, check=True
    )
    assert "WARNING" not in checked.stdout + checked.stderr


def words_in(paper: bytes) -> str:
    """Return what a paper says, what it says of itself, and the files that lie inside it."""
    with TemporaryDirectory() as home:
        file, inside = Path(home) / "paper.pdf", Path(home) / "inside"
        file.write_bytes(paper)
        inside.mkdir()
        said = [_poppler("pdftotext", "-layout", file, "-"), _poppler("pdfinfo", file)]
        _poppler("pdfdetach", "-saveall", "-o", inside, file)
        said += [f"{one.name}\n{one.read_text()}" for one in sorted(inside.iterdir())]
    return "\n".join(said)


def _poppler(program: str, *words: str | Path) -> str:
    """Run a program that comes with pdfsig; returns what it said."""
    beside = tool("pdfsig").with_name(program)
    return subprocess.run([beside, *words], capture_output=True, text=True, check=True).stdout
