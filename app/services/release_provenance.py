"""Where each row of a release comes from and who stood for it, where the layout asks for it.

What may change later is frozen with the rows; what never changes is joined page by page while they are written.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Json
from app.models import Release
from app.services import release_sources, reviewer_names

FIELD = "_provenance"
"""The field of a record; its underscore keeps it apart from what trainers read."""

COLUMNS = """
    c.name, c.sha256, s.file, s.position, s.line, s."offset", encode(s.content_hash, 'hex'),
    rr.revision_id IS NOT NULL, rr.provenance::text
"""
JOIN = "JOIN corpora c ON c.id = s.corpus_id"
"""Beside `release_rows rr` and `samples s`, in the order of `Origin`."""

_PEOPLE = text("""
    SELECT DISTINCT r.expert_id FROM reviews r JOIN release_rows rr ON rr.sample_id = r.sample_id
    WHERE rr.release_id = :release AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
    UNION SELECT a.lead_id FROM adjudications a JOIN release_rows rr ON rr.sample_id = a.sample_id
    WHERE rr.release_id = :release AND a.undone_at IS NULL
""")
# One pass over the reviews of all rows. `agreeing` are those who decided as the sample was decided.
_FREEZE = text("""
    UPDATE release_rows rr SET provenance = jsonb_strip_nulls(jsonb_build_object(
        'decided_on', (s.decided_at AT TIME ZONE 'UTC')::date, 'reviewers', coalesce(who.numbers, '[]'),
        'settled_by', lead.number, 'guideline', who.guideline, 'rubric', who.rubric,
        'reviews', who.reviews, 'agreeing', who.agreeing, 'acceptance', a.name))
    FROM samples s
    LEFT JOIN acceptances a ON a.id = s.acceptance_id
    LEFT JOIN (
        SELECT r.sample_id, count(*) AS reviews, max(g.version) AS guideline, max(b.version) AS rubric,
            count(*) FILTER (WHERE r.decision = CASE x.approved WHEN true THEN 'approve' ELSE 'reject' END) AS agreeing,
            jsonb_agg(DISTINCT n.number) AS numbers
        FROM reviews r JOIN release_rows x ON x.sample_id = r.sample_id AND x.release_id = :release
            JOIN reviewer_numbers n ON n.dataset_id = r.dataset_id AND n.user_id = r.expert_id
            LEFT JOIN guidelines g ON g.id = r.guideline_id LEFT JOIN rubrics b ON b.id = r.rubric_id
        WHERE r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
        GROUP BY r.sample_id) who ON who.sample_id = s.id
    LEFT JOIN (
        SELECT DISTINCT ON (j.sample_id) j.sample_id, n.number
        FROM adjudications j JOIN release_rows x ON x.sample_id = j.sample_id AND x.release_id = :release
            JOIN reviewer_numbers n ON n.dataset_id = j.dataset_id AND n.user_id = j.lead_id
        WHERE j.undone_at IS NULL ORDER BY j.sample_id, j.id DESC) lead ON lead.sample_id = s.id
    WHERE rr.release_id = :release AND s.id = rr.sample_id
""")


class Origin(NamedTuple):
    """A row's place in its corpus, and what was frozen of its review."""

    corpus: str
    corpus_sha256: str
    file: str
    position: int
    line: int | None
    offset: int | None
    content_hash: str
    edited: bool
    frozen: Json
    has_sources: bool = False
    """Whether the rows of this release tell the passage that they come from."""


def origin(found: Sequence[Any], has_sources: bool = False) -> Origin:
    """From a row of COLUMNS."""
    frozen = found[-1]
    return Origin._make([*found[:-1], orjson.loads(frozen) if frozen else {}, has_sources])


def freeze(session: Session, release: Release) -> None:
    """Write down who decided on each row, when, and under what."""
    people = session.scalars(_PEOPLE, {"release": release.id})
    reviewer_names.numbers(session, release.dataset_id, people)
    session.execute(_FREEZE, {"release": release.id})


def provenance(origin: Origin) -> Json:
    """What stands in a record. Plain texts and numbers, none of them null: readers guess types from the first rows.

    An empty text and a 0 say that there is none; for the byte offset, which begins at 0, it is -1.
    """
    frozen = origin.frozen
    numbers = {name: frozen.get(name, 0) for name in ("reviews", "agreeing", "guideline", "rubric")}
    return {
        "corpus": origin.corpus,
        "corpus_sha256": origin.corpus_sha256,
        "file": origin.file,
        "record": origin.position,
        "line": origin.line or 0,
        "offset": -1 if origin.offset is None else origin.offset,
        "sample": origin.content_hash,
        "edited": origin.edited,
        "reviewers": ", ".join(map(reviewer_names.named, frozen.get("reviewers", []))),
        "settled_by": reviewer_names.named(frozen["settled_by"]) if "settled_by" in frozen else "",
        "decided_on": frozen.get("decided_on", ""),
        "acceptance": frozen.get("acceptance", ""),
        **numbers,
    }


def with_provenance(record: Json, origin: Origin | None, source: Json | None = None) -> dict[str, Any]:
    """A record of a row as it is written; the same where no provenance is asked for."""
    if origin is None:
        return record
    told = {"source": source or release_sources.NONE} if origin.has_sources else {}
    return {**record, FIELD: provenance(origin) | told}
