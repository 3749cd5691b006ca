"""Everything that waits for one person: texts in order, and their pages in one row (Z9, Z24)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from portal.agreements.policy import SlotFacts, VersionFacts, minutes_to_read
from portal.signing.policy.pages import (
    Answers,
    Page,
    is_page_done,
    is_refused,
    person_answer,
    settled,
)
from portal.signing.policy.progress import Progress

#: A clause by its words alone: the same words in two texts are read once.
Words = tuple[str, ...]


def words_of(clause: Mapping[str, Any]) -> Words:
    """Return what makes a clause the same as another: its title and its paragraphs."""
    return (clause["title"], *clause["text"])


def third_name(slots: Iterable[SlotFacts], names: Mapping[str, str]) -> str:
    """Return the name of the signer besides coach and coachee, or an empty text."""
    return next((names[slot.role] for slot in slots
                 if slot.role not in ("COACH", "COACHEE")), "")


@dataclass(frozen=True)
class Text:
    """Hold one text that waits: its facts, its frozen words, and the answers given so far."""

    facts: VersionFacts
    slot: SlotFacts
    locale: str
    shown: Mapping[str, Any]
    answers: Answers = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return the id of the version."""
        return self.facts.version_id

    @property
    def pages(self) -> Sequence[Page]:
        """Return the pages of the text in reading order."""
        pages: Sequence[Page] = self.shown["pages"]
        return pages

    @property
    def title(self) -> str:
        """Return what the text is called."""
        return str(self.shown["title"])

    @property
    def button(self) -> str:
        """Return the words on the button that signs it."""
        return str(self.shown["buttons"][self.slot.role])

    @property
    def intent(self) -> str:
        """Return the sentence beside that button."""
        return str(self.shown["intents"][self.slot.role])

    @property
    def third_name(self) -> str:
        """Return the name of the signer besides coach and coachee, or an empty text."""
        return third_name(self.facts.slots, self.shown["names"])

    @property
    def others(self) -> list[SlotFacts]:
        """Return who else signs: the coach, the coachee, then whoever else."""
        order = ("COACH", "COACHEE")
        return sorted((slot for slot in self.facts.slots if slot != self.slot),
                      key=lambda slot: order.index(slot.role) if slot.role in order else 2)

    @property
    def is_refused(self) -> bool:
        """Tell whether its third person is not to be asked, so that it is not signed."""
        return is_refused(self.pages, self.answers)

    @property
    def person(self) -> str | None:
        """Return what the coachee answered to "May … be asked?"."""
        return person_answer(self.pages, self.answers)

    @property
    def is_read(self) -> bool:
        """Tell whether every page and every rule was read."""
        return settled(self.pages, self.answers, "page", "sight")

    @property
    def is_chosen(self) -> bool:
        """Tell whether every optional line is answered, and the person may be asked."""
        return settled(self.pages, self.answers, "line", "person") and not self.is_refused

    @property
    def sign_by(self) -> date:
        """Return the last day on which this can be signed."""
        return date.fromisoformat(self.shown["sign_by"])

    @property
    def starts(self) -> date:
        """Return the first day on which the text can be in force."""
        return date.fromisoformat(self.shown["starts"])

    @property
    def until(self) -> date:
        """Return the last day of the text."""
        return date.fromisoformat(self.shown["ends"])

    def ends(self, number: int) -> date:
        """Return the last day of one line."""
        return next((date.fromisoformat(line["ends"]) for line in self.shown["lines"]
                     if line["number"] == number and line["ends"]), self.until)


@dataclass(frozen=True)
class Screen:
    """Hold one page in the row of all pages of a sitting.

    `known` are clauses that the person has read before, in the same words.
    """

    number: int
    text: Text
    page: Page
    known: frozenset[Words]

    @property
    def place(self) -> str:
        """Return what the page is wherever it stands: its text and its key."""
        return f"{self.text.id}/{self.page['key']}"

    @property
    def is_done(self) -> bool:
        """Tell whether the page is answered, or need not be."""
        return self.text.is_refused or is_page_done(self.page, self.text.answers)

    @property
    def clauses(self) -> list[tuple[Mapping[str, Any], bool]]:
        """Return the clauses of the page, each with whether it was read before."""
        return [(clause, words_of(clause) in self.known) for clause in self.text.shown["clauses"]
                if clause["code"] in self.page["clauses"]]


@dataclass(frozen=True)
class Waiting:
    """Hold everything that waits for one person in one engagement, and how far they are.

    `signed` are the words of clauses in texts that they have signed here before.
    """

    texts: Sequence[Text]
    progress: Progress
    signed: frozenset[Words] = frozenset()

    @cached_property
    def screens(self) -> list[Screen]:
        """Return the pages of all texts in one row, numbered from 1."""
        return list(self._row())

    def _row(self) -> Iterator[Screen]:
        known, number = set(self.signed), 0
        for text in self.texts:
            before = frozenset(known)
            for page in text.pages:
                number += 1
                yield Screen(number, text, page, before)
                if is_page_done(page, text.answers):
                    known |= {words_of(c) for c in text.shown["clauses"]
                              if c["code"] in page["clauses"]}

    @property
    def next_number(self) -> int | None:
        """Return the number of the first page that is still open, or None."""
        return next((screen.number for screen in self.screens if not screen.is_done), None)

    @property
    def is_begun(self) -> bool:
        """Tell whether any page was answered."""
        return any(screen.is_done for screen in self.screens)

    @property
    def answered(self) -> int:
        """Return how many pages are answered, or need not be."""
        return sum(screen.is_done for screen in self.screens)

    @property
    def minutes(self) -> int:
        """Return about how many minutes the whole reading takes."""
        return minutes_to_read(*(text.shown for text in self.texts))

    @property
    def sign_by(self) -> date:
        """Return the last day on which any of it can be signed; the link works so long."""
        return max(text.sign_by for text in self.texts)

    @property
    def signable(self) -> list[Text]:
        """Return the texts that can be signed: those whose person is to be asked."""
        return [text for text in self.texts if not text.is_refused]

    @property
    def refused(self) -> list[Text]:
        """Return the texts whose person is not to be asked."""
        return [text for text in self.texts if text.is_refused]

    @property
    def is_one(self) -> bool:
        """Tell whether there is one text to sign: then it needs no tick."""
        return len(self.signable) == 1

    def text(self, version_id: str) -> Text | None:
        """Return one of the texts, or None."""
        return next((text for text in self.texts if text.id == version_id), None)

    def screen(self, number: int, place: str | None = None) -> Screen | None:
        """Return the page at a place, wherever it stands by now, or else the page of a number.

        Numbers shift when a text is signed or taken back while another tab is open.
        """
        if place:
            return next((screen for screen in self.screens if screen.place == place), None)
        return self.screens[number - 1] if 1 <= number <= len(self.screens) else None

    def open_in(self, text: Text) -> int | None:
        """Return the number of the first open page of one text, or None."""
        return next((screen.number for screen in self.screens
                     if screen.text is text and not screen.is_done), None)

    def of(self, text: Text) -> list[Screen]:
        """Return the pages of one text."""
        return [screen for screen in self.screens if screen.text is text]

    def picked(self, hashes: Iterable[str]) -> list[Text]:
        """Return the texts that carry these hashes, in order."""
        wanted = set(hashes)
        return [text for text in self.signable if text.facts.hash in wanted]

    def having(self, progress: Progress) -> Waiting:
        """Return the same texts, further on."""
        texts = [replace(text, answers=progress.of(text.id)) for text in self.texts]
        return Waiting(texts, progress, self.signed)
