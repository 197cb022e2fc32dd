"""The keys of the desk: each person may choose their own, and none may stand in another's way."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.messages import say
from app.models import User
from app.services.errors import Invalid


@dataclass(frozen=True)
class Action:
    """Something that one key does on the desk. `name` is stored, `title` is shown, `key` is what it is at first."""

    name: str
    title: str
    key: str


ACTIONS = (
    Action("approve", say("Approve and go on"), "a"),
    Action("reject", say("Reject: then a digit for the reason"), "r"),
    Action("edit", say("Edit the answer"), "e"),
    Action("skip", say("Skip: leave it to someone else"), "s"),
    Action("field", say("Not my field: an expert of another field gets it"), "n"),
    Action("flag", say("Flag it for a colleague, with a comment"), "f"),
    Action("ask", say("Ask a colleague about it"), "c"),
    Action("marks", say("Show or hide what is marked in the text"), "m"),
    Action("earlier", say("Read the passage before, in the source"), "k"),
    Action("later", say("Read the passage after, in the source"), "j"),
    Action("own", say("Back to the passage that the sample comes from"), "u"),
    Action("page", say("Show the page of the source, or put it away"), "x"),
    Action("undo", say("Take the last decision back"), "z"),
    Action("focus", say("Show the sample and nothing else, or all again"), "v"),
    Action("guidelines", say("Guidelines"), "g"),
    Action("keys", say("These keys"), "?"),
)
_DEFAULTS = {action.name: action.key for action in ACTIONS}
_TITLES = {action.name: action.title for action in ACTIONS}
_YIELD = ("earlier", "later", "own", "page")
"""Actions that came when people had chosen keys already: where one of these is theirs, the action takes a spare key."""
_SPARE = (".", ",", ";", "-", "+", "#", "=", "_")
_TAKEN_BY_BROWSERS = {"/", "'"}


def of(user: User) -> dict[str, str]:
    """A person's key for every action. One that was chosen for an action of an older version is forgotten."""
    chosen = {name: key for name, key in (user.keys or {}).items() if name in _DEFAULTS}
    mine = _spared(chosen)
    # An action that came later may want a key which this person has given to another.
    return mine if len(set(mine.values())) == len(mine) else _DEFAULTS


def choose(session: Session, user: User, keys: Mapping[str, str]) -> None:
    """Store a person's keys; only those that differ from what everybody starts with. Invalid, naming the action."""
    mine = _spared({action.name: _usable(action, keys[action.name]) for action in ACTIONS if action.name in keys})
    for name, key in mine.items():
        other = next((each for each, used in mine.items() if used == key and each != name), None)
        if other is not None:
            told = say(
                "%(key)s is the key of “%(title)s” too. Give one of them another key.",
                key=shown(key),
                title=_TITLES[other],
            )
            raise Invalid(told, name)
    user.keys = {name: key for name, key in mine.items() if name in keys and key != _DEFAULTS[name]}
    session.flush()


def shown(key: str) -> str:
    """A key as it is printed on its cap."""
    return key.upper() if len(key.upper()) == 1 else key


def _spared(chosen: Mapping[str, str]) -> dict[str, str]:
    """The chosen keys, and the usual ones for the rest; what came later gives way to what was chosen before."""
    mine: dict[str, str] = {**_DEFAULTS, **chosen}
    free = (key for key in _SPARE if key not in mine.values())
    for name in _YIELD:
        if name not in chosen and mine[name] in chosen.values():
            mine[name] = next(free)
    return mine


def _usable(action: Action, typed: str) -> str:
    key = unicodedata.normalize("NFC", typed.strip()).lower()
    if not key:
        raise Invalid(say("Type the key that should do this."), action.name)
    if len(key) != 1 or not key.isprintable():
        raise Invalid(say("Choose one key that writes a single letter or sign."), action.name)
    if key.isdigit():
        raise Invalid(say("Digits choose reasons and answers. Choose a letter or another sign."), action.name)
    if key in _TAKEN_BY_BROWSERS:
        raise Invalid(say("%(key)s opens the search of some browsers. Choose another key.", key=key), action.name)
    return key
