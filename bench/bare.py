"""What everything is compared with: a bare Flask route, one indexed query, a 6 KB template."""

from __future__ import annotations

from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.people.models import ContactPoint

_ROW = "<li><a href=\"/things/{{ n }}\">Thing number {{ n }}, named {{ name }}</a></li>\n"
TEMPLATE = ("<!DOCTYPE html><html lang=\"en\"><head><title>{{ name }}</title></head><body>"
            "<h1>{{ name }}</h1><ul>{% for n in range(80) %}" + _ROW + "{% endfor %}</ul>"
            "</body></html>")


def make_bare(engine: Engine) -> Flask:
    """Return an application with one route that asks one indexed question and draws 6 KB."""
    app = Flask("bare")
    app.jinja_loader = DictLoader({"things.html": TEMPLATE})  # type: ignore[assignment]

    @app.get("/<thing>")
    def show(thing: str) -> str:
        with Session(engine) as session:
            row = session.get_one(ContactPoint, thing)
        return render_template("things.html", name=row.owner)

    return app
