"""The web application: a factory that puts the rooms together."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from portal.amending.views import bp as amending
from portal.desk.actions import keep_board
from portal.desk.views import bp as desk
from portal.evidence.queries import newest_paper
from portal.evidence.views import bp as evidence
from portal.factors.views import bp as factors
from portal.ground.clock import SystemClock
from portal.ground.work import make_ground
from portal.handing.views import bp as handing
from portal.inking.views import bp as inking
from portal.issuing.views import bp as issuing
from portal.ledger.actions import keep_notes
from portal.people import views as people
from portal.people.actions import keep_late, let_go_of_late
from portal.people.policy import DRAFTS_FOR
from portal.reaching.views import bp as reaching
from portal.reaching.views import stop_now
from portal.receipts.views import bp as receipts
from portal.returning.views import bp as returning
from portal.reviews.views import bp as reviews
from portal.sessions.views import bp as sessions
from portal.sharing.views import bp as sharing
from portal.signing.views import bp as signing
from portal.taking.views import bp as taking
from portal.tools.views import bp as tools
from portal.web import addresses, assets, errors, headers, limits, uploads, words
from portal.web.context import frame_all
from portal.web.cookies import EncryptedSessions
from portal.web.guards import Door, guard
from portal.web.late import Keeping
from portal.web.pages import Drawing
from portal.witness.views import bp as witness

if TYPE_CHECKING:
    from portal.ground.clock import Clock
    from portal.ground.settings import Settings

_MIB = 1024 * 1024
ROOT = assets.STATIC.parent


def create_app(settings: Settings, clock: Clock | None = None, *, testing: bool = False) -> Flask:
    """Return the application. It opens no connection and reads no clock by being made."""
    app = Flask("portal", template_folder=str(ROOT / "templates"), static_folder=None)
    app.extensions["portal"] = make_ground(settings, clock or SystemClock(), keep_notes, keep_board)
    app.extensions["portal.late"] = Keeping(keep_late, let_go_of_late)
    app.testing = testing
    _configure(app, settings)
    _furnish(app)
    for room in (amending, desk, evidence, factors, handing, inking, issuing, people.bp, reaching,
                 returning, receipts, reviews, sessions, sharing, signing, taking, tools, witness):
        app.register_blueprint(room)
    return app


def finish(app: Flask) -> Flask:
    """Frame every view; after this no route can be added without a guard being asked for."""
    app.add_url_rule("/static/<path:filename>", "static", guard(Door.BARE)(assets.serve))
    frame_all(app)
    return app


def make_app(settings: Settings, clock: Clock | None = None, *, testing: bool = False) -> Flask:
    """Return the finished application, as `portal serve` runs it."""
    return finish(create_app(settings, clock, testing=testing))


def _configure(app: Flask, settings: Settings) -> None:
    https = settings.is_https
    app.config.update(
        # Flask asks the environment. Whoever left FLASK_DEBUG there shows no errors for it.
        DEBUG=False,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_previous),
        TRUSTED_HOSTS=list(settings.hosts),
        MAX_CONTENT_LENGTH=_MIB, MAX_FORM_MEMORY_SIZE=_MIB // 2, MAX_FORM_PARTS=200,
        SESSION_COOKIE_NAME="__Host-portal" if https else "portal",
        SESSION_COOKIE_SECURE=https, SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_PATH="/",
        # How long a session lasts is judged on the server. The cookie is still read after that, so
        # that what somebody typed is known as theirs.
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=max(
            settings.coach_session_minutes, settings.party_session_minutes)) + DRAFTS_FOR,
        # Our own Referrer-Policy keeps browsers from sending what a strict check asks for.
        WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = EncryptedSessions(
        (settings.secret_key, *settings.secret_key_previous))
    if settings.proxy_hops:
        from werkzeug.middleware.proxy_fix import ProxyFix

        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _furnish(app: Flask) -> None:
    limits.register(app, app.extensions["portal"].settings)
    app.jinja_environment = Drawing
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    words.install(app.jinja_env, pages=True)
    app.jinja_env.globals.update(asset=assets.asset, demo=False, newest_paper=newest_paper)
    addresses.register(app)
    uploads.register(app)
    # Programs send no cookie, so there is nothing that another site could send in their name.
    csrf = CSRFProtect(app)
    csrf.exempt(tools)
    # A mail program that stops reminders has no form of ours; the view asks everybody else.
    csrf.exempt(stop_now)
    people.register(app)
    errors.register(app)
    app.after_request(headers.protect)
