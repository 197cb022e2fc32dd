"""The keys of the desk: each person may choose their own, and none may stand in another's way."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.models import User
from app.services.errors import Invalid


@dataclass(frozen=True)
class Action:
    """Something that one key does on the desk. `name` is stored, `title` is shown, `key` is what it is at first."""

    name: str
    title: str
    key: str


ACTIONS = (
    Action("approve", "Approve and go on", "a"),
    Action("reject", "Reject: then a digit for the reason", "r"),
    Action("edit", "Edit the answer", "e"),
    Action("skip", "Skip: leave it to someone else", "s"),
    Action("field", "Not my field: an expert of another field gets it", "n"),
    Action("flag", "Flag it for a colleague, with a comment", "f"),
    Action("ask", "Ask a colleague about it", "c"),
    Action("marks", "Show or hide what is marked in the text", "m"),
    Action("undo", "Take the last decision back", "z"),
    Action("focus", "Show the sample and nothing else, or all again", "v"),
    Action("guidelines", "Guidelines", "g"),
    Action("keys", "These keys", "?"),
)
_DEFAULTS = {action.name: action.key for action in ACTIONS}
_TITLES = {action.name: action.title for action in ACTIONS}
_TAKEN_BY_BROWSERS = {"/", "'"}


def of(user: User) -> dict[str, str]:
    """A person's key for every action. One that was chosen for an action of an older version is forgotten."""
    chosen = {name: key for name, key in (user.keys or {}).items() if name in _DEFAULTS}
    mine = _DEFAULTS | chosen
    # An action that came later may want a key which this person has given to another.
    return mine if len(set(mine.values())) == len(mine) else _DEFAULTS


def choose(session: Session, user: User, keys: Mapping[str, str]) -> None:
    """Store a person's keys; only those that differ from what everybody starts with. Invalid, naming the action."""
    mine = {action.name: _usable(action, keys.get(action.name, action.key)) for action in ACTIONS}
    for name, key in mine.items():
        other = next((each for each, used in mine.items() if used == key and each != name), None)
        if other is not None:
            raise Invalid(f"{shown(key)} is the key of “{_TITLES[other]}” too. Give one of them another key.", name)
    user.keys = {name: key for name, key in mine.items() if key != _DEFAULTS[name]}
    session.flush()


def shown(key: str) -> str:
    """A key as it is printed on its cap."""
    return key.upper() if len(key.upper()) == 1 else key


def _usable(action: Action, typed: str) -> str:
    key = unicodedata.normalize("NFC", typed.strip()).lower()
    if not key:
        raise Invalid("Type the key that should do this.", action.name)
    if len(key) != 1 or not key.isprintable():
        raise Invalid("Choose one key that writes a single letter or sign.", action.name)
    if key.isdigit():
        raise Invalid("Digits choose reasons and answers. Choose a letter or another sign.", action.name)
    if key in _TAKEN_BY_BROWSERS:
        raise Invalid(f"{key} opens the search of some browsers. Choose another key.", action.name)
    return key
