"""Model judges: the list, a new one, and one with its scores, its agreement with the experts, and who may see it."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy.orm import Session

from app.curation.judge import standing
from app.curation.judge.criterion import STARTS, JudgeKind
from app.messages import say
from app.models import Judge, JudgeVersion
from app.services import endpoints, jobs, judge_lowest, judge_runs, judge_sharing, judge_standing, judges, progress
from app.services.errors import DomainError
from app.services.judges import Draft
from app.web import judge_drawing, money  # noqa: F401 - the last gives the templates a filter
from app.web.dependencies import Access, DatasetAdminDep, Id, LeadDep, SessionDep
from app.web.forms import FormDep, Input, Line, Submission, submission
from app.web.rendering import render

router = APIRouter()

KINDS = [
    (JudgeKind.SCORE, say("Gives a score"), say("By a criterion and steps that you write.")),
    (
        JudgeKind.CLAIMS,
        say("Checks each sentence against the passage"),
        say("For samples made from documents: supported, contradicted, or not in the source."),
    ),
    (
        JudgeKind.ROUND_TRIP,
        say("Answers the question from the passage alone"),
        say("The two answers are compared word by word: where they differ, one of them is likely wrong."),
    ),
]
WHICH = [
    ("reviewed", say("Samples that experts have decided: this measures its agreement")),
    ("queued", say("Samples that wait for experts")),
    ("all", say("All samples that are not dropped")),
]
MOST = 2**63 - 1
Number = Annotated[int | None, Query(ge=1, le=2**31)]


class JudgeForm(Input):
    """What a judge is asked; each line is a step."""

    name: Line = Field("", max_length=80)
    kind: JudgeKind = JudgeKind.SCORE
    endpoint: int = Field(ge=1, le=MOST)
    judged: str = Field("", max_length=4_000)
    steps: str = Field("", max_length=8_000)
    lowest: int = Field(1, ge=0, le=judges.HIGHEST)
    highest: int = Field(5, ge=1, le=judges.HIGHEST)
    repeats: int = Field(1, ge=1, le=judges.MOST_REPEATS)
    question: str = Field("", max_length=200)

    def draft(self) -> Draft:
        steps = tuple(self.steps.replace("\r\n", "\n").split("\n"))
        values = self.model_dump(include={"judged", "lowest", "highest", "repeats", "question"})
        return Draft(self.endpoint, steps=steps, **values)


class StartForm(Input):
    """Which samples, how many, and what it may cost."""

    which: Literal["reviewed", "queued", "all"] = "reviewed"
    limit: int = Field(200, ge=0, le=10_000_000)
    budget: float | None = Field(None, gt=0, le=1_000_000)


FormOf = Annotated[Submission[JudgeForm], Depends(submission(JudgeForm))]


@router.get("/datasets/{dataset_id}/quality/judges", name="judges")
def show_judges(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """All judges, each with how far its newest version agrees with the experts."""
    return render(
        request,
        "judges.html",
        dataset=access.dataset,
        access=access,
        found=[
            (judge, version, judge_standing.of(session, access.dataset, judge, version))
            for judge, version in judges.of(session, access.dataset.id)
        ],
        kinds={kind: title for kind, title, _ in KINDS},
        in_words=judge_drawing.in_words,
        least=standing.LEAST,
        models=endpoints.of(session),
    )


@router.get("/datasets/{dataset_id}/quality/judges/new", name="new_judge")
def new_judge(request: Request, access: DatasetAdminDep, session: SessionDep, start: Number = None) -> Response:
    """With the words of a usual criterion, to be changed."""
    chosen = STARTS[min(start or 1, len(STARTS)) - 1]
    values = {"name": chosen.name, "judged": chosen.judged, "steps": "\n".join(chosen.steps)}
    return _form(request, access, session, Submission(values=values), None)


@router.post("/datasets/{dataset_id}/quality/judges/new", name="add_judge")
def add_judge(request: Request, access: DatasetAdminDep, session: SessionDep, form: FormOf) -> Response:
    """Its first version."""
    if form.data is not None and not form.data.name:
        form.errors["name"] = say("Give it a name.")
    if form.data is None or form.errors:
        return _form(request, access, session, form, None, 422)
    try:
        with session.begin_nested():
            made = judges.add(
                session, access.dataset, form.data.name, form.data.kind, form.data.draft(), access.user.id
            )
    except DomainError as error:
        form.refuse(error)
        return _form(request, access, session, form, None, 422)
    return _to(request, access, made)


@router.get("/datasets/{dataset_id}/quality/judges/{judge_id}", name="judge")
def show_judge(
    request: Request, access: LeadDep, session: SessionDep, judge_id: Id, version: Number = None
) -> Response:
    """One version: its work, its agreement, what it likes least."""
    judge = judges.find(session, access.dataset.id, judge_id)
    return _page(request, access, session, judge, judges.version_of(session, judge, version), Submission())


@router.get("/datasets/{dataset_id}/quality/judges/{judge_id}/change", name="change_judge")
def change_judge(request: Request, access: DatasetAdminDep, session: SessionDep, judge_id: Id) -> Response:
    """The words of the newest version, to be changed."""
    judge = judges.find(session, access.dataset.id, judge_id)
    newest = judges.version_of(session, judge)
    values = {name: getattr(newest, name) for name in ("judged", "lowest", "highest", "repeats", "question")}
    values |= {"steps": "\n".join(newest.steps), "endpoint": newest.endpoint_id}
    return _form(request, access, session, Submission(values=values), judge)


@router.post("/datasets/{dataset_id}/quality/judges/{judge_id}/change", name="save_judge")
def save_judge(request: Request, access: DatasetAdminDep, session: SessionDep, judge_id: Id, form: FormOf) -> Response:
    """The next version: it knows nothing of what earlier ones said."""
    judge = judges.find(session, access.dataset.id, judge_id)
    if form.data is None:
        return _form(request, access, session, form, judge, 422)
    try:
        with session.begin_nested():
            judges.change(session, access.dataset, judge, form.data.draft(), access.user.id)
    except DomainError as error:
        form.refuse(error)
        return _form(request, access, session, form, judge, 422)
    return _to(request, access, judge)


@router.post("/datasets/{dataset_id}/quality/judges/{judge_id}/start", name="start_judge")
def start_judge(
    request: Request,
    access: DatasetAdminDep,
    session: SessionDep,
    judge_id: Id,
    form: Annotated[Submission[StartForm], Depends(submission(StartForm))],
) -> Response:
    """Let the newest version judge."""
    judge = judges.find(session, access.dataset.id, judge_id)
    version = judges.version_of(session, judge)
    if form.data is None:
        return _page(request, access, session, judge, version, form, 422)
    budget = Decimal(str(form.data.budget)) if form.data.budget is not None else None
    try:
        with session.begin_nested():
            judge_runs.start(
                session,
                access.dataset,
                version,
                form.data.which,
                limit=form.data.limit,
                budget=budget,
                by=access.user.id,
            )
    except DomainError as error:
        form.refuse(error)
        return _page(request, access, session, judge, version, form, 422)
    return _to(request, access, judge)


@router.post("/datasets/{dataset_id}/quality/judges/{judge_id}/stop", name="stop_judge")
def stop_judge(request: Request, access: DatasetAdminDep, session: SessionDep, judge_id: Id) -> Response:
    """What was said is kept."""
    judge = judges.find(session, access.dataset.id, judge_id)
    found = judge_runs.latest(session, judges.version_of(session, judge))
    if found is not None and found[1] is not None and found[1].state in jobs.ACTIVE:
        jobs.cancel(session, found[1])
    return _to(request, access, judge)


@router.post("/datasets/{dataset_id}/quality/judges/{judge_id}/share", name="share_judge")
def share_judge(request: Request, access: LeadDep, session: SessionDep, judge_id: Id, form: FormDep) -> Response:
    """Let experts see what the newest version says, or no longer. Refused before its agreement is measured."""
    judge = judges.find(session, access.dataset.id, judge_id)
    version = judges.version_of(session, judge)
    if form.get("shown") == "no":
        judge_sharing.hide(session, access.dataset, version)
    else:
        judge_sharing.share(session, access.dataset, version, access.user)
    return _to(request, access, judge)


def _form(
    request: Request,
    access: Access,
    session: Session,
    form: Submission[JudgeForm],
    judge: Judge | None,
    status: int = 200,
) -> Response:
    return render(
        request,
        "judge_form.html",
        status=status,
        dataset=access.dataset,
        access=access,
        form=form,
        judge=judge,
        kinds=KINDS,
        starts=STARTS,
        models=endpoints.of(session),
        questions={
            title: judges.questions(session, access.dataset, kind)
            for kind, title, _ in KINDS
            if judge is None or judge.kind is kind
        },
    )


def _page(
    request: Request,
    access: Access,
    session: Session,
    judge: Judge,
    version: JudgeVersion,
    form: Submission[Any],
    status: int = 200,
) -> Response:
    found = judge_standing.of(session, access.dataset, judge, version)
    run = judge_runs.latest(session, version)
    known = judges.versions(session, judge)
    return render(
        request,
        "judge.html",
        "state",
        status=status,
        dataset=access.dataset,
        access=access,
        judge=judge,
        version=version,
        versions=known,
        is_newest=version.id == known[0].id,
        kind=next(title for kind, title, _ in KINDS if kind is judge.kind),
        endpoint=endpoints.find(session, version.endpoint_id),
        form=form,
        which=WHICH,
        run=run[0] if run else None,
        progress=progress.of(session, run[1].id) if run and run[1] else None,
        counts=judge_runs.counts(session, version),
        failures=judge_lowest.failures(session, version),
        lowest=judge_lowest.of(session, version),
        found=found,
        plot=judge_drawing.plot(found),
        in_words=judge_drawing.in_words,
        least=standing.LEAST,
        least_of_each=standing.LEAST_OF_EACH,
        expected=judge_runs.estimate(session, access.dataset, version, "reviewed", 0) if access.is_admin else None,
        question=judges.questions(session, access.dataset, judge.kind).get(version.question, version.question),
    )


def _to(request: Request, access: Access, judge: Judge) -> Response:
    return RedirectResponse(request.url_for("judge", dataset_id=access.dataset.id, judge_id=judge.id).path, 303)
