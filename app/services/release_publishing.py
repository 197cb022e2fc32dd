"""The last step: the manifest over all files, and the release is there, whole."""

from collections import Counter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.exporter import exporters
from app.curation.releasing.composition import Composition
from app.models import Release, ReleaseCheck, ReleaseFile, ReleaseRow, ReleaseState
from app.services import blobs
from app.services.release_writing import as_bytes
from app.services.working import Piece

MANIFEST = "manifest.json"
ASKED = "A question about it is open."
"""Why a sample that is approved is left out, decided when the release is frozen."""


def publish(piece: Piece) -> None:
    """Write the manifest and what stands beside the data; the release becomes visible in the same transaction."""
    with piece.reading() as session:
        release = session.get_one(Release, piece.params["release_id"])
        beside = {name: _keep(content) for name, content in _beside(session, release).items()}
        manifest = _manifest(session, release, beside)
    stored = _keep(as_bytes(manifest))
    with piece.step(piece.shard.total, {}) as session:
        release = session.get_one(Release, release.id)
        for name, one in [*beside.items(), (MANIFEST, stored)]:
            session.merge(ReleaseFile(release_id=release.id, name=name, size=one.size, sha256=one.sha256))
        release.manifest, release.sha256 = manifest, stored.sha256
        release.rows, release.size = manifest["rows"], sum(one["size"] for one in manifest["files"])
        release.state, release.published_at = ReleaseState.PUBLISHED, func.now()


def _beside(session: Session, release: Release) -> dict[str, bytes]:
    """Small files beside the data, such as a trainer's configuration."""
    names: dict[str, list[str]] = {}
    for file in data_files(session, release.id):
        names.setdefault(file.split, []).append(file.name)
    return exporters()[release.format]().beside(names)


def data_files(session: Session, release_id: int) -> list[ReleaseFile]:
    """The files that hold rows, in their order."""
    mine = (ReleaseFile.release_id == release_id, ReleaseFile.rows.is_not(None))
    return list(session.scalars(select(ReleaseFile).where(*mine).order_by(ReleaseFile.name)))


def _manifest(session: Session, release: Release, beside: dict[str, blobs.Stored]) -> dict[str, Any]:
    """Facts only: the same state gives the same manifest, whoever asks and whenever."""
    composition = Composition.model_validate(release.composition)
    files = data_files(session, release.id)
    listed = [
        {"name": one.name, "split": one.split, "rows": one.rows, "size": one.size, "sha256": one.sha256}
        for one in files
    ]
    listed += [{"name": name, "size": one.size, "sha256": one.sha256} for name, one in sorted(beside.items())]
    rows: Counter[str] = Counter()
    for one in files:
        rows[one.split] += one.rows or 0
    return {
        **release.frozen,
        "format": composition.format,
        "files": listed,
        "rows": rows.total(),
        "splits": dict(sorted(rows.items())),
        "left_out": _left_out(session, release),
        "checks": _checks(session, release.id),
    }


def _left_out(session: Session, release: Release) -> dict[str, int]:
    mine = (ReleaseRow.release_id == release.id, ReleaseRow.left_out != "")
    found = dict(
        session.execute(select(ReleaseRow.left_out, func.count()).where(*mine).group_by(ReleaseRow.left_out)).all()
    )
    if asked := release.frozen["open_questions"]:
        found[ASKED] = asked
    return dict(sorted(found.items()))


def _checks(session: Session, release_id: int) -> dict[str, Any]:
    """By check; an override names no person, but that there was one, and why."""
    found = session.scalars(
        select(ReleaseCheck).where(ReleaseCheck.release_id == release_id).order_by(ReleaseCheck.check)
    )
    return {
        one.check: {"level": one.level.value, "words": one.words, "rows": one.rows, **one.facts}
        | ({"overridden_because": one.overridden_because} if one.overridden_because else {})
        for one in found
    }


def _keep(content: bytes) -> blobs.Stored:
    with blobs.incoming() as file:
        file.write(content)
        return file.keep()
