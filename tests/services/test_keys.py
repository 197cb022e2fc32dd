"""One's own keys: kept where they differ, refused where they would stand in each other's way."""

import pytest
from sqlalchemy.orm import Session

from app.services import keys
from app.services.errors import Invalid
from tests import factories


def test_everybody_starts_with_the_printed_keys(session: Session) -> None:
    assert keys.of(factories.make_user(session))["approve"] == "a"


def test_only_other_keys_are_stored(session: Session) -> None:
    user = factories.make_user(session)
    keys.choose(session, user, {"approve": " K ", "skip": "s"})
    session.refresh(user)

    assert user.keys == {"approve": "k"}
    assert keys.of(user)["approve"] == "k"
    keys.choose(session, user, {})
    assert user.keys == {}


@pytest.mark.parametrize(("given", "field", "sentence"), [
    ({"approve": "r"}, "approve", "R is the key of “Reject: then a digit for the reason” too"),
    ({"undo": "7"}, "undo", "Digits choose"),
    ({"undo": "/"}, "undo", "opens the search"),
    ({"undo": "  "}, "undo", "Type the key"),
    ({"undo": "ctrl"}, "undo", "one key"),
    ({"undo": "\t\t"}, "undo", "Type the key"),
])  # fmt: skip
def test_unusable_key_is_refused_in_words(session: Session, given: dict[str, str], field: str, sentence: str) -> None:
    user = factories.make_user(session)
    with pytest.raises(Invalid, match=sentence) as refusal:
        keys.choose(session, user, given)

    assert refusal.value.field == field
    assert user.keys == {}


def test_keys_may_change_places(session: Session) -> None:
    user = factories.make_user(session)
    keys.choose(session, user, {"approve": "r", "reject": "a"})

    assert (keys.of(user)["approve"], keys.of(user)["reject"]) == ("r", "a")


def test_choice_that_a_later_version_made_impossible_falls_back(session: Session) -> None:
    user = factories.make_user(session)
    user.keys = {"approve": "v", "gone": "x"}

    assert keys.of(user)["approve"] == "a"


def test_action_that_came_later_gives_way_to_a_chosen_key(session: Session) -> None:
    user = factories.make_user(session)
    user.keys = {"approve": "k", "skip": "."}
    found = keys.of(user)

    assert (found["approve"], found["skip"], found["earlier"], found["later"]) == ("k", ".", ",", "j")
    assert len(set(found.values())) == len(found)
