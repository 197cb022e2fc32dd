"""For monitors and orchestrators: does the process live, and can it serve."""

from dataclasses import asdict

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from app.services import health
from app.web.dependencies import SessionDep

router = APIRouter()


@router.get("/healthz")
def healthz() -> PlainTextResponse:
    """This process answers. Nothing else is asked."""
    return PlainTextResponse("ok")


@router.get("/readyz")
def readyz(session: SessionDep) -> JSONResponse:
    """503 only without a usable database. No broker or no worker is said, but pages and reviews work without them."""
    found = health.check(session)
    return JSONResponse(asdict(found), 200 if found.is_ready else 503)
