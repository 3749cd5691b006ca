"""The vectors that ship, and what happens to files that are none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.sharing.policy import decide, read_world
from portal.sharing.policy.vectors import BadVectors, answer_vectors, told
from tests.sharing.worlds import VECTORS, vectors


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: str(vector["id"]))
def test_answers_a_vector_as_expected(vector: dict[str, Any]) -> None:
    assert told(decide(read_world(vector["world"]), vector["request"])) == vector["expect"]


def test_answers_a_whole_file_and_says_what_differs() -> None:
    whole = json.loads(VECTORS.read_text())
    assert not any(one.differs for one in answer_vectors(json.dumps(whole)))
    first, second, third = whole["vectors"][:3]
    first["expect"]["code"] = "DEFAULT_DENY"
    second["expect"] = {"obligations": ["log"], "mood": "good"}
    del third["expect"]
    found = answer_vectors(json.dumps({"vectors": [first, second, third]}))
    assert [one.differs for one in found] == [("code",), ("obligations", "mood"), ()]
    assert json.loads(found[0].told())["id"] == "V01"


@pytest.mark.parametrize(("text", "says"), [
    ("", "not JSON"),
    ("[" * 100_000, "too deep"),
    ("[]", '"vectors"'),
    ('{"vectors": {}}', '"vectors"'),
    ('{"vectors": [1]}', "vectors[0]"),
    ('{"vectors": [{"id": 1}]}', "vectors[0]"),
    ('{"vectors": [{"id": "A"}]}', "A: world: must be an object"),
    ('{"vectors": [], "vectors": []}', '"vectors" stands twice'),
])
def test_refuses_what_is_no_file_of_vectors(text: str, says: str) -> None:
    with pytest.raises(BadVectors) as wrong:
        answer_vectors(text)
    assert says in str(wrong.value)


def test_answers_none_of_a_file_with_one_bad_world() -> None:
    """A yes that stands beside an error would be taken for an answer."""
    whole = json.loads(VECTORS.read_text())
    whole["vectors"][-1]["world"]["versions"][0]["valid_to"] = "tomorrow"
    with pytest.raises(BadVectors, match=r"V42: versions\[0\].valid_to"):
        answer_vectors(json.dumps(whole))


def test_refuses_an_expectation_that_is_none() -> None:
    vector = vectors()[0] | {"expect": "PERMIT"}
    with pytest.raises(BadVectors, match="V01: expect"):
        answer_vectors(json.dumps({"vectors": [vector]}))
