"""What the pieces of a sample, and the people of a dataset, are called on the screen."""

from app.curation.sample import Form
from app.messages import say, say_many
from app.models import Role
from app.web.rendering import GLOBALS

_TITLES = {
    "system": say("Instruction to the model"),
    "user": say("Question"),
    "assistant": say("Answer"),
    "context": say("Context"),
    "text": say("Text"),
    "chosen": say("Better answer"),
    "rejected": say("Worse answer"),
    "tool": say("Tool"),
}

_MEMBERS = {Role.EXPERT: say("Expert"), Role.LEAD: say("Lead"), Role.ADMIN: say("Admin")}


def role_title(role: str) -> str:
    """A role in plain words; one that nobody has heard of stands for itself."""
    return _TITLES.get(role, role[:40].capitalize())


def kind(form: str, pieces: int) -> str:
    """The heading of a sample, which has no title of its own: "Conversation, 4 turns"."""
    match Form(form):
        case Form.CHAT:
            return say_many("Conversation, %(num)s turn", "Conversation, %(num)s turns", pieces)
        case Form.INSTRUCTION:
            return say("Question and answer")
        case Form.PREFERENCE:
            return say("Two answers to one question")
        case Form.TEXT:
            return say("Text")


def member_title(role: Role | None) -> str:
    """What a member may do in a dataset, in a word; an administrator of the installation need not be a member."""
    return _MEMBERS[role] if role else say("Administrator")


GLOBALS.update(role_title=role_title, sample_kind=kind, member_title=member_title)
