"""Measures and signatures of blocks: written once per measuring step, read as one array per measure."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import exists, insert, select, text
from sqlalchemy.orm import Session

from app.curation.batch import Array
from app.curation.deduplicator import Deduplicator, Signatures
from app.models import BlockColumn, BlockSignature
from app.services.blocks import Layout
from app.services.copying import read_binary

EXACT = ("<f2", "<f4", "<f8")
SIGNATURES_AT_ONCE = 32
"""Blocks whose signatures are fetched together: some ten megabytes."""


def packed(values: Array) -> tuple[str, bytes]:
    """(dtype, bytes) in the smallest type that loses nothing; a single value where all are equal."""
    same = np.array_equal(values, np.broadcast_to(values[:1], values.shape), equal_nan=True)
    shown = values[:1] if same else values
    dtype = next(dtype for dtype in EXACT if _is_exact(shown, dtype))
    return dtype, shown.astype(dtype).tobytes()


def unpacked(dtype: str, values: bytes, out: Array) -> None:
    """Write what `packed` made into an array of the block's length."""
    out[:] = np.frombuffer(values, dtype)


def _is_exact(values: Array, dtype: str) -> bool:
    with np.errstate(over="ignore"):
        return np.array_equal(values.astype(dtype).astype(np.float64), values, equal_nan=True)


def store_measures(session: Session, set_id: int, block_id: int, measured: Mapping[str, Array]) -> None:
    """Write a block's measures, by name."""
    rows = [
        {"set_id": set_id, "measure": name, "block_id": block_id, "dtype": dtype, "values": content}
        for name, (dtype, content) in ((name, packed(values)) for name, values in measured.items())
    ]
    if rows:  # an insert of no rows is one of a row of defaults
        session.execute(insert(BlockColumn), rows)


def store_signatures(session: Session, one: Deduplicator, block_id: int, values: Signatures) -> None:
    """Write a block's signatures for one deduplicator."""
    content = np.ascontiguousarray(values, "<u4").tobytes()
    row = {"config": one.fingerprint(), "block_id": block_id, "deduplicator": one.key(), "values": content}
    session.execute(insert(BlockSignature), [row])


def measure(session: Session, layout: Layout, set_id: int, name: str) -> Array:
    """One stored measure of all samples: float64[len(layout)], NaN where it does not apply or was not taken."""
    found = read_binary(
        session,
        """
        SELECT block_id, dtype, values FROM block_columns
        WHERE set_id = %(set)s AND measure = %(name)s AND block_id = ANY(%(blocks)s)
    """,
        {"set": set_id, "name": name, "blocks": layout.block_ids},
    )
    out = np.full(len(layout), np.nan)
    places = {block_id: place for place, block_id in enumerate(layout.block_ids)}
    for block_id, dtype, values in found:
        place = places[block_id]
        unpacked(dtype, values, out[layout.ends[place] : layout.ends[place + 1]])
    return out


def measures_of_block(
    session: Session, set_id: int, block_id: int, samples: int, names: Sequence[str] | None = None
) -> dict[str, Array]:
    """A block's measures by name: all that are stored, or those wanted."""
    found = read_binary(
        session,
        """
        SELECT measure, dtype, values FROM block_columns
        WHERE block_id = %(block)s AND set_id = %(set)s AND (%(all)s OR measure = ANY(%(names)s))
    """,
        {"block": block_id, "set": set_id, "all": names is None, "names": list(names or ())},
    )
    measures = {name: np.empty(samples) for name, _, _ in found}
    for name, dtype, values in found:
        unpacked(dtype, values, measures[name])
    return measures


def measures_of_sample(session: Session, set_id: int, dataset_id: int, sample_id: int) -> dict[str, float]:
    """All measures of one sample by name; empty where it has not been measured. Only its own values are fetched."""
    block = session.execute(
        text("""
        SELECT id, samples, ids FROM blocks WHERE dataset_id = :dataset AND first_id <= :sample AND last_id >= :sample
    """),
        {"dataset": dataset_id, "sample": sample_id},
    ).first()
    if block is None:
        return {}
    place = int(np.searchsorted(np.frombuffer(block.ids, "<i8"), sample_id))
    found = read_binary(
        session,
        """
        SELECT measure, dtype, CASE WHEN octet_length(values) = size THEN values
            ELSE substring(values FROM %(place)s * size + 1 FOR size) END
        FROM block_columns, LATERAL (SELECT CAST(substring(dtype FROM 3) AS int) AS size) AS of_one
        WHERE block_id = %(block)s AND set_id = %(set)s
    """,
        {"block": block.id, "set": set_id, "place": place},
    )
    return {name: float(np.frombuffer(value, dtype)[0]) for name, dtype, value in found}


def signatures(session: Session, layout: Layout, one: Deduplicator) -> Signatures:
    """One row of numbers per sample: uint32[len(layout), one.width]."""
    out = np.empty((len(layout), one.width), np.uint32)
    for first in range(0, len(layout.block_ids), SIGNATURES_AT_ONCE):
        blocks = layout.block_ids[first : first + SIGNATURES_AT_ONCE]
        for place, (content,) in enumerate(_signatures(session, one, blocks), first):
            rows: NDArray[np.uint32] = np.frombuffer(content, "<u4").reshape(-1, one.width)
            out[layout.ends[place] : layout.ends[place + 1]] = rows
    return out


def _signatures(session: Session, one: Deduplicator, blocks: Sequence[int]) -> list[tuple[bytes]]:
    """Of each block, in the order given."""
    return read_binary(
        session,
        """
        SELECT g.values FROM unnest(%(blocks)s) WITH ORDINALITY AS wanted(id, place)
        JOIN block_signatures g ON g.block_id = wanted.id AND g.config = %(config)s ORDER BY place
    """,
        {"blocks": list(blocks), "config": one.fingerprint()},
    )


def stored_of(session: Session, block_id: int, set_id: int) -> tuple[bool, set[str]]:
    """(whether a block has this set's measures, the deduplicator configurations that it has signatures of)."""
    is_measured = session.scalar(select(exists().where(BlockColumn.block_id == block_id, BlockColumn.set_id == set_id)))
    configs = session.scalars(select(BlockSignature.config).where(BlockSignature.block_id == block_id))
    return bool(is_measured), set(configs)


def forget_others(session: Session, dataset_id: int, set_id: int) -> None:
    """Drop a dataset's measures of all other sets."""
    session.execute(
        text("""
        DELETE FROM block_columns c USING blocks b
        WHERE b.id = c.block_id AND b.dataset_id = :dataset AND c.set_id <> :set
    """),
        {"dataset": dataset_id, "set": set_id},
    )
