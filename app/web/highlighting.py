"""Code with its parts told apart: by class names only, for languages that the sample names itself."""

import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

from markdown_it.common.utils import escapeHtml
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

LONGEST = 6_000
"""Characters of code that are looked at."""
SECONDS = 0.05
"""What one block of code may take; of a thousand characters it takes one or two thousandths. Some languages' time grows
with the square of hostile code."""
_KNOWN = (
    "bash c c# c++ cpp cs csharp css docker dockerfile go golang graphql html http java javascript js json "
    "jsx julia kotlin latex lua makefile php powershell ps1 py python python3 r rb ruby rs rust scala sh shell sql "
    "swift tex toml ts tsx typescript xml yaml yml zsh"
)
LANGUAGES = frozenset(_KNOWN.split())
_CLASSES = [
    (Comment, "tok-c"),
    (Keyword.Constant, "tok-m"),
    (Keyword, "tok-k"),
    (Operator.Word, "tok-k"),
    (Name.Tag, "tok-k"),
    (Name.Function, "tok-n"),
    (Name.Class, "tok-n"),
    (Name.Decorator, "tok-n"),
    (String, "tok-s"),
    (Number, "tok-m"),
    (Literal, "tok-m"),
]
"""The first that fits; all else stays as it is. The classes' colours are in static/css/material.css."""


def highlighted(code: str, language: str) -> str:
    """Escaped code, every character of it; with spans around what its language tells apart."""
    named = (language.split() or [""])[0].lower()
    lexer = _lexer(named) if named in LANGUAGES and len(code) <= LONGEST else None
    tokens = list(_tokens(lexer, code)) if lexer else []
    if "".join(text for _, text in tokens) != code:
        return escapeHtml(code)
    return "".join(_spans(tokens))


@lru_cache(maxsize=len(LANGUAGES))
def _lexer(name: str) -> Lexer | None:
    try:
        return get_lexer_by_name(name)
    except ClassNotFound:
        return None


def _tokens(lexer: Lexer, code: str) -> Iterator[tuple[str, str]]:
    """(class, text) as the code stands: get_tokens would trim it and add a line end. It ends where it takes too long."""
    ends = time.perf_counter() + SECONDS
    for _, kind, text in lexer.get_tokens_unprocessed(code):
        yield _class(kind), text
        if time.perf_counter() > ends:
            return


@lru_cache(maxsize=512)
def _class(kind: _TokenType) -> str:
    return next((name for wanted, name in _CLASSES if kind in wanted), "")


def _spans(tokens: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Neighbours of one class share a span."""
    for name, run in groupby(tokens, key=lambda token: token[0]):
        text = escapeHtml("".join(part for _, part in run))
        yield f'<span class="{name}">{text}</span>' if name and text.strip() else text
