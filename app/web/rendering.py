"""Pages and parts of pages: one place decides which of the two a request gets."""

import hashlib
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.meta import find_referenced_templates
from jinja2.runtime import Context
from jinja2_fragments import render_blocks

from app.resources import resource
from app.services import jobs, threads
from app.web import locales, translating
from app.web.wording import Wording

FILTERS: dict[str, Any] = {}
GLOBALS: dict[str, Any] = {}
"""More words for templates: a module of app.web adds its own when a route imports it, before any page is rendered."""

VARY = "HX-Request, Accept-Language"


def render(request: Request, page: str, *blocks: str, status: int = 200, **context: Any) -> HTMLResponse:
    """The whole page, or only the named blocks when htmx asked for a part of it."""
    context |= {"request": request, "viewer": getattr(request.state, "viewer", None)}
    context.setdefault("dataset", None)
    context.setdefault("access", None)
    made = environment(locales.of(request))
    if blocks and wants_part(request):
        html = render_blocks(made, page, blocks, worker_alive=True, questions_waiting=0, **context)
    else:
        shell = {
            "worker_alive": _worker_alive(request, context),
            "questions_waiting": _questions_waiting(request, context),
        }
        html = made.get_template(page).render(**shell, **context)
    return HTMLResponse(html, status, {"Vary": VARY})


def warm_up(page: str) -> None:
    """Compile a page and all that it includes, in every language: what its first reader would wait for."""
    for language in locales.LANGUAGES:
        made = environment(language)
        waiting, known = [page], set[str]()
        while waiting:
            name = waiting.pop()
            made.get_template(name)
            known.add(name)
            source, _, _ = made.loader.get_source(made, name) if made.loader else ("", None, None)
            found = {one for one in find_referenced_templates(made.parse(source)) if one}
            waiting += found - known


def wants_part(request: Request) -> bool:
    """Whether htmx will swap the answer into a page; a boosted link and a restored page need the whole."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and "HX-Boosted" not in headers
        and "HX-History-Restore-Request" not in headers
    )


@lru_cache
def environment(language: str = locales.SOURCE) -> Environment:
    """Templates escape always, and stumble over every name that nobody gave them. Each language has its own."""
    words = Wording(language)
    made = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=FileSystemLoader(resource("templates")),
        autoescape=True,
        auto_reload=False,  # or every include of every page asks the disk whether it has changed
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    made.filters |= {
        "count": words.count,
        "plural": words.plural,
        "signed": words.signed,
        "percent": words.percent,
        "duration": words.duration,
        "bytes": words.size,
        "ago": words.ago,
        "at": words.at,
    }
    translating.install(made, words)
    made.filters |= FILTERS
    made.globals |= {"url": url, "static": static, **GLOBALS}
    # The macros are a global, so that a block rendered alone sees them too.
    made.globals["ui"] = made.get_template("_ui.html").module
    return made


@pass_context
def url(context: Context, name: str, /, query: dict[str, Any] | None = None, **params: Any) -> str:
    """The path of a route by its function's name, with a query string where one is given."""
    request: Request = context["request"]
    found = path(request.app, name, **params)
    given = {key: value for key, value in (query or {}).items() if value not in (None, "", [])}
    return f"{found}?{urlencode(given, doseq=True)}" if given else found


@lru_cache(maxsize=1024)
def path(app: Any, name: str, **params: Any) -> str:
    """Routes are looked through one by one, and a page asks for the same few again and again."""
    return str(app.url_path_for(name, **params))


def static(path: str) -> str:
    """A file under static/ with a mark of its content, so that browsers may keep it for ever."""
    file = resource("static") / path
    changed = file.stat().st_mtime_ns if file.is_file() else 0
    return f"/static/{path}?v={_mark(path, changed)}"


@lru_cache(maxsize=512)
def _mark(path: str, changed: int) -> str:
    return hashlib.sha256((resource("static") / path).read_bytes()).hexdigest()[:10] if changed else "none"


def _worker_alive(request: Request, context: dict[str, Any]) -> bool:
    """Asked on a dataset's pages only: elsewhere nothing waits for a worker."""
    session = getattr(request.state, "session", None)
    if session is None or context["dataset"] is None:
        return True
    return jobs.workers_alive(session) > 0


def _questions_waiting(request: Request, context: dict[str, Any]) -> int:
    """How many questions of the dataset wait for the signed-in person; asked for whole pages only."""
    session = getattr(request.state, "session", None)
    if session is None or context["access"] is None or wants_part(request):
        return 0
    return threads.waiting(session, context["dataset"].id, context["access"].user.id)
