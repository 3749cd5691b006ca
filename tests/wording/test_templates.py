"""T2 to T5: frozen word by word, read in few screens, true in every combination."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain, combinations, product
from pathlib import Path

import pytest

from portal.wording import queries
from portal.wording.policy import (
    Draft,
    LineChoices,
    LineEdit,
    MissingValue,
    Page,
    intent,
    pages,
    render,
    why_not_issue,
)
from tests.wording.conftest import CAST, CODES, ISSUED, RULES, text_of
from tests.wording.printing import printed

COUNTERPARTS = {"T2": "SPONSOR", "T3": "ASSISTANT", "T4": "SUPPORTER", "T5": "GUEST"}
ASKED = date(2026, 11, 3)
ADDED = LineEdit(categories=("PRG.ACTIONS",), recipients=("SPONSOR",),
                 purposes=("inform_progress",), channels=("in_person",), max_form="headline")


def _combinations(code: str) -> Iterator[Draft]:
    """Yield a draft for every way of leaving out lines, of asking and of listing rules."""
    lines = [line.key for line in queries.template(code).lines if line.effect == "permit"]
    left_out = chain.from_iterable(combinations(lines, n) for n in range(len(lines) + 1))
    rules = [(), RULES] if code == "T2" else [()]
    for keys, asked, listed in product(left_out, (None, ASKED), rules):
        yield text_of(code, LineChoices(keys), asked, listed)
    if code == "T2":
        yield text_of(code, LineChoices(added=(ADDED, ADDED)), ASKED, RULES)
        yield text_of(code, without=("LINE_MANAGER",))


@pytest.mark.parametrize("code", COUNTERPARTS)
def test_prints_each_text_word_by_word(code: str, tmp_path: Path) -> None:
    golden = Path(__file__).with_name(f"golden_{code.lower()}.txt")
    now = tmp_path / golden.name
    asked = ASKED if code in ("T3", "T5") else None
    now.write_text(printed(text_of(code, asked_on=asked, rules=RULES)), encoding="utf-8")
    same = now.read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")
    assert same, f"the text has changed; look at it, then copy {now} to {golden}"


@pytest.mark.parametrize("code", COUNTERPARTS)
def test_can_be_issued_and_read_in_few_screens_in_every_combination_z24(code: str) -> None:
    for draft in _combinations(code):
        assert why_not_issue(draft, ISSUED) == ()
        for role, most in draft.template.most_pages.items():
            screens = pages(draft, role)
            assert len(screens) <= most
            read = [clause for page in screens for clause in page.clauses]
            assert sorted(read) == sorted(clause.code for clause in draft.template.clauses)
            _is_readable(screens)


def _is_readable(screens: tuple[Page, ...]) -> None:
    for page in screens:
        assert 2 <= len(page.in_short) <= 6
        assert len(page.heading.split()) >= 5
        assert not page.heading.endswith(".")
        assert all(len(bullet.split()) <= 30 for bullet in page.in_short)
    assert len({page.key for page in screens}) == len({p.heading for p in screens}) == len(screens)


@pytest.mark.parametrize("code", COUNTERPARTS)
def test_leaves_no_brace_and_no_empty_sentence_in_any_combination(code: str) -> None:
    for draft in _combinations(code):
        text = printed(draft).replace("\n   ", "\n")
        for trace in ("{{", "}}", "  ", " .", " ,", "..", " :", "None"):
            assert trace not in text, trace


def test_keeps_the_bounds_of_the_reading_z24() -> None:
    most = {code: dict(queries.template(code).most_pages) for code in CODES}
    assert most == {
        "T1": {"COACHEE": 9}, "T2": {"COACHEE": 5, "SPONSOR": 6},
        "T3": {"COACHEE": 3, "ASSISTANT": 1}, "T4": {"COACHEE": 3, "SUPPORTER": 2},
        "T5": {"COACHEE": 3, "GUEST": 2}}


@pytest.mark.parametrize("code", COUNTERPARTS)
def test_asks_about_the_person_first_and_about_each_line_once_z6(code: str) -> None:
    for draft in _combinations(code):
        screens = pages(draft)
        asks = [ask for page in screens for ask in page.asks]
        assert screens[0].asks[0] == asks[0]
        assert asks[0].key == "person"
        assert [ask.line for ask in asks if ask.kind == "line"] == [
            line.no for line in draft.lines if line.optional]
        assert [ask.key for ask in asks if ask.kind == "sight"] == [
            f"rule-{number}" for number in range(1, len(draft.listed) + 1)]
        assert len({ask.key for ask in asks}) == len(asks)


@pytest.mark.parametrize("code", COUNTERPARTS)
def test_asks_whether_a_person_may_be_asked_or_whether_it_is_true_that_one_asked_for_them_z6(
        code: str) -> None:
    name = CAST[COUNTERPARTS[code]]
    assert pages(text_of(code))[0].asks[0].question == f"May Ana Berg ask {name} to sign this?"
    assert pages(text_of(code, asked_on=ASKED))[0].asks[0].question == (
        f"Ana Berg wrote down that you asked for {name} on 3 November 2026. Is that right?")


@pytest.mark.parametrize("code", COUNTERPARTS)
def test_asks_nobody_but_the_coachee_z15(code: str) -> None:
    draft = text_of(code, rules=RULES)
    for role in draft.template.pages:
        asks = [ask for page in pages(draft, role) for ask in page.asks]
        assert bool(asks) is (role == "COACHEE")
    assert pages(draft, "COACH") == ()


@pytest.mark.parametrize("code", CODES)
def test_puts_no_price_on_a_no(code: str) -> None:
    for page in pages(text_of(code, asked_on=None)):
        for ask in page.asks:
            assert ask.question.endswith("?")
            assert "tells no one about your no" in ask.if_no or ask.kind == "sight"
            for threat in ("but ", "only if", "cannot", "unless", "lose", "must"):
                assert threat not in ask.if_no


def test_gives_the_assistant_one_screen_of_may_and_may_not() -> None:
    only, = pages(text_of("T3"), "ASSISTANT")
    assert sum(bullet.startswith("You may not ") for bullet in only.in_short) == 2
    assert sum(bullet.startswith("You may ") for bullet in only.in_short) == 4
    narrowed = text_of("T3", LineChoices(edits={"logistics": LineEdit(
        categories=("LOG.SCHEDULE",))}))
    only, = pages(narrowed, "ASSISTANT")
    assert not any("forms" in bullet for bullet in only.in_short)


def test_shows_each_rule_with_its_text_and_hash_on_a_page_of_its_own_z27() -> None:
    page = next(page for page in pages(text_of("T2", rules=RULES)) if page.key == "rules")
    assert page.clauses == ()
    first, second = page.asks
    assert (first.kind, first.question) == ("sight", "Have you seen this rule?")
    assert first.heading == "The rule “Code of conduct”, version 3"
    assert first.in_short[0] == "It says: “Who learns of fraud tells the compliance office”."
    assert "ab" * 32 in second.in_short[1]
    assert "rules" not in [page.key for page in pages(text_of("T2"))]


def test_says_that_no_rule_is_listed_where_there_is_none() -> None:
    def rules(draft: Draft) -> str:
        return next(" ".join(c.text) for c in render(draft).clauses if c.code == "K23")

    assert rules(text_of("T2")).startswith("No rule of Acme GmbH is listed here. A rule that")
    assert "No such rule is listed here" in printed(text_of("T2"))
    listed = rules(text_of("T2", rules=RULES))
    assert "“Speaking up”, version May 2026. It says: “Harassment is reported to HR”." in listed
    assert "No such rule" not in printed(text_of("T2", rules=RULES))


@pytest.mark.parametrize("code", COUNTERPARTS)
def test_prints_the_name_of_nobody_whom_the_text_does_not_concern(code: str) -> None:
    draft = text_of(code)
    strangers = {name for role, name in CAST.items() if role not in draft.template.roles} - {
        name for role, name in CAST.items() if role in draft.template.roles}
    text = printed(draft)
    assert strangers
    assert [name for name in strangers if name in text] == []
    assert set(draft.printed) == {r for r in CAST if r in draft.template.roles}


@pytest.mark.parametrize("code, missing", [
    ("T2", "organisation"), ("T5", "session"), ("T5", "end_at")])
def test_raises_without_a_fact(code: str, missing: str) -> None:
    draft = text_of(code)
    facts = {key: value for key, value in draft.facts.items() if key != missing}
    without = Draft(draft.template, draft.answers, draft.names, draft.dates, draft.lines, facts)
    assert "fact_missing" in why_not_issue(without, ISSUED)
    with pytest.raises(MissingValue):
        render(without)


@pytest.mark.parametrize("code, words", [
    ("T2", "Carla Conti is the sponsor and signs for Acme GmbH"),
    ("T2", "Dev Desai is the manager of Ben Adler and does not sign here"),
    ("T2", "for the coachee's signature and for the sponsor's"),
    ("T2", "the sponsor said what the sponsor hopes to hear: “whether the goals are reached"),
    ("T2", "Only the coachee sees these notes, until the coachee shares them"),
    ("T2", "talk and write like this: by private e-mail"),
    ("T2", "How it comes about:"),
    ("T3", "It also ends when Eli Engel is no longer the assistant"),
    ("T3", "Once is enough for as long as you use the same device or app"),
    ("T4", "Gus Groth makes no notes or recordings"),
    ("T4", "The coachee may ask Gus Groth to leave at any time and need not say why"),
    ("T5", "Gus Groth makes no notes or recordings"),
    ("T5", "The coachee may take back a yes at any time"),
    ("T5", "ends when the session ends, and no later than 8 December 2026, 15:30"),
    ("T5", "only if all of us have signed it before the session starts"),
])
def test_says_what_is_true_of_the_product_z25(code: str, words: str) -> None:
    assert words in printed(text_of(code))


def test_gives_each_signer_button_capacity_and_intent() -> None:
    sponsor = text_of("T2").template.signer("SPONSOR")
    assert (sponsor.vouching, sponsor.capacity) == (True, "for {{organisation}}")
    assistant = text_of("T3").template.signer("ASSISTANT")
    assert (assistant.vouching, assistant.button) == (False, "Accept these limited terms")
    for code in CODES:
        draft = text_of(code)
        for signer in draft.template.signers:
            said = intent(draft, signer.role)
            assert CAST[signer.role] in said
            assert signer.role == "COACH" or f"“{signer.button}”" in said


def test_holds_the_spans_of_the_domain() -> None:
    spans = {code: (t.valid_months, t.valid_days, t.review_months, t.grace_days, t.sign_by_days)
             for code in CODES for t in [queries.template(code)]}
    assert spans == {"T1": (12, 0, 6, 14, 14), "T2": (6, 0, 3, 14, 14), "T3": (6, 0, 3, 7, 14),
                     "T4": (6, 0, 3, 7, 14), "T5": (0, 7, 0, 0, 0)}
    assert queries.template("T3").check_in_months == 1
    for code, role in COUNTERPARTS.items():
        one = queries.template(code)
        assert one.counterpart == role
        assert [s.role for s in one.signers] == ["COACH", "COACHEE", role]
        assert {s.role for s in one.signers if s.vouching} == {"COACHEE", *(
            ["SPONSOR"] if code == "T2" else [])}


@pytest.mark.parametrize("code, clauses", [
    ("T2", ("K01 K02 K03 K04 K05 K06 K07 K10 K11 K12 K14 K15 K16 K17 K18 K19 K20 K21 K22 K23 K29 "
            "K31 K32 K33 K34 K35 K36 K37")),
    ("T3", "K01 K03 K04 K06 K12 K16 K17 K18 K19 K20 K21 K29 K40 K41 K42 K43 K44"),
    ("T4", "K01 K03 K04 K06 K16 K17 K18 K19 K20 K21 K29 K52 K53 K55 K56 K57"),
    ("T5", "K01 K03 K04 K06 K18 K20 K21 K44 K50 K51 K52 K53"),
])
def test_has_the_clauses_of_the_domain_and_k18_in_t5_z25(code: str, clauses: str) -> None:
    assert [clause.code for clause in queries.template(code).clauses] == clauses.split()
