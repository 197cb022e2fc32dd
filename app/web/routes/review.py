"""The desk: one sample, one decision, the next sample."""

from contextlib import nullcontext
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Decision
from app.services import desk as desks
from app.services import proofs, reviewing, rubrics
from app.services.errors import Conflict, DomainError, Invalid
from app.services.taking_back import take_back
from app.web import editor
from app.web.answer_form import AnswerDep, Draft, DraftDep, LeaseDep, TakeBack, TakeBackDep, TurningDep
from app.web.days import day_began
from app.web.dependencies import Access, ExpertDep, SessionDep, same_person
from app.web.desk_page import desk, done, onward, path_of, refused
from app.web.rendering import render, wants_part

router = APIRouter(dependencies=[Depends(same_person)])

Note = Literal["late", "repeat", "undone", "gone", "asked", "example"]
Part = Literal["desk", "done"]
"""What an answer brings: the whole desk with the next sample, or only what has been done, where the page has the next."""
Place = Annotated[int, Field(ge=1, le=2**63 - 1)]


@router.get("/datasets/{dataset_id}/review", name="review")
def show_desk(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    note: Note | None = None,
    edit: Annotated[str, Query(max_length=9)] = "",
    slot: Annotated[Place | None, Query()] = None,
) -> Response:
    """The sample to decide next, or the one in `slot` while it is this expert's; `?edit` opens its text."""
    return desk(request, access, session, note=note, editing=edit, wanted=slot)


@router.get("/datasets/{dataset_id}/review/following", name="following")
def following(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    beyond: Annotated[list[Place], Query(max_length=50)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """The sample after those that the page has, to be at hand before it is asked for."""
    if not wants_part(request):
        return RedirectResponse(path_of(request, access), 303)
    laid_out = desks.ahead(session, access.dataset, access.user, beyond)
    return desk(request, access, session, laid_out=laid_out, block="card")


@router.post("/datasets/{dataset_id}/review", name="decide")
def decide(request: Request, access: ExpertDep, session: SessionDep, form: AnswerDep, part: Part = "desk") -> Response:
    """Store an answer and show the next sample, to htmx in the same breath."""
    if form.data is None:
        undecided = "Nothing is decided yet, and nothing was saved. Press what should become of the sample."
        is_undecided = not form.values.get("decision") and "decision" in form.errors
        said = undecided if is_undecided else next(iter(form.errors.values()))
        return refused(request, access, session, form, Invalid(said))
    answer = form.data
    try:
        # A refusal in words alone ends the transaction; where the page is shown again, it must still be of use.
        with nullcontext() if wants_part(request) else session.begin_nested():
            outcome = reviewing.submit(
                session,
                access.dataset,
                access.user,
                answer.slot,
                answer.decision,
                idempotency_key=answer.key,
                reason=answer.reason,
                comment=answer.words,
                edits=answer.edits,
                layout=answer.layout,
                roles=answer.roles,
                answers=rubrics.typed(session, access.dataset, answer.asked, answer.rubric),
                rubric_id=answer.rubric,
                suggestions_shown=answer.suggested,
                seconds=answer.seconds,
                was_given=proofs.holds(access.user, answer.slot, answer.proof),
            )
    except DomainError as refusal:
        return refused(request, access, session, form, refusal)
    note = _note(outcome, answer.decision)
    if part == "done" and wants_part(request):
        return done(request, access, session, outcome.review, note)
    return onward(request, access, session, note, answered=outcome.review.sample_id)


@router.post("/datasets/{dataset_id}/review/undo", name="undo_review")
def undo(request: Request, access: ExpertDep, session: SessionDep, form: TakeBackDep, part: Part = "desk") -> Response:
    """Take an answer back and show its sample again."""
    asked = form.data or TakeBack(review=None)
    if part == "done" and wants_part(request):
        taken = take_back(session, access.dataset, access.user, review_id=asked.review, key=asked.key)
        return done(request, access, session, taken.review, None if taken.slot else "gone", back=taken.slot)
    taken = reviewing.undo(session, access.dataset, access.user, asked.review)
    return onward(request, access, session, "undone" if taken.slot else "gone")


@router.post("/datasets/{dataset_id}/review/lease", name="renew_lease")
def renew(access: ExpertDep, session: SessionDep, form: LeaseDep) -> Response:
    """A sign from an open page that its sample is still being read."""
    if form.data is None or desks.held(session, access.dataset, access.user, form.data.slot) is None:
        raise Conflict(
            say(
                "This sample was reserved for you for a while, and a colleague has it now. You can still answer: "
                "what you send is kept, and counts if nobody else was faster."
            )
        )
    reviewing.renew(session, access.dataset, access.user)
    return Response(status_code=204)


@router.post("/datasets/{dataset_id}/review/difference", name="difference")
def difference(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    form: DraftDep,
    piece: Annotated[int, Query(ge=0, le=10_000, alias="of")],
) -> Response:
    """What an edit of one piece changes, word by word."""
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())))
    before = _before(session, access, form.data, piece)
    after = form.data.edits.get(piece, before)
    return render(request, "review_difference.html", before=before, after=after)


@router.post("/datasets/{dataset_id}/review/turns", name="change_turns")
def change_turns(request: Request, access: ExpertDep, session: SessionDep, form: TurningDep) -> Response:
    """Add, remove, split or merge turns in the form; nothing is stored before the answer is."""
    if form.data is None:
        return refused(request, access, session, form, Invalid(next(iter(form.errors.values()))))
    laid_out = desks.lay_out(session, access.dataset, access.user, day_began(request))
    if laid_out.subject is None or laid_out.subject.slot_id != form.data.slot:
        raise Conflict(
            say("This sample is not on your desk any more, so its turns cannot be changed. Your draft is kept.")
        )
    try:
        now, place = editor.changed(laid_out.subject, form.data, form.data.operation, form.data.at)
    except Invalid as refusal:
        return refused(request, access, session, form, refusal)
    return desk(request, access, session, form=form, now=now, editing="answer" if place < 0 else str(place))


@router.post("/datasets/{dataset_id}/review/edit", name="open_editor")
def open_editor(request: Request, access: ExpertDep, session: SessionDep, form: DraftDep) -> Response:
    """Open the text with what has been answered so far, which a link would leave behind where no script keeps it."""
    if form.data is None:
        return refused(request, access, session, form, Invalid(next(iter(form.errors.values()))))
    laid_out = desks.lay_out(session, access.dataset, access.user, day_began(request), wanted=form.data.slot)
    if laid_out.subject is None or laid_out.subject.slot_id != form.data.slot:
        raise Conflict(
            say("This sample is not on your desk any more, so it cannot be edited. Load the page for the next one.")
        )
    return desk(request, access, session, form=form, editing="answer", laid_out=laid_out)


def _before(session: Session, access: Access, form: Draft, place: int) -> str:
    """The original's words of the piece at this place; none of a turn that was added."""
    origins = form.layout.split(",") if form.layout else []
    origin = origins[place] if place < len(origins) else str(place)
    return desks.original(session, access.dataset, form.slot, int(origin)) if origin.isdecimal() else ""


def _note(outcome: reviewing.Outcome, decision: Decision) -> str | None:
    review = outcome.review
    if outcome.is_repeat and (review.undone_at is not None or review.decision is not decision):
        return "repeat"
    return None if review.counted or decision is Decision.SKIP else "late"
