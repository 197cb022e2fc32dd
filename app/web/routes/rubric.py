"""The rubric: which questions experts are asked, how they will look, and whether suggestions steer the answers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field, ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.curation.rubric import Question, kinds
from app.curation.rubric_starts import STARTS
from app.curation.sample import Turn
from app.messages import say
from app.services import anchoring, rubric_changes, rubrics, suggesting
from app.services.errors import DomainError, Invalid, NotFound
from app.services.suggesting import Moment
from app.web import dock, question_form
from app.web.dependencies import Access, ExpertDep, LeadDep, SessionDep
from app.web.errors import STATUS
from app.web.forms import FormDep, Input, Submission, submission
from app.web.rendering import render

router = APIRouter()
PAGE = "/datasets/{dataset_id}/quality/rubric"
Key = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,39}$")]
Kind = Annotated[str, Query(max_length=40)]
OFTEN = ("single", "multi", "rating", "preference")
"""Kinds that are offered first."""
PREVIEWED = [
    Turn(("messages", at, "content"), role, "") for at, role in enumerate(("system", "user", "assistant", "tool"))
]
"""A turn of each speaker: the preview shows a question about turns once."""


class Based(Input):
    """The version that was on the screen; 0 where there was none."""

    based_on: int = Field(ge=0, le=2**31)


class Move(Based):
    by: int = Field(ge=-1, le=1)


class Start(Based):
    name: str = Field(max_length=40)


class Showing(Input):
    moment: Moment


@router.get(PAGE, name="rubric")
def rubric_page(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    version: Annotated[int | None, Query(ge=1, le=2**31)] = None,
) -> Response:
    """The newest version, or an older one; experts see what they are asked, leads can change it."""
    return _page(request, access, session, version)


@router.get(f"{PAGE}/new", name="new_question")
def new_question(request: Request, access: LeadDep, session: SessionDep, kind: Kind = "single") -> Response:
    """The form of one kind of question."""
    asked = _asked(session, access)
    return _form(request, access, session, _kind(kind), question_form.controls(_kind(kind), {}, asked))


@router.post(PAGE, name="add_question")
def add_question(
    request: Request, access: LeadDep, session: SessionDep, form: FormDep, kind: Kind = "single"
) -> Response:
    key = rubrics.new_key(session, access.dataset, str(form.get("title", "")))
    return _saved(request, access, session, form, _kind(kind), key, rubric_changes.add)


@router.get(f"{PAGE}/questions/{{key}}", name="question")
def edit_question(request: Request, access: LeadDep, session: SessionDep, key: Key) -> Response:
    asked = _asked(session, access)
    question = rubric_changes.find(asked, key)
    controls = question_form.controls(type(question), question.model_dump(), asked[: asked.index(question)])
    return _form(request, access, session, type(question), controls, key)


@router.post(f"{PAGE}/questions/{{key}}", name="change_question")
def change_question(request: Request, access: LeadDep, session: SessionDep, form: FormDep, key: Key) -> Response:
    kind = type(rubric_changes.find(_asked(session, access), key))
    return _saved(request, access, session, form, kind, key, rubric_changes.change)


@router.post(f"{PAGE}/questions/{{key}}/move", name="move_question")
def move_question(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    key: Key,
    form: Annotated[Submission[Move], Depends(submission(Move))],
) -> Response:
    """One place up or down."""

    def move(data: Move) -> None:
        rubric_changes.move(session, access.dataset, access.user, key, data.by, data.based_on)

    return _done(request, access, session, form, move)


@router.post(f"{PAGE}/questions/{{key}}/remove", name="remove_question")
def remove_question(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    key: Key,
    form: Annotated[Submission[Based], Depends(submission(Based))],
) -> Response:
    """Ask it no more; its answers stay."""

    def remove(data: Based) -> None:
        rubric_changes.remove(session, access.dataset, access.user, key, data.based_on)

    return _done(request, access, session, form, remove)


@router.post(f"{PAGE}/start", name="start_rubric")
def start_rubric(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    form: Annotated[Submission[Start], Depends(submission(Start))],
) -> Response:
    """Add a ready-made set of questions."""

    def start(data: Start) -> None:
        rubric_changes.start(session, access.dataset, access.user, data.name, data.based_on)

    return _done(request, access, session, form, start)


@router.post(f"{PAGE}/suggestions", name="show_suggestions")
def show_suggestions(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    form: Annotated[Submission[Showing], Depends(submission(Showing))],
) -> Response:
    """When experts see what a model suggests."""

    def choose(data: Showing) -> None:
        suggesting.choose(session, access.dataset, data.moment)

    return _done(request, access, session, form, choose)


def _page(
    request: Request,
    access: Access,
    session: Session,
    version: int | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> Response:
    newest = rubrics.current(session, access.dataset)
    shown = rubrics.version(session, access.dataset, version) if version else newest
    asked = rubrics.questions(shown)
    return render(
        request,
        "rubric.html",
        status=status,
        dataset=access.dataset,
        access=access,
        refusal=refusal,
        newest=newest,
        shown=shown,
        asked=asked,
        titles={question.key: question.title for question in asked},
        preview=dock.lay_out(asked, PREVIEWED, {}),
        kinds={key: kinds()[key] for key in dict.fromkeys((*OFTEN, *kinds()))},
        starts=STARTS,
        history=rubrics.history(session, access.dataset),
        moment=suggesting.moment(access.dataset),
        suggestions=suggesting.count(session, access.dataset) if access.is_lead else 0,
        lifts=anchoring.lifts(session, access.dataset) if access.is_lead else [],
    )


def _form(
    request: Request,
    access: Access,
    session: Session,
    kind: type[Question],
    controls: list[question_form.Control],
    key: str = "",
    refusal: DomainError | None = None,
    status: int = 200,
) -> Response:
    newest = rubrics.current(session, access.dataset)
    return render(
        request,
        "question.html",
        status=status,
        dataset=access.dataset,
        access=access,
        kind=kind,
        controls=controls,
        key=key,
        refusal=refusal,
        based_on=newest.version if newest else 0,
        is_answered=bool(key) and rubrics.is_answered(session, access.dataset, key),
    )


def _saved(
    request: Request, access: Access, session: Session, form: FormData, kind: type[Question], key: str, save: Any
) -> Response:
    """Store what was typed, or show it again with what is wrong."""
    typed = {name: str(value) for name, value in form.items()}
    asked = _asked(session, access)
    place = next((at for at, one in enumerate(asked) if one.key == key), len(asked))
    shown = key if place < len(asked) else ""
    try:
        question = question_form.read(kind, key, typed)
    except ValidationError as error:
        controls = question_form.again(kind, typed, asked[:place], error)
        return _form(request, access, session, kind, controls, shown, status=422)
    try:
        with session.begin_nested():
            save(session, access.dataset, access.user, question, _based_on(typed))
    except DomainError as refusal:
        controls = question_form.controls(kind, question.model_dump(), asked[:place])
        return _form(request, access, session, kind, controls, shown, refusal, STATUS[type(refusal)])
    return _back(request, access)


def _done(request: Request, access: Access, session: Session, form: Submission[Any], act: Any) -> Response:
    refusal: DomainError
    if form.data is None:
        refusal = Invalid("That could not be read. Load the page again and choose once more.")
    else:
        try:
            with session.begin_nested():
                act(form.data)
            return _back(request, access)
        except DomainError as error:
            refusal = error
    return _page(request, access, session, refusal=refusal, status=STATUS[type(refusal)])


def _back(request: Request, access: Access) -> Response:
    return RedirectResponse(str(request.app.url_path_for("rubric", dataset_id=access.dataset.id)), 303)


def _asked(session: Session, access: Access) -> tuple[Question, ...]:
    return rubrics.questions(rubrics.current(session, access.dataset))


def _kind(name: str) -> type[Question]:
    found = kinds().get(name)
    if found is None:
        raise NotFound(say("There is no such kind of question. Choose one from the list."))
    return found


def _based_on(typed: dict[str, str]) -> int:
    text = typed.get("based_on", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
