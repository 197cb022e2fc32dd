"""Refused lines of a corpus: grouped by reason, and page by page."""

import re
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import RefusedLine


@dataclass(frozen=True)
class Group:
    """How many lines were refused for one reason, and the first of them."""

    code: str
    lines: int
    first: RefusedLine

    @property
    def title(self) -> str:
        """The code in words."""
        return title(self.code)


def title(code: str) -> str:
    """A refusal's code in words: ``not_json`` reads "Not JSON"."""
    words = code.replace("_", " ").capitalize()
    return re.sub(r"\b(?:json|utf16|nul|csv)\b", lambda found: found[0].upper(), words, flags=re.IGNORECASE)


def groups(session: Session, corpus_id: int) -> list[Group]:
    """By reason, the commonest first."""
    counted = (
        select(RefusedLine.code, func.count().label("lines"), func.min(RefusedLine.id).label("first"))
        .where(RefusedLine.corpus_id == corpus_id)
        .group_by(RefusedLine.code)
        .subquery()
    )
    rows = session.execute(
        select(counted.c.code, counted.c.lines, RefusedLine)
        .join(RefusedLine, RefusedLine.id == counted.c.first)
        .order_by(counted.c.lines.desc(), counted.c.code)
    )
    return [Group(code, lines, first) for code, lines, first in rows]


def page(session: Session, corpus_id: int, code: str, after: int, limit: int) -> list[RefusedLine]:
    """Up to `limit` + 1 lines after a key, in the order of the file; `code` narrows to one reason."""
    query = select(RefusedLine).where(RefusedLine.corpus_id == corpus_id, RefusedLine.id > after)
    if code:
        query = query.where(RefusedLine.code == code)
    return list(session.scalars(query.order_by(RefusedLine.id).limit(limit + 1)))
