"""Why experts reject a sample: a short list, so that rejections can be counted."""

from dataclasses import dataclass

from app.messages import say
from app.models import Decision


@dataclass(frozen=True)
class Reason:
    """`code` is stored and exported; `needs_words` asks for a comment."""

    code: str
    title: str
    needs_words: bool = False


REASONS = (
    Reason("wrong", say("Facts are wrong")),
    Reason("harmful", say("Could do harm")),
    Reason("incomplete", say("Something important is missing")),
    Reason("off_topic", say("Off topic, or no answer")),
    Reason("unclear", say("Badly written or cut off")),
    Reason("personal", say("Personal details")),
    Reason("other", say("Something else"), needs_words=True),
)

NOT_MY_FIELD = "field"
"""Why a sample is passed on, where that is said: it wants an expert of another field."""

_BY_CODE = {reason.code: reason for reason in REASONS}


def find(code: str) -> Reason | None:
    """The reason with this code, None where there is none."""
    return _BY_CODE.get(code)


def stored(decision: Decision, code: str) -> str:
    """What is kept of a reason: of a rejection, and of a sample that was passed on because of its field."""
    is_kept = decision is Decision.REJECT or (decision is Decision.SKIP and code == NOT_MY_FIELD)
    return code if is_kept else ""


def title(code: str) -> str:
    """A stored reason in words, also one that is no longer offered."""
    if code == NOT_MY_FIELD:
        return "Not my field"
    reason = find(code)
    return reason.title if reason else code.replace("_", " ").capitalize()
