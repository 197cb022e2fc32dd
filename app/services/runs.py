"""Runs: measure every sample once, find near-duplicates, apply the recipe, publish the verdicts at one moment."""

from collections.abc import Iterable, Sequence

import numpy as np
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.curation.batch import Array, Batch
from app.curation.deduplicator import Deduplicator, Signatures
from app.curation.edges import edges
from app.curation.measuring import measure
from app.messages import say
from app.models import Block, Dataset, Job, JobKind, MeasureSet, RecipeVersion, Run, RunBlock, Sample
from app.services import (
    blocks,
    checking,
    columns,
    corpora,
    jobs,
    judging,
    pairs,
    publishing,
    recipes,
    tallies,
    verdicts,
)
from app.services.contents import chosen_samples, next_samples
from app.services.errors import Conflict
from app.services.jobs import Kind, ShardPlan, Stage
from app.services.measured_set import MeasuredSet
from app.services.working import Piece

SAMPLES_PER_SHARD = 2_000
BLOCKS_PER_SHARD, BLOCKS_PER_STEP = 50, 5


def start(session: Session, dataset: Dataset, by: int | None = None) -> Run:
    """Start applying the newest recipe to all samples.

    Conflict where a run or an import is under way, or there is nothing.
    """
    session.execute(select(Dataset.id).where(Dataset.id == dataset.id).with_for_update())
    _refuse_if_busy(session, dataset.id)
    last = session.scalar(select(func.max(Sample.id)).where(Sample.dataset_id == dataset.id))
    if last is None:
        raise Conflict(say("There are no samples yet. Add a corpus first."))
    version = recipes.current(session, dataset)
    using = MeasuredSet.of(session, recipes.loaded(version))
    run = Run(dataset_id=dataset.id, recipe_version_id=version.id, set_id=using.set_id, last_sample_id=last)
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


def reasons(run: Run) -> list[tuple[str, int]]:
    """(reason, samples) of a run, the commonest first; a sample counts under every rule that it fails."""
    found = ((reason, fired["failed"]) for reason, fired in run.details.get("rules", {}).items() if fired["failed"])
    return sorted(found, key=lambda row: (-row[1], row[0]))


def _refuse_if_busy(session: Session, dataset_id: int) -> None:
    if session.scalar(
        select(Job.id).where(Job.dataset_id == dataset_id, Job.kind == JobKind.RUN, Job.state.in_(jobs.ACTIVE)).limit(1)
    ):
        raise Conflict(say("A run is under way already. Wait until it is done, or stop it."))
    if corpora.importing(session, dataset_id):
        raise Conflict(say("A corpus is still being read. Wait until it is done, then run the recipe."))


def _plan_measuring(session: Session, job: Job) -> Sequence[ShardPlan]:
    """Samples that are in no block yet, and blocks that lack measures or signatures of this recipe."""
    run, using = _run(session, job)
    configs = [one.fingerprint() for one in using.recipe.comparisons.values()]
    stale = blocks.lacking(session, run.dataset_id, run.last_sample_id, using.set_id, configs)
    new = blocks.outside(session, run.dataset_id, run.last_sample_id, SAMPLES_PER_SHARD)
    return [ShardPlan({"run_id": run.id, "block": block}, samples) for block, samples in stale] + [
        ShardPlan({"run_id": run.id, "first": row.first, "last": row.last}, row.samples) for row in new
    ]


def _measure(piece: Piece) -> None:
    """Measure a range of samples, some megabytes of text at a time, or an old block anew."""
    with piece.reading() as session:
        run, using = _run(session, piece.job)
    if "block" in piece.params:
        _measure_again(piece, run, using)
        return
    done, after = piece.shard.done, int(piece.checkpoint.get("last", piece.params["first"] - 1))
    while True:
        with piece.reading() as session:
            ids, corpora_of, batch = next_samples(session, run.dataset_id, after, piece.params["last"])
        if not len(ids):
            return
        done, after = done + len(ids), int(ids[-1])
        measured, signed = measure(batch, using.filters), _signed(batch, using.recipe.comparisons.values())
        with piece.step(done, {"last": after}) as session:
            block_id = blocks.add(session, run.dataset_id, ids, corpora_of)
            _store(session, using, block_id, measured, signed)


def _measure_again(piece: Piece, run: Run, using: MeasuredSet) -> None:
    """Take the measures and signatures that a block lacks."""
    if piece.checkpoint:  # done by an attempt that ended before it could say so
        return
    with piece.reading() as session:
        block = session.get_one(Block, piece.params["block"])
        is_measured, configs = columns.stored_of(session, block.id, using.set_id)
        batch = chosen_samples(session, run.dataset_id, np.frombuffer(block.ids, "<i8"))
    lacking = [one for one in using.recipe.comparisons.values() if one.fingerprint() not in configs]
    measured, signed = {} if is_measured else measure(batch, using.filters), _signed(batch, lacking)
    with piece.step(block.samples, {"stored": True}) as session:
        _store(session, using, block.id, measured, signed)


Signed = list[tuple[Deduplicator, Signatures]]


def _signed(batch: Batch, wanted: Iterable[Deduplicator]) -> Signed:
    return [(one, one.signatures(batch)) for one in wanted]


def _store(session: Session, using: MeasuredSet, block_id: int, measured: dict[str, Array], signed: Signed) -> None:
    columns.store_measures(session, using.set_id, block_id, measured)
    for one, values in signed:
        columns.store_signatures(session, one, block_id, values)


def _plan_checking(session: Session, job: Job) -> Sequence[ShardPlan]:
    """Blocks that were not checked against the dataset's benchmarks."""
    run, using = _run(session, job)
    return checking.plan(session, run.dataset_id, run.last_sample_id, using.recipe.decontamination)


def _check(piece: Piece) -> None:
    with piece.reading() as session:
        run, using = _run(session, piece.job)
    checking.check(piece, run.dataset_id, using.recipe.decontamination)


def _plan_settling(session: Session, job: Job) -> Sequence[ShardPlan]:
    run, using = _run(session, job)
    return checking.plan_settling(session, run.dataset_id, run.last_sample_id, using.recipe.decontamination)


def _settle(piece: Piece) -> None:
    with piece.reading() as session:
        run, using = _run(session, piece.job)
    checking.settle(piece, run.dataset_id, run.last_sample_id, using.recipe.decontamination)


def _plan_pairing(session: Session, job: Job) -> Sequence[ShardPlan]:
    """One shard per deduplicator whose pairs are not all known: they can only be found with all signatures together."""
    run, using = _run(session, job)
    samples, last = _measured(session, run)
    keys = [
        key for key, one in using.recipe.comparisons.items() if pairs.known_until(session, run.dataset_id, one) < last
    ]
    # Each of them sees every sample; counted once, so that the page does not speak of twice as many as there are.
    return [ShardPlan({"run_id": run.id, "key": key}, samples if key == keys[-1] else 0) for key in keys]


def _pair(piece: Piece) -> None:
    """Find the pairs among all samples, or those that samples added since make among themselves and with earlier ones."""
    if piece.checkpoint:
        return
    with piece.reading() as session:
        run, using = _run(session, piece.job)
        one: Deduplicator = using.recipe.comparisons[piece.params["key"]]
        layout = blocks.layout(session, run.dataset_id, run.last_sample_id)
        since = int(np.searchsorted(layout.ids, pairs.known_until(session, run.dataset_id, one), "right"))
        signatures = columns.signatures(session, layout, one)

    def fetch(rows: Sequence[int]) -> Batch:
        with piece.reading() as session:
            return chosen_samples(session, run.dataset_id, layout.ids[np.asarray(rows, np.int64)])

    found = edges(one, signatures, fetch, since=since)
    with piece.step(piece.shard.total, {"stored": True}) as session:
        pairs.store(session, run.dataset_id, one, layout, since, found)


def _plan_judging(session: Session, job: Job) -> Sequence[ShardPlan]:
    run, _ = _run(session, job)
    return [ShardPlan({"run_id": run.id}, _measured(session, run)[0])]


def _judge(piece: Piece) -> None:
    """Decide about all samples at once: who survives is a question to all of them together."""
    if piece.checkpoint:
        return
    with piece.reading() as session:
        run, using = _run(session, piece.job)
        judged = judging.judge(session, run, using)
        details = tallies.details(session, run, using, judged)
    with piece.step(piece.shard.total, {"stored": True}) as session:
        judging.store(session, run, judged)
        stored = session.get_one(Run, run.id)
        stored.counts, stored.details = tallies.counts(judged), details
        verdicts.forget_superseded(session, stored)


def _plan_verdicts(session: Session, job: Job) -> Sequence[ShardPlan]:
    run, _ = _run(session, job)
    found = session.execute(
        select(Block.id, Block.samples)
        .join(RunBlock, RunBlock.block_id == Block.id)
        .where(RunBlock.run_id == run.id)
        .order_by(Block.first_id)
    ).all()
    parts = [found[first : first + BLOCKS_PER_SHARD] for first in range(0, len(found), BLOCKS_PER_SHARD)]
    return [
        ShardPlan({"run_id": run.id, "blocks": [row.id for row in part]}, sum(row.samples for row in part))
        for part in parts
    ]


def _write_verdicts(piece: Piece) -> None:
    """Write down why each dropped sample is dropped, some blocks a step."""
    with piece.reading() as session:
        run, using = _run(session, piece.job)
    block_ids, done = piece.params["blocks"], int(piece.checkpoint.get("blocks", 0))
    for first in range(done, len(block_ids), BLOCKS_PER_STEP):
        share = min(first + BLOCKS_PER_STEP, len(block_ids)) / len(block_ids)
        with piece.step(round(piece.shard.total * share), {"blocks": first + BLOCKS_PER_STEP}) as session:
            verdicts.store(session, run, using, block_ids[first : first + BLOCKS_PER_STEP])


def _publish(session: Session, job: Job) -> None:
    """Make the verdicts count, and drop what no recipe in use measures by any more."""
    run, using = _run(session, job)
    publishing.publish(session, run)
    columns.forget_others(session, run.dataset_id, using.set_id)
    pairs.forget_others(session, run.dataset_id, using.recipe.comparisons)


def _run(session: Session, job: Job) -> tuple[Run, MeasuredSet]:
    run = session.get_one(Run, job.params["run_id"])
    version = session.get_one(RecipeVersion, run.recipe_version_id)
    return run, MeasuredSet.load(session.get_one(MeasureSet, run.set_id), recipes.loaded(version))


def _measured(session: Session, run: Run) -> tuple[int, int]:
    """(how many samples of a run are in blocks, the last of them)."""
    mine = (Block.dataset_id == run.dataset_id, Block.last_id <= run.last_sample_id)
    row = session.execute(select(func.sum(Block.samples), func.max(Block.last_id)).where(*mine)).one()
    return int(row[0] or 0), int(row[1] or 0)


jobs.KINDS[JobKind.RUN] = Kind(
    [
        Stage("Measure every sample", "samples", _plan_measuring, _measure),
        Stage("Check against benchmarks", "samples", _plan_checking, _check),
        Stage("Weigh what was found", "samples", _plan_settling, _settle),
        Stage("Find near-duplicates", "samples", _plan_pairing, _pair),
        Stage("Apply the recipe", "samples", _plan_judging, _judge),
        Stage("Write down the reasons", "samples", _plan_verdicts, _write_verdicts),
    ],
    _publish,
)
