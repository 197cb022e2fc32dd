"""Runs: measure every sample once, find near-duplicates, apply the recipe, publish the verdicts at one moment."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import orjson
from sqlalchemy import Row, delete, func, select, text
from sqlalchemy.orm import Session

from app.curation.batch import Batch
from app.curation.deduplicator import Deduplicator
from app.curation.measuring import measure
from app.curation.survivors import edges, survivors
from app.curation.verdict import Reason, judge
from app.models import Dataset, Job, JobKind, MeasureSet, NearPair, RecipeVersion, Run, Sample, Verdict
from app.services import copying, corpora, jobs, recipes, reviewing
from app.services.errors import Conflict
from app.services.jobs import Kind, ShardPlan, Stage
from app.services.stored import (
    Columns,
    chosen_samples,
    load_edges,
    load_passes,
    next_samples,
    store_edges,
    store_measures,
    store_signatures,
    store_verdicts,
)
from app.services.working import Piece

SAMPLES_PER_SHARD = 2_000
VERDICTS_PER_STEP = 10_000


def start(session: Session, dataset: Dataset, by: int | None = None) -> Run:
    """Start applying the newest recipe to all samples.

    Conflict where a run or an import is under way, or there is nothing.
    """
    session.execute(select(Dataset.id).where(Dataset.id == dataset.id).with_for_update())
    _refuse_if_busy(session, dataset.id)
    last = session.scalar(select(func.max(Sample.id)).where(Sample.dataset_id == dataset.id))
    if last is None:
        raise Conflict("There are no samples yet. Add a corpus first.")
    version = recipes.current(session, dataset)
    columns = Columns.of(session, recipes.loaded(version))
    run = Run(dataset_id=dataset.id, recipe_version_id=version.id, set_id=columns.set_id, last_sample_id=last)
    session.add(run)
    session.flush()
    run.job_id = jobs.start(session, JobKind.RUN, dataset.id, {"run_id": run.id}, by).id
    session.flush()
    session.refresh(run)
    return run


def latest(session: Session, dataset_id: int) -> Run | None:
    """The run whose verdicts count."""
    return session.scalar(
        select(Run).where(Run.dataset_id == dataset_id, Run.published).order_by(Run.id.desc()).limit(1)
    )


def of(session: Session, dataset_id: int, limit: int = 50) -> Sequence[Row[Run, Job, RecipeVersion]]:
    """(run, job, recipe version), newest first."""
    return session.execute(
        select(Run, Job, RecipeVersion)
        .join(Job, Job.id == Run.job_id)
        .join(RecipeVersion, RecipeVersion.id == Run.recipe_version_id)
        .where(Run.dataset_id == dataset_id)
        .order_by(Run.id.desc())
        .limit(limit)
    ).all()


def reasons(session: Session, run_id: int) -> list[tuple[str, int]]:
    """(reason, samples) of a run, the commonest first; a sample counts under every rule that it fails."""
    found = session.execute(
        text("""
        SELECT reason, count(*) FROM verdicts, unnest(reasons) AS reason
        WHERE run_id = :run AND NOT kept GROUP BY reason ORDER BY 2 DESC, 1
    """),
        {"run": run_id},
    )
    return [(reason, number) for reason, number in found]


def _refuse_if_busy(session: Session, dataset_id: int) -> None:
    if session.scalar(
        select(Job.id).where(Job.dataset_id == dataset_id, Job.kind == JobKind.RUN, Job.state.in_(jobs.ACTIVE)).limit(1)
    ):
        raise Conflict("A run is under way already. Wait until it is done, or stop it.")
    if corpora.importing(session, dataset_id):
        raise Conflict("A corpus is still being read. Wait until it is done, then run the recipe.")


def _plan_measuring(session: Session, job: Job) -> Sequence[ShardPlan]:
    """Ranges of samples that this set of measures or these signatures have not seen."""
    run, columns = _run(session, job)
    return [
        ShardPlan({"run_id": run.id, "first": row.first, "last": row.last}, row.samples)
        for row in columns.unmeasured(session, run.dataset_id, run.last_sample_id, SAMPLES_PER_SHARD)
    ]


def _measure(piece: Piece) -> None:
    """Measure a range of samples, some megabytes of text at a time."""
    with piece.reading() as session:
        run, columns = _run(session, piece.job)
    done, after = piece.shard.done, int(piece.checkpoint.get("last", piece.params["first"] - 1))
    while True:
        with piece.reading() as session:
            ids, batch = next_samples(session, run.dataset_id, after, piece.params["last"])
        if not len(ids):
            return
        done, after = done + len(ids), int(ids[-1])
        measured = measure(batch, columns.filters)
        signatures = {one.fingerprint(): one.signatures(batch) for one in columns.recipe.deduplication.values()}
        with piece.step(done, {"last": after}) as session:
            store_measures(session, columns.set_id, ids, [measured[name] for name in columns.names])
            for config, values in signatures.items():
                store_signatures(session, config, ids, values)


def _plan_pairing(session: Session, job: Job) -> Sequence[ShardPlan]:
    """One shard per deduplicator: pairs can only be found with all signatures together."""
    copying.count_afresh(session, "measured", "signatures")
    run, columns = _run(session, job)
    samples = _count(session, run)
    keys = list(columns.recipe.deduplication)
    # Each of them sees every sample; counted once, so that the page does not speak of twice as many as there are.
    return [ShardPlan({"run_id": run.id, "key": key}, samples if key == keys[-1] else 0) for key in keys]


def _pair(piece: Piece) -> None:
    with piece.reading() as session:
        run, columns = _run(session, piece.job)
        one: Deduplicator = columns.recipe.deduplication[piece.params["key"]]
        ids, signatures = columns.signatures(session, one, run)

    def fetch(rows: Sequence[int]) -> Batch:
        with piece.reading() as session:
            return chosen_samples(session, run.dataset_id, ids[np.asarray(rows, np.int64)])

    found = edges(one, signatures, fetch)
    with piece.step(piece.shard.total, {"stored": True}) as session:
        session.execute(delete(NearPair).where(NearPair.run_id == run.id, NearPair.deduplicator == one.key()))
        store_edges(session, run.id, one.key(), ids, found)


def _plan_judging(session: Session, job: Job) -> Sequence[ShardPlan]:
    run, _ = _run(session, job)
    return [ShardPlan({"run_id": run.id}, _count(session, run))]


def _judge(piece: Piece) -> None:
    """Decide who survives, then write the verdicts in order, some thousands a step."""
    with piece.reading() as session:
        run, columns = _run(session, piece.job)
        ids, passes = load_passes(session, run, columns)
        found = [load_edges(session, run.id, key, ids) for key in columns.recipe.deduplication]
    copies = survivors(passes, found)
    done = int(piece.checkpoint.get("done", 0))
    for first in range(done, len(ids), VERDICTS_PER_STEP):
        rows = slice(first, first + VERDICTS_PER_STEP)
        with piece.step(min(first + VERDICTS_PER_STEP, len(ids)), {"done": first + VERDICTS_PER_STEP}) as session:
            measures = columns.measures(session, ids[rows])
            failed = judge(measures, columns.recipe.limits)
            survivor = [int(ids[at]) if at >= 0 else None for at in copies.survivor[rows].tolist()]
            similarity = copies.similarity[rows].tolist()
            store_verdicts(session, _verdicts(run.id, ids[rows].tolist(), failed, survivor, similarity))


def _verdicts(
    run_id: int,
    ids: Sequence[int],
    failed: dict[int, list[Reason]],
    survivor: Sequence[int | None],
    similarity: Sequence[float],
) -> Iterator[tuple[Any, ...]]:
    for row, sample_id in enumerate(ids):
        reasons, copy_of = failed.get(row, []), survivor[row]
        names = [reason.rule for reason in reasons] + (["duplicate"] if copy_of is not None else [])
        failures = orjson.dumps([reason.as_json() for reason in reasons]).decode()
        share = similarity[row] if copy_of is not None else None
        yield run_id, sample_id, not names, names, failures, copy_of, share


# The conditions are on the row that is written, not on a copy: they are looked at again where an expert was faster.
_PUBLISH = """
    UPDATE samples SET state = CASE WHEN v.kept OR samples.overruled_at IS NOT NULL THEN 'queued' ELSE 'dropped' END
    FROM verdicts v
    WHERE v.run_id = :run AND v.sample_id = samples.id AND samples.dataset_id = :dataset
      AND samples.state IN ('candidate', 'dropped', 'queued')
      AND samples.state <> CASE WHEN v.kept OR samples.overruled_at IS NOT NULL THEN 'queued' ELSE 'dropped' END
"""


def _publish(session: Session, job: Job) -> None:
    """Make the verdicts count, all at one moment. What experts have decided stays as it is."""
    run, _ = _run(session, job)
    dataset = session.get_one(Dataset, run.dataset_id)
    run.counts = _totals(session, run.id)
    run.published = True
    session.flush()
    session.execute(text(_PUBLISH), {"run": run.id, "dataset": dataset.id})
    queued = select(Sample.id).where(Sample.dataset_id == dataset.id, Sample.state == "queued")
    reviewing.open_slots(session, dataset, queued)
    reviewing.close_slots(session, dataset)


def _totals(session: Session, run_id: int) -> dict[str, int]:
    row = session.execute(
        select(
            func.count().label("samples"),
            func.count().filter(Verdict.kept).label("kept"),
            func.count().filter(Verdict.kept.is_(False)).label("dropped"),
            func.count().filter(Verdict.duplicate_of.is_not(None)).label("duplicates"),
        ).where(Verdict.run_id == run_id)
    ).one()
    return {"samples": row.samples, "kept": row.kept, "dropped": row.dropped, "duplicates": row.duplicates}


def _run(session: Session, job: Job) -> tuple[Run, Columns]:
    run = session.get_one(Run, job.params["run_id"])
    version = session.get_one(RecipeVersion, run.recipe_version_id)
    return run, Columns.load(session.get_one(MeasureSet, run.set_id), recipes.loaded(version))


def _count(session: Session, run: Run) -> int:
    return (
        session.scalar(select(func.count()).where(Sample.dataset_id == run.dataset_id, Sample.id <= run.last_sample_id))
        or 0
    )


jobs.KINDS[JobKind.RUN] = Kind(
    [
        Stage("Measure every sample", "samples", _plan_measuring, _measure),
        Stage("Find near-duplicates", "samples", _plan_pairing, _pair),
        Stage("Apply the recipe", "samples", _plan_judging, _judge),
    ],
    _publish,
)
