"""The house stays small, and what has one door keeps it."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "portal").rglob("*.py"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
CODE_FOLDERS = (
    "portal",
    "templates",
    "static",
    "migrations",
    "tests",
    "bench",
    "docs",
    "requirements",
    ".ci",
)

MODULE_LINES, TEMPLATE_LINES = 300, 120
FUNCTION_STATEMENTS, VIEW_STATEMENTS = 25, 20

#: Each thing of the world, the one file that may touch it, and what touching looks like.
CLOCK = "portal/ground/clock.py"
CHANCE = "portal/ground/chance.py"
WORK = "portal/ground/work.py"
TELLING_TIME = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}
TIME_OWNERS = {"datetime", "date", "time", "dt"}
CHANCE_MODULES = {"random", "secrets", "uuid"}

#: What refuses the word in names and texts has to name it; and so is a module of the standard
#: library called.
SAYS_THE_WORD = ("portal/wording/policy/words.py", "portal/ground/fetch.py")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    """Return a path as one writes it from the top of the project."""
    return path.relative_to(ROOT).as_posix()


def statements(path: Path) -> Iterator[tuple[Function, int]]:
    """Return every function of a module with the count of its statements.

    A line that is spread over several counts once, so the formatter does not decide about the
    size of a function; `def` counts, a docstring does not.
    """
    code = path.read_text(encoding="utf-8")
    ends = [
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(code).readline)
        if token.type == tokenize.NEWLINE
    ]
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, Function):
            inside = sum(node.lineno <= end <= (node.end_lineno or 0) for end in ends)
            yield node, inside - (ast.get_docstring(node) is not None)


def is_view(function: Function) -> bool:
    """Tell whether a route leads to this function."""
    marks = [mark.func for mark in function.decorator_list if isinstance(mark, ast.Call)]
    return any(
        isinstance(mark, ast.Attribute) and mark.attr in ("get", "post", "route") for mark in marks
    )


def test_keeps_modules_short() -> None:
    long = {
        name_of(path): count
        for path in SOURCES
        if (count := len(path.read_text(encoding="utf-8").splitlines())) >= MODULE_LINES
    }
    assert long == {}


def test_keeps_functions_short() -> None:
    long = {
        f"{name_of(path)}:{function.name}": count
        for path in SOURCES
        for function, count in statements(path)
        if count >= (VIEW_STATEMENTS if is_view(function) else FUNCTION_STATEMENTS)
    }
    assert long == {}


def test_keeps_templates_short() -> None:
    long = {
        name_of(path): count
        for path in TEMPLATES
        if (count := len(path.read_text(encoding="utf-8").splitlines())) >= TEMPLATE_LINES
    }
    assert long == {}


def test_counts_what_a_function_does(tmp_path: Path) -> None:
    file = tmp_path / "views.py"
    file.write_text(
        '@bp.get("/")\ndef view(work):\n    """Say\n    so."""\n    # why\n'
        "    a = call(\n        1,\n        2,\n    )\n\n    return a\n"
    )
    ((view, count),) = statements(file)
    assert count == 3
    assert is_view(view)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_lets_no_template_switch_escaping_off(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|Markup|autoescape\s+false", text)


def called(path: Path) -> Iterator[tuple[str, str, int]]:
    """Return owner, name and line of every call of an attribute: `a.b.now()` is b, now."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            value = node.func.value
            owner = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
            yield owner, node.func.attr, node.lineno


def imported(path: Path) -> Iterator[tuple[str, str, int]]:
    """Return module, name and line of every import."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "", node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name, node.lineno) for alias in node.names)


def test_tells_the_time_at_one_door() -> None:
    found = [
        f"{name_of(path)}:{line}: {owner}.{name}()"
        for path in SOURCES
        if name_of(path) != CLOCK
        for owner, name, line in called(path)
        if owner in TIME_OWNERS and name in TELLING_TIME
    ]
    found += [
        f"{name_of(path)}:{line}: from time import {name}"
        for path in SOURCES
        for module, name, line in imported(path)
        if module == "time" and name in TELLING_TIME
    ]
    assert found == []


def test_draws_chance_at_one_door() -> None:
    found = [
        f"{name_of(path)}:{line}: {module}"
        for path in SOURCES
        if name_of(path) != CHANCE
        for module, _, line in imported(path)
        if module in CHANCE_MODULES
    ]
    found += [
        f"{name_of(path)}:{line}: os.urandom()"
        for path in SOURCES
        for owner, name, line in called(path)
        if (owner, name) == ("os", "urandom")
    ]
    assert found == []


def test_commits_at_one_place() -> None:
    found = [
        f"{name_of(path)}:{line}: {owner}.{name}()"
        for path in SOURCES
        if name_of(path) != WORK
        for owner, name, line in called(path)
        if name in ("commit", "rollback")
    ]
    assert found == []


def texts() -> Iterator[tuple[str, str]]:
    """Return name and text of every file of the project that is ours and is text."""
    # In a further work tree of a checkout, `.git` is a file that says where the checkout is.
    top = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".git"]
    below = [path for folder in CODE_FOLDERS for path in (ROOT / folder).rglob("*")]
    for path in sorted(top + below):
        parts = path.relative_to(ROOT).parts
        if not path.is_file() or "__pycache__" in parts or "vendor" in parts or "out" in parts:
            continue
        try:
            yield name_of(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a font or a picture


def test_never_says_the_bare_word() -> None:
    word = re.compile(r"\bclients?\b", re.IGNORECASE)
    found = [
        name
        for name, text in texts()
        if name.startswith(("portal/", "templates/"))
        and not name.endswith(".json")
        and name not in SAYS_THE_WORD
        and word.search(text)
    ]
    for path in (ROOT / "portal" / "wording" / "pack").rglob("*.json"):
        pack = json.loads(path.read_text(encoding="utf-8"))
        # K01 is the clause that says why the word is not used.
        pack["clauses"] = [one for one in pack.get("clauses", ())
                           if isinstance(one, dict) and one["code"] != "K01"]
        found += [name_of(path)] * bool(word.search(json.dumps(pack)))
    assert found == []


def test_names_no_machine_and_no_registry() -> None:
    hosts = (
        "pypi" + ".org",
        "pythonhosted" + ".org",
        "npmjs" + ".org",
        "npmjs" + ".com",
        "debian" + ".org",
    )
    folder = re.compile(r"(?<![\w.$}/-])/(?:work|root|home|Users)/\w")
    found = [
        f"{name}: {hit}"
        for name, text in texts()
        for hit in [*(host for host in hosts if host in text), *folder.findall(text)]
    ]
    assert found == []


def test_hides_from_git_what_is_made_here() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for folder in ("/.venv/", "/instance/", "/node_modules/"):
        assert any(line.startswith(folder) for line in ignored)
