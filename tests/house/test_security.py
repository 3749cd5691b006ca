"""The table of requirements is complete and names tests that exist; what it says of the code holds.

Levels come from `tests/vectors/asvs-5.0.0.txt`. What cannot be shown by running something is
shown here by reading the code: what is imported, called and never called.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from portal.ground import keyfile
from portal.ground.settings import describe
from portal.schema import METADATA
from tests.house.test_documents import document, link_faults, targets

ROOT = Path(__file__).parents[2]
PAGE = "docs/security.md"
#: Requirements of level 3 that weigh most where people sign.
TAKEN_UP = {
    "V1.2.10", "V2.3.5", "V3.4.8", "V3.5.8", "V3.6.1", "V5.2.6", "V6.3.6", "V6.3.7", "V6.3.8",
    "V6.5.6", "V6.5.8", "V7.5.3", "V8.3.2", "V13.3.4", "V14.2.7", "V15.4.2",
}
#: What a row may say in place of a test: a reason why none is needed, or that it is not met.
REASONS = ("not applicable", "not met", "this page", "[SECURITY.md]", "[run.md]", "`make lint`")


# The table


@cache
def levels() -> dict[str, int]:
    """Return the level of every requirement of the standard."""
    found = {}
    for line in (ROOT / "tests/vectors/asvs-5.0.0.txt").read_text("utf-8").splitlines():
        if line.startswith("V"):
            section, each = line.split()
            found |= {f"{section}.{n}": int(level) for n, level in enumerate(each, 1)}
    return found


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of the table."""
    return [[cell.strip() for cell in line.strip("|").split(" | ")]
            for line in text.splitlines() if re.match(r"\| V\d", line)]


def ids(cell: str) -> list[str]:
    """Return the requirements that a first cell names: one, several, or all from one to another,
    of which only those of the levels 1 and 2 are meant."""
    if " to " not in cell:
        return cell.split(", ")
    known = list(levels())
    first, last = cell.split(" to ")
    between = known[known.index(first) : known.index(last) + 1]
    return [one for one in between if levels()[one] < 3]


@cache
def known_tests() -> frozenset[str]:
    """Return the name of every test function."""
    return frozenset(
        name for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.M))


def faults(text: str) -> Iterator[str]:
    """Yield what is wrong with the table."""
    seen: list[str] = []
    for row in rows(text):
        if len(row) != 4:
            yield f"{row[0]}: {len(row)} cells"
            continue
        cell, level, means, shown = row
        found = ids(cell)
        seen += found
        if unknown := [one for one in found if one not in levels()]:
            yield f"{unknown} are no requirements"
        elif level != ", ".join(map(str, sorted({levels()[one] for one in found}))):
            yield f"{cell}: not level {level}"
        if not means:
            yield f"{cell}: says nothing"
        named = re.findall(r"`(test_\w+)`", shown)
        yield from (f"{cell}: there is no {name}" for name in named if name not in known_tests())
        if not named and not any(reason in shown for reason in REASONS):
            yield f"{cell}: nothing shows it"
    twice = {one for one in seen if seen.count(one) > 1}
    missing = {one for one, level in levels().items() if level < 3} | TAKEN_UP
    yield from (f"{one} stands twice" for one in sorted(twice))
    yield from (f"{one} is missing" for one in sorted(missing - set(seen)))


def test_knows_the_levels_of_the_standard() -> None:
    counted = [list(levels().values()).count(level) for level in (1, 2, 3)]
    assert counted == [70, 183, 92]


def test_has_a_row_for_every_requirement_and_a_test_in_every_row() -> None:
    assert list(faults(document(PAGE).raw)) == []
    assert list(link_faults(document(PAGE))) == []


@pytest.mark.parametrize("planted, wrong", [
    ("| V1.1.1 | 2 | twice | `test_keeps_modules_short` |", "twice"),
    ("| V99.1.1 | 2 | strange | `test_keeps_modules_short` |", "no requirements"),
    ("| V1.2.3 | 1 | strange | `test_that_nobody_wrote` |", "there is no"),
    ("| V1.2.3 | 1 | strange | believe me |", "nothing shows it"),
    ("| V1.2.3 | 2 | strange | `test_keeps_modules_short` |", "not level"),
    ("| V1.2.3 | 1 | strange |", "cells"),
])
def test_would_see_a_row_that_is_wrong(planted: str, wrong: str) -> None:
    assert any(wrong in fault for fault in faults(document(PAGE).raw + planted + "\n"))


def test_would_see_a_row_that_is_gone() -> None:
    text = document(PAGE).raw
    assert any("V8.2.2 is missing" in fault
               for fault in faults(re.sub(r"^\| V8\.2\.2 .*\n", "", text, flags=re.M)))


@pytest.mark.parametrize("name", ["SECURITY.md", PAGE, "docs/reliability.md"])
def test_names_tests_that_exist(name: str) -> None:
    text = document(name).raw
    named = re.findall(r"`(test_\w+)`", text)
    assert [one for one in named if one not in known_tests()] == []
    files = re.findall(r"tests/[\w/]+\.py", text)
    assert [one for one in files if not (ROOT / one).is_file()] == []
    assert named or files
    for word in re.findall(r"`make (\w+)`", text):
        assert word in targets()


def claims(text: str) -> Iterator[str]:
    """Yield the claims of SECURITY.md: the rows of its first two tables and the points of its
    lists, from whom it trusts to what may surprise."""
    parts = re.split(r"^## ", text, flags=re.M)
    for part in parts:
        title = part.splitlines()[0] if part else ""
        if title in ("Who is trusted with what", "What a theft gives away"):
            yield from re.findall(r"^\| (?!---|Who |Stolen ).*$", part, re.M)
        elif title in ("What the proof shows", "What the proof cannot show",
                       "Intended, though it may surprise"):
            yield from re.split(r"^(?:- |\d\. )", part, flags=re.M)[1:]


def unshown(text: str) -> list[str]:
    """Return the claims beside which neither a test nor a file of tests is named."""
    return [claim[:60] for claim in claims(text)
            if not re.search(r"`(?:tests/\w+/)?test_\w+", claim)]


def test_makes_no_claim_without_a_test() -> None:
    text = document("SECURITY.md").raw
    assert len(list(claims(text))) > 40
    assert unshown(text) == []
    assert unshown(text.replace("## How to report", "- The moon is ours.\n\n## How to report"))


# What the code never does


@cache
def modules() -> dict[str, ast.Module]:
    """Return every module that runs, parsed."""
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
            for path in sorted((ROOT / "portal").rglob("*.py"))}


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Yield every call with its module and the dotted name of what is called."""
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield name, node, ast.unparse(node.func)


def imported() -> set[tuple[str, str]]:
    """Return which module imports what."""
    found = set()
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {(name, alias.name) for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                found |= {(name, node.module)}
                found |= {(name, f"{node.module}.{alias.name}") for alias in node.names}
    return found


def is_fixed(node: ast.expr) -> bool:
    """Tell whether an expression is a text that stands in the code."""
    if isinstance(node, ast.BinOp):
        return is_fixed(node.left) and is_fixed(node.right)
    return isinstance(node, ast.Constant) or (
        isinstance(node, ast.Name) and node.id.lstrip("_").isupper())


def test_runs_no_words_that_came_from_outside() -> None:
    never = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
    wrong = [(name, what) for name, _call, what in calls() if what in never]
    wrong += [(name, what) for name, call, what in calls()
              if any(word.arg == "shell" for word in call.keywords)]
    wrong += [one for one in imported()
              if one[1].split(".")[0] in {"pickle", "marshal", "shelve", "dill", "code", "yaml"}]
    assert wrong == []
    # Programs are started with a list that begins with our own interpreter.
    started = {(name, ast.unparse(call.args[0])[:16]) for name, call, what in calls()
               if what.startswith("subprocess.") and call.args}
    assert {words for _name, words in started} == {"[sys.executable,"}


def test_imports_nothing_that_reads_other_languages() -> None:
    never = {"xml", "lxml", "ldap", "ldap3", "graphql", "websockets", "memcache", "pymemcache",
             "zipfile", "defusedxml", "aiortc", "authlib", "oauthlib"}
    assert [one for one in imported() if one[1].split(".")[0] in never] == []


#: Where a name of a table or of a mode, which stands in the code, is put into a statement.
NAMES_IN_STATEMENTS = {
    "portal/ground/db.py", "portal/backup/places.py", "portal/backup/scratch.py"}


def test_builds_no_statement_out_of_words() -> None:
    asks = {"text", "sa.text", "connection.exec_driver_sql", "cursor.execute", "exec_driver_sql"}
    wrong = [(name, ast.unparse(call)) for name, call, what in calls()
             if what in asks and call.args and not isinstance(call.args[0], ast.Constant)
             and name not in NAMES_IN_STATEMENTS and _is_statement(call)]
    assert wrong == []


def _is_statement(call: ast.Call) -> bool:
    words = ast.unparse(call.args[0]).upper()
    return any(verb in words for verb in ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "PRAGMA ",
                                          "CREATE ", "SET ", "ALTER "))


def test_makes_no_pattern_out_of_words() -> None:
    asks = {"re.compile", "re.match", "re.search", "re.sub", "re.fullmatch", "re.findall",
            "re.split"}
    assert [(name, ast.unparse(call.args[0])) for name, call, what in calls()
            if what in asks and not is_fixed(call.args[0]) and name not in LISTS_OF_PATTERNS
            and "re.escape" not in ast.unparse(call.args[0])] == []


#: Where a pattern is made of a list that stands in the code.
LISTS_OF_PATTERNS = {"portal/wording/policy/words.py"}

#: The only parts of the library that may be used, and what for.
CRYPTOGRAPHY = {
    "hashes", "serialization", "ec", "AESGCM", "HKDF", "HKDFExpand", "padding", "rsa", "utils",
    "PKCS12KeyAndCertificates", "pkcs12", "NoEncryption", "PrivateFormat", "Encoding",
    "PublicFormat", "BestAvailableEncryption", "load_pem_private_key", "load_der_private_key",
    "load_pem_public_key", "load_der_public_key", "decode_dss_signature", "encode_dss_signature",
    "Prehashed", "CertificateIssuerPublicKeyTypes", "CertificatePublicKeyTypes",
    "PrivateKeyTypes", "PublicKeyTypes", "ed25519", "ed448", "dsa",
    "SHA256",
}
_WEAK = re.compile(r"\b(md5|MD5|ECB|CBC|RC4|ARC4|TripleDES|Blowfish|PKCS1v15Encryption)\b")


def test_takes_cryptography_from_libraries() -> None:
    used = {what.split(".")[-1] for _name, what in imported()
            if what.startswith("cryptography.hazmat.primitives.")
            and not what.endswith(("primitives", "asymmetric", "ciphers", "kdf", "aead"))}
    assert used - CRYPTOGRAPHY - {"hkdf", "types", "aead", "serialization"} == set()
    ciphers = {what for _name, what in imported() if "ciphers" in what}
    assert {what.split(".")[-1] for what in ciphers} <= {"aead", "AESGCM"}
    hashed = {what.split("(")[0] for _name, _call, what in calls() if what.startswith("hashlib.")}
    assert {what.split(".")[1] for what in hashed} <= {"sha256", "sha512"}
    weak = {(name, found.group()) for name in modules()
            for found in _WEAK.finditer((ROOT / name).read_text("utf-8"))}
    # A seal whose certificate hangs on MD5 is refused, so that one place names it.
    assert {name for name, _word in weak} <= {"portal/ground/pkcs12.py",
                                              "portal/evidence/views.py"}


#: The modules that open a connection to something outside, and nothing else may.
CONNECTS = {"smtplib": {"portal/ground/mail.py", "portal/doctor.py"},
            "http.client": {"portal/ground/fetch.py"}, "urllib.request": {"portal/ground/fetch.py"},
            "socket": {"portal/ground/fetch.py"}}


def test_opens_connections_at_few_doors() -> None:
    others = {"requests", "httpx", "aiohttp", "urllib3", "ftplib", "telnetlib", "paramiko"}
    assert [one for one in imported() if one[1].split(".")[0] in others] == []
    demo = "portal/demo/"
    for module, doors in CONNECTS.items():
        found = {name for name, what in imported()
                 if what == module and not name.startswith(demo)}
        assert found <= doors, module


def test_logs_to_standard_error_alone() -> None:
    sets_up = [(name, what, {word.arg for word in call.keywords}) for name, call, what in calls()
               if what.endswith(("basicConfig", "dictConfig", "fileConfig", "addHandler"))
               or re.search(r"(^|\.)\w*Handler$", what)]
    assert sets_up == [("portal/worker.py", "logging.basicConfig", {"level", "format"})]


# Scripts and templates


def test_has_no_script_in_a_template() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), path
        assert not re.search(r"\son\w+\s*=\s*[\"']", text), path


def test_has_no_script_that_makes_markup() -> None:
    never = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(",
             "localStorage", "sessionStorage", "indexedDB", "postMessage", "document.cookie",
             "__proto__", "window.open")
    scripts = list((ROOT / "static/js").glob("*.js"))
    assert scripts
    for path in scripts:
        text = path.read_text("utf-8")
        assert [word for word in never if word in text] == [], path


def test_asks_for_no_secret_but_password_and_codes() -> None:
    asked = {ast.unparse(call.args[0]) for name, call, what in calls()
             if what == "PasswordField" and not name.startswith("portal/demo/")}
    assert asked
    assert all("assword" in words or "assphrase" in words for words in asked), asked


# Keys, passwords, packages


def test_gives_no_password_an_end() -> None:
    columns = set(METADATA.tables["account"].columns.keys())
    assert "password_hash" in columns
    assert [name for name in columns if "password" in name and name != "password_hash"] == []


_HOLDS_A_SECRET = re.compile(r"secret|password|wrapped|private|(^|_)key_enc|login|token_hash")


def test_the_table_of_keys_names_every_key() -> None:
    section = document("SECURITY.md").raw.split("\n## Keys\n")[1].split("\n## ")[0]
    settings = {one.name for one in describe()
                if one.secret and one.name.endswith("_KEY")}
    assert settings == {f"PORTAL_{name.upper()}" for name in ("secret_key", "link_key",
                                                               "master_key")}
    tables = {table.name for table in METADATA.sorted_tables
              if any(_HOLDS_A_SECRET.search(column.name) for column in table.columns)}
    tables |= {"recovery_code"}
    missing = [word for word in sorted(settings | tables) if f"`{word}`" not in section]
    assert missing == []
    assert f"`{keyfile.NAME}`" in section


def test_pins_every_package_by_its_hash() -> None:
    for name in ("run", "dev"):
        text = (ROOT / f"requirements/{name}.txt").read_text("utf-8")
        packages = re.findall(r"^([a-z][\w.-]*)(\[\S+\])?(\S*)", text, re.M)
        assert len(packages) > 30
        assert all(version.startswith("==") for _name, _extra, version in packages)
        assert text.count("--hash=sha256:") >= len(packages)
        assert "://" not in text
