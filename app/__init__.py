"""Winnow: expert-in-the-loop data curation."""

__version__ = "0.1.0"
