"""Published runs and their verdicts, for tests of the pages that show them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.curation.measuring import measure_names
from app.models import Dataset, Job, JobKind, JobState, MeasureSet, Run, Sample, Verdict
from app.services import blocks, columns, recipes


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
) -> None:
    """The run has seen the sample, and drops it where something speaks against it.

    `failures` are (rule, measure, value, bound).
    """
    run.last_sample_id = max(run.last_sample_id, sample.id)
    stored: list[dict[str, Any]] = [
        dict(zip(("rule", "measure", "value", "bound"), failure, strict=True)) for failure in failures
    ]
    reasons = [failure[0] for failure in failures] + (["duplicate"] if duplicate_of else [])
    if reasons:
        _count(run, reasons)
        session.add(
            Verdict(
                run_id=run.id,
                sample_id=sample.id,
                reasons=reasons,
                failures=stored,
                duplicate_of=duplicate_of.id if duplicate_of else None,
                similarity=similarity,
            )
        )
    session.flush()


def _count(run: Run, reasons: Sequence[str]) -> None:
    """As a run stores how often each rule fired."""
    rules = dict(run.details.get("rules", {}))
    for reason in reasons:
        fired = rules.get(reason, {"failed": 0, "alone": 0})
        rules[reason] = {"failed": fired["failed"] + 1, "alone": fired["alone"] + (len(reasons) == 1)}
    run.details = {**run.details, "rules": rules}


def measured(session: Session, run: Run, samples: Sequence[Sample], **measures: Sequence[float]) -> None:
    """Give samples of one dataset, in their order, these measures under the run's set; the others do not apply."""
    names = measure_names()
    made = MeasureSet(fingerprint=f"test {run.id}", names=names)
    session.add(made)
    session.flush()
    run.set_id, run.last_sample_id = made.id, samples[-1].id
    ids, of = np.array([one.id for one in samples]), np.array([one.corpus_id for one in samples], np.int32)
    block = blocks.add(session, run.dataset_id, ids, of)
    nothing = np.full(len(samples), np.nan)
    columns.store_measures(
        session, made.id, block, {name: np.array(measures.get(name, nothing), np.float64) for name in names}
    )
