"""What experts said of each sentence of an answer, side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.claims import claims
from app.curation.rubrics.claims import VERDICTS, Claims
from app.curation.sample import Form, turns
from app.models import Decision, Review, Rubric, Sample, Slot, SlotPurpose


@dataclass(frozen=True)
class Sentence:
    """`said` holds each expert's verdict in words, in their order; empty for who did not judge it."""

    text: str
    said: list[str]

    @property
    def differs(self) -> bool:
        return len({one for one in self.said if one}) > 1


def is_about_claims(rubrics: Iterable[Rubric], key: str) -> bool:
    """Whether a question with this key asks of each sentence."""
    asked = (one for rubric in rubrics for one in rubric.questions if isinstance(one, dict))
    return any(one.get("key") == key and one.get("kind") == Claims.kind() for one in asked)


def sentences(sample: Sample, given: Sequence[Any]) -> list[Sentence]:
    """From the answers to such a question, None where there is none."""
    labels = [{one["start"]: one["label"] for one in answer or []} for answer in given]
    return [
        Sentence(claim.text, [VERDICTS.get(found.get(claim.start, ""), "") for found in labels])
        for claim in claims(list(turns(Form(sample.form), sample.content)))
    ]


def of_sample(session: Session, sample: Sample) -> list[Sentence]:
    """All that stands about the sentences of a sample; nothing where nobody was asked."""
    rubrics = session.scalars(select(Rubric).where(Rubric.dataset_id == sample.dataset_id)).all()
    given = session.scalars(
        select(Review.answers)
        .join(Slot, Slot.id == Review.slot_id)
        .where(
            Review.sample_id == sample.id,
            Slot.purpose == SlotPurpose.REVIEW,
            Review.counted,
            Review.undone_at.is_(None),
            Review.decision != Decision.SKIP,
        )
        .order_by(Review.id)
    ).all()
    keys = dict.fromkeys(key for answers in given for key in answers if is_about_claims(rubrics, key))
    return [one for key in keys for one in sentences(sample, [answers.get(key) for answers in given])]
