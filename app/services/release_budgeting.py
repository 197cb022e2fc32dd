"""Choosing rows to a budget by quality and diversity: a stage of its own, as it reads the words of all that is selected."""

import numpy as np
from sqlalchemy import text

from app.curation.batch import Batch
from app.curation.exporter import exporters
from app.curation.releasing import diversity
from app.curation.releasing.composition import Composition
from app.models import Release
from app.services import release_criteria, release_selecting, runs
from app.services.release_rows import Part, end, rows
from app.services.working import Piece

_KEEP = text("""
    DELETE FROM release_rows r WHERE release_id = :release
        AND NOT EXISTS (SELECT FROM unnest(CAST(:kept AS bigint[])) AS kept(position) WHERE kept.position = r.position)
""")


def choose(piece: Piece) -> None:
    """Take out what the budget leaves no room for; a frozen test split stays. Positions keep their gaps."""
    if piece.checkpoint:  # done by an attempt that ended before it could say so
        return
    with piece.reading() as session:
        release = session.get_one(Release, piece.params["release_id"])
        composition = Composition.model_validate(release.composition)
        last = end(session, release.id)
    if composition.selection.budget is None:
        return
    kept = _kept(piece, release, composition, last)
    with piece.step(piece.shard.total, {"chosen": True}) as session:
        session.execute(_KEEP, {"release": release.id, "kept": kept.tolist()})


def _kept(
    piece: Piece, release: Release, composition: Composition, last: int
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Their positions."""
    budget, seed = composition.selection.budget or 0, composition.splits.seed
    positions, samples = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    with diversity.Topics() as topics:
        for page in rows(piece, release, exporters()[composition.format], Part(0, last)):
            topics.add(Batch([row.example for row in page]).text_bytes)
            positions.append(np.array([row.position for row in page], np.int64))
            samples.append(np.array([row.sample_id for row in page], np.int64))
        at, ids = np.concatenate(positions), np.concatenate(samples)
        clusters = topics.clusters(seed=seed) if len(at) > budget else np.zeros(len(at), np.int64)
    with piece.reading() as session:
        scores = release_criteria.scores(session, runs.latest(session, release.dataset_id), ids)
        first = np.isin(ids, release_selecting.frozen_test(session, release.dataset_id, composition))
    kept: np.ndarray[tuple[int], np.dtype[np.int64]] = at[diversity.choose(clusters, scores, budget, seed, first)]
    return kept
