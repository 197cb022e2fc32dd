"""What the pieces of a sample are called on the screen."""

from app.curation.sample import Form
from app.web.rendering import GLOBALS

_TITLES = {
    "system": "Instruction to the model",
    "user": "Question",
    "assistant": "Answer",
    "context": "Context",
    "text": "Text",
    "chosen": "Better answer",
    "rejected": "Worse answer",
    "tool": "Tool",
}


def role_title(role: str) -> str:
    """A role in plain words; one that nobody has heard of stands for itself."""
    return _TITLES.get(role, role[:40].capitalize())


def kind(form: str, pieces: int) -> str:
    """The heading of a sample, which has no title of its own: "Conversation, 4 turns"."""
    match Form(form):
        case Form.CHAT:
            return f"Conversation, {pieces} turn{'' if pieces == 1 else 's'}"
        case Form.INSTRUCTION:
            return "Question and answer"
        case Form.PREFERENCE:
            return "Two answers to one question"
        case Form.TEXT:
            return "Text"


GLOBALS.update(role_title=role_title, sample_kind=kind)
