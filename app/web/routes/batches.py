"""Batches: samples that are wanted together by a day."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Corpus
from app.services import batches, declaring
from app.services.errors import Conflict, Invalid
from app.web import dates  # noqa: F401 - it gives the templates words
from app.web.dependencies import Access, DatasetAdminDep, Id, LeadDep, SessionDep
from app.web.forms import Input, Line, Submission, submission
from app.web.rendering import render

router = APIRouter()


class BatchForm(Input):
    name: Line = Field(max_length=100)
    words: Line = Field("", max_length=500)
    corpus_id: int | None = Field(None, ge=1, le=2**63 - 1)
    for_group: Line = Field("", max_length=100)
    due_on: date | None = None
    most: int | None = Field(None, ge=1, le=1_000_000)


@router.get("/datasets/{dataset_id}/quality/batches", name="batches")
def batches_page(request: Request, access: LeadDep, session: SessionDep) -> Response:
    return _page(request, access, session, Submission[BatchForm]())


@router.post("/datasets/{dataset_id}/quality/batches", name="make_batch")
def make_batch(
    request: Request,
    access: DatasetAdminDep,
    session: SessionDep,
    form: Annotated[Submission[BatchForm], Depends(submission(BatchForm))],
) -> Response:
    if form.data is None:
        return _page(request, access, session, form, status=422)
    try:
        with session.begin_nested():
            batches.create(session, access.dataset, access.user, **form.data.model_dump())
    except Conflict as refusal:
        form.errors["name"] = refusal.message
    except Invalid as refusal:
        form.errors[""] = refusal.message
    else:
        return RedirectResponse(f"/datasets/{access.dataset.id}/quality/batches", 303)
    return _page(request, access, session, form, status=422)


@router.post("/datasets/{dataset_id}/quality/batches/{batch_id}/remove", name="remove_batch")
def remove_batch(access: DatasetAdminDep, session: SessionDep, batch_id: Id) -> Response:
    """Answers stay; the samples go back to their place in the queue."""
    batches.remove(session, access.dataset, batch_id)
    return RedirectResponse(f"/datasets/{access.dataset.id}/quality/batches", 303)


def _page(
    request: Request, access: Access, session: Session, form: Submission[BatchForm], *, status: int = 200
) -> Response:
    corpora = session.scalars(select(Corpus).where(Corpus.dataset_id == access.dataset.id).order_by(Corpus.id)).all()
    return render(
        request,
        "batches.html",
        dataset=access.dataset,
        access=access,
        lines=batches.listed(session, access.dataset),
        corpora=[("", say("All corpora")), *((str(corpus.id), corpus.name) for corpus in corpora)],
        groups=declaring.groups(session, access.dataset),
        form=form,
        status=status,
    )
