"""What happens around every request: security headers, the same-origin rule, one line in the log."""

import logging
import secrets
import time
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.messages import say
from app.settings import get_settings
from app.web.errors import SENTENCES, answer, unexpected

log = structlog.stdlib.get_logger("winnow.web")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Secured:
    """Security headers on every answer; pages stay out of the browser's cache unless they ask otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
                if get_settings().secure_cookies:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        return await self.app(scope, receive, with_headers)


class SameOrigin:
    """Refuses what another site made a browser send, and addresses that no row could ever match."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            if b"%00" in scope.get("raw_path", b"") or b"%00" in scope["query_string"]:
                return await answer(request, 400, SENTENCES[400])(scope, receive, send)
            if not from_here(request):
                refusal = answer(
                    request,
                    403,
                    say("This was sent from another site, so it was not done. Do it again from a page of Winnow."),
                )
                return await refusal(scope, receive, send)
        return await self.app(scope, receive, send)


def from_here(request: Request) -> bool:
    """Whether a request that may change something comes from our own pages, or from no browser at all.

    The rule of Go's CrossOriginProtection: Sec-Fetch-Site, which no script can set; else Origin against Host; where a
    browser is too old to send either, its cookie is not trusted.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return True
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is not None:
        return urlsplit(origin).netloc in (request.headers.get("Host"), urlsplit(get_settings().public_url).netloc)
    return "Cookie" not in request.headers


class Caught:
    """A page for an error that nobody foresaw, sent where the security headers still reach it; the error goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting_start(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting_start)
        except Exception:
            if scope["type"] == "http" and not started:
                await unexpected(Request(scope))(scope, receive, send)
            raise


class Logged:
    """One line per request: the route's pattern and numbers, never the address, which may hold words or secrets."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            return await self.app(scope, receive, send)
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["request_id"] = secrets.token_hex(4)
        structlog.contextvars.bind_contextvars(request=state["request_id"])
        started, status = time.perf_counter(), 500

        async def noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting_status)
        finally:
            _report(scope, status, time.perf_counter() - started)
            structlog.contextvars.unbind_contextvars("request")


def _report(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "none")
    numbers = {name: value for name, value in scope.get("path_params", {}).items() if str(value).isdecimal()}
    level = logging.WARNING if status >= 500 else logging.INFO
    log.log(
        level, "request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1), **numbers
    )
