"""Measures, signatures and pairs between arrays and tables: streamed by COPY, never one object per row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Select, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.curation.batch import Array, Batch, Mask
from app.curation.deduplicator import Deduplicator, Signatures
from app.curation.filter import Filter
from app.curation.measuring import fingerprints, measure_names, measuring
from app.curation.recipe import Recipe
from app.curation.sample import Form, Source, turns
from app.curation.sample import Sample as CoreSample
from app.curation.survivors import Edges
from app.curation.verdict import failing
from app.db import AnyRow
from app.models import MeasureSet, Run, Sample
from app.services.copying import copy_rows

Ids = NDArray[np.int64]
LOADED_AT_ONCE = 10_000
TEXT_AT_ONCE = 16 << 20
"""Characters of text that are measured together; all views of them take some times as much memory."""


@dataclass(frozen=True)
class Columns:
    """What the numbers of a stored array mean, under one recipe."""

    set_id: int
    names: list[str]
    recipe: Recipe
    filters: dict[str, Filter]

    @classmethod
    def of(cls, session: Session, recipe: Recipe) -> "Columns":
        """The set of measures that the filters of today make under this recipe; stored at its first use."""
        using = measuring(recipe.filters)
        fingerprint = sha256(orjson.dumps(fingerprints(using), option=orjson.OPT_SORT_KEYS)).hexdigest()
        session.execute(
            upsert(MeasureSet).values(fingerprint=fingerprint, names=measure_names(using)).on_conflict_do_nothing()
        )
        return cls.load(session.scalars(select(MeasureSet).where(MeasureSet.fingerprint == fingerprint)).one(), recipe)

    @classmethod
    def load(cls, stored: MeasureSet, recipe: Recipe) -> "Columns":
        return cls(stored.id, stored.names, recipe, measuring(recipe.filters))

    def unmeasured(self, session: Session, dataset_id: int, last_id: int, size: int) -> Sequence[AnyRow]:
        """(first, last, samples): ranges of samples that lack measures or signatures, `size` of them in each."""
        configs = [one.fingerprint() for one in self.recipe.deduplication.values()]
        return session.execute(
            text("""
            SELECT min(id) AS first, max(id) AS last, count(*) AS samples FROM (
                SELECT s.id, (row_number() OVER (ORDER BY s.id) - 1) / :size AS shard FROM samples s
                WHERE s.dataset_id = :dataset AND s.id <= :last AND (
                    NOT EXISTS (SELECT 1 FROM measured m WHERE m.sample_id = s.id AND m.set_id = :set)
                    OR :wanted > (
                        SELECT count(*) FROM signatures g WHERE g.sample_id = s.id AND g.config = ANY(:configs)))
            ) AS missing GROUP BY shard ORDER BY shard
        """),
            {
                "dataset": dataset_id,
                "last": last_id,
                "set": self.set_id,
                "size": size,
                "configs": configs,
                "wanted": len(configs),
            },
        ).all()

    def signatures(self, session: Session, one: Deduplicator, run: Run) -> tuple[Ids, Signatures]:
        """Sample ids in the order of import, and a row of numbers for each."""
        found = _stream(
            session,
            """
            SELECT g.sample_id, g.values FROM signatures g JOIN samples s ON s.id = g.sample_id
            WHERE g.config = :config AND s.dataset_id = :dataset AND s.id <= :last ORDER BY g.sample_id
        """,
            {"config": one.fingerprint(), "dataset": run.dataset_id, "last": run.last_sample_id},
        )
        ids, blocks = [np.empty(0, np.int64)], [np.empty((0, one.width), np.uint32)]
        for rows in found:
            ids.append(np.fromiter((row[0] for row in rows), np.int64, len(rows)))
            blocks.append(
                np.frombuffer(b"".join(row[1] for row in rows), "<u4").astype(np.uint32).reshape(-1, one.width)
            )
        return np.concatenate(ids), np.concatenate(blocks)

    def measures(self, session: Session, ids: Ids) -> dict[str, Array]:
        """The stored measures of some samples, by name, in the order of `ids`."""
        rows = (
            session.execute(
                text("""
            SELECT m.values FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS wanted(id, place)
            JOIN measured m ON m.sample_id = wanted.id ORDER BY place
        """),
                {"ids": ids.tolist()},
            )
            .scalars()
            .all()
        )
        table = np.array(rows, np.float64).reshape(len(ids), len(self.names))
        return {name: table[:, column] for column, name in enumerate(self.names)}


def next_samples(session: Session, dataset_id: int, after: int, last: int) -> tuple[Ids, Batch]:
    """Original contents from behind `after` up to `last`, as many as have so much text together; one at least if any."""
    query = _contents(dataset_id).where(Sample.id > after, Sample.id <= last).order_by(Sample.id)
    rows, size = [], 0
    with session.execute(query, execution_options={"stream_results": True, "max_row_buffer": 100}) as found:
        for row in found:
            rows.append(row)
            size += sum(len(turn.text) for turn in turns(Form(row.form), row.content))
            if size >= TEXT_AT_ONCE:
                break
    return _batch(rows)


def chosen_samples(session: Session, dataset_id: int, chosen: Ids) -> Batch:
    """Original contents of the chosen ids, in their order."""
    query = _contents(dataset_id).where(Sample.id.in_(chosen.tolist()))
    found = {row.id: row for row in session.execute(query)}
    return _batch([found[sample_id] for sample_id in chosen.tolist()])[1]


def _contents(dataset_id: int) -> Select[Any]:
    return select(Sample.id, Sample.form, Sample.content).where(Sample.dataset_id == dataset_id)


def _batch(rows: Sequence[AnyRow]) -> tuple[Ids, Batch]:
    ids = np.fromiter((row.id for row in rows), np.int64, len(rows))
    return ids, Batch([CoreSample(Form(row.form), row.content, _NOWHERE) for row in rows])


def store_measures(session: Session, set_id: int, ids: Ids, columns: Sequence[Array]) -> None:
    """Replace the measures of some samples."""
    table = np.column_stack(columns) if columns else np.empty((len(ids), 0))
    session.execute(text("DELETE FROM measured WHERE sample_id = ANY(:ids)"), {"ids": ids.tolist()})
    copy_rows(
        session,
        "COPY measured (sample_id, set_id, values) FROM STDIN",
        ((sample_id, set_id, values) for sample_id, values in zip(ids.tolist(), table.tolist(), strict=True)),
    )


def store_signatures(session: Session, config: str, ids: Ids, values: Signatures) -> None:
    """Replace one deduplicator's signatures of some samples."""
    session.execute(
        text("DELETE FROM signatures WHERE config = :config AND sample_id = ANY(:ids)"),
        {"config": config, "ids": ids.tolist()},
    )
    copy_rows(
        session,
        "COPY signatures (config, sample_id, values) FROM STDIN",
        ((config, sample_id, row.astype("<u4").tobytes()) for sample_id, row in zip(ids.tolist(), values, strict=True)),
    )


def store_edges(session: Session, run_id: int, key: str, ids: Ids, found: Edges) -> None:
    """Write groups of equals and verified pairs of one deduplicator."""
    copies = np.flatnonzero(found.groups != np.arange(len(found.groups)))
    equal = zip(ids[found.groups[copies]].tolist(), ids[copies].tolist(), strict=True)
    alike = zip(ids[found.pairs].tolist(), found.similarities.tolist(), strict=True)
    statement = "COPY near_pairs (run_id, deduplicator, first_id, second_id, similarity, identical) FROM STDIN"
    copy_rows(session, statement, ((run_id, key, first, second, 1.0, True) for first, second in equal))
    copy_rows(session, statement, ((run_id, key, first, second, share, False) for (first, second), share in alike))


def store_verdicts(session: Session, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write verdicts: (run, sample, kept, reasons, failures as JSON, survivor, similarity)."""
    columns = "run_id, sample_id, kept, reasons, failures, duplicate_of, similarity"
    copy_rows(session, f"COPY verdicts ({columns}) FROM STDIN", rows)


def load_edges(session: Session, run_id: int, key: str, ids: Ids) -> Edges:
    """What `store_edges` wrote, as rows of `ids` (ascending)."""
    groups, pairs, similarities = np.arange(len(ids)), [np.empty((0, 2), np.int64)], [np.empty(0)]
    for rows in _stream(
        session,
        """
        SELECT first_id, second_id, similarity, identical FROM near_pairs WHERE run_id = :run AND deduplicator = :key
    """,
        {"run": run_id, "key": key},
    ):
        places = np.searchsorted(ids, np.array([row[:2] for row in rows], np.int64))
        identical = np.array([row[3] for row in rows], np.bool_)
        groups[places[identical, 1]] = places[identical, 0]
        pairs.append(places[~identical])
        similarities.append(np.array([row[2] for row in rows], np.float64)[~identical])
    return Edges(groups, np.concatenate(pairs), np.concatenate(similarities))


def load_passes(session: Session, run: Run, columns: Columns) -> tuple[Ids, Mask]:
    """All samples of a run in the order of import, and which of them pass every rule or were kept by a person."""
    ids, passes = [np.empty(0, np.int64)], [np.empty(0, np.bool_)]
    for rows in _stream(
        session,
        """
        SELECT s.id, s.overruled_at IS NOT NULL, m.values FROM samples s JOIN measured m ON m.sample_id = s.id
        WHERE s.dataset_id = :dataset AND s.id <= :last ORDER BY s.id
    """,
        {"dataset": run.dataset_id, "last": run.last_sample_id},
    ):
        table = np.array([row[2] for row in rows], np.float64).reshape(len(rows), len(columns.names))
        measures = {name: table[:, column] for column, name in enumerate(columns.names)}
        failed = np.zeros(len(rows), np.bool_)
        for limit in columns.recipe.limits:
            failed |= failing(measures, limit)
        ids.append(np.fromiter((row[0] for row in rows), np.int64, len(rows)))
        passes.append(~failed | np.array([row[1] for row in rows], np.bool_))
    return np.concatenate(ids), np.concatenate(passes)


def _stream(session: Session, statement: str, values: dict[str, Any]) -> Iterable[Sequence[AnyRow]]:
    """Rows in blocks through a server cursor, so that no result is in memory as a whole."""
    result = session.execute(
        text(statement), values, execution_options={"stream_results": True, "max_row_buffer": LOADED_AT_ONCE}
    )
    return result.partitions(LOADED_AT_ONCE)


_NOWHERE = Source("", 0)
