"""Threads of the server share two heaps, so that what one frees the next one uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: Lets twelve threads hold memory at the same time, and writes how the C library says it is kept.
THREADS = """
import ctypes, sys, threading
from portal.server import share_heaps
if sys.argv[1] == "shared":
    share_heaps()
together = threading.Barrier(12)
def hold():
    held = [bytes(4000) for _number in range(200)]
    together.wait()
    return held
threads = [threading.Thread(target=hold) for _number in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
library = ctypes.CDLL(None)
library.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(library.fopen(sys.argv[2].encode(), b"w"))
library.malloc_info(0, file)
library.fclose(file)
"""


def heaps(how: str, folder: Path) -> int:
    """Return how many heaps a process has."""
    out = folder / f"{how}.xml"
    subprocess.run([sys.executable, "-c", THREADS, how, str(out)], check=True)
    return out.read_text("utf-8").count("<heap nr=")


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be asked")
def test_lets_all_threads_share_two_heaps(tmp_path: Path) -> None:
    assert heaps("shared", tmp_path) <= 2 < heaps("each its own", tmp_path)
