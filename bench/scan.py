"""Public scanners against the portal: its code, its packages, its API and its pages.

`make scan` puts bandit, pip-audit and schemathesis into an environment of their own and runs this
there, and wapiti into another, for the two want different packages. What they say is printed as
they say it. The last line counts; the exit code is 1 where something was found.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.clockwork import a_file
from bench.load import prepare, serving

ROOT = Path(__file__).parents[1]
#: How long schemathesis asks, wapiti walks, and each of its attacks goes on.
SECONDS = 60
#: Where a walk would end for whoever follows it.
LEAVING = ("/sign-out", "/p/leave")
#: What wapiti tries: what needs no host outside of this machine to call back. Nothing here speaks
#: LDAP; that attack takes any answer that changes for one, as forms do that keep what was sent.
ATTACKS = ("backup", "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess",
           "http_headers", "methods", "permanentxss", "redirect", "sql", "timesql", "upload", "xss")
#: What wapiti reports and what is none: kind, where, why.
EXPLAINED = (
    ("Secure Flag cookie", r"^/$",
     "it is asked over plain http; behind https it is Secure, see "
     "test_keeps_cookies_to_the_encrypted_connection"),
    ("Cross Site Request Forgery", r"^/check$|/ink$|^/practice/seal$",
     "it sends files again under another boundary, so neither token arrives, see "
     "test_refuses_every_file_without_its_token"),
)


def program(bin_folder: Path, name: str) -> str | None:
    """Return a scanner of the environment that was made for them, or of the system."""
    own = bin_folder / name
    return str(own) if own.exists() else shutil.which(name)


def run(name: str, words: list[str]) -> tuple[int, str]:
    """Run a scanner and print what it says."""
    print(f"== {name}: {' '.join(words[1:])[:160]}", flush=True)
    done = subprocess.run(words, cwd=ROOT, text=True, capture_output=True, check=False)
    said = done.stdout + done.stderr
    print(said[-6000:], flush=True)
    return done.returncode, said


def code(bandit: str) -> int:
    """Count what bandit finds of medium weight and more, beside what the code itself explains."""
    done = subprocess.run([bandit, "-q", "-r", "portal", "-ll", "-f", "json"], cwd=ROOT, text=True,
                          capture_output=True, check=False)
    found = [one for one in json.loads(done.stdout)["results"]
             if "noqa: S" not in _line(one["filename"], one["line_number"])]
    print(f"== bandit: {len(found)} without an explanation beside it")
    for one in found:
        print(f"{one['filename']}:{one['line_number']} {one['test_id']} {one['issue_text']}")
    return len(found)


def _line(name: str, number: int) -> str:
    return (ROOT / name).read_text("utf-8").splitlines()[number - 1]


def packages(audit: str) -> int:
    """Count known holes in the packages that the portal runs on; a database that cannot be asked
    is said, and is no finding."""
    status, said = run("pip-audit", [audit, "-r", "requirements/run.txt", "--no-deps",
                                     "--disable-pip"])
    if "not found on PyPI" in said or "Failed" in said or "Error" in said:
        print("pip-audit: its database cannot be asked from here")
        return 0
    return int(status != 0)


def api(schemathesis: str, port: int, key: str) -> int:
    """Let schemathesis ask whatever the description allows and forbids; counts failing runs."""
    status, _said = run("schemathesis", [
        schemathesis, "run", f"http://127.0.0.1:{port}/api/v1/openapi.json",
        "--header", f"Authorization: Bearer {key}", "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,"
        "response_schema_conformance,ignored_auth,unsupported_method",
        "--rate-limit", "55/m", "--max-time", str(SECONDS), "--seed", "1"])
    return int(status != 0)


def pages(wapiti: str, port: int, cookie: str, who: str, begin: str = "/") -> int:
    """Let wapiti walk and attack the pages of somebody who is signed in, from their first page on;
    counts what it reports and nobody has explained."""
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as home:
        report = Path(home) / "report.json"
        run(f"wapiti as {who}", [
            wapiti, "-u", f"{base}/", "-H", f"Cookie: {cookie}", "--scope", "domain",
            "-s", base + begin,
            *(word for page in LEAVING for word in ("-x", base + page)), "-m", ",".join(ATTACKS),
            "--max-scan-time", str(SECONDS), "--max-attack-time", str(SECONDS),
            "-d", "4", "--max-links-per-page", "60", "--store-session", home, "--store-config",
            home, "--no-bugreport", "-f", "json", "-o", str(report)])
        told: dict[str, Any] = json.loads(report.read_text("utf-8"))
    found = [(kind, one) for part in ("vulnerabilities", "anomalies")
             for kind, each in told[part].items() for one in each]
    unexplained = 0
    for kind, one in found:
        why = explanation(kind, one["path"])
        unexplained += not why
        print(f"wapiti as {who}: {kind}: {one['method']} {one['path']} {one['info']}"
              + (f"; {why}" if why else ""))
    print(f"wapiti as {who}: {told['infos'].get('crawled_pages_nbr', '?')} pages, "
          f"{len(found)} found, {unexplained} of them unexplained")
    return unexplained


def explanation(kind: str, path: str) -> str:
    """Return why something that wapiti reports is none, or nothing."""
    return next((why for told, where, why in EXPLAINED
                 if told == kind and re.search(where, path)), "")


def main() -> None:
    """Run every scanner that is there, and say which is not."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--bin", type=Path, default=Path(sys.executable).parent)
    folder = asked.parse_args().bin
    here = {name: program(folder, name)
            for name in ("bandit", "pip-audit", "schemathesis", "wapiti")}
    found = 0
    if here["bandit"]:
        found += code(here["bandit"])
    if here["pip-audit"]:
        found += packages(here["pip-audit"])
    with a_file() as url:
        house = prepare(url, 3)
        with serving(url) as (port, _process):
            if here["schemathesis"]:
                found += api(here["schemathesis"], port, house.program)
            if here["wapiti"]:
                found += pages(here["wapiti"], port, house.coach, "coach")
                found += pages(here["wapiti"], port, house.readers[0], "signer", "/p")
                found += pages(here["wapiti"], port, house.coachee, "coachee", "/p/consents")
                found += pages(here["wapiti"], port, "portal=nobody", "nobody")
    missing = [name for name, path in here.items() if path is None]
    print(f"found: {found}" + (f"; not here: {', '.join(missing)}" if missing else ""))
    sys.exit(found > 0)


if __name__ == "__main__":
    main()
