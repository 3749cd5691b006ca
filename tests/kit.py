"""The verification kit as it ships: one file, loaded from where people take it."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from typing import Any

KIT = Path(__file__).parents[1] / "docs" / "kit" / "check_paper.py"


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("check_paper", KIT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


kit: Any = _load()


def verdict(pdf: bytes, root: bytes) -> str:
    """Return "" for a paper that the kit calls genuine, else what it says against it."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            kit.check_seal(pdf, root, Path(folder))
        if b"record.json" in pdf:
            kit.check_contents(pdf)
    except kit.Wrong as no:
        return f"{no.verdict}: {no}"
    except (ValueError, KeyError, IndexError, TypeError) as no:
        return f"NOT GENUINE: {no}"
    return ""
