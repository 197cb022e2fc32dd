"""Which samples are in blocks, in which order, and which still have to be measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.db import AnyRow
from app.models import Block
from app.services import state_counts
from app.services.contents import Ids
from app.services.copying import read_binary


@dataclass(frozen=True)
class Layout:
    """A dataset's measured samples as rows, in the order of import; block `n` has the rows from ends[n] to ends[n + 1]."""

    block_ids: list[int]
    ends: NDArray[np.int64]
    ids: Ids
    corpora: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, sample_ids: Ids) -> NDArray[np.int64]:
        """The rows of those samples that are among them, in the order given."""
        places = np.searchsorted(self.ids, sample_ids)
        places[places == len(self.ids)] = 0
        return places[self.ids[places] == sample_ids] if len(self.ids) else places[:0]


def layout(session: Session, dataset_id: int, last_id: int) -> Layout:
    """All blocks of a dataset up to a sample."""
    found = read_binary(
        session,
        """
        SELECT id, samples, ids, corpora FROM blocks
        WHERE dataset_id = %(dataset)s AND last_id <= %(last)s ORDER BY first_id
    """,
        {"dataset": dataset_id, "last": last_id},
    )
    return joined(found)


def joined(found: Sequence[tuple[Any, ...]]) -> Layout:
    """(block, samples, ids, corpora) of blocks in order, as one."""
    return Layout(
        [row[0] for row in found],
        np.cumsum([0, *(row[1] for row in found)]),
        np.frombuffer(b"".join(row[2] for row in found), "<i8"),
        np.frombuffer(b"".join(row[3] for row in found), "<i4"),
    )


def add(session: Session, dataset_id: int, ids: Ids, corpora: NDArray[np.int32]) -> int:
    """A new block of samples that follow one another in their dataset. Returns its number."""
    block = Block(
        dataset_id=dataset_id,
        first_id=int(ids[0]),
        last_id=int(ids[-1]),
        samples=len(ids),
        ids=ids.astype("<i8").tobytes(),
        corpora=corpora.astype("<i4").tobytes(),
    )
    session.add(block)
    session.flush()
    return block.id


def outside(session: Session, dataset_id: int, last_id: int, size: int) -> Sequence[AnyRow]:
    """(first, last, samples): ranges of at most `size` samples that are in no block. Nothing may be read meanwhile."""
    spans = session.execute(
        select(Block.first_id, Block.last_id, Block.samples)
        .where(Block.dataset_id == dataset_id, Block.last_id <= last_id)
        .order_by(Block.first_id)
    ).all()
    if sum(span.samples for span in spans) == sum(state_counts.of(session, dataset_id).values()):
        return []
    return session.execute(
        text("""
        SELECT min(id) AS first, max(id) AS last, count(*) AS samples FROM (
            SELECT gap, s.id, (row_number() OVER (PARTITION BY gap ORDER BY s.id) - 1) / :size AS part
            FROM unnest(CAST(:after AS bigint[]), CAST(:before AS bigint[])) WITH ORDINALITY AS gaps(after, before, gap)
            JOIN samples s ON s.dataset_id = :dataset AND s.id > gaps.after AND s.id < gaps.before
        ) AS missing GROUP BY gap, part ORDER BY gap, part
    """),
        {
            "dataset": dataset_id,
            "size": size,
            "after": [0, *(span.last_id for span in spans)],
            "before": [*(span.first_id for span in spans), last_id + 1],
        },
    ).all()


def lacking(
    session: Session, dataset_id: int, last_id: int, set_id: int, configs: Sequence[str]
) -> Sequence[tuple[int, int]]:
    """(block, samples) of blocks that lack this set's measures or one of these signatures."""
    found = session.execute(
        text("""
        SELECT b.id, b.samples FROM blocks b WHERE b.dataset_id = :dataset AND b.last_id <= :last AND (
            NOT EXISTS (SELECT FROM block_columns c WHERE c.block_id = b.id AND c.set_id = :set)
            OR :wanted > (SELECT count(*) FROM block_signatures g WHERE g.block_id = b.id AND g.config = ANY(:configs)))
        ORDER BY b.first_id
    """),
        {"dataset": dataset_id, "last": last_id, "set": set_id, "configs": list(configs), "wanted": len(configs)},
    )
    return [(block_id, samples) for block_id, samples in found]
