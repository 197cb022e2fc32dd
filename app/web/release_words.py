"""What states, checks and parts of a release are called on its pages."""

from app.messages import Message, say
from app.models import Level, ReleaseState

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
