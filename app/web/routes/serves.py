"""Who reviews what: a member's languages, fields and groups, and the field and group of a corpus."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from app.services import declaring, replanning
from app.services.errors import Invalid
from app.services.lanes import tidy
from app.web.dependencies import DatasetAdminDep, Id, SessionDep, UserDep
from app.web.forms import Input, Line, Submission, submission
from app.web.routes.corpora import find

router = APIRouter()


class Serves(Input):
    """Lists with commas; empty is everything."""

    languages: Line = Field("", max_length=500)
    fields: Line = Field("", max_length=1_000)


class MemberServes(Serves):
    groups: Line = Field("", max_length=1_000)


class OwnServes(Serves):
    dataset: int = Field(ge=1, le=2**63 - 1)


class CorpusGoesTo(Input):
    field: Line = Field("", max_length=100)
    for_group: Line = Field("", max_length=100)


@router.post("/datasets/{dataset_id}/people/{user_id}/serves", name="member_serves")
def member_serves(
    access: DatasetAdminDep,
    session: SessionDep,
    user_id: Id,
    form: Annotated[Submission[MemberServes], Depends(submission(MemberServes))],
) -> Response:
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())))
    declaring.declare(session, access.dataset.id, user_id, **form.data.model_dump())
    return RedirectResponse(f"/datasets/{access.dataset.id}/people", 303)


@router.post("/account/serves", name="own_serves")
def own_serves(
    user: UserDep, session: SessionDep, form: Annotated[Submission[OwnServes], Depends(submission(OwnServes))]
) -> Response:
    """Groups are not for oneself to choose."""
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())))
    declaring.declare(session, form.data.dataset, user.id, languages=form.data.languages, fields=form.data.fields)
    return RedirectResponse("/account?saved=serves#serves-h", 303)


@router.post("/datasets/{dataset_id}/corpora/{corpus_id}/goes-to", name="corpus_goes_to")
def corpus_goes_to(
    access: DatasetAdminDep,
    session: SessionDep,
    corpus_id: Id,
    form: Annotated[Submission[CorpusGoesTo], Depends(submission(CorpusGoesTo))],
) -> Response:
    """Say which experts see a corpus's samples; it holds at once for those that wait."""
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())))
    corpus = find(session, access, corpus_id)
    corpus.field, corpus.for_group = tidy(form.data.field), tidy(form.data.for_group)
    session.flush()
    replanning.bring(session, access.dataset, replanning.Asked(order=True), access.user.id)
    return RedirectResponse(f"/datasets/{access.dataset.id}/corpora/{corpus.id}#about-h", 303)
