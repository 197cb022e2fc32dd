"""What leads decided, and why: experts find it after they have answered. Gold samples stay hidden from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Cause, Dataset, Decision, User
from app.services.samples import tidy

PAGE = 20
MOST_ALIKE = 10

# Only decisions by which the sample still stands; a later decision of experts, or of another lead, takes its place.
_STANDING = """
    FROM adjudications a JOIN samples m ON m.id = a.sample_id JOIN sample_search w ON w.sample_id = a.sample_id
    WHERE a.dataset_id = :dataset AND a.undone_at IS NULL AND m.decided_at <= a.created_at
        AND m.state = CASE a.decision WHEN 'approve' THEN 'approved' ELSE 'rejected' END
        AND (:sees_gold OR NOT EXISTS (
            SELECT FROM gold_samples g WHERE g.sample_id = a.sample_id AND g.retired_at IS NULL))
"""
_SHOWN = """
    SELECT a.id, a.sample_id, a.created_at, a.decision, a.cause, a.note, a.revision_id IS NOT NULL AS was_edited,
        left(m.question, 400) AS question, left(m.answer, 600) AS answer,
        EXISTS (SELECT FROM reviews r WHERE r.sample_id = a.sample_id AND r.expert_id = :expert
            AND r.undone_at IS NULL AND r.decision <> 'skip') AS is_mine
"""
_LISTED = text(f"""
    SELECT * FROM ({_SHOWN} {_STANDING}
        AND (:words = '' OR w.search @@ websearch_to_tsquery('simple', :words)
            OR to_tsvector('simple', a.note) @@ websearch_to_tsquery('simple', :words))
        AND a.id < :before) AS found
    WHERE NOT :only_mine OR is_mine ORDER BY id DESC LIMIT :limit
""")  # noqa: S608 - put together from the constants above
# Words of the sample itself, joined by "or": the more of them a precedent shares, the nearer it is.
_ALIKE = text(f"""
    WITH words AS (
        SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS any_of
        FROM (SELECT lexeme FROM sample_search, unnest(search) WHERE sample_id = :sample AND length(lexeme) > 3
            ORDER BY length(lexeme) DESC, lexeme LIMIT 60) AS longest)
    SELECT found.* FROM words, LATERAL ({_SHOWN}, ts_rank(w.search, words.any_of, 1) AS rank
        {_STANDING} AND w.search @@ words.any_of) AS found
    ORDER BY rank DESC, id DESC LIMIT :limit
""")  # noqa: S608 - as above


@dataclass(frozen=True)
class Precedent:
    """One decision of a lead with the first words of its sample. `is_mine` says that the reader answered it too."""

    id: int
    sample_id: int
    at: datetime
    decision: Decision
    cause: Cause
    note: str
    was_edited: bool
    question: str
    answer: str
    is_mine: bool


@dataclass(frozen=True)
class Page:
    """Newest first; `before` is where the next page begins, None on the last."""

    precedents: list[Precedent]
    before: int | None


def page(
    session: Session,
    dataset: Dataset,
    reader: User,
    *,
    words: str = "",
    only_mine: bool = False,
    before: int | None = None,
    sees_gold: bool = False,
) -> Page:
    """Precedents whose sample or note has these words; all of them without."""
    values = {
        "dataset": dataset.id,
        "expert": reader.id,
        "words": tidy(words),
        "only_mine": only_mine,
        "before": before or 2**62,
        "sees_gold": sees_gold,
        "limit": PAGE + 1,
    }
    found = [_precedent(row) for row in session.execute(_LISTED, values)]
    return Page(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)


def like(
    session: Session, dataset: Dataset, reader: User, review_id: int, *, sees_gold: bool = False
) -> list[Precedent] | None:
    """Those nearest to a sample that the reader has answered, by their own answer; None where it is not theirs."""
    sample = session.scalar(
        text("""
            SELECT sample_id FROM reviews
            WHERE id = :review AND dataset_id = :dataset AND expert_id = :expert AND counted AND undone_at IS NULL
        """),
        {"review": review_id, "dataset": dataset.id, "expert": reader.id},
    )
    if sample is None:
        return None
    values = {
        "dataset": dataset.id,
        "expert": reader.id,
        "sample": sample,
        "sees_gold": sees_gold,
        "limit": MOST_ALIKE,
    }
    return [_precedent(row) for row in session.execute(_ALIKE, values)]


def _precedent(row: Any) -> Precedent:
    return Precedent(
        row.id,
        row.sample_id,
        row.created_at,
        Decision(row.decision),
        Cause(row.cause),
        row.note,
        row.was_edited,
        row.question.strip(),
        row.answer.strip(),
        row.is_mine,
    )


CAUSES: Sequence[tuple[Cause, str]] = (
    (Cause.GAP, say("The guidelines do not say")),
    (Cause.TEXT, say("The text is unclear")),
    (Cause.SLIP, say("A slip")),
    (Cause.BOTH, say("Both are defensible")),
    (Cause.OPINION, say("A matter of opinion")),
)
"""Why experts differed, in words."""
