"""A sample as the desk shows it while it is read or edited: its pieces in their places, and what was taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.curation import retelling
from app.curation.retelling import Impossible, Told
from app.curation.sample import Form, Path
from app.messages import say
from app.services.desk import Subject
from app.services.edits import Piece, in_progress
from app.services.errors import Invalid


@dataclass(frozen=True)
class Place:
    """A piece where it stands now. `text` is the original's, `now` what the form holds; `origin` is None for a new turn.

    `gone` are the pieces that stood before it and were removed.
    """

    number: int
    origin: int | None
    role: str
    text: str
    now: str
    is_answer: bool
    is_editable: bool
    more: str = ""
    path: Path = ()
    may_change_speaker: bool = False
    gone: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """`layout` is empty where turns cannot be added or removed; `gone` were removed behind the last place."""

    places: tuple[Place, ...]
    layout: str = ""
    is_rearranged: bool = False
    gone: tuple[Piece, ...] = ()


def sheet(subject: Subject, texts: Mapping[int, str], now: Sequence[Told] | None = None) -> Sheet:
    """The sample with the texts typed so far; `now` is the conversation where its turns may have changed."""
    if subject.sample.form != Form.CHAT:
        return Sheet(tuple(_place(piece, texts) for piece in subject.pieces))
    turns = list(now or subject.turns or _as_imported(subject, texts))
    kept = {turn.origin for turn in turns}
    places, seen = [], -1
    for number, turn in enumerate(turns):
        gone = _gone(subject, kept, seen, turn.origin)
        seen = seen if turn.origin is None else turn.origin
        places.append(replace(_turn(subject, number, turn), gone=gone))
    is_rearranged = [turn.origin for turn in turns] != list(range(len(subject.pieces)))
    layout = retelling.layout(turns)
    return Sheet(tuple(places), layout, is_rearranged, _gone(subject, kept, seen, len(subject.pieces)))


def changed(subject: Subject, form: Any, operation: str, cursor: int | None) -> tuple[list[Told] | None, int]:
    """The conversation after one operation, and the place to look at: ``split.2``. Invalid where it cannot be done."""
    content = subject.sample.content
    if subject.sample.form != Form.CHAT:
        raise Invalid(say("Only a conversation has turns that can be added or removed."))
    now = in_progress(content, form.edits, form.layout, form.roles)
    name, _, number = operation.partition(".")
    at = int(number) if number.lstrip("-").isdecimal() and len(number) < 6 else 0
    try:
        match name:
            case "add":
                return retelling.add(now, at), at + 1
            case "remove":
                return retelling.remove(now, at), max(at - 1, 0)
            case "split":
                return retelling.split(now, at, cursor), at + 1
            case "merge":
                return retelling.merge(now, at), at
            case "restore":
                after = retelling.restore(content, now, at)
                return after, next(place for place, turn in enumerate(after) if turn.origin == at)
            case "reset":
                return retelling.told(content), -1
            case _:
                return now, -1
    except Impossible as error:
        raise Invalid(error.message) from error


def as_typed(subject: Subject, form: Any) -> list[Told] | None:
    """The conversation as a form holds it; None where there is none in it."""
    if subject.sample.form != Form.CHAT or form is None or not (form.layout or form.role):
        return None
    try:
        return in_progress(subject.sample.content, form.edits, form.layout, form.roles)
    except Invalid:
        return None


def _as_imported(subject: Subject, texts: Mapping[int, str]) -> list[Told]:
    return [
        turn._replace(text=texts.get(number, turn.text))
        for number, turn in enumerate(retelling.told(subject.sample.content))
    ]


def _place(piece: Piece, texts: Mapping[int, str]) -> Place:
    return Place(
        piece.number,
        piece.number,
        piece.role,
        piece.text,
        texts.get(piece.number, piece.text),
        piece.is_answer,
        piece.is_editable,
        piece.more,
        piece.path,
    )


def _turn(subject: Subject, number: int, turn: Told) -> Place:
    if turn.origin is None:
        return Place(number, None, turn.role, "", turn.text, False, True, may_change_speaker=True)
    piece = subject.pieces[turn.origin]
    return Place(
        number,
        turn.origin,
        turn.role,
        piece.text,
        turn.text,
        piece.is_answer,
        piece.is_editable,
        piece.more,
        piece.path,
        piece.is_editable and not turn.is_tool,
    )


def _gone(subject: Subject, kept: set[int | None], after: int, before: int | None) -> tuple[Piece, ...]:
    if before is None:
        return ()
    return tuple(piece for piece in subject.pieces[after + 1 : before] if piece.number not in kept)
