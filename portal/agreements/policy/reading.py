"""A frozen record as pages show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.wording.policy import plain_pages, plain_slots

#: How fast a plain text is read with care.
WORDS_A_MINUTE = 200


def minutes_to_read(*texts: Mapping[str, Any]) -> int:
    """Return about how many minutes the wording of some texts takes, read one after the other:
    what stands in two of them is read once."""
    said = {text for one in texts for clause in one["clauses"] for text in clause["text"]}
    return max(1, round(sum(len(text.split()) for text in said) / WORDS_A_MINUTE))


def laid_out(
    record: Mapping[str, Any], role: str, notice: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return a frozen record as pages show it to a reader of this role: nothing is added.

    Records of every schema come out in one shape.
    """
    slots = plain_slots(record)
    return {
        "title": record["template"]["name"], "template": record["template"]["code"],
        "names": record["names"],
        "starts": record["effective_from"], "ends": record["valid_to"],
        "sign_by": record["sign_by"], "zone": record["time_zone"],
        "review_months": record["review_months"], "clauses": record["clauses"],
        "lines": [{"number": line["no"], "effect": line["effect"], "optional": line["optional"],
                   "sentence": line["sentence"], "recipients": line["recipients"],
                   "categories": line["categories"], "form": line["max_form"],
                   "ends": line["ends"]} for line in record["lines"]],
        "pages": plain_pages(record, role),
        "intents": {slot["role"]: slot["intent"] for slot in slots},
        "buttons": {slot["role"]: slot["button"] for slot in slots},
        "capacities": {slot["role"]: slot["capacity"] for slot in slots},
        "erecord": record["erecord_consent"], "notice": list(notice),
    }
