"""Examples in the guidelines: adding a sample to them, and putting them in order."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from app.messages import say
from app.models import ExampleVerdict
from app.services import guideline_examples
from app.services.errors import Invalid
from app.web.dependencies import LeadDep, SessionDep
from app.web.forms import Input, Submission, submission

router = APIRouter()

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


class ExampleForm(Input):
    """`place` is the page that comes again."""

    sample: Number
    verdict: ExampleVerdict
    note: str = Field("", max_length=2_000)
    place: Literal["review", "sample"] = "sample"


class Order(Input):
    """All examples that the page showed, the place that each is to have, and those to be taken away."""

    example: list[Number] = Field(default_factory=list, max_length=guideline_examples.MOST)
    place: list[Annotated[int, Field(ge=-1_000, le=1_000)]] = Field(
        default_factory=list, max_length=guideline_examples.MOST
    )
    remove: list[Number] = Field(default_factory=list, max_length=guideline_examples.MOST)

    @property
    def wanted(self) -> list[int]:
        ordered = sorted(zip(self.place, self.example, strict=False), key=lambda one: one[0])
        return [example for _, example in ordered if example not in self.remove]


@router.post("/datasets/{dataset_id}/guidelines/examples", name="add_example")
def add_example(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    form: Annotated[Submission[ExampleForm], Depends(submission(ExampleForm))],
) -> Response:
    """Show a sample in the guidelines, from a new version on."""
    if form.data is None:
        raise Invalid("Say what it is an example of. " + next(iter(form.errors.values())))
    given, app = form.data, request.app
    guideline_examples.add(session, access.dataset, access.user, given.sample, given.verdict, given.note)
    if given.place == "review":
        return RedirectResponse(app.url_path_for("review", dataset_id=access.dataset.id) + "?note=example", 303)
    return RedirectResponse(app.url_path_for("guidelines_page", dataset_id=access.dataset.id) + "#examples", 303)


@router.post("/datasets/{dataset_id}/guidelines/examples/arrange", name="arrange_examples")
def arrange_examples(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    form: Annotated[Submission[Order], Depends(submission(Order))],
) -> Response:
    """Put the examples in order and take some away: one new version."""
    if form.data is None or len(form.data.place) != len(form.data.example):
        raise Invalid(say("Give each example a whole number for its place. Nothing was changed; go back and try again."))
    guideline_examples.arrange(session, access.dataset, access.user, form.data.wanted)
    return RedirectResponse(
        request.app.url_path_for("guidelines_page", dataset_id=access.dataset.id) + "#examples", 303
    )
