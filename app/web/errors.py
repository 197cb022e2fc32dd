"""Errors become pages, or one sentence for htmx: mapped here, once."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app.messages import say
from app.services.blobs import NoSpace
from app.services.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, TooManyTries
from app.web import locales
from app.web.addresses import here
from app.web.dependencies import SignInNeeded, SomebodyElse
from app.web.forms import FormTooLarge
from app.web.rendering import VARY, environment, wants_part

log = logging.getLogger("winnow.web")

STATUS: dict[type, int] = {NotFound: 404, Forbidden: 403, Conflict: 409, Invalid: 422, NoSpace: 507, TooManyTries: 429}
TITLES = {
    400: say("The address cannot be read"),
    403: say("This is not yours to do"),
    404: say("There is nothing here"),
    405: say("This cannot be done here"),
    409: say("This is no longer possible"),
    413: say("This is too large"),
    422: say("This cannot be used"),
    429: say("Too many tries"),
    500: say("Something went wrong here"),
    507: say("The disk is full"),
    503: say("The database does not answer just now"),
}
SENTENCES = {
    400: say("Part of the address cannot be read. Go back and follow the link again."),
    404: say("The address leads nowhere. Perhaps it was typed by hand, or what was here is gone."),
    405: say("The address exists, but not for this. Go back to the page you came from and use its buttons."),
}


def install(app: FastAPI) -> None:
    """Map every error of ours, and all the others, to an answer that a person can read."""
    for kind in (NotFound, Forbidden, Conflict, Invalid, TooManyTries):
        app.add_exception_handler(kind, _domain)
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(SomebodyElse, _somebody_else)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(FormTooLarge, _too_large)
    app.add_exception_handler(OperationalError, _database)
    app.add_exception_handler(PoolTimeout, _database)


def answer(
    request: Request,
    status: int,
    sentence: str,
    *,
    title: str = "",
    link: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One sentence for htmx, put into the page's message region with the true status; a whole page otherwise."""
    # A page without a template's usual context: the transaction is over, so nothing here may ask the database.
    context: dict[str, Any] = {
        "title": title or TITLES.get(status, TITLES[500]),
        "sentence": sentence,
        "link": link,
        "request": request,
    }
    templates = environment(locales.of(request))
    if wants_part(request):
        html = templates.get_template("_alert.html").render(context)
        swap = {"HX-Retarget": "#alerts", "HX-Reswap": "innerHTML", "HX-Push-Url": "false"}
        return HTMLResponse(html, status, {"Vary": VARY, **swap, **(headers or {})})
    context |= {"viewer": getattr(request.state, "viewer", None), "dataset": None, "access": None}
    context |= {"worker_alive": True, "questions_waiting": 0}
    html = templates.get_template("error.html").render(context)
    return HTMLResponse(html, status, {"Vary": VARY, **(headers or {})})


def unexpected(request: Request) -> Response:
    """The page for an error that nobody foresaw. The reference is the one in the log."""
    reference = getattr(request.state, "request_id", "unknown")
    sentence = say(
        "Nothing of this was saved. Try again; if it stays, tell your administrator the reference %(reference)s.",
        reference=reference,
    )
    return answer(request, 500, sentence)


def _domain(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    headers = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyTries) else {}
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return answer(request, status, error.message, headers=headers)


def _sign_in(request: Request, error: Exception) -> Response:
    """To the sign-in page and back. What is typed on a page is not thrown away: there the link opens a new tab."""
    target = f"/sign-in?next={here(request)}" if here(request) else "/sign-in"
    if wants_part(request):
        sentence = say("Nothing was saved. Sign in in a new tab, then press again here.")
        return answer(request, 401, sentence, title=say("You are signed out"), link=(target, say("Sign in")))
    return RedirectResponse(target, 303)


def _somebody_else(request: Request, error: Exception) -> Response:
    """The header tells a page that sends in the background from any other conflict."""
    sentence = f"{request.state.viewer.name} is signed in here now, so nothing was done. Load this page again to go on."
    headers = {"Winnow-Person": "other"}
    return answer(request, 409, sentence, title="Somebody else has signed in", headers=headers)


def _bad_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    in_path = any(problem["loc"][:1] == ("path",) for problem in error.errors())
    return answer(request, 404, SENTENCES[404]) if in_path else answer(request, 422, SENTENCES[400])


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = SENTENCES.get(error.status_code, str(error.detail))
    return answer(request, error.status_code, sentence, headers=error.headers)


def _too_large(request: Request, error: Exception) -> Response:
    return answer(request, 413, say("More text was sent than one form can hold. Make it shorter and send it again."))


def _database(request: Request, error: Exception) -> Response:
    log.error("database unreachable", extra={"error": type(error).__name__})
    sentence = say("Nothing was lost, and nothing was saved just now. Try again in a minute.")
    return answer(request, 503, sentence, headers={"Retry-After": "60"})
