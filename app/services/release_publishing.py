"""The last step: card, manifest and signature beside the files, and the release is there, whole."""

from collections import Counter
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.exporter import exporters
from app.curation.releasing import card, citation
from app.curation.releasing.folder import KEY, MANIFEST, SIGNATURE
from app.curation.releasing.manifest import as_bytes, comment
from app.db import Json
from app.models import Release, ReleaseCheck, ReleaseFile, ReleaseRow, ReleaseState, Sample
from app.services import blobs, release_facts, signing
from app.services.working import Piece

ASKED = "A question about it is open."
"""Why a sample that is approved is left out, decided when the release is frozen."""


def publish(piece: Piece) -> None:
    """Write what stands beside the data; the release becomes visible in the same transaction."""
    with piece.step(0, {}) as session:  # reviewers who have no number yet are given one
        release = session.get_one(Release, piece.params["release_id"])
        files = data_files(session, release.id)
        facts = _facts(session, release, files)
    beside = _beside(release, files)
    told = {**facts, "data_files": [{"name": one.name, "split": one.split} for one in files]}
    for name, write in (("README.md", card.readme), ("CITATION.cff", citation.cff)):
        beside[name] = write(told).encode()
    manifest = _listed(facts, files, beside)
    content = as_bytes(manifest)
    kept = {name: _keep(one) for name, one in {**beside, **_signed(manifest, content)}.items()}
    with piece.step(piece.shard.total, {}) as session:
        release = session.get_one(Release, release.id)
        for name, one in kept.items():
            session.merge(ReleaseFile(release_id=release.id, name=name, size=one.size, sha256=one.sha256))
        release.manifest, release.sha256 = manifest, kept[MANIFEST].sha256
        release.rows, release.size = manifest["rows"], manifest["size"]
        release.state, release.published_at = ReleaseState.PUBLISHED, release.published_at or func.now()
        release.files_removed_at = None  # where they were written again


def data_files(session: Session, release_id: int) -> list[ReleaseFile]:
    """The files that hold rows, in their order."""
    mine = (ReleaseFile.release_id == release_id, ReleaseFile.rows.is_not(None))
    return list(session.scalars(select(ReleaseFile).where(*mine).order_by(ReleaseFile.name)))


def _beside(release: Release, files: list[ReleaseFile]) -> dict[str, bytes]:
    """Small files beside the data, such as a trainer's configuration."""
    names: dict[str, list[str]] = {}
    for file in files:
        names.setdefault(file.split, []).append(file.name)
    return exporters()[release.format]().beside(names)


def _facts(session: Session, release: Release, files: list[ReleaseFile]) -> Json:
    """The frozen facts, and what came of the rows: the same for the same state, whoever asks and whenever."""
    frozen = {key: value for key, value in release.frozen.items() if key != release_facts.UNSAID}
    rows: Counter[str] = Counter()
    for one in files:
        rows[one.split] += one.rows or 0
    released = _released(session, release.id)
    left_out = _left_out(session, release.id)
    licences: Counter[str] = Counter()
    for corpus in frozen["corpora"]:
        licences[corpus["licence"]] += released.get(corpus["id"], 0)
    return {
        **frozen,
        **release_facts.of_rows(session, release),
        "format": release.format,
        "rows": rows.total(),
        "splits": dict(sorted(rows.items())),
        "corpora": [
            {**{key: value for key, value in one.items() if key != "id"}, "released": released.get(one["id"], 0)}
            for one in frozen["corpora"]
        ],
        "licences": {name: number for name, number in sorted(licences.items()) if number},
        "checks": _checks(session, release.id),
        **_ends(frozen, sum(released.values()), left_out),
    }


def _released(session: Session, release_id: int) -> dict[int, int]:
    """Samples that leave, by corpus."""
    query = select(Sample.corpus_id, func.count()).join(ReleaseRow, ReleaseRow.sample_id == Sample.id)
    mine = (ReleaseRow.release_id == release_id, ReleaseRow.left_out == "")
    return dict(session.execute(query.where(*mine).group_by(Sample.corpus_id)).all())


def _left_out(session: Session, release_id: int) -> dict[str, int]:
    mine = (ReleaseRow.release_id == release_id, ReleaseRow.left_out != "")
    query = select(ReleaseRow.left_out, func.count()).where(*mine).group_by(ReleaseRow.left_out)
    return dict(session.execute(query).all())


def _ends(frozen: Json, released: int, left_out: dict[str, int]) -> Json:
    """Where the samples went that the format takes. Questions were counted a moment apart from the rows."""
    taken, out = frozen["funnel"]["taken"], sum(left_out.values())
    asked = min(frozen["open_questions"], taken - released - out)
    reasons = left_out | ({ASKED: asked} if asked else {})
    ends = {"open_questions": asked, "left_out": out, "released": released}
    return {
        "open_questions": asked,
        "left_out": dict(sorted(reasons.items())),
        "funnel": {**frozen["funnel"], **ends, "not_selected": taken - sum(ends.values())},
    }


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


def _listed(facts: Json, files: list[ReleaseFile], beside: dict[str, bytes]) -> Json:
    """The manifest: the facts, and every file that is there beside it and its signature."""
    listed: list[Json] = [
        {"name": one.name, "split": one.split, "rows": one.rows, "size": one.size, "sha256": one.sha256}
        for one in files
    ]
    listed += [
        {"name": name, "size": len(content), "sha256": sha256(content).hexdigest()}
        for name, content in sorted(beside.items())
    ]
    return {**facts, "files": listed, "size": sum(one["size"] for one in listed)}


def _signed(manifest: Json, content: bytes) -> dict[str, bytes]:
    key = signing.secret_key()
    signature = key.sign(content, comment(manifest, sha256(content).hexdigest()))
    return {MANIFEST: content, SIGNATURE: signature, KEY: key.public.file()}


def _keep(content: bytes) -> blobs.Stored:
    with blobs.incoming() as file:
        file.write(content)
        return file.keep()
