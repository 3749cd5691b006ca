"""What Ana does with paper: prints a sheet, has it signed in ink, records it with a scan."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from tests.plugins.needs import tool

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tests.browser.steps import Visitor

#: What the form asks of a paper, in the words of its choices.
THIS_PRINT = re.compile("^It shows the reference ")
EARLIER = re.compile("^It was signed earlier, ")


def print_sheet(ana: Visitor, folder: Path) -> Path:
    """Open the sheet and print it on A4, as the browser's own dialogue would; goes back then."""
    ana.follow("Open the sheet to print")
    ana.page.locator(".sheet-foot").wait_for()
    file = folder / "sheet.pdf"
    ana.page.pdf(path=file, format="A4")
    subprocess.run([tool("qpdf"), "--check", file], capture_output=True, check=True)
    ana.follow("Back")
    return file


def photographed(sheet: Path, kind: str) -> Path:
    """Return a picture of the page of a print on which the signature stands: "jpeg" or "png"."""
    page = next(n for n, text in enumerate(pages_of(sheet), 1) if "Name in capital letters" in text)
    made = sheet.with_name("photo")
    subprocess.run([tool("pdfsig").with_name("pdftoppm"), f"-{kind}", "-singlefile", "-r", "60",
                    "-f", str(page), "-l", str(page), sheet, made], check=True)
    return made.with_suffix(".jpg" if kind == "jpeg" else ".png")


def pages_of(file: Path) -> list[str]:
    """Return the words of each page of a PDF, in one line each."""
    done = subprocess.run([tool("pdfsig").with_name("pdftotext"), file, "-"],
                          capture_output=True, text=True, check=True)
    return [" ".join(page.split()) for page in done.stdout.split("\f") if page.strip()]


def fill_in(ana: Visitor, paper: re.Pattern[str], day: date, *ticks: str) -> None:
    """Say which paper it is, from which day, and what is ticked on it, in its order."""
    ana.page.get_by_label(paper).check()
    ana.write("Day on the paper", day.isoformat())
    asked = ana.page.get_by_role("group").filter(has=ana.page.get_by_label("No is ticked"))
    for group, tick in zip(asked.all(), ticks, strict=True):
        group.get_by_label(f"{tick} is ticked").check()


def record(ana: Visitor, scan: Path, who: str) -> None:
    """Hand in the scan under a fresh code."""
    ana.page.get_by_label("Scan or photo of the signed paper").set_input_files(scan)
    ana.write("6-digit code", ana.house.world.fresh_code("ana"))
    ana.press("Record the signature")
    ana.page.get_by_role("status").filter(has_text=f"{who} signed on paper").wait_for()


def reference(ana: Visitor) -> str:
    """Return the reference that the form shows, to be held against the print."""
    choice = ana.page.locator("label").filter(has_text=THIS_PRINT)
    return THIS_PRINT.sub("", choice.inner_text().strip())
