"""The web application."""

import importlib
import pkgutil
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from starlette.middleware import Middleware

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app import logs, process
from app.reconciler import reconciler, tidier
from app.resources import resource
from app.services import marks
from app.web import errors, rendering, routes
from app.web.admission import Admitted
from app.web.files import StaticFiles
from app.web.middleware import Caught, Logged, SameOrigin, Secured


def create_app() -> FastAPI:
    """The application with every router found in app.web.routes."""
    logs.configure()
    app = FastAPI(
        title="Winnow",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        default_response_class=HTMLResponse,
        lifespan=_reconciling,
        middleware=[
            Middleware(Logged),
            Middleware(Secured),
            Middleware(SameOrigin),
            Middleware(Caught),
            Middleware(Admitted),
        ],
    )
    for router in routers():
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=resource("static")), name="static")
    errors.install(app)
    return app


@asynccontextmanager
async def _reconciling(_: FastAPI) -> AsyncIterator[None]:
    """While the server runs, it also wakes workers again whose message was lost.

    It listens once the desk is warm: fifty experts who come back after a restart would share its warming up.
    """
    marks.warm_up()
    rendering.warm_up("review.html")
    process.settle()
    stop = threading.Event()
    reconciler(stop).start()
    tidier(stop).start()
    yield
    stop.set()


def routers() -> Iterator[APIRouter]:
    """The `router` of each module in app.web.routes, by name. A module without one is an error, not a silence.

    The desk's comes first: addresses are looked up one by one, and most requests are for it.
    """
    names = [module.name for module in pkgutil.iter_modules(routes.__path__)]
    for name in sorted(names, key=lambda name: (name != "review", name)):
        router = importlib.import_module(f"{routes.__name__}.{name}").router
        assert isinstance(router, APIRouter)
        yield router
