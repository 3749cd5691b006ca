"""The content pack: the lint over it, its ceilings, and how it is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from portal.wording import queries
from portal.wording.policy import FaultCode, RawPack, Template, Vocabulary, lint, read_pack
from portal.wording.policy.vocabulary import covers
from tests.wording.conftest import CODES

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def shipped() -> RawPack:
    """Give the pack as plain JSON values."""
    return queries.raw_pack()


def _clause(raw: RawPack, code: str) -> dict[str, Any]:
    return next(clause for clause in raw.clauses["clauses"] if clause["code"] == code)


def _t1(raw: RawPack) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in raw.templates if one["code"] == "T1")
    return found


def test_ships_without_a_fault_z25() -> None:
    assert lint(queries.load_pack()) == ()


def _say(code: str, words: str) -> Callable[[RawPack], None]:
    return lambda raw: _clause(raw, code)["body"].append(words)


def _first_page(raw: RawPack) -> dict[str, Any]:
    page: dict[str, Any] = _t1(raw)["pages"]["COACHEE"][0]
    return page


@pytest.mark.parametrize("spoil, code", [
    (_say("K06", "We promise total privacy."), FaultCode.OVERCLAIM),
    (_say("K21", "This is a qualified signature."), FaultCode.OVERCLAIM),
    (_say("K02", "The client signs."), FaultCode.BANNED_WORD),
    (_say("K02", "{{mood}}"), FaultCode.UNKNOWN_PLACEHOLDER),
    (_say("K02", "{{#mood}}x{{/mood}}"), FaultCode.UNKNOWN_PLACEHOLDER),
    (_say("K02", "{{sponsor}}"), FaultCode.PLACEHOLDER_WITHOUT_VALUE),
    (_say("K02", "{{supervisor}}"), FaultCode.PLACEHOLDER_WITHOUT_VALUE),
    (_say("K02", "{{^sponsor}}{{sponsor}}{{/sponsor}}"), FaultCode.PLACEHOLDER_WITHOUT_VALUE),
    (_say("K02", "{{#line.hours_log}}{{supervisor}}{{/line.hours_log}}"),
     FaultCode.PLACEHOLDER_WITHOUT_VALUE),
    (_say("K02", "{{#sponsor}}x"), FaultCode.BROKEN_PLACEHOLDER),
    (_say("K02", "{{ coach }}"), FaultCode.BROKEN_PLACEHOLDER),
    (lambda raw: _clause(raw, "K02").update(topic="elsewhere"), FaultCode.CLAUSE_WITHOUT_PAGE),
    (lambda raw: _t1(raw)["clauses"].remove("K06"),
     FaultCode.LIMITS_MISSING),
    (lambda raw: _first_page(raw)["in_short"].append("Ask your client."), FaultCode.BANNED_WORD),
    (lambda raw: _first_page(raw).update(heading="{{sponsor}}"),
     FaultCode.PLACEHOLDER_WITHOUT_VALUE),
    (lambda raw: _t1(raw)["signers"][0].update(intent="{{mood}}"),
     FaultCode.UNKNOWN_PLACEHOLDER),
    (lambda raw: _first_page(raw).update(asks=["person"]), FaultCode.UNKNOWN_ASK),
    (lambda raw: _first_page(raw).update(asks=["private"]), FaultCode.UNKNOWN_ASK),
    (lambda raw: raw.schedule["rows"][0].update(now="{{supervisor}}"),
     FaultCode.PLACEHOLDER_WITHOUT_VALUE),
    (lambda raw: raw.common["any_line"].update(question="May {{guest}} {{phrase}}?"),
     FaultCode.PLACEHOLDER_WITHOUT_VALUE),
    (lambda raw: raw.common.update(erecord_consent="guaranteed"),
     FaultCode.OVERCLAIM),
    (lambda raw: _t1(raw)["lines"][0]["ask"].update(
        if_no="{{code.body}} {{recording.tool}}"), FaultCode.PLACEHOLDER_WITHOUT_VALUE),
    (lambda raw: raw.notice["sections"]["who"]["text"].append("{{hosting}}"),
     FaultCode.PLACEHOLDER_WITHOUT_VALUE),
    (lambda raw: raw.notice["sections"]["who"]["text"].append("{{share}}"),
     FaultCode.UNKNOWN_PLACEHOLDER),
    (lambda raw: raw.questions["questions"][0].update(default="for my client"),
     FaultCode.BANNED_WORD),
    (lambda raw: raw.vocabulary["categories"][0].update(object="total secrecy"),
     FaultCode.OVERCLAIM),
])
def test_finds_a_fault_that_was_planted(
        shipped: RawPack, spoil: Callable[[RawPack], None], code: FaultCode) -> None:
    raw = deepcopy(shipped)
    spoil(raw)
    assert code in {fault.code for fault in lint(read_pack(raw))}


def test_lets_the_word_that_could_mean_two_people_stand_in_k01_alone(
        shipped: RawPack) -> None:
    assert "word client" in " ".join(_clause(shipped, "K01")["body"])
    raw = deepcopy(shipped)
    _clause(raw, "K02")["body"] = _clause(raw, "K01")["body"]
    assert {fault.where for fault in lint(read_pack(raw))} == {"clause K02"}


def test_names_no_inner_workings_in_the_texts(shipped: RawPack) -> None:
    text = json.dumps(asdict(shipped), ensure_ascii=False)
    assert "TODO" not in text
    assert "Z25" not in text


def test_keeps_the_locked_clauses_of_the_domain(t1: Template) -> None:
    locked = {clause.code for clause in t1.clauses if "locked" in clause.flags}
    assert locked == {"K01", "K02", "K03", "K04", "K05", "K06", "K07", "K12", "K17", "K18", "K19",
                      "K20", "K21", "K25", "K29"}


def test_keeps_the_duties_that_survive(t1: Template) -> None:
    survive = {clause.code for clause in t1.clauses if "survives" in clause.flags}
    assert survive == {"K04", "K06", "K07", "K09", "K10", "K11", "K15", "K26", "K27", "K29"}


def test_holds_the_numbers_of_t1(t1: Template) -> None:
    assert (t1.valid_months, t1.review_months) == (12, 6)
    assert (t1.grace_days, t1.sign_by_days, t1.silence_days, t1.pairing_days) == (14, 14, 60, 30)
    assert t1.mandatory == "always"
    assert [signer.role for signer in t1.signers] == ["COACH", "COACHEE"]


@pytest.mark.parametrize("code", CODES)
def test_never_lets_a_ceiling_reach_what_is_locked_for_all_inv_18(code: str) -> None:
    one = queries.template(code)
    assert len({top.key for top in one.ceiling}) == len(one.ceiling)
    for top in one.ceiling:
        assert not set(top.purposes) & {"appraisal", "limits_disclosure", "self"}
        assert "hr_file" not in top.channels
        assert not any(covers(code, risk) for code in top.categories
                       for risk in ("SAF.RISK", "SAF.LEGAL"))
        # LK1: the record itself is the coachee's alone, so no line may promise it to anybody else.
        assert top.max_form != "raw"
        assert top.max_months <= 24


#: The owner of a channel decides: what is private never goes over an employer's (INV-15).
EMPLOYERS = {"email_work", "phone_work", "msg_work", "calendar_work", "hr_file"}


@pytest.mark.parametrize("code, role", [("T3", "ASSISTANT"), ("T4", "SUPPORTER"), ("T5", "GUEST")])
def test_sends_nothing_but_logistics_to_the_coachees_side_over_an_employers_channel_inv_15(
        code: str, role: str) -> None:
    one = queries.template(code)
    for top in one.ceiling:
        assert top.roles == (role,)
        kinds = {kind for category in top.categories for kind in one.vocabulary.kinds(category)}
        assert kinds == {"logistics"} or not EMPLOYERS & set(top.channels)


def test_keeps_an_assistant_to_logistics(words: Vocabulary) -> None:
    for code in CODES:
        for top in (one for one in queries.template(code).ceiling if "ASSISTANT" in one.roles):
            kinds = {kind for category in top.categories for kind in words.kinds(category)}
            assert kinds == {"logistics"}


def test_has_every_word_of_the_domain(words: Vocabulary) -> None:
    assert set(words.purposes) >= {
        "arrange", "billing", "inform_progress", "evaluate", "support_at_work", "take_part",
        "named_session", "feedback", "supervise", "credential", "handover", "answer_access",
        "limits_disclosure", "appraisal", "self"}
    assert set(words.channels) >= {
        "portal", "email_private", "email_work", "phone_private", "phone_work", "msg_private",
        "msg_work", "calendar_work", "video", "in_person", "in_session", "post", "hr_file"}
    assert set(words.roles) >= {
        "COACHEE", "COACH", "CO_COACH", "SPONSOR", "LINE_MANAGER", "HR_PARTNER", "ASSISTANT",
        "COACH_ASSISTANT", "SUPPORTER", "GUARDIAN", "GUEST", "TEAM_MEMBER", "RATER", "SUPERVISOR",
        "PROF_BODY", "ADVISER", "AUTHORITY", "EMERGENCY", "TOOL"}
    assert words.category("ENG.STATUS").name == "Started, ended"  # never paused (Z3)


def test_gives_every_category_a_class_and_every_group_its_members(words: Vocabulary) -> None:
    assert len(words.categories) == 34
    assert {c.kind for c in words.categories.values()} == {
        "logistics", "engagement", "progress", "content", "assessment", "personal", "third",
        "safety", "org", "practice"}
    assert set(words.groups) - {"*"} == {code.split(".")[0] for code in words.categories}
    assert words.kinds("LOG") == {"logistics"}
    assert len(words.kinds("*")) == 10
    assert words.kinds("LO") == frozenset()


@pytest.mark.parametrize("wide, narrow, covered", [
    ("PRG", "PRG.GOALS", True), ("PR", "PRG.GOALS", False), ("*", "PRG.GOALS", True),
    ("PRG.GOALS", "PRG.GOALS", True), ("PRG.GOALS", "PRG", False), ("PRG", "PRG", True),
])
def test_covers_categories_by_whole_dotted_parts(wide: str, narrow: str, covered: bool) -> None:
    assert covers(wide, narrow) is covered


def test_orders_the_forms_from_one_fact_to_the_record(words: Vocabulary) -> None:
    assert list(words.forms) == ["fact", "headline", "summary", "report", "extract", "raw"]
    assert words.rung("fact") < words.rung("summary") < words.rung("raw")


def test_reads_the_files_once_per_process() -> None:
    assert queries.load_pack() is queries.load_pack()
    assert queries.template("T1") is queries.load_pack().template("T1")


def test_knows_no_template_that_does_not_ship() -> None:
    with pytest.raises(KeyError):
        queries.template("T99")


def test_reads_nothing_on_import() -> None:
    code = ("import portal.wording.queries as q;"
            "assert q.load_pack.cache_info().currsize == 0; q.load_pack();"
            "assert q.load_pack.cache_info().currsize == 1")
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
