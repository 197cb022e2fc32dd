"""Lanes: which part of the review queue an expert serves. The empty lane is everybody's."""

from sqlalchemy.orm import Session

from app.models import Dataset, User

EVERYBODY = ""


def served(session: Session, dataset: Dataset, expert: User) -> list[str]:
    """The lanes that an expert takes samples from."""
    return [EVERYBODY]
