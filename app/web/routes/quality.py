"""How well a dataset is reviewed: progress, people, and the queue."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.services import productivity
from app.web.dependencies import LeadDep, SessionDep
from app.web.rendering import render

router = APIRouter()


@router.get("/datasets/{dataset_id}/quality", name="quality")
def quality_page(request: Request, access: LeadDep, session: SessionDep) -> Response:
    return render(
        request,
        "quality.html",
        dataset=access.dataset,
        access=access,
        people=productivity.of(session, access.dataset),
    )
