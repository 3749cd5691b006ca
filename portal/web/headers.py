"""The headers of every answer. Nothing is inline, so the policy needs no exceptions (Z29)."""

from __future__ import annotations

from flask import Response, request

CSP = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
    "font-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'", "require-trusted-types-for 'script'",
))
FIXED = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
HSTS = "max-age=63072000; includeSubDomains"


def protect(response: Response) -> Response:
    """Set the headers; everything but fixed files may not be stored by anyone."""
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    if request.endpoint != "static" or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    return response


def emptied(response: Response) -> Response:
    """Ask the browser to drop what it kept of the portal, for whoever uses it next: pages that
    were seen, whatever else lies there. The cookie stays, for another scope may be signed in."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
