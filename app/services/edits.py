"""An expert's edits: which pieces of a sample they may change, and what the sample reads like afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.curation import retelling
from app.curation.retelling import Impossible
from app.curation.sample import Form, Json, Path, Turn, replace, turns
from app.messages import say
from app.services.errors import Invalid


@dataclass(frozen=True)
class Piece:
    """One readable piece of a sample. `number` counts from 0 in reading order and names the piece in forms.

    `more` is what a message holds beside words, such as the call of a tool, as JSON; empty for most.
    """

    number: int
    role: str
    text: str
    is_answer: bool
    is_editable: bool
    more: str = ""
    path: Path = ()


def pieces(form: Form, content: Json) -> list[Piece]:
    """A sample in reading order. The answer is what a model would learn to say: the piece that experts edit most."""
    found = list(turns(form, content))
    answer = _answer(form, found)
    return [
        Piece(
            number,
            turn.role,
            turn.text,
            number == answer,
            _is_text(content, turn.path),
            _more(content, turn.path),
            turn.path,
        )
        for number, turn in enumerate(found)
    ]


def revised(
    form: Form, content: Json, edits: Mapping[int, str], layout: str = "", roles: Mapping[int, str] | None = None
) -> Json | None:
    """The content with the edits in it, or None where they change nothing. The original is not touched. Invalid.

    Browsers send line ends as CR LF; a piece that differs in nothing else has not been edited. With a `layout` turns
    of a conversation were added, removed, split or merged, and the edits count its places.
    """
    if form is Form.CHAT and (layout or roles):
        return _retold(content, edits, layout, roles or {})
    found = dict(enumerate(turns(form, content)))
    changed: Json | None = None
    for number, text in edits.items():
        turn = found.get(number)
        if turn is None or not _is_text(content, turn.path):
            raise Invalid(say("This part of the sample cannot be edited. Load the page again; your draft is kept."))
        if plain(text) == plain(turn.text):
            continue
        if not text.strip():
            raise Invalid(
                say("An edited text is empty. Write what it should say, go back to the original, or reject the sample.")
            )
        changed = replace(changed or content, turn.path, plain(text))
    return changed


def in_progress(
    content: Json, edits: Mapping[int, str], layout: str = "", roles: Mapping[int, str] | None = None
) -> list[retelling.Told]:
    """A conversation as the form has it now; words that differ in line ends alone are the original's. Invalid."""
    original = retelling.told(content)
    try:
        now = retelling.read(content, layout, roles or {}, {place: plain(text) for place, text in edits.items()})
    except Impossible as error:
        raise Invalid(error.message) from error
    return [
        turn if turn.origin is None or turn.text != plain(original[turn.origin].text)
        else turn._replace(text=original[turn.origin].text)
        for turn in now
    ]  # fmt: skip


def taken_up(content: Json, revision: Json) -> list[retelling.Told]:
    """A revised conversation as the work in progress that led to it."""
    before, after = list(turns(Form.CHAT, content)), list(turns(Form.CHAT, revision))
    original = retelling.told(content)
    return [
        (retelling.Told(None, "", "") if old is None else original[old])._replace(
            role=after[new].role, text=after[new].text
        )
        for old, new in retelling.aligned(before, after)
        if new is not None
    ]


def plain(text: str) -> str:
    """A text with one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _retold(content: Json, edits: Mapping[int, str], layout: str, roles: Mapping[int, str]) -> Json | None:
    now = in_progress(content, edits, layout, roles)
    if any(turn.is_plain and not turn.text.strip() and _is_new(content, turn) for turn in now):
        raise Invalid(say("A turn has no words. Write what it should say, or remove it."))
    try:
        changed = retelling.retold(content, now)
    except Impossible as error:
        raise Invalid(error.message) from error
    return None if changed == content else changed


def _is_new(content: Json, turn: retelling.Told) -> bool:
    return turn.origin is None or turn != retelling.told(content)[turn.origin]


def _answer(form: Form, found: list[Turn]) -> int:
    if form is Form.PREFERENCE:
        return len(found) - 2
    answers = [number for number, turn in enumerate(found) if turn.role == "assistant"]
    return answers[-1] if answers else len(found) - 1


def _is_text(content: Any, path: Path) -> bool:
    """False for a message that calls a tool or holds more than words."""
    try:
        for key in path:
            content = content[key]
    except (KeyError, IndexError):
        return False
    return isinstance(content, str)


def _more(content: Any, path: Path) -> str:
    if path[0] != "messages":
        return ""
    message = content["messages"][path[1]]
    told = {"role"} | ({"content"} if isinstance(message.get("content"), str | None) else set())
    rest = {name: value for name, value in message.items() if name not in told and value is not None}
    return orjson.dumps(rest, option=orjson.OPT_INDENT_2).decode() if rest else ""
