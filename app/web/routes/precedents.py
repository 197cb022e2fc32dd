"""What leads decided before, and why: for experts, once they have answered."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.services import precedents, samples
from app.web.dependencies import ExpertDep, SessionDep
from app.web.rendering import render

router = APIRouter()

Key = Annotated[int, Query(ge=1, le=2**63 - 1)]


@router.get("/datasets/{dataset_id}/precedents", name="precedents")
def precedents_page(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    q: Annotated[str, Query(max_length=2_000)] = "",
    mine: Annotated[str, Query(max_length=9)] = "",
    before: Key | None = None,
    after: Key | None = None,
) -> Response:
    """All of them, those with certain words, or those like the sample of one's own answer `after` which one looks."""
    dataset, reader = access.dataset, access.user
    alike = precedents.like(session, dataset, reader, after, sees_gold=access.is_lead) if after else None
    found = None
    if alike is None:
        found = precedents.page(
            session, dataset, reader, words=q, only_mine=bool(mine), before=before, sees_gold=access.is_lead
        )
    return render(
        request,
        "precedents.html",
        dataset=dataset,
        access=access,
        precedents=alike if found is None else found.precedents,
        is_alike=alike is not None,
        next_key=found.before if found else None,
        words=samples.tidy(q),
        only_mine=bool(mine),
        causes=dict(precedents.CAUSES),
    )
