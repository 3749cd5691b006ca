"""Who lives in the demo, and what Berg Coaching answers in its texts.

Ana coaches Ben. Carla signs for Acme, which pays; Dev is Ben's manager, Eli his assistant, Gus
helps him in the room, and Fay, who supervises Ana, comes to one session. Dora coaches too, and
Hana helps with dates. The others are there so that the board has something to say.
"""

from __future__ import annotations

from dataclasses import dataclass

COUNTRY, ZONE = "AT", "Europe/Vienna"
#: Every address at this host comes back, as from a server that does not know the recipient.
NOBODY_THERE = "gone.example"
PASSWORD = "a password that the demo never asks"  # noqa: S105 - nobody needs it, nothing is real


@dataclass(frozen=True, slots=True)
class Character:
    """Hold a person of the demo with the address they own."""

    name: str
    email: str


ANA = Character("Ana Berg", "ana@berg.example")
DORA = Character("Dora Dorn", "dora@berg.example")
HANA = Character("Hana Holm", "hana@berg.example")

BEN = Character("Ben Adler", "ben.adler@posteo.example")
CARLA = Character("Carla Conti", "carla.conti@acme.example")
DEV = Character("Dev Desai", "")
ELI = Character("Eli Engel", "eli.engel@acme.example")
FAY = Character("Fay Okafor", "fay@okafor.example")
GUS = Character("Gus Groth", "gus.groth@posteo.example")
ACME = "Acme GmbH"

AMIRA = Character("Amira Haddad", "amira@haddad.example")
ELIF = Character("Elif Sato", "elif.sato@posteo.example")
HUGO = Character("Hugo Moreau", "hugo@moreau.example")
IDA = Character("Ida Lindt", "ida.lindt@posteo.example")
JONAS = Character("Jonas Weber", "jonas.weber@posteo.example")
KOFI = Character("Kofi Mensah", "kofi@mensah.example")
LEA = Character("Léa Martin", "lea.martin@posteo.example")
LUKA = Character("Luka Novak", "luka@novak.example")
MARTA = Character("Marta Petrov", "marta@petrov.example")
MEI = Character("Mei Tanaka", "mei.tanaka@posteo.example")
NILS = Character("Nils Haas", "nils@haas.example")
NOOR = Character("Noor Jansen", f"noor.jansen@{NOBODY_THERE}")
OSKAR = Character("Oskar Rivera", "oskar@rivera.example")
PAULA = Character("Paula Prinz", "paula.prinz@nordlicht.example")
PRIYA = Character("Priya Nair", "priya.nair@posteo.example")
RUTH = Character("Ruth Osei", "ruth.osei@nordlicht.example")
SANA = Character("Sana Malik", "sana@malik.example")
TOMAS = Character("Tomás Silva", "tomas.silva@posteo.example")
YARA = Character("Yara Lopes", "yara@lopes.example")
ZOLTAN = Character("Zoltán Kiss", "zoltan.kiss@posteo.example")
NORDLICHT = "Nordlicht AG"

#: Who can be entered at the desk, by the first name in small letters.
COACHES = {"ana": ANA, "dora": DORA, "hana": HANA}

PRACTICE = "Berg Coaching"
CONTACT = "Berg Coaching, Lindengasse 1, 1070 Vienna"
ROOM = "Lindengasse 1, second floor"
#: What the practice answers once, for all of its texts.
ANSWERS = {
    "notes.how": "by hand, during the session",
    "notes.what": "topics, goals and agreed steps in a few words",
    "notes.purpose": "to prepare the next session and to follow the goals",
    "notes.where": "in a paper notebook in Ana's office in Vienna",
    "notes.security": "under lock, and only Ana has the key",
    "notes.retention": "12 months after the last session",
    "notes.access": "only Ana, and a copy for whoever is coached, when asked",
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
