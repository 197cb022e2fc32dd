"""Who is meant by the names that a person typed: @name in a text, or names in a list of their own."""

import re
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from app.messages import say
from app.models import Dataset, User
from app.services import people
from app.services.errors import Invalid

_SEPARATORS = re.compile(r"[,;\n]")


def of(session: Session, dataset: Dataset, by: User, named: str, text: str) -> list[int]:
    """The ids of the members that are named; the writer is never one of them. Invalid for a name that nobody has."""
    members = [user for user, _ in people.members(session, dataset)]
    found = {user.id for name in _SEPARATORS.split(named) if name.strip() for user in _named(members, name)}
    found |= {user.id for user in _in_text(members, text)}
    return sorted(found - {by.id})


def _named(members: Sequence[User], typed: str) -> Sequence[User]:
    name = typed.strip().removeprefix("@").casefold()
    exact = [user for user in members if user.name.casefold() == name]
    close = exact or [user for user in members if name in user.name.casefold().split()]
    if not close or (len(close) > 1 and not exact):
        nobody = say(
            "Nobody in this dataset is called “%(name)s”. Choose a name from the list.",
            name=typed.strip(),
        )
        several = say(
            "More than one person in this dataset is called “%(name)s”. Choose a name from the list.",
            name=typed.strip(),
        )
        raise Invalid(several if close else nobody, "to")
    return close


def _in_text(members: Sequence[User], text: str) -> Iterator[User]:
    """Whole names after an @, the longest first; else a first name that only one person has. Other @ are left alone."""
    words = text.casefold()
    for user in sorted(members, key=lambda one: -len(one.name)):
        whole = rf"@{re.escape(user.name.casefold())}(?!\w)"
        if re.search(whole, words):
            words = re.sub(whole, " ", words)
            yield user
    for name in re.findall(r"@([\w.-]+)", words):
        called = [user for user in members if name.rstrip(".-") in user.name.casefold().split()]
        if len(called) == 1:
            yield called[0]
