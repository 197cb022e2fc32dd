"""Asking a colleague from the desk, with or without deciding, and what was said about the sample there."""

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Decision, Slot
from app.services import comments, proofs, reviewing, threads
from app.services.comments import Span
from app.services.errors import Invalid, NotFound
from app.web.dependencies import Access, ExpertDep, SessionDep
from app.web.forms import Input, Submission, submission
from app.web.rendering import render, wants_part

router = APIRouter()

Number = Annotated[int, Field(ge=0, le=2**31)]


class Question(Input):
    """What the panel sends. `turn`, `before` and `letters` are selected words; `then` says what becomes of the sample.

    `open` is there where the question must be answered before the sample is released.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    slot: int = Field(ge=1, le=2**63 - 1)
    key: str = Field(min_length=8, max_length=64)
    proof: str = Field("", max_length=64)
    text: str = Field(max_length=4_000)
    to: str = Field("", max_length=500)
    open: str = Field("", max_length=5)
    turn: Number | None = None
    before: Number | None = None
    letters: Number | None = None
    then: Literal["", "skip", "flag"] = ""
    seconds: float | None = Field(None, ge=0, le=86_400, allow_inf_nan=False)

    @property
    def span(self) -> Span | None:
        if self.turn is None or self.before is None or not self.letters:
            return None
        return Span(self.turn, self.before, self.letters)


@router.post("/datasets/{dataset_id}/review/ask", name="ask")
def ask(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    form: Annotated[Submission[Question], Depends(submission(Question))],
) -> Response:
    """Store a question about the sample on the desk; then stay, or leave the sample to others in the same press."""
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())))
    asked, sample_id = form.data, _sample(session, access, form.data.slot)
    comments.ask(
        session,
        access.dataset,
        access.user,
        sample_id,
        asked.text,
        is_question=bool(asked.open),
        to=asked.to,
        span=asked.span,
        key=asked.key,
    )
    if asked.then:
        _leave(session, access, asked)
    return _answer(request, access, session, sample_id, is_leaving=bool(asked.then))


def _leave(session: Session, access: Access, asked: Question) -> None:
    decision = Decision(asked.then)
    reviewing.submit(
        session,
        access.dataset,
        access.user,
        asked.slot,
        decision,
        idempotency_key=asked.key,
        comment=asked.text if decision is Decision.FLAG else "",
        seconds=asked.seconds,
        was_given=proofs.holds(access.user, asked.slot, asked.proof),
    )


def _sample(session: Session, access: Access, slot_id: int) -> int:
    """The sample that is on the screen; a place says nothing to whom it was never given, but its sample may be asked
    about by everybody who reviews."""
    found = session.scalar(select(Slot.sample_id).where(Slot.id == slot_id, Slot.dataset_id == access.dataset.id))
    if found is None:
        raise NotFound(say("This sample is not part of the dataset any more. Your text stays in the form."))
    return found


def _answer(request: Request, access: Access, session: Session, sample_id: int, *, is_leaving: bool) -> Response:
    """For htmx the threads beside the sample, or the next sample; else the desk again."""
    desk = request.app.url_path_for("review", dataset_id=access.dataset.id) + "?note=asked"
    if not wants_part(request):
        return RedirectResponse(desk, 303)
    if is_leaving:
        onward = {"path": desk, "target": "#desk", "swap": "innerHTML", "push": "false"}
        return Response(status_code=200, headers={"HX-Location": orjson.dumps(onward).decode()})
    return render(
        request,
        "_threads_beside.html",
        dataset=access.dataset,
        access=access,
        sample_id=sample_id,
        threads=threads.beside(session, access.dataset, access.user, sample_id),
        was_sent=True,
    )
