"""The words around a number, which say what the number is."""


def before(text: str, start: int, characters: int = 40) -> str:
    """What stands before a place, lower-cased."""
    return text[max(0, start - characters) : start].lower()


def after(text: str, end: int, characters: int = 16) -> str:
    """What stands behind a place, lower-cased."""
    return text[end : end + characters].lower()


def digits_of(text: str) -> str:
    """The ASCII digits alone."""
    return "".join(character for character in text if "0" <= character <= "9")
