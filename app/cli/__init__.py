"""The command line: `winnow`."""

from app.cli.root import main

__all__ = ["main"]
