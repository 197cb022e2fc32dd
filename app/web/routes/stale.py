"""Samples whose source changed: each beside the old words and the new ones, to be kept or sent back to experts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from app.services import stale
from app.services.errors import Invalid
from app.web import material, word_diff  # noqa: F401 - they give words to the templates
from app.web.dependencies import Id, LeadDep, SessionDep
from app.web.forms import Input, Submission, submission
from app.web.rendering import render

router = APIRouter()

Key = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Wanted(Input):
    """Which samples, and what becomes of them."""

    do: Literal["keep", "keep_all", "send_back", "send_back_all"]
    sample: list[Key] = Field(default_factory=list, max_length=1_000)


@router.get("/datasets/{dataset_id}/stale", name="stale")
def show_stale(
    request: Request, access: LeadDep, session: SessionDep, after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0
) -> Response:
    """Exactly the samples whose passage the newest version of the document no longer holds."""
    lines = stale.page(session, access.dataset.id, after)
    return render(
        request,
        "stale.html",
        dataset=access.dataset,
        access=access,
        lines=lines[: stale.PAGE],
        has_more=len(lines) > stale.PAGE,
        after=after,
        count=stale.count(session, access.dataset.id),
        sent_back=stale.sent_back(session, access.dataset.id),
    )


@router.post("/datasets/{dataset_id}/stale", name="settle_stale")
def settle(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    form: Annotated[Submission[Wanted], Depends(submission(Wanted))],
) -> Response:
    """Keep the samples as they are, or let experts decide them once more."""
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())) + " Nothing was changed; go back and choose again.")
    wanted = form.data
    only = None if wanted.do.endswith("_all") else wanted.sample
    if wanted.do.startswith("keep"):
        stale.keep(session, access.dataset.id, only)
    else:
        stale.send_back(session, access.dataset, access.user, only)
    return _back(request, access.dataset.id)


@router.post("/datasets/{dataset_id}/stale/{requeue_id}/undo", name="undo_stale")
def undo(request: Request, access: LeadDep, session: SessionDep, requeue_id: Id) -> Response:
    """Take a sending back back, as far as nobody has answered since."""
    stale.take_back(session, access.dataset, requeue_id)
    return _back(request, access.dataset.id)


def _back(request: Request, dataset_id: int) -> Response:
    return RedirectResponse(request.url_for("stale", dataset_id=dataset_id).path, 303)
