"""Verified near-duplicates of a dataset: found once per configuration, extended by what was added since."""

from collections.abc import Mapping

import numpy as np
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from app.curation.deduplicator import Deduplicator
from app.curation.edges import Edges
from app.models import BlockSignature, PairBlock, PairSet
from app.services.blocks import Layout
from app.services.copying import read_binary


def threshold(one: Deduplicator) -> float:
    """From which similarity on a deduplicator takes two samples for copies of one another."""
    return float(getattr(one, "threshold", 1.0))


def known_until(session: Session, dataset_id: int, one: Deduplicator) -> int:
    """The last sample up to which all pairs are stored at this threshold or a lower one; 0 where none are."""
    return (
        session.scalar(
            select(PairSet.last_sample_id).where(
                PairSet.dataset_id == dataset_id,
                PairSet.config == one.fingerprint(),
                PairSet.threshold <= threshold(one),
            )
        )
        or 0
    )


def has_signatures(session: Session, layout: Layout, one: Deduplicator) -> bool:
    """Whether all blocks are signed for this deduplicator."""
    signed = select(func.count()).where(
        BlockSignature.config == one.fingerprint(), BlockSignature.block_id.in_(layout.block_ids)
    )
    return session.scalar(signed) == len(layout.block_ids)


def store(session: Session, dataset_id: int, one: Deduplicator, layout: Layout, since: int, found: Edges) -> None:
    """Add the duplicates among the rows from `since` on, and of them with earlier rows; at 0, replace all."""
    known = _set(session, dataset_id, one, since)
    known.last_sample_id = int(layout.ids[-1])
    copies = since + np.flatnonzero(found.groups[since:] != np.arange(since, len(found.groups)))
    firsts = np.concatenate([found.groups[copies], found.pairs[:, 0]])
    seconds = np.concatenate([copies, found.pairs[:, 1]])
    shares = np.concatenate([np.ones(len(copies)), found.similarities])
    equal = np.arange(len(firsts)) < len(copies)
    order = np.lexsort((seconds, firsts))
    session.execute(
        insert(PairBlock),
        [
            {
                "pair_set_id": known.id,
                "number": since,
                "firsts": layout.ids[firsts[order]].astype("<i8").tobytes(),
                "seconds": layout.ids[seconds[order]].astype("<i8").tobytes(),
                "similarities": shares[order].astype("<f8").tobytes(),
                "equal": equal[order].tobytes(),
            }
        ],
    )
    session.flush()


def load(session: Session, dataset_id: int, one: Deduplicator, layout: Layout) -> Edges:
    """What is stored, as rows of the layout, at the deduplicator's own threshold."""
    return at_threshold(load_all(session, dataset_id, one, layout), one)


def load_all(session: Session, dataset_id: int, one: Deduplicator, layout: Layout) -> Edges:
    """The same at the threshold at which the pairs were found."""
    found = read_binary(
        session,
        """
        SELECT p.firsts, p.seconds, p.similarities, p.equal FROM pair_blocks p JOIN pair_sets s ON s.id = p.pair_set_id
        WHERE s.dataset_id = %(dataset)s AND s.config = %(config)s ORDER BY p.number
    """,
        {"dataset": dataset_id, "config": one.fingerprint()},
    )
    firsts, seconds, shares, equal = (
        np.concatenate([np.empty(0, dtype), *(np.frombuffer(row[place], dtype) for row in found)])
        for place, dtype in enumerate(("<i8", "<i8", "<f8", "?"))
    )
    known = np.isin(seconds, layout.ids) & np.isin(firsts, layout.ids)
    rows = np.searchsorted(layout.ids, np.stack([firsts[known], seconds[known]], axis=1))
    equal, shares = equal[known], shares[known]
    groups = np.arange(len(layout))
    groups[rows[equal, 1]] = rows[equal, 0]
    return Edges(groups, rows[~equal], shares[~equal])


def at_threshold(found: Edges, one: Deduplicator) -> Edges:
    """Only the pairs that this deduplicator takes for copies."""
    wanted = one.verified(found.similarities)
    return found if wanted.all() else Edges(found.groups, found.pairs[wanted], found.similarities[wanted])


def forget_others(session: Session, dataset_id: int, used: Mapping[str, Deduplicator]) -> None:
    """Drop signatures and pairs of these deduplicators under any other configuration than this."""
    values = {
        "dataset": dataset_id,
        "keys": list(used),
        "configs": [one.fingerprint() for one in used.values()],
    }
    session.execute(
        text("""
        DELETE FROM pair_sets
        WHERE dataset_id = :dataset AND deduplicator = ANY(:keys) AND config <> ALL(:configs)
    """),
        values,
    )
    session.execute(
        text("""
        DELETE FROM block_signatures g USING blocks b WHERE b.id = g.block_id AND b.dataset_id = :dataset
            AND g.deduplicator = ANY(:keys) AND g.config <> ALL(:configs)
    """),
        values,
    )


def _set(session: Session, dataset_id: int, one: Deduplicator, since: int) -> PairSet:
    mine = (PairSet.dataset_id == dataset_id, PairSet.config == one.fingerprint())
    if since:
        return session.scalars(select(PairSet).where(*mine)).one()
    session.execute(delete(PairSet).where(*mine))
    made = PairSet(
        dataset_id=dataset_id,
        deduplicator=one.key(),
        config=one.fingerprint(),
        threshold=threshold(one),
        last_sample_id=0,
    )
    session.add(made)
    session.flush()
    return made
