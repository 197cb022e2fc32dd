"""After the guidelines changed: decided samples that it may concern, and sending exactly those back to experts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from app.models import SampleState
from app.services import affected, guidelines, reasons, requeuing, samples
from app.services.affected import DECIDED, Choice
from app.services.errors import Invalid
from app.web.dependencies import Id, LeadDep, SessionDep
from app.web.forms import Input, Submission, submission
from app.web.rendering import render

router = APIRouter()

Key = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Wanted(Input):
    """A choice of samples, as the page shows it and as its buttons send it. `version` is the one that changed."""

    version: int = Field(ge=1, le=2**31)
    state: list[SampleState] = Field(default_factory=list, max_length=9)
    reason: list[str] = Field(default_factory=list, max_length=50)
    corpus: list[Key] = Field(default_factory=list, max_length=500)
    words: str = Field("", max_length=samples.LONGEST_SEARCH)

    @property
    def choice(self) -> Choice:
        states = tuple(state for state in dict.fromkeys(self.state) if state in DECIDED)
        return Choice(states, tuple(self.reason), tuple(self.corpus), samples.tidy(self.words))


class SendBack(Wanted):
    """`which` says whether all of the choice is meant or only the samples that were ticked."""

    sample: list[Key] = Field(default_factory=list, max_length=affected.PAGE)
    which: Literal["all", "ticked"]


@router.get("/datasets/{dataset_id}/guidelines/affected", name="affected")
def show_affected(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    version: Annotated[int | None, Query(ge=1, le=2**31)] = None,
    state: Annotated[list[str] | None, Query()] = None,
    reason: Annotated[list[str] | None, Query()] = None,
    corpus: Annotated[list[str] | None, Query()] = None,
    words: str = "",
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
) -> Response:
    """Counts first, then the samples of the choice, page by page."""
    newest = guidelines.current(session, access.dataset)
    if newest is None:
        return RedirectResponse(request.app.url_path_for("guidelines_page", dataset_id=access.dataset.id), 303)
    guideline = guidelines.version(session, access.dataset, version) if version else newest
    # Values that nothing can have are dropped, so that an old link still works.
    choice = Choice(
        tuple(one for one in DECIDED if one.value in (state or [])),
        tuple(dict.fromkeys(one[:100] for one in (reason or [])[:50])),
        tuple(
            dict.fromkeys(
                int(one) for one in (corpus or [])[:500] if one.isascii() and one.isdecimal() and len(one) < 19
            )
        ),
        samples.tidy(words),
    )
    lines, has_more = affected.page(session, access.dataset, guideline, choice, after)
    return render(
        request,
        "guidelines_affected.html",
        dataset=access.dataset,
        access=access,
        guideline=guideline,
        newest=newest,
        choice=choice,
        chosen=choice.as_json(),
        counts=affected.counts(session, access.dataset, guideline, choice),
        lines=lines,
        has_more=has_more,
        is_first=after == 0,
        decided=DECIDED,
        reason_title=reasons.title,
        requeues=requeuing.of(session, access.dataset),
    )


@router.post("/datasets/{dataset_id}/guidelines/requeue", name="requeue")
def send_back(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    form: Annotated[Submission[SendBack], Depends(submission(SendBack))],
) -> Response:
    """Send the chosen samples back to experts."""
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())) + " Nothing was sent back; go back and choose again.")
    wanted = form.data
    guideline = guidelines.version(session, access.dataset, wanted.version)
    only = wanted.sample if wanted.which == "ticked" else None
    requeuing.requeue(session, access.dataset, access.user, guideline, wanted.choice, only)
    return _to_requeues(request, access.dataset.id, wanted.version)


@router.post("/datasets/{dataset_id}/guidelines/requeue/{requeue_id}/undo", name="undo_requeue")
def undo(request: Request, access: LeadDep, session: SessionDep, requeue_id: Id) -> Response:
    """Put back what nobody has answered since."""
    requeuing.undo(session, access.dataset, requeue_id)
    return _to_requeues(request, access.dataset.id)


def _to_requeues(request: Request, dataset_id: int, version: int | None = None) -> Response:
    path = request.app.url_path_for("affected", dataset_id=dataset_id)
    return RedirectResponse(f"{path}{f'?version={version}' if version else ''}#requeues", 303)
