"""What a recipe decides about every measured sample of a dataset, as arrays. A run stores it, a what-if only counts it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from app.curation.batch import Mask
from app.curation.bounds import Limit
from app.curation.conflicts import RULE, among
from app.curation.edges import Edges
from app.curation.survivors import Copies
from app.curation.verdict import failing
from app.models import Run, RunBlock
from app.services import blocks, columns, conflicting, contaminations, pairs, preferring
from app.services.blocks import Layout
from app.services.copying import read_binary
from app.services.measured_set import MeasuredSet
from app.services.why import CONTAMINATED

COPY = np.dtype([("place", "<i4"), ("survivor", "<i8"), ("similarity", "<f8")])
"""A near-duplicate in a stored block: its place, the id of the sample that stays, and how similar they are."""


@dataclass(frozen=True)
class Judged:
    """Per row: how many rules it breaks (uint8; a recipe has fewer than 256) and of whom it is a copy.

    `conflicts` are pairs of rows that pass all else and contradict one another: one more rule that both break.

    `rules`: per reason, how many samples break the rule, and how many of them break no other and copy nothing.
    """

    layout: Layout
    failing: NDArray[np.uint8]
    copies: Copies
    conflicts: Edges
    rules: dict[str, dict[str, int]]

    @property
    def is_copy(self) -> Mask:
        return self.copies.survivor >= 0

    @property
    def dropped(self) -> Mask:
        return (self.failing > 0) | self.is_copy


def judge(session: Session, run: Run, using: MeasuredSet) -> Judged:
    """Decide about all samples of a run."""
    layout = blocks.layout(session, run.dataset_id, run.last_sample_id)
    broken, bits = _broken(session, run.dataset_id, layout, using)
    passes = broken == 0
    kept_by_hand = layout.rows(overruled(session, run.dataset_id))
    passes[kept_by_hand] = True
    disputes = conflicting.nothing(len(layout))
    if using.recipe.conflicts.drop:
        disputes = among(pairs.load(session, run.dataset_id, using.recipe.conflicts, layout), passes)
        disputed = conflicting.mask(disputes)
        broken += disputed
        bits[RULE.reason] = np.packbits(disputed)
        passes &= ~disputed
        passes[kept_by_hand] = True
    found = [pairs.load(session, run.dataset_id, one, layout) for one in using.recipe.deduplication.values()]
    copies = preferring.copies(
        session,
        run.dataset_id,
        layout,
        passes,
        found,
        using.recipe.survivors,
        lambda name: columns.measure(session, layout, using.set_id, name),
    )
    is_copy = copies.survivor >= 0
    alone = np.packbits((broken == 1) & ~is_copy)
    rules = {reason: _fired(mask, alone) for reason, mask in bits.items()}
    if using.recipe.deduplication:
        rules["duplicate"] = _fired(np.packbits(is_copy), np.packbits(broken == 0))
    return Judged(layout, broken, copies, disputes, rules)


def overruled(session: Session, dataset_id: int) -> NDArray[np.int64]:
    """Ids of samples that a person kept in spite of their verdict."""
    found = session.scalars(
        text("SELECT id FROM samples WHERE dataset_id = :dataset AND overruled_at IS NOT NULL"), {"dataset": dataset_id}
    )
    return np.array(found.all(), np.int64)


def store(session: Session, run: Run, judged: Judged) -> None:
    """Write a run's columns, in place of what an earlier attempt wrote."""
    session.execute(text("DELETE FROM run_blocks WHERE run_id = :run"), {"run": run.id})
    rows = [
        {"run_id": run.id, "block_id": block_id, **_stored(judged, slice(first, last))}
        for block_id, first, last in zip(
            judged.layout.block_ids, judged.layout.ends[:-1].tolist(), judged.layout.ends[1:].tolist(), strict=True
        )
    ]
    session.execute(insert(RunBlock), rows)


def load(session: Session, run: Run) -> Judged:
    """What a run stored, for the samples that are still as it saw them."""
    found = read_binary(
        session,
        """
        SELECT b.id, b.samples, b.ids, b.corpora, r.failing, r.copies, r.conflicts
        FROM run_blocks r JOIN blocks b ON b.id = r.block_id
        WHERE r.run_id = %(run)s ORDER BY b.first_id
    """,
        {"run": run.id},
    )
    layout = blocks.joined([row[:4] for row in found])
    failing = np.frombuffer(b"".join(row[4] for row in found), np.uint8)
    copies, conflicts = _copies(layout, [row[5] for row in found]), _conflicts(layout, [row[6] for row in found])
    return Judged(layout, failing, copies, conflicts, run.details.get("rules", {}))


def _copies(layout: Layout, stored: Sequence[bytes]) -> Copies:
    survivor, similarity = np.full(len(layout), -1, np.int64), np.full(len(layout), np.nan)
    for first, content in zip(layout.ends[:-1], stored, strict=True):
        copies = np.frombuffer(content, COPY)
        places = copies["place"] + first
        survivor[places] = copies["survivor"]
        similarity[places] = copies["similarity"]
    is_copy = survivor >= 0
    survivor[is_copy] = np.searchsorted(layout.ids, survivor[is_copy])
    return Copies(survivor, similarity)


def _conflicts(layout: Layout, stored: Sequence[bytes]) -> Edges:
    """Each pair once; a partner that is gone has taken its conflicts along."""
    tables = [np.frombuffer(content, conflicting.CONFLICT) for content in stored]
    rows = np.concatenate(
        [
            np.empty(0, np.int64),
            *(table["place"] + first for first, table in zip(layout.ends[:-1], tables, strict=True)),
        ]
    )
    table = np.concatenate([np.empty(0, conflicting.CONFLICT), *tables])
    known = np.isin(table["partner"], layout.ids)
    pairs = np.stack([rows[known], np.searchsorted(layout.ids, table["partner"][known])], axis=1)
    once = pairs[:, 0] < pairs[:, 1]
    return Edges(np.arange(len(layout)), pairs[once], table["disagreement"][known][once])


def _stored(judged: Judged, rows: slice) -> dict[str, bytes]:
    places = np.flatnonzero(judged.is_copy[rows])
    copies = np.empty(len(places), COPY)
    copies["place"] = places
    copies["survivor"] = judged.layout.ids[judged.copies.survivor[rows][places]]
    copies["similarity"] = judged.copies.similarity[rows][places]
    return {
        "failing": judged.failing[rows].tobytes(),
        "copies": copies.tobytes(),
        "conflicts": conflicting.stored(judged.conflicts, judged.layout, rows),
    }


def _broken(
    session: Session, dataset_id: int, layout: Layout, using: MeasuredSet
) -> tuple[NDArray[np.uint8], dict[str, NDArray[np.uint8]]]:
    """(how many rules each row breaks, per reason the rows that break it as packed bits)."""
    count, bits = np.zeros(len(layout), np.uint8), {}
    for name, limits in _by_measure(using.recipe.limits).items():
        values = columns.measure(session, layout, using.set_id, name)
        for limit in limits:
            mask = failing({name: values}, limit)
            count += mask
            bits[limit.rule.reason] = np.packbits(mask)
    if len(held := contaminations.contaminated(session, dataset_id)):
        mask = np.isin(layout.ids, held)
        count += mask
        bits[CONTAMINATED] = np.packbits(mask)
    return count, bits


def _by_measure(limits: Sequence[Limit]) -> dict[str, list[Limit]]:
    """So that a measure with two bounds is read once."""
    found: dict[str, list[Limit]] = {}
    for limit in limits:
        found.setdefault(limit.rule.measure.name, []).append(limit)
    return found


def _fired(mask: NDArray[np.uint8], alone: NDArray[np.uint8]) -> dict[str, int]:
    return {"failed": int(np.bitwise_count(mask).sum()), "alone": int(np.bitwise_count(mask & alone).sum())}
