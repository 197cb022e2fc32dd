"""A dataset's guidelines: every save is a new version, and none is ever changed."""

from collections.abc import Sequence

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Dataset, Guideline, User
from app.services.errors import Conflict, NotFound


def current(session: Session, dataset: Dataset) -> Guideline | None:
    """The newest version; None where nothing has been written yet."""
    return session.scalar(
        select(Guideline).where(Guideline.dataset_id == dataset.id).order_by(Guideline.version.desc()).limit(1)
    )


def version(session: Session, dataset: Dataset, number: int) -> Guideline:
    """One version. NotFound."""
    found = session.scalar(select(Guideline).where(Guideline.dataset_id == dataset.id, Guideline.version == number))
    if found is None:
        raise NotFound(say("The guidelines have no such version. Look at the list of versions."))
    return found


def history(session: Session, dataset: Dataset) -> Sequence[Row[Guideline, str | None]]:
    """(version, author's name), the newest first."""
    return session.execute(
        select(Guideline, User.name)
        .outerjoin(User, User.id == Guideline.author_id)
        .where(Guideline.dataset_id == dataset.id)
        .order_by(Guideline.version.desc())
    ).all()


def save(session: Session, dataset: Dataset, by: User, text: str, based_on: int) -> Guideline:
    """Store a new version, unless nothing has changed. Conflict where somebody changed the text since `based_on`."""
    newest = locked(session, dataset)
    if newest is not None and newest.text == text:
        return newest
    if _text(session, dataset, based_on) != (newest.text if newest else ""):
        raise Conflict(
            say(
                "Somebody saved version %(number)s while you were writing. Your text is below, unsaved. "
                "Compare it with that version, then save again to put yours on top.",
                number=str(newest.version if newest else 0),
            )
        )
    return add(session, dataset, by, newest, text=text)


def locked(session: Session, dataset: Dataset) -> Guideline | None:
    """The newest version, while nobody else can add one."""
    session.execute(select(Dataset.id).where(Dataset.id == dataset.id).with_for_update())
    return current(session, dataset)


def add(
    session: Session,
    dataset: Dataset,
    by: User,
    newest: Guideline | None,
    *,
    text: str | None = None,
    examples: Sequence[int] | None = None,
) -> Guideline:
    """The version after `newest`, in which the text or the examples are others."""
    made = Guideline(
        dataset_id=dataset.id,
        version=(newest.version if newest else 0) + 1,
        text=text if text is not None else newest.text if newest else "",
        examples=list(examples if examples is not None else newest.examples if newest else []),
        author_id=by.id,
    )
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def _text(session: Session, dataset: Dataset, number: int) -> str:
    """The words of a version; of version 0, before there was any, none."""
    wanted = (Guideline.dataset_id == dataset.id, Guideline.version == number)
    return session.scalar(select(Guideline.text).where(*wanted)) or ""
