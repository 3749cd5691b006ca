"""What every form that takes a code or a passkey has in common: which ways there are, what the
browser is to ask for, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import jsonify, request, session

from portal.factors.actions import Answer, CodeRefused, ask_passkey
from portal.factors.policy import APP, PASSKEY, why_not_make
from portal.factors.queries import has_had_factor, live_factors
from portal.factors.views.parts import code_trouble
from portal.ground import chance
from portal.ground.passkeys import site_of
from portal.web.forms import said

if TYPE_CHECKING:
    from flask import Response
    from flask_wtf import FlaskForm

    from portal.factors.actions import Act
    from portal.ground.work import Work
    from portal.people.models import Person

#: What the page's script adds to a form to be told what to ask for; nothing is done then.
SHOW, WISHES = "show", "passkey"
#: The place of a browser that is about to have a session; the cookie is encrypted.
PLACE = "place"


@dataclass(frozen=True, slots=True)
class Ways:
    """Say with what a person can prove here who they are: codes of an app, a passkey of theirs,
    or one that they make now."""

    app: bool
    passkey: bool
    makes: bool


def here(work: Work) -> bool:
    """Tell whether browsers make passkeys for the address of this portal."""
    return site_of(work.ground.settings.base_url) is not None


def ways_of(work: Work, person: Person) -> Ways:
    """Return the ways of a person on this page; passkeys are for addresses that browsers make
    them for."""
    kinds = {one.kind for one in live_factors(work, person.id)}
    had = bool(kinds) or has_had_factor(work, person.id)
    return Ways(APP in kinds, here(work) and PASSKEY in kinds,
                here(work) and why_not_make(has_factor=had, proven=False) is None)


def place(work: Work) -> str:
    """Return where somebody is: in their session, or else in this browser."""
    if work.actor is not None:
        return work.actor.session_id
    if PLACE not in session:
        session[PLACE] = chance.new_id()
    return str(session[PLACE])


def asks() -> bool:
    """Tell whether the page's script wants to know what to ask for, and no more."""
    return request.form.get(SHOW) == WISHES


def wishes(work: Work, person: Person, act: Act, *, makes: bool = False) -> Response:
    """Answer the page's script: what to ask for, or why nothing is asked. `makes` says that another
    factor was proven, so that a passkey may be made beside it."""
    found = ask_passkey(work, person, act, place(work),
                        makes=makes or ways_of(work, person).makes)
    if isinstance(found, CodeRefused):
        return jsonify(trouble=code_trouble(found))
    return jsonify(wishes=found)


def given(work: Work, form: FlaskForm) -> str | Answer:
    """Return what a form brings as proof: what a passkey signed, or else a code."""
    signed = said(form.passkey)
    return Answer(signed, place(work)) if signed else said(form.code)


def blamed(form: FlaskForm) -> str:
    """Return the name of the field that a refusal is about."""
    return "passkey" if said(form.passkey) else "code"
