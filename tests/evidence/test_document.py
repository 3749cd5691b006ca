"""`docs/evidence.md` names every field of the evidence, and nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from portal import schema
from portal.desk.policy import story
from portal.ground.db import Base
from portal.receipts.policy import CONTEXT
from portal.receipts.queries import receipt_schema
from portal.signing.policy import Mark, Proof, SignedBy, manifest

DOCUMENT = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")
_SPAN = re.compile(r"`([^`]+)`")
_QUOTED = re.compile(r"\"([a-z_]+\.[a-z_]+)\"")


def cells() -> Iterator[tuple[str, str, str]]:
    """Yield the rows of all tables."""
    for line in DOCUMENT.splitlines():
        parts = [part.strip() for part in line.strip("|").split("|")]
        if line.startswith("|") and len(parts) == 3 and not set(line) <= set("|- "):
            yield parts[0], parts[1], parts[2]


def stored() -> set[str]:
    return {span for _field, where, _shown in cells() for span in _SPAN.findall(where)}


def spans() -> set[str]:
    return set(_SPAN.findall(DOCUMENT))


def manifest_keys() -> set[str]:
    proof = Proof(factor_id="", step=0, fails_before=0, enrolled_now=False, invitation_id=None,
                  invited_at=None, address_owner=None, address_read_by=None, token_print=None,
                  signed_in_with="link", network=None, browser=None)
    who = SignedBy("", "", "COACHEE", "self", "agree", "", Mark("type"), (), "", "")
    return set(manifest(who, proof, version_hash="", text_hash="", locale="en", zone="UTC",
                        choices={}, sights=[], person=None, pages_read=[], ledger_head="",
                        at=datetime(2027, 1, 1, tzinfo=UTC).isoformat()))


def test_has_a_table_for_signatures_receipts_and_other_duties() -> None:
    assert len(list(cells())) > 50


def test_names_only_columns_that_exist() -> None:
    assert schema.MIGRATIONS.is_dir()
    known = {f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables
             for column in table.columns}
    named = {span for span in stored() if "." in span}
    assert len(named) > 50
    assert named - known == set()


def test_names_only_entries_that_the_record_knows() -> None:
    kinds = {kind for _field, where, _shown in cells() for kind in _QUOTED.findall(where)}
    assert "paper.sealed" in kinds
    # These stand in the chain of the practice, for that of the engagement has ended.
    practice = {"erasure.engagement", "erasure.person"}
    assert kinds - (story.TOLD | set(story.UNTOLD) | practice) == set()


def test_leaves_out_nothing_that_a_signature_says_of_itself() -> None:
    inside = {span for span in stored() if "." not in span}
    assert inside <= manifest_keys()
    # The version's hash stands in a column too; role and schema only say how to read the rest.
    assert manifest_keys() - inside == {"role", "schema", "version_hash"}


def test_leaves_out_no_field_of_a_receipt() -> None:
    made = receipt_schema()
    named = {key for key in {*made["properties"], *made["$defs"]["processing"]["properties"],
                             *made["$defs"]["event"]["properties"]} if not key.startswith("@")}
    assert named - spans() == {"template", "template_version", "version"}


def test_calls_fields_of_a_receipt_as_the_receipt_does() -> None:
    part = DOCUMENT.split("## A consent receipt")[1].split("## Other duties")[0]
    told = {span for line in part.splitlines() if line.startswith("|")
            for span in _SPAN.findall(line.split("|")[3])}
    assert len(told) > 40
    assert told - set(CONTEXT) == set()
