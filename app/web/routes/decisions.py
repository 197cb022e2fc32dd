"""Your decisions: everything that an expert has answered in a dataset, each answer to be taken back from here."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.services import decisions, reasons
from app.web.dependencies import ExpertDep, SessionDep
from app.web.rendering import render

router = APIRouter()


@router.get("/datasets/{dataset_id}/review/decisions", name="decisions")
def show_decisions(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """One page of them, newest first; `before` is where the page above ended."""
    return render(
        request,
        "decisions.html",
        dataset=access.dataset,
        access=access,
        listed=decisions.page(session, access.dataset, access.user, before),
        is_first=before is None,
        reason_title=reasons.title,
    )
