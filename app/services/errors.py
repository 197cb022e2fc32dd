"""What services refuse to do. Every refusal is a plain sentence: what happened, and what to do next."""


class DomainError(Exception):
    """The message is shown to a person as it stands."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(DomainError):
    """It is not there, or this person may not know that it is."""


class Forbidden(DomainError):
    """The person may see it, but their role may not do this."""


class Conflict(DomainError):
    """Someone else was faster, or its state does not allow this now."""


class Invalid(DomainError):
    """What was entered cannot be used. `field` names the input that is meant, where it is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class TooManyTries(DomainError):
    """Slow down: `seconds` until the next try is allowed."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds
