"""The part of a run that looks for benchmarks: block by block first, then once more with the counts of all samples.

What a block holds is stored, so that a run looks only at new samples, unless benchmarks or settings have changed.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.curation.batch import Batch
from app.curation.decontamination import Contamination, Decontamination, Findings, Index, Suspect, likeliest
from app.models import Block, BlockCheck, CheckSet
from app.services import benchmarks, contaminations
from app.services.contents import Ids, chosen_samples
from app.services.copying import read_binary
from app.services.jobs import ShardPlan
from app.services.working import Piece

BLOCKS_PER_SHARD = 10
AT_ONCE = 1_000
"""Samples that are looked at again together."""


def plan(session: Session, dataset_id: int, last_sample_id: int, settings: Decontamination) -> Sequence[ShardPlan]:
    """Blocks that were not checked against these benchmarks; none where there are no benchmarks."""
    config = benchmarks.config(session, dataset_id, settings)
    lacking = _lacking(session, dataset_id, last_sample_id, config) if config else []
    parts = [lacking[first : first + BLOCKS_PER_SHARD] for first in range(0, len(lacking), BLOCKS_PER_SHARD)]
    return [
        ShardPlan({"blocks": [block for block, _ in part], "config": config}, sum(samples for _, samples in part))
        for part in parts
    ]


def check(piece: Piece, dataset_id: int, settings: Decontamination) -> None:
    """Look at a shard's blocks, one a step."""
    with piece.reading() as session:
        if benchmarks.config(session, dataset_id, settings) != piece.params["config"]:
            return  # benchmarks came or went since the run began: the next one looks for them
        index = benchmarks.index(session, dataset_id)
    assert index is not None
    done = int(piece.checkpoint.get("blocks", 0))
    seen = piece.shard.done
    for place, block_id in enumerate(piece.params["blocks"][done:], done + 1):
        with piece.reading() as session:
            ids = np.frombuffer(session.get_one(Block, block_id).ids, "<i8")
            batch = chosen_samples(session, dataset_id, ids)
        row = _seen(index, batch, ids, settings) | {"config": piece.params["config"], "block_id": block_id}
        seen += len(ids)
        with piece.step(seen, {"blocks": place}) as session:
            session.execute(insert(BlockCheck).values(row).on_conflict_do_nothing())


def plan_settling(
    session: Session, dataset_id: int, last_sample_id: int, settings: Decontamination
) -> Sequence[ShardPlan]:
    """One shard, unless the dataset was settled up to this sample against the same benchmarks."""
    known = session.get(CheckSet, dataset_id)
    config = benchmarks.config(session, dataset_id, settings)
    if config and known and (known.config, known.last_sample_id) == (config, last_sample_id):
        return []
    return [ShardPlan({"config": config}, 0)] if config or known else []


def settle(piece: Piece, dataset_id: int, last_sample_id: int, settings: Decontamination) -> None:
    """Decide about every sample that may hold an item, now that the counts of all samples are known."""
    if piece.checkpoint:
        return
    config = piece.params["config"]
    with piece.reading() as session:
        is_stale = benchmarks.config(session, dataset_id, settings) != config
        if is_stale or (config and _lacking(session, dataset_id, last_sample_id, config)):
            return  # benchmarks came or went since the run began: the next one decides
        index = benchmarks.index(session, dataset_id)
        candidates, tally = _together(session, dataset_id, last_sample_id, config, index)
    ids, found = _decided(piece, dataset_id, candidates, index, settings, tally)
    with piece.step(piece.shard.total, {"settled": True}) as session:
        contaminations.replace(session, dataset_id, ids, found)
        _mark(session, dataset_id, config, last_sample_id)


def tally(session: Session, dataset_id: int) -> NDArray[np.int64] | None:
    """In how many samples each word sequence of the benchmarks stands, as the last run counted; None where none did."""
    known, index = session.get(CheckSet, dataset_id), benchmarks.index(session, dataset_id)
    if known is None or index is None:
        return None
    if known.config != benchmarks.config(session, dataset_id, contaminations.settings(session, dataset_id)):
        return None
    return _together(session, dataset_id, known.last_sample_id, known.config, index)[1]


def _seen(index: Index, batch: Batch, ids: Ids, settings: Decontamination) -> dict[str, bytes]:
    found, counts = index.inspect(batch, settings), index.tally(batch)
    rows = sorted({one.row for one in found.contaminations} | {one.row for one in found.suspects})
    sequences = np.flatnonzero(counts)
    return {
        "samples": ids[rows].astype("<i8").tobytes(),
        "sequences": sequences.astype("<i4").tobytes(),
        "counts": counts[sequences].astype("<i4").tobytes(),
    }


def _decided(
    piece: Piece,
    dataset_id: int,
    candidates: Ids,
    index: Index | None,
    settings: Decontamination,
    tally: NDArray[np.int64],
) -> tuple[Ids, Findings]:
    """The samples looked at, and what they hold; rows of the findings are places among them."""
    sure: list[Contamination] = []
    doubtful: list[Suspect] = []
    for first in range(0, len(candidates) if index else 0, AT_ONCE):
        with piece.reading() as session:
            batch = chosen_samples(session, dataset_id, candidates[first : first + AT_ONCE])
        assert index is not None
        found = index.inspect(batch, settings, tally)
        sure += contaminations.moved(found.contaminations, first)
        doubtful += contaminations.moved(found.suspects, first)
        piece.alive()
    return candidates, Findings(sure, likeliest(doubtful, settings))


def _together(
    session: Session, dataset_id: int, last_sample_id: int, config: str, index: Index | None
) -> tuple[Ids, NDArray[np.int64]]:
    """Of all checked blocks: the samples that may hold an item, and the counts added up."""
    found = read_binary(
        session,
        """
        SELECT c.samples, c.sequences, c.counts FROM block_checks c JOIN blocks b ON b.id = c.block_id
        WHERE b.dataset_id = %(dataset)s AND b.last_id <= %(last)s AND c.config = %(config)s ORDER BY b.first_id
    """,
        {"dataset": dataset_id, "last": last_sample_id, "config": config},
    )
    counts = np.zeros(index.size if index else 0, np.int64)
    for _, sequences, numbers in found:
        counts[np.frombuffer(sequences, "<i4")] += np.frombuffer(numbers, "<i4")
    return np.frombuffer(b"".join(row[0] for row in found), "<i8"), counts


def _lacking(session: Session, dataset_id: int, last_sample_id: int, config: str) -> list[tuple[int, int]]:
    checked = select(BlockCheck.block_id).where(BlockCheck.block_id == Block.id, BlockCheck.config == config).exists()
    query = select(Block.id, Block.samples).where(
        Block.dataset_id == dataset_id, Block.last_id <= last_sample_id, ~checked
    )
    return [(block, samples) for block, samples in session.execute(query.order_by(Block.first_id))]


def _mark(session: Session, dataset_id: int, config: str, last_sample_id: int) -> None:
    """Say up to where the dataset is checked, and drop what was seen of other benchmarks or under other settings."""
    row = {"config": config, "last_sample_id": last_sample_id}
    added = insert(CheckSet).values(dataset_id=dataset_id, **row)
    session.execute(added.on_conflict_do_update(index_elements=[CheckSet.dataset_id], set_=row))
    mine = select(Block.id).where(Block.dataset_id == dataset_id)
    session.execute(delete(BlockCheck).where(BlockCheck.block_id.in_(mine), BlockCheck.config != config))
