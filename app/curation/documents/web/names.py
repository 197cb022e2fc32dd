"""Long sets of names, written as one string."""


def names(told: str) -> frozenset[str]:
    """The words of the string."""
    return frozenset(told.split())
