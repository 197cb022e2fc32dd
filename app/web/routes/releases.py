"""The list of a dataset's releases, and how long their files are kept."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy.orm import Session

from app.models import ReleaseState
from app.services import progress, release_expiry, release_told, releases
from app.web.dependencies import Access, DatasetAdminDep, LeadDep, SessionDep
from app.web.forms import Input, Submission, submission
from app.web.release_words import PARTS, STATES, formats
from app.web.rendering import render, wants_part

router = APIRouter()
WORKING = (ReleaseState.CHECKING, ReleaseState.WRITING)


class Keeping(Input):
    """How long files are kept; empty is for ever."""

    newest: int | None = Field(None, ge=1, le=10_000)
    days: int | None = Field(None, ge=1, le=36_500)


KeepingDep = Annotated[Submission[Keeping], Depends(submission(Keeping))]


@router.get("/datasets/{dataset_id}/releases", name="releases")
def show_releases(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """All that were made; the list asks for itself while one is being checked or written."""
    return _page(request, access, session, Submission[Keeping]())


@router.post("/datasets/{dataset_id}/releases/keeping", name="keep_files")
def keep_files(request: Request, access: DatasetAdminDep, session: SessionDep, form: KeepingDep) -> Response:
    """Say for how long files are kept."""
    if form.data is None:
        return _page(request, access, session, form, 422)
    release_expiry.keep(session, access.dataset, form.data.newest, form.data.days)
    return RedirectResponse(request.url_for("releases", dataset_id=access.dataset.id).path + "#keeping", 303)


def _page(request: Request, access: Access, session: Session, form: Submission[Keeping], status: int = 200) -> Response:
    found = releases.of(session, access.dataset.id)
    whole = not wants_part(request)  # the list asks for itself every other second, and shows no count
    busy = {one.id for one in found if one.state in WORKING}
    return render(
        request,
        "releases.html",
        "made",
        status=status,
        dataset=access.dataset,
        access=access,
        releases=found,
        states=STATES,
        parts=PARTS,
        splits={one.id: release_told.splits(session, one) for one in found if one.sha256},
        working={one.id: progress.of(session, one.job_id) for one in found if one.id in busy and one.job_id},
        published=[one for one in found if one.state is ReleaseState.PUBLISHED],
        approved=releases.approved(session, access.dataset.id) if whole else 0,
        asked=releases.asked(session, access.dataset.id) if whole else 0,
        formats=formats(),
        form=form,
    )
