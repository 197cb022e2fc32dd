"""What experts are asked, as figures of agreement see it: the decision, why they reject, and each question of a rubric.

Answers are read from the database as numbers, a row for each answer; what the numbers stand for is looked up for the
few different ones afterwards. So a million answers never become Python objects.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.curation.agreement import Answers, Scale, nominal, scale_of
from app.curation.rubrics.claims import VERDICTS, Claims
from app.messages import say
from app.models import Dataset, Decision, Rubric
from app.services import reasons
from app.services.copying import read_numbers
from app.services.rubric_titles import title_of

DECISION, REASON = "decision", "reason"
DECISIONS = (Decision.APPROVE, Decision.REJECT, Decision.FLAG)
WORDS = {Decision.APPROVE: say("Approve"), Decision.REJECT: say("Reject"), Decision.FLAG: say("Flag")}
MOST_VALUES = 300
"""Different answers to one question; where there are more it is free text, which is not compared."""

# Only answers that stand, and only those that were asked for to decide a sample.
_STANDING = """
    r.dataset_id = %(dataset)s AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
    AND NOT EXISTS (SELECT FROM slots s WHERE s.id = r.slot_id AND s.purpose <> 'review')
"""
# Weeks begin on Monday: the first of them did four days after the epoch.
_WEEK = "(extract(epoch FROM r.created_at)::bigint - 345600) / 604800"
_DECISIONS = f"""
    SELECT r.sample_id, r.expert_id, {_WEEK}, coalesce(array_position(%(decisions)s::text[], r.decision::text), 0)::bigint,
        coalesce(array_position(%(reasons)s::text[], r.reason), 0)::bigint
    FROM reviews r WHERE {_STANDING}
"""  # noqa: S608 - put together from the constants above
_KEYS = text("""
    SELECT DISTINCT jsonb_object_keys(answers) FROM reviews WHERE dataset_id = :dataset AND answers <> '{}' ORDER BY 1
""")
_ANSWERS = f"""
    SELECT r.id, r.sample_id, r.expert_id, {_WEEK}, hashtextextended((r.answers -> %(key)s)::text, 0)
    FROM reviews r WHERE {_STANDING} AND r.answers ? %(key)s
"""  # noqa: S608 - as above
# A row for each sentence: two experts are compared on the sentences that both judged.
_CLAIMS = f"""
    SELECT r.id, dense_rank() OVER (ORDER BY r.sample_id, (one ->> 'start')::bigint), r.expert_id, {_WEEK},
        coalesce(array_position(%(labels)s::text[], one ->> 'label'), 0)::bigint
    FROM reviews r, jsonb_array_elements(r.answers -> %(key)s) AS one
    WHERE {_STANDING} AND jsonb_typeof(r.answers -> %(key)s) = 'array'
"""  # noqa: S608 - as above
_NAMED = text(
    "SELECT answers -> :key FROM reviews r, unnest(CAST(:reviews AS bigint[])) WITH ORDINALITY AS one(id, place)"
    " WHERE r.id = one.id ORDER BY place"
)


@dataclass(frozen=True)
class Question:
    """One question with all answers to it. `labels` says each code in words, `weeks` when each answer was given."""

    key: str
    title: str
    answers: Answers
    weeks: NDArray[np.int64]
    labels: list[str]
    scale: Scale


def of(session: Session, dataset: Dataset) -> Iterator[Question]:
    """All questions that can be compared: the decision first."""
    codes = [reason.code for reason in reasons.REASONS] + _old_reasons(session, dataset)
    values = {"dataset": dataset.id, "decisions": list(map(str, DECISIONS)), "reasons": codes}
    rows = read_numbers(session, _DECISIONS, values, ("sample", "expert", "week", "decision", "reason"))
    yield _question(DECISION, say("Decision"), rows, rows["decision"] - 1, [WORDS[one] for one in DECISIONS])
    rejected = rows[rows["reason"] > 0]
    yield _question(REASON, say("Why rejected"), rejected, rejected["reason"] - 1, list(map(reasons.title, codes)))
    yield from _of_rubrics(session, dataset)


def _of_rubrics(session: Session, dataset: Dataset) -> Iterator[Question]:
    rubrics = session.scalars(
        select(Rubric).where(Rubric.dataset_id == dataset.id).order_by(Rubric.version.desc())
    ).all()
    keys = session.scalars(_KEYS, {"dataset": dataset.id}).all()
    of_claims = {one.get("key") for rubric in rubrics for one in rubric.questions if one.get("kind") == Claims.kind()}
    for key in sorted(keys, key=lambda key: (_place(rubrics, key), key)):
        if key in of_claims:
            yield _of_claims(session, dataset, key, title_of(rubrics, key))
            continue
        values = {"dataset": dataset.id, "key": key}
        rows = read_numbers(session, _ANSWERS, values, ("review", "sample", "expert", "week", "value"))
        different, first, codes = np.unique(rows["value"], return_index=True, return_inverse=True)
        if not len(different) or len(different) > MOST_VALUES:
            continue
        said = session.scalars(_NAMED, {"reviews": rows["review"][first].tolist(), "key": key}).all()
        question = _compared(key, title_of(rubrics, key), rows, codes.astype(np.int64), list(said))
        if question is not None:
            yield question


def _of_claims(session: Session, dataset: Dataset, key: str, title: str) -> Question:
    """Sentences in place of samples: each is one unit with the verdicts on it."""
    values = {"dataset": dataset.id, "key": key, "labels": list(VERDICTS)}
    rows = read_numbers(session, _CLAIMS, values, ("review", "sample", "expert", "week", "value"))
    return _question(key, title, rows, rows["value"] - 1, list(VERDICTS.values()))


def _compared(
    key: str, title: str, rows: NDArray[np.void], codes: NDArray[np.int64], given: list[Any]
) -> Question | None:
    """A question whose answers can be compared; None for prose and for what has a shape that is not known here.

    Values that mean the same, such as two lists in another order, get one code. This is the one place that says what a
    stored answer is compared as.
    """
    values = [comparable(one) for one in given]
    if all(one is None for one in values):
        return None
    kinds = {type(one) for one in values if one is not None}
    if len(kinds - {int, float}) > (0 if kinds & {int, float} else 1):
        values = [None if one is None else _label(one) for one in values]
    distinct = _ordered({one for one in values if one is not None})
    number = {value: code for code, value in enumerate(distinct)}
    renamed = np.array([-1 if one is None else number[one] for one in values], np.int64)[codes]
    return _question(key, title, rows, renamed, list(map(_label, distinct)), scale_of(distinct))


def comparable(value: Any) -> Any:
    """A stored answer as a value that can be compared: lists are sets of what was chosen; None where it cannot be."""
    if isinstance(value, list):
        return frozenset(one if isinstance(one, str) else orjson.dumps(one).decode() for one in value)
    if isinstance(value, dict) or value is None or value == "" or (isinstance(value, str) and len(value) > 80):
        return None
    return value


def _question(
    key: str,
    title: str,
    rows: NDArray[np.void],
    codes: NDArray[np.int64],
    labels: list[str],
    scale: Scale | None = None,
) -> Question:
    known = codes >= 0
    answers = Answers(rows["sample"], rows["expert"], codes, len(labels)).only(known)
    return Question(key, title, answers, rows["week"][known], labels, scale or nominal(len(labels)))


def _label(value: Any) -> str:
    return ", ".join(sorted(value)) or "none" if isinstance(value, frozenset) else str(value)


def _ordered(values: set[Any]) -> list[Any]:
    return sorted(values, key=sorted) if any(isinstance(value, frozenset) for value in values) else sorted(values)


def _place(rubrics: Sequence[Rubric], key: str) -> int:
    """Where a question stands in the newest rubric that has it; others come last."""
    for rubric in rubrics:
        keys = [question.get("key") for question in rubric.questions if isinstance(question, dict)]
        if key in keys:
            return keys.index(key)
    return len(rubrics) + 1_000


def _old_reasons(session: Session, dataset: Dataset) -> list[str]:
    """Reasons that are no longer offered, but were given."""
    known = [reason.code for reason in reasons.REASONS]
    found = session.scalars(
        text(
            "SELECT DISTINCT reason FROM reviews WHERE dataset_id = :dataset AND reason <> '' AND reason <> ALL(:known)"
        ),
        {"dataset": dataset.id, "known": known},
    )
    return sorted(found)
