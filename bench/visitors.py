"""Visitors in a process of their own, so that the server keeps the interpreter to itself.

Reads a plan as JSON from standard input and prints what happened as JSON. Each connection is a
thread that sends the next request when the last one is answered, as a browser in a hurry would.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from queue import Empty, SimpleQueue
from threading import Barrier, Thread
from typing import Any

import pyotp

#: What a hundred requests are: boards of coaches, pages of the ceremony, questions before sharing
#: something, and signatures.
MIX = ("board", "page") * 9 + ("ask",) + ("board", "page") * 4 + ("sign",)
FORM = "application/x-www-form-urlencoded"
#: Longer than this (seconds) no answer is waited for.
PATIENCE = 60


@dataclass
class Seen:
    """Hold how long each kind of request took, in seconds, and how it was answered."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: Counter[str] = field(default_factory=Counter)


@dataclass
class Visitors:
    """Share what there is to visit among the connections."""

    plan: dict[str, Any]
    signers: SimpleQueue[dict[str, str]] = field(default_factory=SimpleQueue)
    seen: Seen = field(default_factory=Seen)

    def request(self, kind: str, turn: int) -> tuple[str, str, str, str] | None:
        """Return method, path, cookie and body of the next request; None when nobody is left who
        could sign."""
        if kind == "sign":
            try:
                who = self.signers.get_nowait()
            except Empty:
                return None
            code = pyotp.TOTP(who["seed"]).now()
            return "POST", "/p/sign", who["cookie"], f"{who['body']}&code={code}"
        if kind == "ask":
            ask = self.plan["ask"]
            return "POST", ask["path"], ask["cookie"], ask["body"]
        path = {"board": "/today", "page": "/p/read/1", "bare": "/healthz"}[kind]
        cookies = self.plan["coaches" if kind == "board" else "readers"]
        return "GET", path, cookies[turn % len(cookies)], ""

    def visit(self, number: int, start: Barrier) -> None:
        """Be one connection until the time is over or the requests are used up."""
        kinds: Iterator[str] = cycle(self.plan.get("mix", MIX))
        for _skipped in range(number * 7):
            next(kinds)
        line = http.client.HTTPConnection("127.0.0.1", self.plan["port"], timeout=PATIENCE)
        start.wait()
        ends, left = time.monotonic() + self.plan["seconds"], self.plan.get("requests", sys.maxsize)
        turn = number
        while time.monotonic() < ends and left:
            kind, left, turn = next(kinds), left - 1, turn + 1
            found = self.request(kind, turn)
            if found is not None:
                line = self.ask(line, kind, *found)
        line.close()

    def ask(
        self, line: http.client.HTTPConnection, kind: str, method: str, path: str, cookie: str,
        body: str,
    ) -> http.client.HTTPConnection:
        """Send one request, and note how long the whole answer took."""
        headers = {"Cookie": cookie} | ({"Content-Type": FORM} if body else {})
        begun = time.perf_counter()
        try:
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as trouble:
            self.seen.answers[f"{kind} {type(trouble).__name__}"] += 1
            line.close()
            return http.client.HTTPConnection("127.0.0.1", self.plan["port"], timeout=PATIENCE)
        self.seen.took[kind].append(time.perf_counter() - begun)
        self.seen.answers[f"{kind} {answer.status}"] += 1
        return line


def main() -> None:
    """Let all connections begin at once, and print what they saw."""
    visitors = Visitors(json.load(sys.stdin))
    for who in visitors.plan.get("signers", ()):
        visitors.signers.put(who)
    count = visitors.plan["connections"]
    start = Barrier(count + 1)
    threads = [Thread(target=visitors.visit, args=(number, start)) for number in range(count)]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    json.dump({"seconds": time.perf_counter() - begun, "took": visitors.seen.took,
               "answers": visitors.seen.answers}, sys.stdout)


if __name__ == "__main__":
    main()
