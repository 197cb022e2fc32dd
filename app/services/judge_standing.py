"""How far a version of a judge agrees with this dataset's experts, on the samples that both have judged."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.curation.judge.standing import Standing, standing
from app.curation.rubric import Question
from app.models import Dataset, Judge, JudgeVersion
from app.services import rubrics

# Answers that stand, were asked for to decide, and were given without the judge's own word in sight.
_FOUND = text("""
    SELECT s.sample_id, s.score, r.decision, r.revision_id IS NOT NULL AS edited, r.answers -> :key AS answer
    FROM judge_scores s JOIN reviews r ON r.sample_id = s.sample_id
    WHERE s.version_id = :version AND s.state = 'judged' AND r.counted AND r.undone_at IS NULL
        AND NOT r.suggestions_shown AND r.decision IN ('approve', 'reject')
        AND NOT EXISTS (SELECT FROM slots WHERE slots.id = r.slot_id AND slots.purpose <> 'review')
    ORDER BY s.sample_id, r.id
""")


def of(session: Session, dataset: Dataset, judge: Judge, version: JudgeVersion) -> Standing:
    """Several experts of one sample count as their mean. Approved with changes is not approved as it was."""
    question = _question(session, dataset, version)
    scores: dict[int, float] = {}
    experts: dict[int, list[float]] = {}
    for row in session.execute(_FOUND, {"version": version.id, "key": version.question}):
        said = _share(question, row.answer) if version.question else float(row.decision == "approve" and not row.edited)
        if said is not None:
            scores[row.sample_id] = version.criterion(judge.name).share(row.score)
            experts.setdefault(row.sample_id, []).append(said)
    ids = sorted(scores)
    mine = np.array([scores[one] for one in ids], np.float64)
    theirs = np.array([float(np.mean(experts[one])) for one in ids], np.float64)
    return standing(mine, theirs, _points(question, version))


def _question(session: Session, dataset: Dataset, version: JudgeVersion) -> Question | None:
    asked = rubrics.questions(rubrics.current(session, dataset))
    return next((one for one in asked if version.question and one.key == version.question), None)


def _share(question: Question | None, answer: Any) -> float | None:
    """An expert's answer as a share of its scale: a rating, or the share of sentences that they call supported."""
    if isinstance(answer, list) and answer:
        return len([one for one in _dicts(answer) if one.get("label") == "supported"]) / len(answer)
    if isinstance(answer, int) and not isinstance(answer, bool) and question is not None:
        low, high = getattr(question, "low", 0), getattr(question, "high", 1)
        return float(min(max((answer - low) / (high - low), 0.0), 1.0))
    return None


def _dicts(answer: list[Any]) -> Iterator[dict[str, Any]]:
    return (one for one in answer if isinstance(one, dict))


def _points(question: Question | None, version: JudgeVersion) -> int:
    """Steps on which kappa is taken: those of the experts' scale."""
    if question is None or not hasattr(question, "high"):
        return 2 if not version.question else 5
    return int(question.high - getattr(question, "low", 0)) + 1
