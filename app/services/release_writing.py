"""Writing the files of a release: each a shard of rows that any worker can write, the same bytes every time."""

from collections.abc import Sequence
from typing import IO, cast

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.curation.exporter import exporters
from app.curation.releasing.composition import Composition
from app.curation.releasing.files import WRITERS, Compressed
from app.models import Job, Release, ReleaseFile
from app.services import blobs
from app.services.jobs import JobFailed, ShardPlan
from app.services.release_provenance import with_provenance
from app.services.release_rows import Part, pages
from app.services.working import Piece

_PARTS = text("""
    SELECT split, part, min(position), max(position) + 1, count(*) FROM (
        SELECT split, position, (row_number() OVER (PARTITION BY split ORDER BY position) - 1) / :most AS part
        FROM release_rows WHERE release_id = :release AND left_out = '') AS rows
    GROUP BY split, part ORDER BY split, part
""")


def plan(session: Session, job: Job) -> Sequence[ShardPlan]:
    """One shard per file."""
    release = session.get_one(Release, job.params["release_id"])
    layout = Composition.model_validate(release.composition).layout
    parts = session.execute(_PARTS, {"release": release.id, "most": layout.shard_rows}).all()
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
    packed = Compressed(file) if composition.layout.compression == "zstd" else None
    part = Part(piece.params["first"], piece.params["last"], piece.params["split"])
    with WRITERS[exporter.suffix](cast("IO[bytes]", packed) if packed else file) as writer:
        for page in pages(piece, release, type(exporter), part):
            for row in page:
                for record in exporter.rows(row.example):
                    writer.write(with_provenance(record, row.origin))
            with piece.step(writer.rows, {}):
                pass
    if packed:
        packed.close()
    return writer.rows


def _name(composition: Composition, params: dict[str, int | str]) -> str:
    """As `datasets` names shards: data/SPLIT-NUMBER-of-NUMBER."""
    suffix = exporters()[composition.format].suffix
    packed = ".zst" if composition.layout.compression == "zstd" else ""
    return f"data/{params['split']}-{params['number']:05}-of-{params['of']:05}.{suffix}{packed}"
