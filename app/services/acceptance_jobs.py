"""What is done to all samples of an acceptance: at once, or as durable work where there are very many."""

from collections.abc import Callable, Sequence
from typing import Literal

from sqlalchemy.orm import Session

from app.messages import say
from app.models import Acceptance, AcceptanceState, Dataset, Job, JobKind, User
from app.services import acceptance, accepting, jobs
from app.services.errors import Conflict, DomainError
from app.services.jobs import JobFailed, Kind, ShardPlan, Stage
from app.services.working import Piece

Act = Literal["accept", "refuse", "withdraw", "take_back"]
ACTS: dict[str, Callable[[Session, Dataset, int, User], Acceptance]] = {
    "accept": accepting.accept,
    "refuse": accepting.refuse,
    "withdraw": accepting.withdraw,
    "take_back": accepting.take_back,
}


def act(session: Session, dataset: Dataset, acceptance_id: int, wanted: Act, by: User) -> Acceptance:
    """Do it, or start doing it. Conflict where it is not possible now."""
    one = acceptance.find(session, dataset, acceptance_id, lock=True)
    job = session.get(Job, one.job_id) if one.job_id else None
    if job is not None and job.state in jobs.ACTIVE:
        raise Conflict(say("All samples of this acceptance are being worked on just now. Wait until that is done."))
    if one.population <= acceptance.AT_ONCE:
        return ACTS[wanted](session, dataset, acceptance_id, by)
    _check(session, one, wanted)
    params = {"acceptance_id": one.id, "act": wanted, "by": by.id}
    one.job_id = jobs.start(session, JobKind.ACCEPTANCE, dataset.id, params, by.id).id
    session.flush()
    return one


def _check(session: Session, one: Acceptance, wanted: Act) -> None:
    """What the work would refuse is refused before it begins."""
    needed = AcceptanceState.ACCEPTED if wanted == "take_back" else AcceptanceState.JUDGING
    if one.state is not needed:
        raise Conflict(say("A colleague has changed this acceptance already. Load the page again to see how."))
    if wanted == "accept":
        accepting.check_passed(one, acceptance.standing(session, one))
    if wanted == "refuse":
        accepting.check_failed(one, acceptance.standing(session, one))


def _plan(session: Session, job: Job) -> Sequence[ShardPlan]:
    return [ShardPlan(job.params, session.get_one(Acceptance, job.params["acceptance_id"]).population)]


def _do(piece: Piece) -> None:
    """All samples in one transaction: accepted are all of them, or none."""
    if piece.checkpoint:  # done by an attempt that ended before it could say so
        return
    try:
        with piece.step(piece.shard.total, {"done": True}) as session:
            one = session.get_one(Acceptance, piece.params["acceptance_id"])
            dataset = session.get_one(Dataset, one.dataset_id)
            if piece.params["act"] == "draw":
                acceptance.draw(session, dataset, one)
            else:
                ACTS[piece.params["act"]](session, dataset, one.id, session.get_one(User, piece.params["by"]))
    except DomainError as error:
        raise JobFailed("refused", error.message) from error


def _stopped(session: Session, job: Job) -> None:
    one = session.get_one(Acceptance, job.params["acceptance_id"])
    if one.state is AcceptanceState.DRAWING:
        one.state = AcceptanceState.WITHDRAWN
        session.flush()


jobs.KINDS[JobKind.ACCEPTANCE] = Kind([Stage("Work on all samples", "samples", _plan, _do)], stopped=_stopped)
