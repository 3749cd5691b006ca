"""What the documents name is there: commands, files, settings, addresses, names and links."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import click
import pytest
from werkzeug.routing import Rule

from portal.app import make_app
from portal.backup.policy import ABOUT, MANIFEST
from portal.cli import main
from portal.evidence.paper.binding import PROOF, RECEIPT, RECORD
from portal.ground import keyfile
from portal.ground.settings import Settings, describe
from portal.jobs import JOBS
from tests.conftest import KEYS

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).relative_to(ROOT).as_posix()
GENERATED = ("docs/settings.md", "docs/decisions.md")
DOCUMENTS = (
    "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")),
)
WRITTEN = tuple(name for name in DOCUMENTS if name not in GENERATED)

#: Files that the portal makes, and files that a reader makes with the commands beside them.
MADE = {keyfile.NAME, "portal.db", RECORD, RECEIPT, PROOF, "agreement.pdf", ABOUT, MANIFEST}
#: What is ours in no way, and is named all the same.
OTHERS = {
    "pdfsig", "pg_dump", "synchronous_commit", "BEGIN IMMEDIATE", "SameSite=Lax", "gettext",
    "Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "-attime", "/opt/portal",
}
#: Parts of names, and forms of calls.
SHAPES = {
    "_FILE", "_PREVIOUS", "_enc", '_("…")', "verb(work, thing, values)", "why_not_…(facts, now)",
}
#: What programs answer, as `docs/run.md` quotes it.
ANSWERS = {
    "OK", '{"database":true,"worker":true}', "Signature is Valid.", "Total document signed",
    "Not total document signed", "Verification: OK", "Verified OK",
    "Certificate issuer is unknown.", "Certificate is Trusted.", "[0 - 92262], [95204 - 95863]",
    "CAdES Verification successful",
}

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
_SETTING = re.compile(r"\bPORTAL_[A-Z_]+\b")
_PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Text:
    """Hold a document taken apart: prose without blocks, spans of the prose, lines of blocks."""

    name: str
    raw: str

    @property
    def prose(self) -> str:
        """Return the text without its fenced blocks."""
        return _FENCE.sub("", self.raw)

    @property
    def spans(self) -> list[str]:
        """Return what stands in single backticks, line breaks made spaces."""
        return [" ".join(span.split()) for span in _SPAN.findall(self.prose)]

    @property
    def lines(self) -> list[str]:
        """Return the lines of shell blocks."""
        blocks = [body for kind, body in _FENCE.findall(self.raw) if kind == "sh"]
        return [line.strip() for body in blocks for line in body.splitlines()]

    @property
    def commands(self) -> list[str]:
        """Return what is meant to be typed, in spans and blocks."""
        return [text for text in (*self.spans, *self.lines) if is_command(text)]


def document(name: str, planted: str = "") -> Text:
    """Return a document, with something more at its end for those who plant a fault."""
    return Text(name, (ROOT / name).read_text(encoding="utf-8") + planted)


def is_command(text: str) -> bool:
    """Tell whether a text begins with a program of ours."""
    return text.split(" ", maxsplit=1)[0].removeprefix(".venv/bin/") in ("make", "portal")


# Commands


@cache
def makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


@cache
def targets() -> dict[str, tuple[str, ...]]:
    """Return the targets of the Makefile with what each needs first."""
    found = re.findall(r"^([\w$()/.-]+):(?!=) *([^#\n]*)", makefile(), re.MULTILINE)
    return {name: tuple(needs.replace("|", " ").split()) for name, needs in found}


def sets_up(target: str) -> bool:
    """Tell whether a target makes the environment on its way."""
    return any("/.ready-" in need or sets_up(need) for need in targets().get(target, ()))


def command_faults(text: Text) -> Iterator[str]:
    """Yield what is wrong with the commands that a document tells to type."""
    for command in text.commands:
        program, *words = command.removeprefix(".venv/bin/").split(" ")
        wrong = _wrong_make(command) if program == "make" else _wrong_portal(words)
        if wrong:
            yield f"{text.name}: `{command}`: {wrong}"


def _wrong_make(command: str) -> str | None:
    values = re.findall(r"(\w+)=(?:'[^']*'|\S*)", command)
    words = re.sub(r"\w+=(?:'[^']*'|\S*)", "", command).split()[1:]
    unknown = [word for word in words if word not in targets()]
    unknown += [name for name in values if not re.search(rf"^{name} \?=", makefile(), re.M)]
    return f"no such target or variable: {unknown}" if unknown else None


def _wrong_portal(words: list[str]) -> str | None:
    if not words:
        return None
    command = main.commands.get(words[0])
    if command is None:
        return "no such command"
    options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
    for word in words[1:]:
        if word.startswith("--") and word not in options:
            return f"no option {word}"
        if words[0] == "run-job" and word not in JOBS and not word.startswith("--"):
            return f"no job {word}"
    return None


# Settings


@cache
def settings() -> frozenset[str]:
    """Return every variable that has a meaning: settings, files of secrets, answers to prompts."""
    known = {one.name for one in describe()}
    known |= {f"{one.name}_FILE" for one in describe() if one.secret}
    known |= {param.envvar for command in main.commands.values() for param in command.params
              if isinstance(param, click.Option) and isinstance(param.envvar, str)}
    for path in (ROOT / "tests").rglob("*.py"):
        known |= set(re.findall(r"\"(PORTAL_TEST_[A-Z_]+)\"", path.read_text(encoding="utf-8")))
    return frozenset(known)


def setting_faults(text: Text) -> Iterator[str]:
    """Yield the variables that a document names and nobody reads."""
    for name in _SETTING.findall(text.raw):
        if name not in settings():
            yield f"{text.name}: {name} is no setting"


# Addresses


@cache
def rules() -> tuple[Rule, ...]:
    app = make_app(Settings(database_url="sqlite://", **KEYS))
    return tuple(app.url_map.iter_rules())


def is_route(span: str) -> bool:
    """Tell whether an address is one of ours: whole, with its placeholders, or its beginning."""
    path = re.sub(r"^http://127\.0\.0\.1:8000", "", span) or "/"
    shapes = {_PLACEHOLDER.sub(r"<\1>", rule.rule) for rule in rules()}
    if path.endswith("/") and path != "/":
        return any(shape.startswith(path) for shape in shapes)
    return _PLACEHOLDER.sub(r"<\1>", path) in shapes


# Files, modules and names


@cache
def files() -> frozenset[str]:
    """Return the path of every file and folder of ours, from the top of the project."""
    skipped = {".venv", "node_modules", "__pycache__", ".git", ".cache"}
    found = set()
    for top in ROOT.iterdir():
        if top.name in skipped or (top.name.startswith(".") and top.name != ".ci"):
            continue
        found.add(top.name)
        if top.is_dir():
            found |= {path.relative_to(ROOT).as_posix() for path in top.rglob("*")
                      if not skipped & set(path.parts)}
    return frozenset(found)


def is_file(span: str) -> bool:
    """Tell whether a path is there; `<room>` stands for any name, a bare name for any folder."""
    path = span.rstrip("/")
    if path in files() or span in MADE:
        return True
    if "<" in path:
        shape = re.compile("[^/]+".join(map(re.escape, re.split(r"<\w+>", path))))
        return any(shape.fullmatch(file) for file in files())
    return "/" not in path and any(file.endswith(f"/{path}") for file in files())


@cache
def words() -> frozenset[str]:
    """Return every word of our code."""
    kinds = {".py", ".toml", ".html", ".json", ".txt"}
    found: set[str] = set()
    for name in files():
        if name.startswith(("portal/", "tests/", "migrations/")) and name != HERE:
            path = ROOT / name
            if path.suffix in kinds:
                found |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    return frozenset(found)


def is_name(span: str) -> bool:
    """Tell whether a module, function, class or column of this name is in the code."""
    bare = span.removeprefix("@").split("(")[0].rstrip("…").rstrip(".")
    if bare.startswith("portal."):
        return _resolves(bare)
    return all(part in words() or part in known_endpoints() for part in bare.split("."))


def _resolves(dotted: str) -> bool:
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part, None)
        return found is not None
    return False


@cache
def known_endpoints() -> frozenset[str]:
    return frozenset(part for rule in rules() for part in rule.endpoint.split("."))


def kind_of(span: str) -> Callable[[str], bool]:
    """Return the check that a span in backticks has to pass."""
    if span.startswith(("/", "http://127.0.0.1:8000")):
        return is_route
    if "/" in span or re.search(r"\.(py|md|html|json|txt|toml|env|db|css|js|pdf)$", span):
        return is_file
    return is_name


def name_faults(text: Text) -> Iterator[str]:
    """Yield the files, addresses, modules and names that are nowhere."""
    for span in text.spans:
        known = span in OTHERS | ANSWERS | SHAPES or is_command(span) or _SETTING.fullmatch(span)
        check = kind_of(span)
        if not known and not check(span):
            yield f"{text.name}: `{span}` is nowhere ({check.__name__})"


# Links


def slug(heading: str) -> str:
    """Return the anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def link_faults(text: Text) -> Iterator[str]:
    """Yield the links to other documents, pictures and headings that lead nowhere."""
    for picture, _words, target in _LINK.findall(text.prose):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = ((ROOT / text.name).parent / path).resolve() if path else ROOT / text.name
        if not file.is_file():
            yield f"{text.name}: {'picture' if picture else 'link'} {target} leads nowhere"
        elif anchor and anchor not in {
            slug(found) for found in re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.M)
        }:
            yield f"{text.name}: {target} names no heading"


# Whole documents


def set_up_commands(text: Text) -> list[str]:
    """Return the commands of a document that set something up, each once."""
    made = [c.split(" ")[1] for c in text.commands if c.startswith("make ")]
    other = re.findall(r"(?<![./])\b(?:pip|apt|apt-get|brew|npm|venv|docker)\b", text.raw)
    return sorted({target for target in made if sets_up(target)} | set(other))


def two_command_faults(text: Text) -> Iterator[str]:
    """Yield why the way in is not just `make run` and `make test`, on the first screen."""
    found = set_up_commands(text)
    if found != ["run", "test"]:
        yield f"{text.name}: sets up with {found}"
    first = text.raw.splitlines()[:30]
    for command in ("make run", "make test"):
        if command not in first:
            yield f"{text.name}: `{command}` is not on the first screen"


def floor_faults(text: Text) -> Iterator[str]:
    """Yield where the picture of the floors is not the order of the import contract."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = next(c["layers"] for c in contracts["contracts"] if c["id"] == "floors")
    wanted = [layer.strip("()") for layer in layers if layer != "(__main__)"]
    picture = _FENCE.findall(text.raw)[0][1].splitlines()
    drawn = [re.sub(r"^(doors|rooms) ", "", line).split()[0] for line in picture]
    if drawn != wanted:
        yield f"{text.name}: draws {drawn}"


def contract_faults(text: Text) -> Iterator[str]:
    """Yield the import contracts that a document does not name."""
    prose = " ".join(text.prose.split())
    for file in ("pyproject.toml", "tests/house/at_run_time.toml"):
        tool = tomllib.loads((ROOT / file).read_text("utf-8"))["tool"]["importlinter"]
        for contract in tool["contracts"]:
            if f'"{contract["name"]}"' not in prose:
                yield f"{text.name}: does not name the contract {contract['name']}"


def word_faults(text: Text) -> Iterator[str]:
    """Yield every use of the word that could mean two people, but where that is explained."""
    explained = text.raw.replace("The word client is not used", "")
    if re.search(r"\bclients?\b", explained, re.IGNORECASE):
        yield f"{text.name}: says the word"


def rule_faults(text: Text) -> Iterator[str]:
    """Yield the ids of rules that our code names and the page of rules does not explain."""
    rows = set(re.findall(r"^\| ((?:INV-|Z)\d+) \|", text.raw, re.MULTILINE))
    named = set()
    for name in files():
        ours = name.startswith(("portal/", "tests/", "migrations/")) and name.endswith(".py")
        if ours and name != HERE:
            code = (ROOT / name).read_text(encoding="utf-8")
            named |= set(re.findall(r"\b(?:INV-|Z)\d+\b", code))
            named |= {f"INV-{n}" for n in re.findall(r"_inv_(\d+)", code)}
            named |= {f"Z{n}" for n in re.findall(r"_z(\d+)\b", code)}
    for one in sorted(named - rows):
        yield f"{text.name}: {one} is not explained"


def run_faults(text: Text) -> Iterator[str]:
    """Yield the commands and jobs that the page about running does not tell of."""
    wanted = [f"portal {name}" for name in main.commands if name != "demo"]
    wanted += [f"portal run-job {name}" for name in JOBS]
    for command in wanted:
        if not any(said == command or said.startswith(f"{command} ") for said in text.commands):
            yield f"{text.name}: does not tell of `{command}`"


Check = Callable[[Text], Iterator[str]]


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("check", [command_faults, setting_faults, link_faults, word_faults])
def test_names_only_what_is_there(name: str, check: Check) -> None:
    assert list(check(document(name))) == []


@pytest.mark.parametrize("name", WRITTEN)
def test_has_nothing_in_backticks_that_is_nowhere(name: str) -> None:
    assert list(name_faults(document(name))) == []


@pytest.mark.parametrize("name, check", [
    ("README.md", two_command_faults), ("ARCHITECTURE.md", floor_faults),
    ("ARCHITECTURE.md", contract_faults), ("docs/rules.md", rule_faults),
    ("docs/run.md", run_faults),
])
def test_says_what_is_so(name: str, check: Check) -> None:
    assert list(check(document(name))) == []


#: A check, the document it looks at, what is planted at its end, and what the fault names.
PLANTED: list[tuple[Check, str, str, str]] = [
    (command_faults, "README.md", "`make everything`", "everything"),
    (command_faults, "README.md", "`make run PROT=1`", "PROT"),
    (command_faults, "README.md", "```sh\nmake everything\n```\n", "everything"),
    (command_faults, "docs/run.md", "`portal sevre`", "sevre"),
    (command_faults, "docs/run.md", "```sh\nportal sevre\n```\n", "sevre"),
    (command_faults, "docs/run.md", "`portal serve --no-wroker`", "--no-wroker"),
    (command_faults, "docs/run.md", "`portal run-job mial`", "mial"),
    (setting_faults, "docs/run.md", "PORTAL_SMPT_URL", "PORTAL_SMPT_URL"),
    (setting_faults, "docs/run.md", "`PORTAL_PORT_FILE`", "PORTAL_PORT_FILE"),
    (name_faults, "ARCHITECTURE.md", "`portal/signing/sign.py`", "portal/signing/sign.py"),
    (name_faults, "ARCHITECTURE.md", "`templates/<room>/lots.html`", "lots.html"),
    (name_faults, "CONTRIBUTING.md", "`helpers.py`", "helpers.py"),
    (name_faults, "CONTRIBUTING.md", "`why_not_sing`", "why_not_sing"),
    (name_faults, "CONTRIBUTING.md", "`portal.signing.sing`", "portal.signing.sing"),
    (name_faults, "CONTRIBUTING.md", "`portal.signing.policy.manifesto`", "manifesto"),
    (name_faults, "SECURITY.md", "`/lots`", "/lots"),
    (name_faults, "SECURITY.md", "`/j/`", "/j/"),
    (name_faults, "SECURITY.md", "`/seal/<seal_id>/root.pem`", "<seal_id>"),
    (link_faults, "README.md", "[there](docs/nowhere.md)", "docs/nowhere.md"),
    (link_faults, "README.md", "![there](docs/nowhere.png)", "docs/nowhere.png"),
    (link_faults, "docs/run.md", "[there](../SECURITY.md#nothing)", "#nothing"),
    (two_command_faults, "README.md", "`make check`", "check"),
    (two_command_faults, "README.md", "pip install portal", "pip"),
    (word_faults, "README.md", "The Client signs.", "says the word"),
]


@pytest.mark.parametrize("check, name, planted, fault", PLANTED)
def test_sees_what_is_wrong(check: Check, name: str, planted: str, fault: str) -> None:
    before = set(check(document(name)))
    (found,) = set(check(document(name, f"\n{planted}\n"))) - before
    assert fault in found


@pytest.mark.parametrize("check, name, old, new, fault", [
    (two_command_faults, "README.md", "make test\n", "", "`make test` is not on the first screen"),
    (floor_faults, "ARCHITECTURE.md", "        links  ", "        lynx   ", "lynx"),
    (floor_faults, "ARCHITECTURE.md", "        vouching ", "        signing ", "signing"),
    (contract_faults, "ARCHITECTURE.md", '"Inside a room"', "", "Inside a room"),
    (run_faults, "docs/run.md", "`portal run-job door`", "", "portal run-job door"),
    (rule_faults, "docs/rules.md", "| INV-10 |", "| INV-100 |", "INV-10 is not explained"),
])
def test_sees_what_is_missing(check: Check, name: str, old: str, new: str, fault: str) -> None:
    before = document(name)
    spoilt = Text(name, before.raw.replace(old, new, 1))
    assert spoilt != before
    (found,) = set(check(spoilt)) - set(check(before))
    assert fault in found


def test_looks_at_something_of_every_kind() -> None:
    every = [document(name) for name in WRITTEN]
    kinds = {kind_of(span).__name__ for text in every for span in text.spans}
    assert kinds == {"is_route", "is_file", "is_name"}
    assert {c.split(" ")[0] for text in every for c in text.commands} >= {"make", "portal"}
    assert all(_LINK.search(text.prose) for text in every if text.name == "README.md")
