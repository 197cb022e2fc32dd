"""How much a string looks drawn by lot."""

from math import log2


def entropy(text: str) -> float:
    """Shannon's entropy in bits per character."""
    shares = [text.count(character) / len(text) for character in set(text)]
    return -sum(share * log2(share) for share in shares)
