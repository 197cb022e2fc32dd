"""Runs: the list, starting one, and one run's page, which follows the work until it is done."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Job, JobState, RecipeVersion, Run, User
from app.services import corpora, jobs, progress, recipes, runs, why
from app.services.errors import NotFound
from app.web.dependencies import Access, DatasetAdminDep, Id, LeadDep, SessionDep
from app.web.drawing import pieces
from app.web.rendering import render

router = APIRouter()

STATES = {
    JobState.QUEUED: ("queued", say("Waiting")),
    JobState.RUNNING: ("queued", say("In progress")),
    JobState.SUCCEEDED: ("approved", say("Finished")),
    JobState.FAILED: ("rejected", say("Failed")),
    JobState.CANCELLED: ("dropped", say("Stopped")),
}


@router.get("/datasets/{dataset_id}/runs", name="runs")
def show_runs(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """All runs, newest first."""
    found, newest = runs.of(session, access.dataset.id), recipes.current(session, access.dataset)
    return render(
        request,
        "runs.html",
        dataset=access.dataset,
        access=access,
        runs=found,
        states=STATES,
        newest=newest,
        busy=any(job.state in jobs.ACTIVE for _, job, _ in found),
        counting=runs.latest(session, access.dataset.id),
    )


@router.post("/datasets/{dataset_id}/runs", name="start_run")
def start_run(request: Request, access: DatasetAdminDep, session: SessionDep) -> Response:
    """Apply the newest recipe to all samples."""
    return _to_run(request, access, runs.start(session, access.dataset, access.user.id))


@router.get("/datasets/{dataset_id}/runs/{run_id}", name="run")
def show_run(request: Request, access: LeadDep, session: SessionDep, run_id: Id) -> Response:
    """A run while it works, then what it found. The progress block asks for itself until it is done."""
    run, job = _find(session, access, run_id)
    now, counting = progress.of(session, job.id), runs.latest(session, access.dataset.id)
    parts = now.pieces
    return render(
        request,
        "run.html",
        "state",
        dataset=access.dataset,
        access=access,
        run=run,
        progress=now,
        states=STATES,
        squares=pieces(parts.done, parts.again, parts.doing, parts.waiting),
        version=session.get_one(RecipeVersion, run.recipe_version_id),
        starter=session.get_one(User, job.created_by).name if job.created_by else "",
        reasons=[(code, why.title(code), number) for code, number in runs.reasons(run)] if run.published else [],
        unusual=_unusual(session, run),
        is_counting=counting is not None and counting.id == run.id,
    )


@router.post("/datasets/{dataset_id}/runs/{run_id}/stop", name="stop_run")
def stop_run(request: Request, access: DatasetAdminDep, session: SessionDep, run_id: Id) -> Response:
    """Ask a run to stop; what is measured is kept."""
    run, job = _find(session, access, run_id)
    jobs.cancel(session, job)
    return _to_run(request, access, run)


@dataclass(frozen=True)
class Unusual:
    """A corpus that lost far more of its samples as near-duplicates than the others."""

    id: int
    name: str
    samples: int
    duplicates: int


def _unusual(session: Session, run: Run) -> list[Unusual]:
    """Those that a run found; corpora deleted since are left out."""
    names = {corpus.id: corpus.name for corpus in corpora.of(session, run.dataset_id)}
    tallies = run.details.get("corpora", {})
    found = [(int(key), tallies[key]) for key in run.details.get("unusual", []) if int(key) in names]
    return [Unusual(key, names[key], tally["samples"], tally["duplicates"]) for key, tally in found]


def _find(session: Session, access: Access, run_id: int) -> tuple[Run, Job]:
    run = session.get(Run, run_id)
    if run is None or run.dataset_id != access.dataset.id:
        raise NotFound(say("There is no such run in this dataset. Look for it in the list of runs."))
    return run, session.get_one(Job, run.job_id)


def _to_run(request: Request, access: Access, run: Run) -> Response:
    return RedirectResponse(request.url_for("run", dataset_id=access.dataset.id, run_id=run.id).path, 303)
