"""What states, checks and parts of a release are called on its pages."""

from app.messages import Message, known, say
from app.models import Level, ReleaseState
from app.services import releases

STATES: dict[ReleaseState, tuple[str, Message]] = {
    ReleaseState.CHECKING: ("queued", say("Being checked")),
    ReleaseState.HELD: ("flagged", say("Waits for a decision")),
    ReleaseState.WRITING: ("queued", say("Being written")),
    ReleaseState.PUBLISHED: ("approved", say("Published")),
    ReleaseState.FAILED: ("rejected", say("Not finished")),
}
"""The look of a sample's state that means the same, and a word."""

LEVELS: dict[Level, tuple[str, Message]] = {
    Level.PASS: ("approved", say("Passed")),
    Level.WARN: ("flagged", say("Look at it")),
    Level.BLOCK: ("rejected", say("Holds back")),
}

PARTS: dict[str, Message] = {"train": say("Training"), "validation": say("Validation"), "test": say("Test")}


def formats() -> dict[str, Message]:
    """What each format is called."""
    return {key: known(title) for key, (title, _) in releases.formats().items()}
