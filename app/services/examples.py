"""Samples that a draft of the recipe would treat otherwise: their first words, and which moved limit decides."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.bounds import Limit
from app.curation.recipe import Recipe
from app.curation.verdict import failing
from app.models import Corpus, Run, Sample
from app.services import pictures

LONGEST = 240


@dataclass(frozen=True)
class Example:
    """One sample; `why` says each moved limit that it breaks in words, and is empty where only copies decide."""

    id: int
    question: str
    answer: str
    corpus: str
    why: list[str]


def of(session: Session, run: Run, ids: Sequence[int], broken: Sequence[Limit]) -> list[Example]:
    """Examples in the order given; `broken` are the limits that may explain them."""
    rows = session.execute(
        select(
            Sample.id,
            func.left(Sample.question, LONGEST).label("question"),
            func.left(Sample.answer, LONGEST).label("answer"),
            Corpus.name.label("corpus"),
        )
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .where(Sample.id.in_(ids))
    ).all()
    found = {row.id: row for row in rows}
    known = [sample_id for sample_id in ids if sample_id in found]
    why = _why(session, run, known, broken)
    return [Example(one, found[one].question, found[one].answer, found[one].corpus, why[one]) for one in known]


def only_in(one: Recipe, other: Recipe) -> list[Limit]:
    """The limits of one recipe that the other does not have in just this way."""
    others = set(other.limits)
    return [limit for limit in one.limits if limit not in others]


def _why(session: Session, run: Run, ids: Sequence[int], limits: Sequence[Limit]) -> dict[int, list[str]]:
    said: dict[int, list[str]] = {sample_id: [] for sample_id in ids}
    picture = pictures.of(session, run)
    rows = picture.layout.rows(np.array(ids, np.int64))
    for limit in limits if len(ids) else ():
        name = limit.rule.measure.name
        values = pictures.column(session, run, picture, name)[rows]
        for at in np.flatnonzero(failing({name: values}, limit)).tolist():
            said[ids[at]].append(limit.rule.sentence(float(values[at]), limit.bound))
    return said
