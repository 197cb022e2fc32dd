"""Versions of guidelines."""

import pytest
from sqlalchemy.orm import Session

from app.models import Dataset
from app.services import guidelines
from app.services.errors import Conflict, NotFound
from tests.factories import make_user


def test_every_save_is_a_new_version_and_none_is_lost(session: Session, dataset: Dataset) -> None:
    lena = make_user(session, "Lena")
    guidelines.save(session, dataset, lena, "First.", 0)
    guidelines.save(session, dataset, lena, "Second.", 1)
    assert [(g.version, g.text, author) for g, author in guidelines.history(session, dataset)] == [
        (2, "Second.", "Lena"),
        (1, "First.", "Lena"),
    ]
    assert guidelines.version(session, dataset, 1).text == "First."


def test_saving_the_same_words_makes_no_version(session: Session, dataset: Dataset) -> None:
    lena = make_user(session)
    guidelines.save(session, dataset, lena, "First.", 0)
    assert guidelines.save(session, dataset, lena, "First.", 1).version == 1


def test_a_slower_writer_is_told_and_nothing_is_overwritten(session: Session, dataset: Dataset) -> None:
    lena = make_user(session)
    guidelines.save(session, dataset, lena, "Hers.", 0)
    with pytest.raises(Conflict):
        guidelines.save(session, dataset, lena, "Mine.", 0)
    current = guidelines.current(session, dataset)
    assert current is not None
    assert current.text == "Hers."


def test_an_unknown_version_is_not_found(session: Session, dataset: Dataset) -> None:
    with pytest.raises(NotFound):
        guidelines.version(session, dataset, 1)
