"""What was asked and said about samples: the lead's list, an expert's own, and answering in place."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy.orm import Session

from app.services import comments, threads
from app.services.errors import Invalid
from app.services.threads import Whose
from app.web import material, roles  # noqa: F401 - they give the templates what bears their name
from app.web.dependencies import Access, ExpertDep, Id, LeadDep, SessionDep
from app.web.forms import Input, Submission, submission
from app.web.rendering import render, wants_part

router = APIRouter()

Place = Literal["comments", "questions", "sample", "review"]
"""The page that a form stands on, which comes again."""


class Words(Input):
    """An answer, or a comment of a lead. `open` is there where it must be answered before the sample is released."""

    text: str = Field(max_length=4_000)
    to: str = Field("", max_length=500)
    open: str = Field("", max_length=5)
    key: str = Field("", max_length=64)
    place: Place = "questions"


class Press(Input):
    """A button of a thread."""

    place: Place = "questions"


WordsDep = Annotated[Submission[Words], Depends(submission(Words))]
PressDep = Annotated[Submission[Press], Depends(submission(Press))]
AfterDep = Annotated[str, Query(max_length=24)]


@router.get("/datasets/{dataset_id}/quality/comments", name="comments")
def comments_page(
    request: Request, access: LeadDep, session: SessionDep, whose: Whose = "all", after: AfterDep = ""
) -> Response:
    """Everything that was asked in a dataset, open questions first."""
    return _list(request, access, session, "comments.html", "comments", whose, after)


@router.get("/datasets/{dataset_id}/questions", name="questions")
def questions_page(
    request: Request, access: ExpertDep, session: SessionDep, whose: Whose = "all", after: AfterDep = ""
) -> Response:
    """What a person asked, was asked, or took part in."""
    return _list(request, access, session, "questions.html", "questions", whose, after)


@router.post("/datasets/{dataset_id}/samples/{sample_id}/comments", name="comment")
def comment(request: Request, access: LeadDep, session: SessionDep, sample_id: Id, form: WordsDep) -> Response:
    """A lead's question or comment on the page of a sample."""
    said = _checked(form)
    made = comments.ask(
        session, access.dataset, access.user, sample_id, said.text, is_question=bool(said.open), to=said.to
    )
    return _back(request, access, session, "sample", made.id, sample_id)


@router.post("/datasets/{dataset_id}/comments/{comment_id}/answer", name="answer_comment")
def answer(request: Request, access: ExpertDep, session: SessionDep, comment_id: Id, form: WordsDep) -> Response:
    """Add to a thread."""
    said = _checked(form)
    made = comments.answer(
        session, access.dataset, access.user, comment_id, said.text, to=said.to, key=said.key or None
    )
    return _back(request, access, session, said.place, comment_id, made.sample_id)


@router.post("/datasets/{dataset_id}/comments/{comment_id}/resolve", name="resolve_comment")
def resolve(request: Request, access: ExpertDep, session: SessionDep, comment_id: Id, form: PressDep) -> Response:
    """Close a thread: its sample can be released."""
    root = threads.visible(session, access.dataset, access.user, comment_id)
    comments.resolve(session, access.dataset, access.user, comment_id)
    return _back(request, access, session, _place(form), comment_id, root.sample_id)


@router.post("/datasets/{dataset_id}/comments/{comment_id}/reopen", name="reopen_comment")
def reopen(request: Request, access: ExpertDep, session: SessionDep, comment_id: Id, form: PressDep) -> Response:
    root = threads.visible(session, access.dataset, access.user, comment_id)
    comments.reopen(session, access.dataset, access.user, comment_id)
    return _back(request, access, session, _place(form), comment_id, root.sample_id)


@router.post("/datasets/{dataset_id}/comments/{comment_id}/delete", name="delete_comment")
def delete(request: Request, access: ExpertDep, session: SessionDep, comment_id: Id, form: PressDep) -> Response:
    """Take back one's own words."""
    gone = comments.delete(session, access.dataset, access.user, comment_id)
    return _back(request, access, session, _place(form), gone.parent_id, gone.sample_id)


def _list(
    request: Request, access: Access, session: Session, page: str, place: Place, whose: Whose, after: str
) -> Response:
    return render(
        request,
        page,
        dataset=access.dataset,
        access=access,
        place=place,
        whose=whose,
        counts=threads.counts(session, access.dataset, access.user),
        found=threads.page(session, access.dataset, access.user, whose, after),
    )


def _checked(form: Submission[Words]) -> Words:
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())))
    return form.data


def _place(form: Submission[Press]) -> Place:
    return form.data.place if form.data else "questions"


def _back(
    request: Request, access: Access, session: Session, place: Place, comment_id: int | None, sample_id: int
) -> Response:
    """The page that the form stood on, at the thread; for htmx on the desk the threads beside the sample."""
    if place == "review" and wants_part(request):
        found = threads.beside(session, access.dataset, access.user, sample_id)
        return render(
            request,
            "_threads_beside.html",
            dataset=access.dataset,
            access=access,
            sample_id=sample_id,
            threads=found,
            was_sent=False,
        )
    if place in ("comments", "sample") and not access.is_lead:
        place = "questions"
    number = {"sample_id": sample_id} if place == "sample" else {}
    path = request.app.url_path_for(place, dataset_id=access.dataset.id, **number)
    return RedirectResponse(f"{path}#thread-{comment_id}" if comment_id else str(path), 303)
