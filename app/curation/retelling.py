"""A conversation that is being edited turn by turn: add, remove, split, merge. The original is only ever read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, NamedTuple

import orjson

from app.curation.sample import Form, Json, Turn, turns
from app.curation.text import word_start
from app.messages import say

ROLES = ("user", "assistant", "system")
"""Speakers that a turn of plain words may be given."""
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


class Impossible(ValueError):
    """The conversation cannot be changed like that; the message says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Told(NamedTuple):
    """One turn as it stands now; `origin` is its number in the original, None for a turn that was added."""

    origin: int | None
    role: str
    text: str
    is_plain: bool = True
    """False for a turn that holds more than words: it stays as it is, or goes."""
    is_tool: bool = False
    """A turn that calls a tool, or a tool's result: it keeps its speaker and stays in one piece."""
    is_bare: bool = True
    """False for a turn with fields of its own beside speaker and words, which merging would lose."""


def told(content: Json) -> list[Told]:
    """The conversation as it was imported."""
    return [
        Told(
            number,
            turn.role,
            turn.text,
            isinstance(message.get("content"), str),
            _calls(message) or turn.role not in ROLES,
            message.keys() <= {"role", "content"},
        )
        for number, (turn, message) in enumerate(zip(turns(Form.CHAT, content), content["messages"], strict=True))
    ]


def layout(now: Iterable[Told]) -> str:
    """Which turns stand where, as a form carries it: ``0,1,+,2``."""
    return ",".join("+" if turn.origin is None else str(turn.origin) for turn in now)


def read(content: Json, layout: str, roles: Mapping[int, str], texts: Mapping[int, str]) -> list[Told]:
    """The conversation that a form describes; speakers and words by the turn's place. Impossible."""
    original, now, last = told(content), list[Told](), -1
    for place, name in enumerate(layout.split(",") if layout else map(str, range(len(original)))):
        if name == "+":
            now.append(Told(None, roles.get(place, ""), texts.get(place, "")))
        elif name.isascii() and name.isdigit() and last < int(name) < len(original):
            last = int(name)
            now.append(_retold(original[last], roles.get(place), texts.get(place)))
        else:
            raise Impossible(
                say("Part of the conversation was lost on its way. Load the page again; your draft is kept.")
            )
    if any(turn.role not in ROLES and (turn.origin is None or turn.role != original[turn.origin].role) for turn in now):
        raise Impossible(say("Choose who speaks in each turn."))
    return now


def add(now: Sequence[Told], after: int) -> list[Told]:
    """An empty turn behind the one at place `after`, of whoever speaks next; -1 is before the first."""
    if after < 0:
        role = "user" if any(turn.role == "system" for turn in now) else "system"
    else:
        role = "user" if _at(now, after).role == "assistant" else "assistant"
    return [*now[: after + 1], Told(None, role, ""), *now[after + 1 :]]


def remove(now: Sequence[Told], at: int) -> list[Told]:
    _at(now, at)
    if len(now) == 1:
        raise Impossible(say("This is the only turn. Reject the sample if nothing of it should stay."))
    return [*now[:at], *now[at + 1 :]]


def restore(content: Json, now: Sequence[Told], origin: int) -> list[Told]:
    """A turn of the original again, behind those that stood before it."""
    original = told(content)
    if not 0 <= origin < len(original) or any(turn.origin == origin for turn in now):
        raise Impossible(say("This turn is there already."))
    place = next((at for at, turn in enumerate(now) if turn.origin is not None and turn.origin > origin), len(now))
    return [*now[:place], original[origin], *now[place:]]


def split(now: Sequence[Told], at: int, cursor: int | None) -> list[Told]:
    """Two turns of one: at the cursor, or else at the first blank line; never inside a word."""
    turn = _at(now, at)
    if not turn.is_plain or turn.is_tool:
        raise Impossible(say("This turn calls a tool or holds more than words, so it cannot be split."))
    cut = _cut(turn.text, cursor)
    # Blanks before the first word of a line may be the indentation of code: those stay.
    first, second = turn.text[:cut].rstrip(), turn.text[cut:].rstrip().lstrip("\n" if cursor is None else None)
    if not first.strip() or not second.strip():
        raise Impossible(say("Put the cursor where the new turn should begin, between two words, then split again."))
    return [*now[:at], turn._replace(text=first), Told(None, turn.role, second), *now[at + 1 :]]


def merge(now: Sequence[Told], at: int) -> list[Told]:
    """One turn of two, with a blank line between what they said; the first one's speaker keeps the word."""
    turn, following = _at(now, at), _at(now, at + 1)
    if not turn.is_plain or turn.is_tool or not following.is_plain or following.is_tool or not following.is_bare:
        raise Impossible(say("One of the two turns holds more than words, which would be lost. Nothing was changed."))
    words = "\n\n".join(text for text in (turn.text.rstrip(), following.text) if text.strip())
    return [*now[:at], turn._replace(text=words), *now[at + 2 :]]


def retold(content: Json, now: Sequence[Told]) -> Json:
    """The content with the conversation as it stands now: tool calls and unknown fields come along. Impossible."""
    copy: Json = orjson.loads(orjson.dumps(content))
    copy["messages"] = [_message(content, turn) for turn in now]
    new = [fault for fault in _faults(copy["messages"]) if fault not in set(_faults(content["messages"]))]
    if new:
        raise Impossible(new[0])
    return copy


def aligned(before: Sequence[Turn], after: Sequence[Turn]) -> list[tuple[int | None, int | None]]:
    """Which turn became which: pairs of numbers in reading order, None where one was added or removed."""
    if [turn.role for turn in before] == [turn.role for turn in after]:
        return [(number, number) for number in range(len(before))]
    old, new = [(turn.role, turn.text) for turn in before], [(turn.role, turn.text) for turn in after]
    pairs: list[tuple[int | None, int | None]] = []
    for _, first, last, new_first, new_last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        both = min(last - first, new_last - new_first)
        pairs += [(first + step, new_first + step) for step in range(both)]
        pairs += [(number, None) for number in range(first + both, last)]
        pairs += [(None, number) for number in range(new_first + both, new_last)]
    return pairs


def _retold(turn: Told, role: str | None, text: str | None) -> Told:
    if not turn.is_plain:
        return turn
    return turn._replace(
        role=turn.role if turn.is_tool else role or turn.role, text=turn.text if text is None else text
    )


def _at(now: Sequence[Told], place: int) -> Told:
    if not 0 <= place < len(now):
        raise Impossible(say("There is no such turn any more. Load the page again; your draft is kept."))
    return now[place]


def _cut(text: str, cursor: int | None) -> int:
    if cursor is None:
        found = _BLANK_LINE.search(text.strip("\n"))
        return found.end() + len(text) - len(text.lstrip("\n")) if found else 0
    return word_start(text, min(max(cursor, 0), len(text)))


def _message(content: Json, turn: Told) -> Json:
    if turn.origin is None:
        return {"role": turn.role, "content": turn.text}
    message = dict(content["messages"][turn.origin])
    if turn.is_plain:
        message |= {"role": turn.role, "content": turn.text}
    return message


def _calls(message: Mapping[str, Any]) -> bool:
    return bool(message.get("tool_calls") or message.get("function_call"))


def _faults(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """What training tools would stumble over, in words. Faults that the original has too are not the editor's."""
    roles = [message["role"] for message in messages]
    spoken = [role for role in roles if role != "system"]
    found: list[str] = []
    if "system" in roles[1:]:
        found.append(
            say("An instruction to the model can only stand at the beginning. Move its words there, or remove it.")
        )
    if spoken[:1] != ["user"]:
        found.append(
            say("The conversation must begin with a question. Add one, or remove what stands before the first.")
        )
    if roles[-1:] != ["assistant"]:
        found.append(say("The conversation must end with an answer. Add one, or remove the last question."))
    if any(_follow(one, other) for one, other in pairwise(messages)):
        found.append(
            say("The same speaker has two turns one after the other. Merge them, or give one to another speaker.")
        )
    if any(role == "tool" and not _is_called(messages[:at]) for at, role in enumerate(roles)):
        found.append(
            say("A tool's result has lost the call that asked for it. Put that turn back, or remove the result too.")
        )
    if any(_calls(one) and other["role"] != "tool" for one, other in pairwise(messages)):
        found.append(say("A call of a tool has lost its result. Put that turn back, or remove the call too."))
    return found


def _follow(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    same = one["role"] == other["role"] and one["role"] in ROLES
    return same and not _calls(one) and not _calls(other)


def _is_called(before: Sequence[Mapping[str, Any]]) -> bool:
    for message in reversed(before):
        if message["role"] != "tool":
            return _calls(message)
    return False
