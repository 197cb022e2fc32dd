"""Published runs and their verdicts, for tests of the pages that show them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.models import Dataset, Job, JobKind, JobState, Run, Sample, Verdict
from app.services import recipes


def make_run(session: Session, dataset: Dataset, *, state: JobState = JobState.SUCCEEDED, **counts: int) -> Run:
    """A run of the newest recipe, published where its job succeeded."""
    job = Job(kind=JobKind.RUN, dataset_id=dataset.id, state=state, params={})
    session.add(job)
    session.flush()
    published = state is JobState.SUCCEEDED
    totals = {"samples": 0, "kept": 0, "dropped": 0, "duplicates": 0, **counts}
    run = Run(
        dataset_id=dataset.id,
        recipe_version_id=recipes.current(session, dataset).id,
        job_id=job.id,
        published=published,
        counts=totals if published else {},
    )
    session.add(run)
    session.flush()
    job.params = {"run_id": run.id}
    session.flush()
    session.refresh(run)
    return run


def make_verdict(
    session: Session,
    run: Run,
    sample: Sample,
    *,
    failures: Sequence[tuple[str, str, float, float]] = (),
    duplicate_of: Sample | None = None,
    similarity: float | None = None,
) -> Verdict:
    """Kept where nothing speaks against it; `failures` are (rule, measure, value, bound)."""
    stored: list[dict[str, Any]] = [
        dict(zip(("rule", "measure", "value", "bound"), failure, strict=True)) for failure in failures
    ]
    reasons = [failure[0] for failure in failures] + (["duplicate"] if duplicate_of else [])
    verdict = Verdict(
        run_id=run.id,
        sample_id=sample.id,
        kept=not reasons,
        reasons=reasons,
        failures=stored,
        duplicate_of=duplicate_of.id if duplicate_of else None,
        similarity=similarity,
    )
    session.add(verdict)
    session.flush()
    return verdict
