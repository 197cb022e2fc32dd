"""Which rows of a release train, which validate, which test: near-duplicates always on one side."""

from app.services.working import Piece


def split(piece: Piece) -> None:
    """Give every row its side. Without any asked for, all rows train."""
