"""What a model or a measure would answer: loaded from files, and shown at once or only after the expert's own answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import isfinite
from typing import Any, Literal
from zlib import crc32

import orjson
from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.curation.rubric import Question, Refused
from app.curation.sample import Form, Json, content_hash, turns
from app.messages import say
from app.models import Dataset, Decision, Review, Sample, Suggestion, User
from app.services import rubrics
from app.services.errors import Invalid

Moment = Literal["after", "before", "half"]
"""When suggestions are seen: after the expert's own answer, with the question, or for half of all answers with it."""
AT_ONCE = 500
"""Lines of a file that are looked up together."""


class Unusable(ValueError):
    """A line that is no suggestion for this dataset; the message says why."""


@dataclass
class Loaded:
    """Lines in = stored + refused. Of the refused, the line's number and why."""

    stored: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def moment(dataset: Dataset) -> Moment:
    """What the dataset has chosen. Nothing steers an expert unless the lead wants it."""
    chosen = dataset.review_plan.get("suggestions")
    return chosen if chosen in ("before", "half") else "after"


def choose(session: Session, dataset: Dataset, chosen: Moment) -> None:
    session.execute(select(Dataset.id).where(Dataset.id == dataset.id).with_for_update())
    session.refresh(dataset, ["review_plan"])
    dataset.review_plan = dataset.review_plan | {"suggestions": chosen}
    session.flush()


def beside(session: Session, dataset: Dataset, sample: Sample, expert: User) -> dict[str, list[Suggestion]]:
    """The suggestions that an expert sees with the questions, by question; surest first. Empty before their own answer.

    Who has answered the sample once has seen them, so a second answer to it has them in sight.
    """
    found = of_sample(session, sample.id)
    if not found or not (is_open(dataset, sample.id, expert.id) or _has_answered(session, sample, expert)):
        return {}
    shown: dict[str, list[Suggestion]] = {}
    for one in found:
        shown.setdefault(one.question, []).append(one)
    return shown


def is_open(dataset: Dataset, sample_id: int, expert_id: int) -> bool:
    """Whether this expert sees the suggestions of this sample before they answer; for half of all, by lot."""
    chosen = moment(dataset)
    return chosen == "before" or (chosen == "half" and crc32(f"{sample_id} {expert_id}".encode()) % 2 == 0)


def of_sample(session: Session, sample_id: int) -> Sequence[Suggestion]:
    """All suggestions for a sample, the surest first."""
    return session.scalars(
        select(Suggestion)
        .where(Suggestion.sample_id == sample_id)
        .order_by(Suggestion.question, Suggestion.score.desc().nulls_last(), Suggestion.id)
    ).all()


def count(session: Session, dataset: Dataset) -> int:
    return session.scalar(select(func.count()).where(Suggestion.dataset_id == dataset.id)) or 0


def load(session: Session, dataset: Dataset, lines: Iterable[bytes]) -> Loaded:
    """Store a file's suggestions, each in place of what the same source said before. Invalid where nothing is asked.

    A line is an object with ``question``, ``value``, ``source``, perhaps ``score``, and the sample: its ``id`` (a
    number, or ``FILE:POSITION``) or its whole ``content``.
    """
    asked = {question.key: question for question in rubrics.questions(rubrics.current(session, dataset))}
    if not asked:
        raise Invalid(say("This dataset asks no questions yet, so nothing can be suggested. Write its rubric first."))
    result = Loaded()
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    while batch := list(islice(numbered, AT_ONCE)):
        _store(session, dataset, asked, batch, result)
    return result


def _store(
    session: Session, dataset: Dataset, asked: Mapping[str, Question], batch: list[tuple[int, bytes]], result: Loaded
) -> None:
    read: list[tuple[int, Json]] = []
    for number, line in batch:
        try:
            read.append((number, _read(line, asked)))
        except Unusable as error:
            result.refused.append((number, str(error)))
    found = _Samples(session, dataset, [row for _, row in read])
    rows: dict[tuple[Any, ...], Json] = {}
    for number, row in read:
        try:
            made = _row(dataset, asked[row["question"]], found.of(row), row)
        except Unusable as error:
            result.refused.append((number, str(error)))
            continue
        rows[made["sample_id"], made["question"], made["source"]] = made
        result.stored += 1
    if rows:
        upsert = insert(Suggestion).values(list(rows.values()))
        newer = {name: upsert.excluded[name] for name in ("value", "score")}
        session.execute(
            upsert.on_conflict_do_update(
                index_elements=["sample_id", "question", "source"], set_=newer | {"created_at": func.now()}
            )
        )


def _read(line: bytes, asked: Mapping[str, Question]) -> Json:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Unusable(say("This line is not JSON.")) from error
    if not isinstance(row, dict) or not isinstance(row.get("source"), str) or not row["source"].strip():
        raise Unusable(say("A suggestion is an object that says its source."))
    if row.get("question") not in asked:
        raise Unusable(f"There is no question with the name {row.get('question')!r}. There are: {', '.join(asked)}.")
    score = row.get("score")
    if score is not None and (isinstance(score, bool) or not isinstance(score, int | float) or not isfinite(score)):
        raise Unusable(say("The score is not a number."))
    return row


def _row(dataset: Dataset, question: Question, sample: Sample | None, row: Json) -> Json:
    if sample is None:
        raise Unusable(say("No sample of this dataset has this id or content, or several have it."))
    try:
        value = question.check(row.get("value"), list(turns(Form(sample.form), sample.content)))
    except Refused as refusal:
        raise Unusable(f"{question.key}: {refusal}") from refusal
    return {
        "dataset_id": dataset.id,
        "sample_id": sample.id,
        "question": question.key,
        "value": value,
        "source": row["source"].strip()[:200],
        "score": row.get("score"),
    }


class _Samples:
    """The samples that a batch of lines speaks of."""

    def __init__(self, session: Session, dataset: Dataset, rows: Sequence[Json]) -> None:
        wanted = [_names(row) for row in rows]
        ids = [name for name in wanted if isinstance(name, int)]
        places = [name for name in wanted if isinstance(name, tuple)]
        hashes = [one for name in wanted if isinstance(name, list) for one in name]
        mine = select(Sample).where(Sample.dataset_id == dataset.id)
        self._by_name: dict[Any, list[Sample]] = {}
        for sample in session.scalars(mine.where(Sample.id.in_(ids))) if ids else ():
            self._by_name.setdefault(sample.id, []).append(sample)
        named = tuple_(Sample.file, Sample.position).in_(places)
        for sample in session.scalars(mine.where(named)) if places else ():
            self._by_name.setdefault((sample.file, sample.position), []).append(sample)
        for sample in session.scalars(mine.where(Sample.content_hash.in_(hashes))) if hashes else ():
            self._by_name.setdefault(sample.content_hash, []).append(sample)

    def of(self, row: Json) -> Sample | None:
        """The one sample that a line means."""
        name = _names(row)
        found = [one for key in (name if isinstance(name, list) else [name]) for one in self._by_name.get(key, [])]
        return found[0] if len(found) == 1 else None


def _names(row: Json) -> int | tuple[str, int] | list[bytes] | None:
    """What a line calls its sample: a number, a place in a file, or a content whose form it does not say."""
    name, content = row.get("id"), row.get("content")
    if isinstance(name, int) and not isinstance(name, bool) and 0 < name < 2**63:
        return name
    if isinstance(name, str):
        file, _, position = name.rpartition(":")
        if position.isascii() and position.isdigit() and len(position) < 19:
            return (file, int(position)) if file else int(position)
    if isinstance(content, dict):
        return [content_hash(form, content) for form in Form]
    return None


def _has_answered(session: Session, sample: Sample, expert: User) -> bool:
    return bool(
        session.scalar(
            select(
                exists().where(
                    Review.sample_id == sample.id,
                    Review.expert_id == expert.id,
                    Review.undone_at.is_not(None),
                    Review.decision != Decision.SKIP,
                )
            )
        )
    )
