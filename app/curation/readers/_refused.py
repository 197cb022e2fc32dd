"""A whole file that cannot be read, or not any further."""


class FileRefused(Exception):
    """A stable code and a sentence for a person: what happened, what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
