"""Two releases of one dataset, sample by sample: which rows came, went, changed, and why.

All of it is one query over both sets of rows in the order of samples, so that a page of it costs no more than its rows.
Reasons are read from what the database knows now: who was sent back to review after the second release is told so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.curation.releasing.comparing import Change
from app.messages import Message, say
from app.models import Release
from app.services.errors import Invalid

Kind = Literal["came", "went", "changed", "moved"]
PAGE = 50
KINDS: dict[str, Message] = {
    "came": say("Came"),
    "went": say("Went"),
    "changed": say("Changed"),
    "moved": say("In another split"),
}
_REASONS: dict[str, Message] = {
    "new_corpus": say("Its corpus is new"),
    "approved": say("It was decided since"),
    "answered": say("A question about it was resolved"),
    "selected": say("The selection is another one"),
    "rejected": say("It was rejected"),
    "flagged": say("It is flagged"),
    "queued": say("It was sent back to review"),
    "dropped": say("The recipe drops it"),
    "candidate": say("The recipe has not judged it"),
    "asked": say("A question about it is open"),
    "edited": say("An expert edited it"),
    "restored": say("An edit was taken back"),
    "decided": say("It was decided otherwise"),
    "split": say("It stands in another split"),
}

_CHANGES = """
    SELECT d.sample_id, d.kind, d.detail, d.old_revision, d.new_revision, d.old_split, d.new_split,
        CASE
        WHEN d.kind = 'moved' THEN 'split'
        WHEN d.kind = 'changed' THEN CASE WHEN d.old_approved <> d.new_approved THEN 'decided'
            WHEN d.new_revision IS NULL THEN 'restored' ELSE 'edited' END
        WHEN d.detail <> '' THEN 'left_out'
        WHEN d.kind = 'came' THEN CASE WHEN s.created_at > :old_at THEN 'new_corpus'
            WHEN s.decided_at > :old_at THEN 'approved'
            WHEN EXISTS (SELECT FROM comments c WHERE c.sample_id = s.id AND c.is_question AND c.parent_id IS NULL
                AND c.created_at <= :old_at AND c.resolved_at > :old_at) THEN 'answered'
            ELSE 'selected' END
        WHEN s.state <> 'approved' AND NOT (s.state = 'rejected' AND d.old_approved IS FALSE) THEN s.state
        WHEN EXISTS (SELECT FROM comments c WHERE c.sample_id = s.id AND c.is_question AND c.parent_id IS NULL
            AND c.resolved_at IS NULL) THEN 'asked'
        ELSE 'selected' END AS why
    FROM (
        SELECT coalesce(o.sample_id, n.sample_id) AS sample_id, o.revision_id AS old_revision,
            n.revision_id AS new_revision, o.split AS old_split, n.split AS new_split,
            o.approved AS old_approved, n.approved AS new_approved,
            CASE WHEN coalesce(o.left_out, '-') <> '' THEN 'came' WHEN coalesce(n.left_out, '-') <> '' THEN 'went'
                WHEN o.revision_id IS DISTINCT FROM n.revision_id OR o.approved <> n.approved THEN 'changed'
                ELSE 'moved' END AS kind,
            CASE WHEN coalesce(o.left_out, '-') <> '' THEN coalesce(o.left_out, '') ELSE coalesce(n.left_out, '') END
                AS detail
        FROM (SELECT * FROM release_rows WHERE release_id = :old AND sample_id > :after) o
        FULL JOIN (SELECT * FROM release_rows WHERE release_id = :new AND sample_id > :after) n
            ON n.sample_id = o.sample_id
        WHERE ((o.left_out = '') IS TRUE OR (n.left_out = '') IS TRUE)
            AND ((o.left_out = '') IS NOT TRUE OR (n.left_out = '') IS NOT TRUE
                OR o.revision_id IS DISTINCT FROM n.revision_id OR o.approved <> n.approved OR o.split <> n.split)
    ) d JOIN samples s ON s.id = d.sample_id
"""
_COUNTS = text(f"SELECT kind, why, detail, count(*) FROM ({_CHANGES}) x GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3")  # noqa: S608 - constants
_PAGE = text(f"""
    WITH page AS MATERIALIZED (
        SELECT * FROM ({_CHANGES}) x WHERE (:kind = '' OR kind = :kind) AND (:why = '' OR why = :why)
        ORDER BY sample_id LIMIT :most)
    SELECT page.sample_id, page.kind, page.why, page.detail, page.old_split, page.new_split, c.name, s.file, s.line, s.form,
        CASE WHEN page.kind = 'came' THEN NULL ELSE coalesce(o.content, s.content)::text END,
        CASE WHEN page.kind = 'went' THEN NULL ELSE coalesce(n.content, s.content)::text END
    FROM page JOIN samples s ON s.id = page.sample_id JOIN corpora c ON c.id = s.corpus_id
        LEFT JOIN revisions o ON o.id = page.old_revision LEFT JOIN revisions n ON n.id = page.new_revision
    ORDER BY page.sample_id
""")  # noqa: S608 - as above


@dataclass(frozen=True)
class Difference:
    """A sample that the two releases do not hold alike. `old` and `new` are its contents, None where it is not in one."""

    sample_id: int
    kind: Kind
    why: str
    old_split: str
    new_split: str
    corpus: str
    file: str
    line: int | None
    form: str
    old: Any
    new: Any

    def told(self) -> Change:
        """For a terminal."""
        place = f"{self.corpus}, line {self.line}" if self.line else f"{self.corpus}, {self.file}"
        words = orjson.dumps(self.new if self.new is not None else self.old).decode()
        return Change(self.kind, f"{place} ({self.why})", words if len(words) <= 160 else words[:160] + " …")


def counts(session: Session, old: Release, new: Release) -> dict[tuple[str, str], int]:
    """(what happened, why in words): how many rows. Invalid for releases of two datasets."""
    found = session.execute(_COUNTS, _values(old, new))
    return {(kind, reason(why, detail)): number for kind, why, detail, number in found}


def page(
    session: Session, old: Release, new: Release, *, kind: str = "", why: str = "", after: int = 0, most: int = PAGE
) -> Sequence[Difference]:
    """In the order of samples, those behind `after`; of one kind and for one reason (its code) where these are given."""
    values = {**_values(old, new), "kind": kind, "why": why, "after": after, "most": most}
    return [_difference(*row) for row in session.execute(_PAGE, values)]


def reason(code: str, detail: str = "") -> str:
    """A reason in words. What a check said when it left a row out is said as it was."""
    return say("Left out: %(why)s", why=detail) if code == "left_out" else _REASONS[code]


def _values(old: Release, new: Release) -> dict[str, Any]:
    if old.dataset_id != new.dataset_id:
        raise Invalid("These releases are of two datasets. Choose two of one.")
    return {"old": old.id, "new": new.id, "after": 0, "old_at": old.created_at}


def _difference(
    sample_id: int, kind: Kind, why: str, detail: str, old_split: str | None, new_split: str | None,
    corpus: str, file: str, line: int | None, form: str, old: str | None, new: str | None,
) -> Difference:  # fmt: skip
    return Difference(
        sample_id, kind, reason(why, detail), old_split or "", new_split or "", corpus, file, line, form,
        orjson.loads(old) if old else None, orjson.loads(new) if new else None,
    )  # fmt: skip
