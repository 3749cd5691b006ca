"""How many questions the decision answers in a second on one core, worlds read before."""

from __future__ import annotations

import json
import time
from pathlib import Path

from portal.sharing.policy import decide, read_world

VECTORS = Path(__file__).parent.parent / "tests" / "vectors" / "decide.json"


def measure(rounds: int = 3000) -> float:
    """Return decisions a second of CPU time, over the questions of the vectors as they stand."""
    vectors = json.loads(VECTORS.read_text())["vectors"]
    asked = [(read_world(vector["world"]), vector["request"]) for vector in vectors]
    for world, request in asked:
        decide(world, request)
    start = time.process_time()
    for _round in range(rounds):
        for world, request in asked:
            decide(world, request)
    return rounds * len(asked) / (time.process_time() - start)


if __name__ == "__main__":
    print(f"decisions a second and core: {measure():,.0f}")
