"""Reviewers as releases name them: "Reviewer 1", the same person in every release of a dataset.

Numbers are given when a person first appears in a release. Those who appear together are ordered by a keyed hash, so
that neither names nor the time of joining can be read from a number; only the database knows who is who.
"""

import hmac
from collections.abc import Iterable

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.models import Dataset, ReviewerNumber


def numbers(session: Session, dataset_id: int, people: Iterable[int]) -> dict[int, int]:
    """By person; who has no number yet is given one."""
    wanted = set(people)
    known = _known(session, dataset_id)
    if wanted <= known.keys():
        return {person: known[person] for person in wanted}
    dataset = session.get_one(Dataset, dataset_id, with_for_update={"key_share": True})
    known = _known(session, dataset_id)
    new = sorted(wanted - known.keys(), key=lambda person: _key(dataset.pseudonym_key, person))
    given = dict(zip(new, range(len(known) + 1, len(known) + len(new) + 1), strict=True))
    session.execute(
        insert(ReviewerNumber),
        [{"dataset_id": dataset_id, "user_id": person, "number": number} for person, number in given.items()],
    )
    return {person: number for person, number in (known | given).items() if person in wanted}


def named(number: int) -> str:
    """As it is written in files."""
    return f"Reviewer {number}"


def _known(session: Session, dataset_id: int) -> dict[int, int]:
    query = select(ReviewerNumber.user_id, ReviewerNumber.number).where(ReviewerNumber.dataset_id == dataset_id)
    return dict(session.execute(query).all())


def _key(secret: bytes, person: int) -> bytes:
    return hmac.digest(secret, f"reviewer {person}".encode(), "sha256")
