"""What the portal hands out, made with the demo's people and written into a folder.

Everything comes from the addresses and queries that hand it to people: Ben and everyone around him
have signed by the portal's own actions. The practice's keys are gone once the files are written.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from portal.agreements.queries import standing_of_one
from portal.app import make_app
from portal.demo.handed import Reader, mails_by_kind
from portal.demo.home import played
from portal.demo.sink import MAIL
from portal.demo.story import SAMPLES
from portal.demo.telling import DAYS
from portal.evidence.queries import (
    file_or_missing,
    live_seal,
    newest_paper,
    papers_of,
    twin_or_missing,
)
from portal.plain.errors import Missing, PortalError
from portal.receipts.queries import receipt_schema
from portal.witness.actions import wish_checkpoints
from portal.witness.policy import KIT
from portal.witness.queries import newest_checkpoint, note_files
from portal.wording.queries import template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.demo.home import Bar
    from portal.demo.story import Everyone, Moment

#: The address that stands in the papers; nobody answers there once the samples are made.
PORT = 8000
INDEX, SUMS = "README.md", "SHA256SUMS"
EDITIONS = {"common": "for everyone who signed", "coachee": "for coachee and coach alone"}


class NotEmpty(PortalError):
    """Say that a folder has something in it already."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Hold one file, where it goes in the folder, and what it is."""

    path: str
    what: str
    body: bytes

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the file, in hex."""
        return hashlib.sha256(self.body).hexdigest()


def write_samples(folder: Path, bar: Bar) -> list[Sample]:
    """Write the samples into a folder that is empty or not there yet, with an index and a list of
    digests, and return them; raises `NotEmpty`. Nothing is written before all of them are made.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NotEmpty(f"{folder} is not empty, so nothing was written. Name a folder that is "
                       "empty or not there yet.")
    with (tempfile.TemporaryDirectory() as home, bar(DAYS, "A year at Berg Coaching") as passed,
          played(Path(home), PORT, (*SAMPLES, _night), passed) as everyone):
        made = [*sorted(_papers(everyone), key=_path), _root(everyone),
                *sorted(_receipts(everyone), key=_path), _schema(),
                *sorted(_calendars(everyone), key=_path), *_checkpoint(everyone),
                _program(), *_mails(everyone, Path(home) / MAIL)]
    for sample in made:
        place = folder / sample.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(sample.body)
    (folder / INDEX).write_text(_index(made), encoding="utf-8")
    (folder / SUMS).write_text("".join(f"{one.digest}  {one.path}\n" for one in made),
                               encoding="utf-8")
    return made


def _path(sample: Sample) -> str:
    return sample.path


def _papers(on: Everyone) -> Iterator[Sample]:
    with on.ground.work(writes=False) as work:
        standing = standing_of_one(work, on.engagements["ben"])
        papers = papers_of(work, [facts.version_id for facts in standing.versions])
        for facts in standing.versions:
            code = standing.agreements[facts.agreement_id].template_code
            for edition, reader in EDITIONS.items():
                paper = newest_paper(papers[facts.version_id], edition)
                if paper is None:
                    raise Missing("paper")
                _row, body = file_or_missing(work, facts.version_id, paper.id)
                yield Sample(f"papers/{code}-{edition}.pdf",
                             f"{template(code).name}, sealed, {reader}", body)
                _row, page = twin_or_missing(work, facts.version_id, paper.id)
                yield Sample(f"papers/{code}-{edition}.html",
                             f"the same as a page to read, {reader}", page)


def _root(on: Everyone) -> Sample:
    with on.ground.work(writes=False) as work:
        seal = live_seal(work, on.desks["ana"].practice_id)
        if seal is None:
            raise Missing("seal")
        return Sample("root.pem", "the root certificate of the practice, to check the seals with",
                      seal.root_pem)


def _program() -> Sample:
    return Sample(KIT.name, "checks a paper, or two against each other, with Python and openssl "
                            f"alone: python3 {KIT.name} papers/T1-coachee.pdf --root root.pem",
                  KIT.read_bytes())


def _codes(on: Everyone) -> dict[str, str]:
    """Return the template of each of Ben's versions."""
    with on.ground.work(writes=False) as work:
        standing = standing_of_one(work, on.engagements["ben"])
        return {facts.version_id: standing.agreements[facts.agreement_id].template_code
                for facts in standing.versions}


def _receipts(on: Everyone) -> Iterator[Sample]:
    reader = Reader(make_app(on.ground.settings, on.clock), on)
    for version_id, code in _codes(on).items():
        yield Sample(f"receipts/{code}.jsonld",
                     f"the coachee’s consent receipt of {template(code).name}",
                     reader.as_coachee("ben", f"/p/agreements/{version_id}/consent.jsonld"))


def _schema() -> Sample:
    body = json.dumps(receipt_schema(), indent=1, ensure_ascii=False).encode() + b"\n"
    return Sample("receipts/consent-receipt.schema.json",
                  "what every receipt keeps to, as a JSON Schema", body)


def _calendars(on: Everyone) -> Iterator[Sample]:
    reader = Reader(make_app(on.ground.settings, on.clock), on)
    ben = on.engagements["ben"]
    for version_id, code in _codes(on).items():
        yield Sample(f"calendars/coachee-{code}.ics",
                     f"the days of {template(code).name}, for the coachee’s calendar",
                     reader.as_coachee("ben", f"/p/agreements/{version_id}/dates.ics"))
    yield Sample("calendars/coachee-sessions.ics", "the sessions, for the coachee’s calendar",
                 reader.as_coachee("ben", "/p/sessions.ics"))
    yield Sample("calendars/coach-sessions.ics", "the sessions, for the coach’s calendar",
                 reader.as_coach("ana", f"/engagements/{ben}/sessions.ics"))


def _night(on: Everyone) -> Iterator[Moment]:
    """Ana gets the checkpoint of a night by mail."""
    yield 3, "23:00"
    with on.at_desk() as work:
        wish_checkpoints(work, on.desks["ana"].practice_id, on.desks["ana"].account_id or "",
                         wanted=True)
    on.runs("checkpoints", "mail")


def _checkpoint(on: Everyone) -> Iterator[Sample]:
    what = {"txt": "the checkpoint of a night: a signed note over the whole record",
            "pem": "the certificate whose key signed the note"}
    with on.ground.work(writes=False) as work:
        made = newest_checkpoint(work, on.desks["ana"].practice_id)
        for file in note_files(work, made) if made is not None else ():
            yield Sample(f"checkpoints/{file.name}", what[file.name[-3:]], file.body)


def _mails(on: Everyone, folder: Path) -> Iterator[Sample]:
    with on.ground.work(writes=False) as work:
        found = mails_by_kind(work, folder)
    for kind, mail in found.items():
        yield Sample(f"mails/{kind.replace('_', '-')}.eml", f"the mail “{mail.subject}”",
                     (folder / f"{mail.name}.eml").read_bytes())


def _index(made: list[Sample]) -> str:
    rows = "\n".join(f"| [{one.path}]({one.path}) | {one.what} | `{one.digest}` |" for one in made)
    return _TEXT.format(rows=rows)


_TEXT = """# What the portal hands out

Samples from a practice that is made up. Its people did what people do in the portal: they were
named, asked, read, chose and signed, and the coach heard their voices. So each file is one that the
portal would hand out, and its seal can be checked.

| File | What it is | SHA-256 |
| --- | --- | --- |
{rows}

The same digests stand in `SHA256SUMS`; `sha256sum -c SHA256SUMS` compares.

## To check a seal

```sh
pdfsig papers/T1-common.pdf
qpdf --check papers/T1-common.pdf
qpdf --show-attachment=record.json papers/T1-common.pdf
```

`pdfsig` says `Certificate issuer is unknown` until it is told to trust `root.pem`. The page
`docs/run.md` of the project shows how, and what else a stranger can check.

## What is not here

- What the coachee chose, how each person was reached and who heard whose voice, outside of the
  receipts and of the editions for coachee and coach alone: nobody else is handed any of it.
- The practice's keys. They were made for these samples and are gone.
- Anybody to ask: the addresses in the papers lead nowhere.
"""
