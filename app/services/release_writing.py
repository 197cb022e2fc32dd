"""Writing the files of a release: each a shard of rows that any worker can write, the same bytes every time."""

import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import IO, cast

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.curation.exporter import Example, exporters
from app.curation.releasing.composition import Composition
from app.curation.releasing.files import Compressed
from app.db import Json
from app.models import Job, Release, ReleaseFile
from app.services import blobs
from app.services.jobs import JobFailed, ShardPlan
from app.services.release_provenance import with_provenance
from app.services.release_rows import Part, examples
from app.services.working import Piece

SECONDS_PER_STEP = 0.5
"""How often progress is written down."""
EVERY_ROW = 2**62
_PARTS = text("""
    SELECT split, part, min(position), max(position) + 1, count(*) FROM (
        SELECT split, position, (row_number() OVER (PARTITION BY split ORDER BY position) - 1) / :most AS part
        FROM release_rows WHERE release_id = :release AND left_out = '') AS rows
    GROUP BY split, part ORDER BY split, part
""")


def plan(session: Session, job: Job) -> Sequence[ShardPlan]:
    """One shard per file."""
    release = session.get_one(Release, job.params["release_id"])
    composition = Composition.model_validate(release.composition)
    whole = exporters()[composition.format].in_one_file
    most = EVERY_ROW if whole else composition.layout.shard_rows
    parts = session.execute(_PARTS, {"release": release.id, "most": most}).all()
    of = {split: sum(other == split for other, *_ in parts) for split, *_ in parts}
    return [
        ShardPlan(
            {"release_id": release.id, "split": split, "first": first, "last": last, "number": number, "of": of[split]},
            rows,
        )
        for split, number, first, last, rows in parts
    ]


def write(piece: Piece) -> None:
    """Stream the rows into a file, page by page; an interrupted file is begun anew."""
    with piece.reading() as session:
        release = session.get_one(Release, piece.params["release_id"])
    composition = Composition.model_validate(release.composition)
    try:
        with blobs.incoming() as file:
            rows = _write_rows(piece, release, composition, cast("IO[bytes]", file))
            stored = file.keep()
    except blobs.NoSpace as error:
        raise JobFailed("disk_full", error.message) from error
    name = _name(composition, piece.params)
    with piece.step(piece.shard.total, {}) as session:
        found = {"rows": rows, "size": stored.size, "sha256": stored.sha256}
        session.execute(
            insert(ReleaseFile)
            .values(release_id=release.id, name=name, split=piece.params["split"], **found)
            .on_conflict_do_update(index_elements=["release_id", "name"], set_=found)
        )


def _write_rows(piece: Piece, release: Release, composition: Composition, file: IO[bytes]) -> int:
    exporter = exporters()[composition.format]()
    packed = Compressed(file) if _is_compressed(composition) else None
    part = Part(piece.params["first"], piece.params["last"], piece.params["split"])
    told = time.monotonic()
    weigh = _weighed if composition.selection.has_weights else _as_it_is
    with packed or nullcontext(), exporter.writer(cast("IO[bytes]", packed) if packed else file) as writer:
        for page in examples(piece, release, type(exporter), part):
            rows = [
                with_provenance(row, origin, example.source)
                for example, origin in page
                for row in weigh(exporter.rows(example), example)
            ]
            writer.write_all(rows)
            if time.monotonic() - told > SECONDS_PER_STEP:
                told = time.monotonic()
                with piece.step(writer.rows, {}):
                    pass
    return writer.rows


def _as_it_is(rows: Iterable[Json], example: Example) -> Iterable[Json]:
    return rows


def _weighed(rows: Iterable[Json], example: Example) -> Iterable[Json]:
    """A field of its own beside the format's: what reviewers agreed on less is to count less."""
    return [{**row, "weight": example.weight} for row in rows]


def _is_compressed(composition: Composition) -> bool:
    return composition.layout.compression == "zstd" and not exporters()[composition.format].is_packed


def _name(composition: Composition, params: dict[str, int | str]) -> str:
    """As `datasets` names shards: data/SPLIT-NUMBER-of-NUMBER."""
    suffix = exporters()[composition.format].suffix
    packed = ".zst" if _is_compressed(composition) else ""
    return f"data/{params['split']}-{params['number']:05}-of-{params['of']:05}.{suffix}{packed}"
