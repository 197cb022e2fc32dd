"""Where in a sample's turns a pattern is found, for filters that mark the words that made a rule fire."""

from collections.abc import Callable, Iterable
from re import Pattern
from typing import TypeAlias

from app.curation.batch import Content
from app.curation.filter import Span
from app.curation.sample import Form, turns

Find: TypeAlias = Callable[[str], Iterable[tuple[int, int]]]
"""Characters of a text, as (start, end)."""
ASKED = frozenset({"user", "context"})
SAID = frozenset({"assistant", "chosen", "text"})


def matches(pattern: Pattern[str]) -> Find:
    """Every match, with typographic apostrophes read as plain ones."""
    return lambda text: (match.span() for match in pattern.finditer(text.replace("’", "'")))


def in_answers(sample: Content, find: Find) -> list[Span]:
    """In all that a model would learn to say."""
    return _in(sample, find, SAID)


def in_questions(sample: Content, find: Find) -> list[Span]:
    """In all that a person asked."""
    return _in(sample, find, ASKED)


def everywhere(sample: Content, find: Find) -> list[Span]:
    """In questions and answers."""
    return _in(sample, find, ASKED | SAID)


def _in(sample: Content, find: Find, roles: frozenset[str]) -> list[Span]:
    return [
        Span(turn.path, start, end)
        for turn in turns(Form(sample.form), sample.content)
        if turn.role in roles
        for start, end in find(turn.text)
        if end > start
    ]
