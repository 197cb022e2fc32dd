"""Which turn of a conversation answers its first one, and how we know."""

import re
from enum import StrEnum
from typing import NamedTuple

from app.curation.documents.chats.message import Reaction, mentioned
from app.curation.documents.chats.turns import Turn


class Known(StrEnum):
    """How an answer is known to be one, the surest first."""

    MARKED = "marked"
    THANKED = "thanked"
    LIKED = "liked"
    ADDRESSED = "addressed"
    LONGEST = "longest"


class Answer(NamedTuple):
    turn: Turn
    known: Known


_SOLVED = {
    "white_check_mark", "heavy_check_mark", "ballot_box_with_check", "check", "checkmark", "check_mark", "checked", "done",
    "solved", "answered", "accepted", "resolved", "white_tick", "tick", "✅", "✔", "☑", "✓",
}  # fmt: skip
_LIKED = {
    "+1", "thumbsup", "pray", "heart", "tada", "raised_hands", "ok_hand", "clap", "bow", "star", "100",
    "👍", "🙏", "❤", "🎉", "🙌", "👌", "👏", "💯",
}  # fmt: skip
_THANKS = re.compile(
    r"\b(?:thanks|thank (?:you|u)|thanx|thx|tysm|much appreciated|danke|dankeschön|vielen dank|merci|gracias|grazie|"
    r"obrigad[oa]|dzi[eę]ki|dzi[eę]kuj[eę]|tack|tusen takk|mange tak|bedankt|dank (?:je|u)|kiitos|d[ěe]kuj[iu]|díky|"
    r"köszön(?:öm|jük|i)|mul[tț]umesc|te[sş]ekk[uü]r|спасибо|дякую|ευχαριστώ|"
    r"(?:that|this|it) (?:did it|did the trick|worked|works now|fixed it|fixes it|solved it|solves it|helped|helps)|"
    r"works (?:now|perfectly|great)|solved it|problem solved)\b"
    r"|谢谢|謝謝|感谢|感謝|多谢|ありがと|감사|고마|شكر|תודה|धन्यवाद|ขอบคุณ",
    re.IGNORECASE,
)
_NO_THANKS = re.compile(
    r"\b(?:no,? thanks|no thank you|thanks anyway|thank(?:s| you) in advance|thanks for asking|thanks but|nein,? danke|"
    r"danke im voraus|merci d'avance|gracias de antemano|(?:did|does)(?:n't| not) (?:work|help))\b",
    re.IGNORECASE,
)


def answer_to_the_first(conversation: list[Turn]) -> Answer | None:
    """The accepted answer: marked as one, thanked for, liked by the asker, addressed to the asker, else the longest.

    None where nobody but the asker, and no program, says anything.
    """
    asker = conversation[0].speaker
    others = [turn for turn in conversation[1:] if turn.speaker != asker and turn.says_something]
    marked = [turn for turn in others if _has(turn, _SOLVED)]
    if marked:
        return Answer(marked[-1], Known.MARKED)
    people = [turn for turn in others if not turn.bot]
    if thanked := _thanked(conversation, asker):
        return Answer(thanked, Known.THANKED)
    if liked := [turn for turn in people if _has(turn, _LIKED, asker)]:
        return Answer(_longest(liked), Known.LIKED)
    if addressed := [turn for turn in people if turn.addresses(asker)]:
        return Answer(_longest(addressed), Known.ADDRESSED)
    return Answer(_longest(people), Known.LONGEST) if people else None


def asks(turn: Turn) -> bool:
    """True where a turn holds a question mark of any script, outside of addresses."""
    return bool(_QUESTION.search(_ADDRESS.sub("", turn.text)))


_QUESTION = re.compile("[?？؟⸮՞፧\u037e]")
_ADDRESS = re.compile(r"\w+://\S+")


def _thanked(conversation: list[Turn], asker: str) -> Turn | None:
    """What the asker's last thanks are for: the fullest turn since the asker spoke before, of those they name."""
    for at in range(len(conversation) - 1, 0, -1):
        turn = conversation[at]
        if turn.speaker == asker and _thanks(turn.text) and (before := _since_asker(conversation[:at], asker)):
            named = [other for other in before if other.speaker in mentioned(turn.text)]
            return _longest(named or before)
    return None


def _thanks(text: str) -> bool:
    return bool(_THANKS.search(_NO_THANKS.sub(" ", text)))


def _since_asker(before: list[Turn], asker: str) -> list[Turn]:
    since: list[Turn] = []
    for turn in reversed(before):
        if turn.speaker == asker:
            break
        if turn.says_something and not turn.bot:
            since.append(turn)
    return since


def _has(turn: Turn, names: set[str], by: str | None = None) -> bool:
    return any(_is(reaction, names, by) for message in turn.messages for reaction in message.reactions)


def _is(reaction: Reaction, names: set[str], by: str | None) -> bool:
    name = reaction.name.split("::")[0].replace("\ufe0f", "").strip(":")
    return name in names and (by is None or by in reaction.by)


def _longest(found: list[Turn]) -> Turn:
    return max(found, key=lambda turn: len(turn.text))
