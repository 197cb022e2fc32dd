"""A dataset's guidelines: reading them, writing a new version, and what changed between two."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy import Row

from app.models import Guideline
from app.services import affected, guideline_examples, guidelines, requeuing
from app.services.affected import Choice
from app.services.errors import Conflict
from app.web import material, roles, word_diff  # noqa: F401 - they give the templates what bears their name
from app.web.dependencies import ExpertDep, Id, LeadDep, SessionDep
from app.web.forms import Input, Submission, submission
from app.web.rendering import render

router = APIRouter()


class GuidelinesForm(Input):
    """`based_on` is the version that the writer started from; 0 where there was none."""

    text: str = Field(max_length=200_000)
    based_on: int = Field(ge=0, le=2**31)


@router.get("/datasets/{dataset_id}/guidelines")
def guidelines_page(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    version: Annotated[int | None, Query(ge=1, le=2**31)] = None,
) -> Response:
    """The newest version, or an older one."""
    newest = guidelines.current(session, access.dataset)
    shown = guidelines.version(session, access.dataset, version) if version else newest
    history = guidelines.history(session, access.dataset)
    return render(
        request,
        "guidelines.html",
        dataset=access.dataset,
        access=access,
        shown=shown,
        newest=newest,
        examples=guideline_examples.shown(session, shown),
        history=[
            (one, author, guideline_examples.what_changed(before, one)) for one, author, before in _before(history)
        ],
        requeues=requeuing.of(session, access.dataset) if access.is_lead else [],
    )


@router.get("/datasets/{dataset_id}/guidelines/edit")
def edit_guidelines(request: Request, access: LeadDep, session: SessionDep) -> Response:
    newest = guidelines.current(session, access.dataset)
    values = {"text": newest.text if newest else "", "based_on": newest.version if newest else 0}
    return _editor(request, access, Submission[GuidelinesForm](values=values))


@router.post("/datasets/{dataset_id}/guidelines")
def save_guidelines(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    form: Annotated[Submission[GuidelinesForm], Depends(submission(GuidelinesForm))],
) -> Response:
    """A new version; where somebody was faster, both texts stay and the person decides."""
    if form.data is None:
        return _editor(request, access, form, status=422)
    try:
        saved = guidelines.save(session, access.dataset, access.user, form.data.text, form.data.based_on)
    except Conflict as error:
        newest = guidelines.current(session, access.dataset)
        form.refuse(error)
        form.values["based_on"] = newest.version if newest else 0
        return _editor(request, access, form, status=409)
    concerned = affected.counts(session, access.dataset, saved, Choice()).total
    return RedirectResponse(f"/datasets/{access.dataset.id}/guidelines{'/affected' if concerned else ''}", 303)


@router.get("/datasets/{dataset_id}/guidelines/changes/{version}")
def guideline_changes(request: Request, access: ExpertDep, session: SessionDep, version: Id) -> Response:
    """A version against the one before it."""
    after = guidelines.version(session, access.dataset, version)
    before = guidelines.version(session, access.dataset, version - 1).text if version > 1 else ""
    return render(request, "guidelines_changes.html", dataset=access.dataset, access=access, before=before, after=after)


def _before(history: Sequence[Row[Guideline, str | None]]) -> Iterator[tuple[Guideline, str | None, Guideline | None]]:
    """Each version with its author and the version before it; the newest first."""
    earlier = [one for one, _ in history[1:]]
    for (one, author), before in zip_longest(history, earlier):
        yield one, author, before


def _editor(request: Request, access: ExpertDep, form: Submission[GuidelinesForm], status: int = 200) -> Response:
    return render(request, "guidelines_edit.html", dataset=access.dataset, access=access, form=form, status=status)
