"""What checks need that compare rows of all shards: their facts one after another, and findings made at the end."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.db import Json
from app.messages import parts
from app.models import Release, ReleaseFinding, ReleaseRow, ReleaseTally

MOST_SHOWN = 200


def packed(values: NDArray[Any]) -> str:
    """Numbers as they are kept in facts: eight bytes each, the same on every machine."""
    return b64encode(values.astype("<i8").tobytes()).decode()


def numbers(text: str) -> NDArray[np.int64]:
    return np.frombuffer(b64decode(text), "<i8").astype(np.int64)


def columns(session: Session, release: Release, check: str, *names: str) -> list[NDArray[np.int64]]:
    """Columns that the shards packed into their facts, joined in the order of the rows; the last one are positions.

    Rows that were left out after a check had looked at them are not among them.
    """
    found: list[list[NDArray[np.int64]]] = [[np.empty(0, np.int64)] for _ in names]
    for facts in _facts(session, release, check):
        for name, pieces in zip(names, found, strict=True):
            pieces.append(numbers(facts[name]))
    joined = [np.concatenate(pieces) for pieces in found]
    kept = ~np.isin(joined[-1], _gone(session, release))
    return [column[kept] for column in joined]


def _gone(session: Session, release: Release) -> list[int]:
    mine = (ReleaseRow.release_id == release.id, ReleaseRow.left_out != "")
    return list(session.scalars(select(ReleaseRow.position).where(*mine)))


def _facts(session: Session, release: Release, check: str) -> Iterator[Json]:
    mine = (ReleaseTally.release_id == release.id, ReleaseTally.check == check)
    query = select(ReleaseTally.facts).where(*mine).order_by(ReleaseTally.shard)
    return (facts for facts in session.scalars(query.execution_options(yield_per=10)) if facts)


def point(session: Session, release: Release, check: str, why: Mapping[int, str]) -> None:
    """Findings at rows by position, the first ones where there are more than are shown."""
    shown = dict(sorted(why.items())[:MOST_SHOWN])
    if not shown:
        return
    mine = (ReleaseRow.release_id == release.id, ReleaseRow.position.in_(shown))
    found = session.execute(select(ReleaseRow.position, ReleaseRow.sample_id).where(*mine)).all()
    rows = [
        {"release_id": release.id, "check": check, "position": position, "sample_id": sample, "why": shown[position],
         "said": parts(shown[position])}
        for position, sample in sorted(found)
    ]
    session.execute(insert(ReleaseFinding), rows)


def going(release: Release) -> list[Any]:
    """Conditions on ReleaseRow: the rows of a release that nothing has left out."""
    return [ReleaseRow.release_id == release.id, ReleaseRow.left_out == ""]


def count(session: Session, release: Release) -> int:
    return session.scalar(select(func.count()).where(*going(release))) or 0


def share(part: int, whole: int) -> float:
    """Rounded, so that it reads the same everywhere."""
    return round(part / whole, 4) if whole else 0.0
