"""The cast of the domain, and Mallory, who has no business here.

Ana coaches Ben at Berg Coaching. Carla signs for Acme, which pays; Dev is Ben's manager, Eli his
assistant, Gus supports him in the room, Fay supervises Ana. Dora coaches others at Berg Coaching,
Hana helps with dates, and Olga owns the practice beside Ana. Zoe owns another practice, and her
coachee is Yul.
"""

from __future__ import annotations

from dataclasses import dataclass

ANSWERS = {
    "notes.how": "by hand, during the session",
    "notes.what": "topics, goals and agreed steps in a few words",
    "notes.purpose": "to prepare the next session and to follow the goals",
    "notes.where": "in a paper notebook in Ana's office in Vienna",
    "notes.security": "under lock, and only Ana has the key",
    "notes.retention": "12 months after the last session",
    "notes.access": "only Ana, and Ben gets a copy when asked",
    "storage.active": "in a locked cabinet in Ana's office in Vienna",
    "storage.inactive": "in a separate locked box in Ana's office in Vienna",
    "retention.records": "12 months",
    "retention.evidence": "6 years",
    "tools": "Jitsi for calls (Austria) and Posteo for mail (Germany)",
    "breach_hours": "48",
    "code.name": "ICF Code of Ethics",
    "code.version": "in force since April 2025",
    "code.body": "International Coaching Federation",
    "code.url": "https://coachingfederation.org/ethics",
    "code.complaints": "https://coachingfederation.org/complaints",
    "paper_contact": "Ana Berg, Lindengasse 1, 1070 Vienna, ana@berg.example",
    "esign_scope": "this agreement and later versions of it",
    "supervisor": "Fay Okafor",
    "reference.use": "",
    "recording.tool": "",
    "recording.place": "",
    "plan.coachee": "by private e-mail and private phone, and dates through the portal",
    "plan.sponsor": "by e-mail about dates and invoices, and in meetings about anything else",
}
#: What each agreement asks anew, by its template.
OWN_ANSWERS = {
    "T2": {"sponsor.wishes": "whether the goals are reached"},
    "T4": {"support_task": "reading out what is shown on the screen"},
}


@dataclass(frozen=True)
class Character:
    """A person of the cast with the address they own."""

    name: str
    email: str


ANA = Character("Ana Berg", "ana@berg.example")
BEN = Character("Ben Adler", "ben.adler@posteo.example")
CARLA = Character("Carla Conti", "carla.conti@acme.example")
DEV = Character("Dev Desai", "dev.desai@acme.example")
ELI = Character("Eli Engel", "eli.engel@acme.example")
FAY = Character("Fay Okafor", "fay@okafor.example")
GUS = Character("Gus Groth", "gus.groth@posteo.example")
ACME = "Acme GmbH"
DORA = Character("Dora Dorn", "dora@berg.example")
HANA = Character("Hana Holm", "hana@berg.example")
OLGA = Character("Olga Ott", "olga@berg.example")
ZOE = Character("Zoe Quist", "zoe@quist.example")
YUL = Character("Yul Imre", "yul@mailbox.example")
MALLORY = Character("Mallory Mint", "mallory@mailbox.example")
PASSWORD = "correct horse battery staple"
