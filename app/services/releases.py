"""Releases: exactly what was selected, frozen, checked, in a trainer's format, the same bytes every time."""

import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.curation.exporter import Exporter, exporters
from app.curation.releasing.composition import Composition
from app.curation.releasing.folder import MANIFEST
from app.curation.releasing.manifest import as_bytes
from app.messages import say
from app.models import Dataset, Job, JobKind, Release, ReleaseCheck, ReleaseFile, ReleaseState
from app.models.release import Level
from app.services import (
    blobs,
    jobs,
    release_budgeting,
    release_checking,
    release_freezing,
    release_publishing,
    release_rows,
    release_selecting,
    release_splitting,
    release_writing,
    tokenizers,
)
from app.services.errors import Conflict, Invalid, NotFound
from app.services.jobs import Kind, ShardPlan, Stage
from app.services.release_publishing import ASKED

__all__ = ["ASKED", "MANIFEST"]

REMOVED = say(
    "The files of this release were removed to make room. What it held is known: an admin can write them again from the"
    " release's page."
)


def formats() -> dict[str, tuple[str, str]]:
    """Title and one sentence about every format, by key."""
    return {key: (exporter.title, _description(exporter)) for key, exporter in exporters().items()}


def start(session: Session, dataset: Dataset, format: str, by: int | None = None) -> Release:
    """Release all that is approved in a format, everything else as it comes."""
    return compose(session, dataset, Composition(format=format), by)


def compose(session: Session, dataset: Dataset, composition: Composition, by: int | None = None) -> Release:
    """Make the next release and start checking it.

    Invalid for an unknown format, Conflict where nothing is selected.
    """
    if composition.format not in exporters():
        raise Invalid(f"There is no format “{composition.format}”. Choose one of: {', '.join(exporters())}.")
    release_selecting.check(session, dataset.id, composition)
    tokenizers.check(session, dataset.id, composition.gate)
    session.execute(select(Dataset.id).where(Dataset.id == dataset.id).with_for_update())
    if not release_selecting.count(session, dataset.id, composition):
        if release_selecting.asked(session, dataset.id, composition):
            raise Conflict(
                say("Every approved sample has an open question. Answer and resolve the questions first.")
            )
        raise Conflict(say("Nothing is selected, so there is nothing to release. Approve or choose more samples first."))
    version = (session.scalar(select(func.max(Release.version)).where(Release.dataset_id == dataset.id)) or 0) + 1
    release = Release(
        dataset_id=dataset.id,
        version=version,
        format=composition.format,
        composition=composition.model_dump(mode="json"),
        created_by=by,
    )
    session.add(release)
    session.flush()
    job = jobs.start(session, JobKind.CHECK, dataset.id, {"release_id": release.id}, by)
    release.job_id = job.id
    session.flush()
    session.refresh(release)
    return release


def override(session: Session, release: Release, check: str, by: int, because: str) -> None:
    """Let a release pass a check that blocks it. Invalid without a reason, Conflict where it does not block."""
    if not because.strip():
        raise Invalid(say("Say why this may go out all the same: the reason is kept with the release."))
    values = {"overridden_by": by, "overridden_at": func.now(), "overridden_because": because.strip()}
    blocking = (ReleaseCheck.release_id == release.id, ReleaseCheck.check == check, ReleaseCheck.level == Level.BLOCK)
    if (
        release.state is not ReleaseState.HELD
        or not session.execute(
            update(ReleaseCheck).where(*blocking).values(values).returning(ReleaseCheck.check)
        ).first()
    ):
        raise Conflict(say("This check does not hold the release back any more. Load the page anew."))


def publish(session: Session, release: Release, by: int | None = None) -> None:
    """Start writing a release that was held. Conflict while a check still blocks it."""
    session.refresh(release, with_for_update=True)
    if release.state is not ReleaseState.HELD:
        raise Conflict(say("This release is not waiting for anybody. Load the page anew."))
    if blocks(session, release.id):
        raise Conflict(
            say("A check still holds this release back. Say why it may pass, or mend the samples and compose again.")
        )
    if not release_rows.remaining(session, release.id):
        raise Conflict(
            say("There is nothing to write: no row is left. Compose a release of other samples or another format.")
        )
    _write(session, release, by)


def blocks(session: Session, release_id: int) -> Sequence[ReleaseCheck]:
    """Checks that hold a release back and that nobody has let pass."""
    mine = (ReleaseCheck.release_id == release_id, ReleaseCheck.level == Level.BLOCK)
    open_ones = select(ReleaseCheck).where(*mine, ReleaseCheck.overridden_at.is_(None))
    return session.scalars(open_ones.order_by(ReleaseCheck.check)).all()


def approved(session: Session, dataset_id: int) -> int:
    """How many samples a release of all that is approved would hold now."""
    return release_selecting.count(session, dataset_id, Composition(format="messages"))


def asked(session: Session, dataset_id: int) -> int:
    """How many approved samples stay out of a release because a question about them is open."""
    return release_selecting.asked(session, dataset_id, Composition(format="messages"))


def of(session: Session, dataset_id: int) -> Sequence[Release]:
    """A dataset's releases, newest first."""
    return session.scalars(
        select(Release).where(Release.dataset_id == dataset_id).order_by(Release.version.desc())
    ).all()


def numbered(session: Session, dataset_id: int, version: int) -> Release:
    """A release by its number. NotFound."""
    mine = (Release.dataset_id == dataset_id, Release.version == version)
    found = session.scalar(select(Release).where(*mine))
    if found is None:
        raise NotFound(say("This dataset has no release %(version)s. Its page lists them.", version=str(version)))
    return found


def files(session: Session, release: Release) -> Sequence[ReleaseFile]:
    """All files of a release, the data first."""
    mine = select(ReleaseFile).where(ReleaseFile.release_id == release.id)
    return session.scalars(mine.order_by(ReleaseFile.rows.is_(None), ReleaseFile.name)).all()


def file_path(session: Session, release: Release, name: str) -> Path:
    """Where a file of a published release is. NotFound while it is not written, and where there is none of that name."""
    if release.files_removed_at is not None:
        raise NotFound(REMOVED)
    if release.state is not ReleaseState.PUBLISHED:
        raise NotFound(say("This release is not written yet. Its page shows how far it is."))
    file = session.get(ReleaseFile, (release.id, name))
    if file is None:
        raise NotFound(say("This release has no such file. Its page lists all it has."))
    return blobs.path(file.sha256)


def name_of(dataset: Dataset, release: Release) -> str:
    """A name that says what a download is, without a suffix."""
    words = "".join(c if c.isalnum() else "-" for c in dataset.name.lower()).strip("-") or "dataset"
    return f"{words}-v{release.version}-{release.format}"


def manifest_bytes(release: Release) -> bytes:
    """The manifest as a file."""
    return as_bytes(release.manifest)


def _description(exporter: type[Exporter]) -> str:
    """What follows the colon in the first line of the exporter's module."""
    first = (sys.modules[exporter.__module__].__doc__ or "").strip().splitlines()[0]
    words = (first.partition(": ")[2] or first).replace("`", "")
    return words[:1].upper() + words[1:]


def _one_shard(session: Session, job: Job) -> Sequence[ShardPlan]:
    return [ShardPlan(job.params, 1)]


def _plan_freezing(session: Session, job: Job) -> Sequence[ShardPlan]:
    release = session.get_one(Release, job.params["release_id"])
    composition = Composition.model_validate(release.composition)
    return [ShardPlan(job.params, release_selecting.count(session, release.dataset_id, composition))]


def _checked(session: Session, job: Job) -> None:
    release = session.get_one(Release, job.params["release_id"], with_for_update=True)
    if release_checking.conclude(session, release):
        _write(session, release, job.created_by)
    else:
        release.state = ReleaseState.HELD


def _write(session: Session, release: Release, by: int | None) -> None:
    release.state = ReleaseState.WRITING
    job = jobs.start(session, JobKind.RELEASE, release.dataset_id, {"release_id": release.id}, by)
    release.job_id = job.id
    session.flush()


def _stopped(session: Session, job: Job) -> None:
    session.execute(update(Release).where(Release.id == job.params["release_id"]).values(state=ReleaseState.FAILED))


jobs.KINDS[JobKind.CHECK] = Kind(
    [
        Stage("Freeze what is selected", "samples", _plan_freezing, release_freezing.freeze),
        Stage("Choose within the budget", "steps", _one_shard, release_budgeting.choose),
        Stage("Check every row", "samples", release_checking.plan, release_checking.check),
        Stage("Keep the splits apart", "steps", _one_shard, release_splitting.split),
    ],
    _checked,
    _stopped,
)
jobs.KINDS[JobKind.RELEASE] = Kind(
    [
        Stage("Write the files", "samples", release_writing.plan, release_writing.write),
        Stage("Write the manifest", "steps", _one_shard, release_publishing.publish),
    ],
    stopped=_stopped,
)
