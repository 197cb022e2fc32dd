"""Saved selections: a query under a name, to compose the next release as the last one."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.curation.releasing.composition import Selection
from app.models import Dataset
from app.models import Selection as Saved
from app.services.errors import Invalid, NotFound

LONGEST_NAME = 80


def save(session: Session, dataset: Dataset, name: str, selection: Selection, by: int | None = None) -> Saved:
    """Keep a selection under a name; one of the same name is replaced. Invalid without a name."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(f"Give the selection a name of at most {LONGEST_NAME} characters.", "name")
    values = {"selection": selection.model_dump(mode="json"), "created_by": by}
    number = session.scalar(
        insert(Saved)
        .values(dataset_id=dataset.id, name=name, **values)
        .on_conflict_do_update(index_elements=["dataset_id", "name"], set_=values)
        .returning(Saved.id)
    )
    return session.get_one(Saved, number, populate_existing=True)


def of(session: Session, dataset_id: int) -> Sequence[Saved]:
    """A dataset's selections by name."""
    return session.scalars(select(Saved).where(Saved.dataset_id == dataset_id).order_by(Saved.name)).all()


def load(session: Session, dataset_id: int, selection_id: int) -> Selection:
    """What was saved. NotFound."""
    found = session.get(Saved, selection_id)
    if found is None or found.dataset_id != dataset_id:
        raise NotFound("There is no such selection. Somebody may have deleted it.")
    return Selection.model_validate(found.selection)


def remove(session: Session, dataset_id: int, selection_id: int) -> None:
    """NotFound where it is gone already."""
    mine = (Saved.dataset_id == dataset_id, Saved.id == selection_id)
    if session.scalar(delete(Saved).where(*mine).returning(Saved.id)) is None:
        raise NotFound("There is no such selection. Somebody may have deleted it.")
