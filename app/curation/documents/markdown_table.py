"""Pipe tables: cells in one line, and a long table as several that each carry the header."""

import re
from collections.abc import Iterable, Iterator, Sequence

MOST_CHARACTERS = 4000
"""A table longer than this goes on in another one: a passage is about that long."""


def cell(text: str) -> str:
    """In one line, bars escaped."""
    line = " ".join(text.split())
    return re.sub(r"(?<!\\)\|", r"\\|", line) if "|" in line else line


def tables(
    header: Sequence[Sequence[str]], rows: Iterable[Sequence[str]], most: int = MOST_CHARACTERS
) -> Iterator[str]:
    """Tables of about `most` characters, at least a row each. The first line of the header stands above the rule."""
    top = _top(header)
    lines, size, shown = [top], len(top), False
    for row in rows:
        line = _line(row)
        if len(lines) > 1 and size + len(line) > most:
            yield "\n".join(lines)
            lines, size, shown = [top], len(top), True
        lines.append(line)
        size += len(line) + 1
    if len(lines) > 1 or not shown:
        yield "\n".join(lines)


def _top(header: Sequence[Sequence[str]]) -> str:
    rule = f"|{' --- |' * len(header[0])}"
    return "\n".join([_line(header[0]), rule, *map(_line, header[1:])])


def _line(row: Sequence[str]) -> str:
    return f"| {' | '.join(map(cell, row))} |"
