"""Drawing pages."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, TypeVar

from flask import make_response, redirect, render_template, request, url_for
from flask.templating import Environment

from portal.plain.errors import DeadLink
from portal.web.words import _

if TYPE_CHECKING:
    from flask import Response
    from flask_wtf import FlaskForm

UNPROCESSABLE = 422
Found = TypeVar("Found")


class Drawing(Environment):
    """Hold the templates of one application.

    What every template may use is put into one dict when a template is loaded. Layers, as Jinja
    makes them, would be looked through at each import: a twentieth of the time of a page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template may use, beside its own `d`."""
        return {**self.globals, **(d or {})}


def page(template: str, status: int = 200, /, **values: Any) -> Response:
    """Draw a template as an answer."""
    return make_response(render_template(template, **values), status)


def again(template: str, /, **values: Any) -> Response:
    """Draw a form anew after a mistake; what was typed is in it, and the answer is 422."""
    return page(template, UNPROCESSABLE, **values)


def go(endpoint: str, /, **values: Any) -> Response:
    """Send the browser on by GET (303), so that reloading repeats nothing."""
    return go_to(url_for(endpoint, **values))


def go_to(path: str) -> Response:
    """Send the browser on to a path of our own by GET (303)."""
    return make_response(redirect(path, code=303))


def alive(found: Found | None) -> Found:
    """Return what a link leads to; raises `DeadLink` where that is nothing."""
    if found is None:
        raise DeadLink
    return found


def blame(form: FlaskForm, field: str, message: str) -> None:
    """Add an error that only the act could find to a field of the form."""
    target = form[field]
    target.errors = [*target.errors, message]


def is_ours(target: str | None) -> str | None:
    """Return a path of our own to go back to, or None: another host's address is none."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    return None if any(ord(letter) < 32 for letter in target) else target


def next_path() -> str | None:
    """Return where the visitor wanted to go before being asked to sign in."""
    return is_ours(request.values.get("next"))


__all__ = ["_", "again", "blame", "go", "go_to", "is_ours", "next_path", "page"]
