"""The demonstration: a small dataset of questions and answers from an invented bicycle workshop, ready to review."""


def ensure() -> None:
    """Make the dataset, read its corpora and run its recipe, in a few seconds; where it exists, change nothing."""
    from app.demo import filling  # loads numpy and more: only who wants the demonstration waits

    filling.fill()


__all__ = ["ensure"]
