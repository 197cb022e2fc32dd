"""What a release's page tells: its gate, what went where, and whom to trust."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.releasing.folder import KEY
from app.curation.releasing.minisign import Malformed, PublicKey
from app.messages import Message, again, known
from app.models import Level, Release, ReleaseCheck, ReleaseFile, ReleaseFinding, ReleaseRow, ReleaseState, User
from app.services import blobs, gate, runs, samples, signing
from app.services.errors import NotFound
from app.services.samples import Found

PAGE = 50


@dataclass(frozen=True)
class Told:
    """How a check ended. `listed` are the findings that can be looked at: of very many, not all are kept."""

    key: str
    title: Message
    about: Message
    level: Level
    words: str
    rows: int
    listed: int
    overridden_by: str
    check: ReleaseCheck

    @property
    def holds_back(self) -> bool:
        return self.level is Level.BLOCK and self.check.overridden_at is None


@dataclass(frozen=True)
class Pointed:
    """A row that a check points at, as a list shows it."""

    position: int
    why: str
    sample: Found


def checks(session: Session, release: Release) -> list[Told]:
    """What blocks first, then what warns; checks that are gone from the program keep their words."""
    listed = dict(
        session.execute(
            select(ReleaseFinding.check, func.count())
            .where(ReleaseFinding.release_id == release.id)
            .group_by(ReleaseFinding.check)
        ).all()
    )
    query = (
        select(ReleaseCheck, User.name)
        .outerjoin(User, User.id == ReleaseCheck.overridden_by)
        .where(ReleaseCheck.release_id == release.id)
    )
    found = [_told(check, name or "", listed.get(check.check, 0)) for check, name in session.execute(query)]
    return sorted(found, key=lambda one: (list(Level)[::-1].index(one.level), one.key))


def findings(session: Session, release: Release, check: str, after: int = -1) -> tuple[Told, list[Pointed], bool]:
    """A check, a page of the rows it points at behind a position, and whether more follow. NotFound."""
    told = next((one for one in checks(session, release) if one.key == check), None)
    if told is None:
        raise NotFound("This release was not checked for that. Its page lists the checks.")
    mine = (ReleaseFinding.release_id == release.id, ReleaseFinding.check == check)
    query = select(ReleaseFinding).where(*mine, ReleaseFinding.position > after).order_by(ReleaseFinding.position)
    rows = session.scalars(query.limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    run = runs.latest(session, release.dataset_id)
    known_ones = {
        one.id: one for one in samples.some(session, release.dataset_id, run, [one.sample_id for one in shown])
    }
    pointed = [
        Pointed(one.position, again(one.why, one.said), known_ones[one.sample_id]) for one in shown if one.sample_id in known_ones
    ]
    return told, pointed, len(rows) > PAGE


def splits(session: Session, release: Release) -> dict[str, int]:
    """Rows by part: of a written release records, before that samples."""
    if release.manifest.get("splits"):
        return _in_order(release.manifest["splits"])
    mine = (ReleaseRow.release_id == release.id, ReleaseRow.left_out == "")
    found = session.execute(select(ReleaseRow.split, func.count()).where(*mine).group_by(ReleaseRow.split))
    return _in_order(dict(found.all()))


def left_out(session: Session, release: Release) -> dict[str, int]:
    """How many samples were left out, and why; the most first."""
    if release.sha256:
        return dict(Counter(release.manifest.get("left_out") or {}).most_common())
    mine = (ReleaseRow.release_id == release.id, ReleaseRow.left_out != "")
    found = session.execute(select(ReleaseRow.left_out, func.count()).where(*mine).group_by(ReleaseRow.left_out))
    return dict(Counter(dict(found.all())).most_common())


def signed_with(session: Session, release: Release) -> PublicKey:
    """The key that came with the release; this installation's where it is not at hand."""
    file = session.get(ReleaseFile, (release.id, KEY))
    if file is None or release.files_removed_at is not None:
        return signing.public_key()
    try:
        return PublicKey.read(blobs.path(file.sha256).read_text())
    except (OSError, ValueError, Malformed):
        return signing.public_key()


def compared_with(session: Session, release: Release) -> Sequence[Release]:
    """Releases that one can be compared with, newest first."""
    others = (Release.dataset_id == release.dataset_id, Release.id != release.id)
    published = select(Release).where(*others, Release.state == ReleaseState.PUBLISHED)
    return session.scalars(published.order_by(Release.version.desc())).all()


def _in_order(found: dict[str, int]) -> dict[str, int]:
    names = [name for name in ("train", "validation", "test") if name in found]
    return {name: found[name] for name in [*names, *sorted(set(found) - set(names))]}


def _told(check: ReleaseCheck, name: str, listed: int) -> Told:
    kind = gate.checks().get(check.check)
    title, about = (kind.title, kind.about) if kind else (check.check.capitalize(), "")
    words = again(check.words, check.said)
    return Told(check.check, known(title), known(about), check.level, words, check.rows, listed, name, check)
