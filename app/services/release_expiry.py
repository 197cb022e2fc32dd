"""Files of old releases make room. What was released stays known, row by row, and can be written again.

Removing is two steps: at once nobody can fetch the files any more; an hour later the bytes go, unless another release,
a corpus or a benchmark is made of the same ones. So no download breaks off, and nothing that is being stored is lost.
"""

from sqlalchemy import func, text
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Dataset, JobKind, Release, ReleaseState
from app.services import blobs, jobs
from app.services.errors import Conflict

GRACE_SECONDS = 3_600
_LOCK = 5_003_000_016
_DUE = text("""
    UPDATE releases SET files_removed_at = now() WHERE id IN (
        SELECT id FROM (
            SELECT r.id, r.files_removed_at, d.keep_releases, d.keep_days,
                coalesce(j.finished_at, r.published_at) AS written_at,
                row_number() OVER (PARTITION BY r.dataset_id ORDER BY r.version DESC) AS place
            FROM releases r JOIN datasets d ON d.id = r.dataset_id LEFT JOIN jobs j ON j.id = r.job_id
            WHERE r.state = 'published' AND (d.keep_releases IS NOT NULL OR d.keep_days IS NOT NULL)) AS found
        WHERE files_removed_at IS NULL AND written_at < now() - interval '1 day'
            AND (keep_releases IS NULL OR place > keep_releases)
            AND (keep_days IS NULL OR written_at < now() - make_interval(days => keep_days::int)))
    RETURNING id
""")
_UNUSED = text("""
    SELECT DISTINCT f.sha256 FROM release_files f JOIN releases r ON r.id = f.release_id
    WHERE r.files_removed_at < now() - make_interval(secs => :grace) AND r.state <> 'writing'
        AND NOT EXISTS (SELECT FROM release_files o JOIN releases q ON q.id = o.release_id
            WHERE o.sha256 = f.sha256 AND (q.files_removed_at IS NULL OR q.state = 'writing'))
        AND NOT EXISTS (SELECT FROM corpora c WHERE c.sha256 = f.sha256)
        AND NOT EXISTS (SELECT FROM tokenizers t WHERE t.sha256 = f.sha256)
        AND NOT EXISTS (SELECT FROM benchmarks b WHERE f.sha256 IN (b.sha256, b.fingerprint))
""")


def keep(session: Session, dataset: Dataset, newest: int | None, days: int | None) -> None:
    """Keep the files of so many releases, and of all that were written in so many days; all of them without either."""
    dataset.keep_releases, dataset.keep_days = newest, days
    session.flush()


def remove(session: Session, release: Release) -> None:
    """Take a release's files away. Conflict where there are none."""
    session.refresh(release, with_for_update=True)
    if release.state is not ReleaseState.PUBLISHED or release.files_removed_at is not None:
        raise Conflict(say("This release has no files that could be removed. Load the page anew."))
    release.files_removed_at = func.now()
    session.flush()


def write_again(session: Session, release: Release, by: int | None = None) -> None:
    """Write removed files once more from the frozen rows. Conflict where they are there, or being written."""
    session.refresh(release, with_for_update=True)
    if release.files_removed_at is None or release.state not in (ReleaseState.PUBLISHED, ReleaseState.FAILED):
        raise Conflict(say("The files are there, or are being written already. Load the page anew."))
    release.state = ReleaseState.WRITING
    job = jobs.start(session, JobKind.RELEASE, release.dataset_id, {"release_id": release.id}, by)
    release.job_id = job.id
    session.flush()


def apply(session: Session) -> int:
    """Take away what no dataset's rule keeps, but nothing that was written within a day. How many releases."""
    if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}):
        return 0
    return len(session.execute(_DUE).all())


def sweep(session: Session) -> int:
    """Delete the bytes of removed files that nothing else is made of. How many files."""
    return sum(blobs.discard(one, GRACE_SECONDS) for one in session.scalars(_UNUSED, {"grace": GRACE_SECONDS}).all())
