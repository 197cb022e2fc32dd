"""Lanes: which part of the review queue an expert serves. The empty lane is everybody's.

Who declares no language and no field serves all of them. A lane that is for a group is served by its members only.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from app.models import Dataset, Lane, Membership, User

EVERYBODY = ""


def name_of(language: str, field: str, for_group: str) -> str:
    """What the places of a lane bear."""
    parts = [part.strip().casefold().replace("|", "/") for part in (language, field, for_group)]
    return "|".join(parts) if any(parts) else EVERYBODY


def served(session: Session, dataset: Dataset, expert: User) -> list[str]:
    """The lanes that an expert takes samples from."""
    return [EVERYBODY, *session.scalars(_SERVED, {"dataset": dataset.id, "expert": expert.id})]


def is_served(lane: ColumnElement[str], dataset_id: ColumnElement[int], expert_id: int) -> ColumnElement[bool]:
    """Whether an expert takes samples from the lane of a row."""
    return or_(lane == EVERYBODY, lane.in_(_served(dataset_id, expert_id).correlate_except(Lane, Membership)))


def _served(dataset_id: ColumnElement[int], expert_id: ColumnElement[int] | int) -> Select[str]:
    mine = (Membership.dataset_id == Lane.dataset_id) & (Membership.user_id == expert_id)
    return select(Lane.name).outerjoin(Membership, mine).where(Lane.dataset_id == dataset_id, *serves())


def serves() -> list[ColumnElement[bool]]:
    """What holds of a lane and a member who serves it; somebody without a membership has declared nothing."""

    def says(declared: SQLColumnExpression[list[str]], part: SQLColumnExpression[str]) -> ColumnElement[bool]:
        return part == func.any(func.coalesce(declared, cast([], ARRAY(Text))))

    def all_or(declared: SQLColumnExpression[list[str]], part: SQLColumnExpression[str]) -> ColumnElement[bool]:
        return or_(part == "", func.coalesce(func.cardinality(declared), 0) == 0, says(declared, part))

    return [
        all_or(Membership.languages, Lane.language),
        all_or(Membership.fields, Lane.field),
        or_(Lane.for_group == "", says(Membership.groups, Lane.for_group)),
    ]


_SERVED = _served(bindparam("dataset", type_=BigInteger), bindparam("expert", type_=BigInteger))


def remember(session: Session, dataset_id: int, parts: Iterable[tuple[str, str, str]]) -> None:
    """Make lanes known of which places are about to bear the names."""
    rows = [
        {"dataset_id": dataset_id, "name": name, "language": language, "field": field, "for_group": group}
        for name, (language, field, group) in {name_of(*part): map(tidy, part) for part in parts}.items()
        if name != EVERYBODY
    ]
    if rows:
        session.execute(insert(Lane).values(rows).on_conflict_do_nothing())


def tidy(word: str) -> str:
    """A field, a group or a language as it is compared: spelling does not decide who is asked."""
    return " ".join(word.split()).casefold()


def unserved(session: Session, dataset_id: int) -> Sequence[Lane]:
    """Lanes that no member serves: what waits there is given to nobody."""
    somebody = (
        select(literal(1))
        .select_from(Membership)
        .where(Membership.dataset_id == Lane.dataset_id, *serves())
        .correlate(Lane)
        .exists()
    )
    return session.scalars(select(Lane).where(Lane.dataset_id == dataset_id, ~somebody, true())).all()
