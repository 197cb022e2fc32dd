"""What a member reviews in a dataset: languages, fields, and the groups they are in."""

from collections.abc import Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.curation.languages import PLACES
from app.messages import say
from app.models import Dataset, Membership, User
from app.services import replanning, routing
from app.services.errors import Invalid, NotFound
from app.services.lanes import tidy

MOST = 20


def of(session: Session, dataset: Dataset) -> dict[int, Membership]:
    """The memberships of a dataset, by person."""
    found = session.scalars(select(Membership).where(Membership.dataset_id == dataset.id))
    return {one.user_id: one for one in found}


def of_person(session: Session, user: User) -> Sequence[Row[Dataset, Membership]]:
    """(dataset, membership) of one person, by the dataset's name."""
    return session.execute(
        select(Dataset, Membership)
        .join(Membership, Membership.dataset_id == Dataset.id)
        .where(Membership.user_id == user.id)
        .order_by(func.lower(Dataset.name))
    ).all()


def declare(
    session: Session, dataset_id: int, user_id: int, *, languages: str, fields: str, groups: str | None = None
) -> None:
    """Say what a member reviews; lists are typed with commas. Groups stay as they are where none are given. Invalid.

    It holds from the next sample on: what is in their hands stays there.
    """
    membership = session.get(Membership, (dataset_id, user_id))
    if membership is None:
        raise NotFound(say("This person is not a member any more. Load the page again."))
    membership.languages = _languages(languages)
    membership.fields = _words(fields, "fields")
    if groups is not None:
        membership.groups = _words(groups, "groups")
    session.flush()
    dataset = session.get_one(Dataset, dataset_id)
    if not routing.are_known(session, dataset):
        replanning.bring(session, dataset, replanning.Asked(order=True))  # places from before there were lanes


def groups(session: Session, dataset: Dataset) -> list[str]:
    """The names of all groups that have a member."""
    named = select(func.unnest(Membership.groups)).where(Membership.dataset_id == dataset.id).distinct()
    return sorted(session.scalars(named))


def _languages(typed: str) -> list[str]:
    chosen = _words(typed, "languages")
    for language in chosen:
        if language not in PLACES:
            told = say(
                "“%(language)s” is no language code that is known here. Write codes such as en, de, ar, with commas.",
                language=language,
            )
            raise Invalid(told, "languages")
    return chosen


def _words(typed: str, name: str) -> list[str]:
    found = list(dict.fromkeys(word for part in typed.split(",") if (word := tidy(part))))
    if len(found) > MOST:
        raise Invalid(say("That is more than %(number)s. Leave it empty to review everything.", number=MOST), name)
    return found
