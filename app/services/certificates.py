"""What the acceptance of a stratum promises, as it is shown, kept, and sent along with every release."""

from collections.abc import Sequence
from math import floor
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.exact_bounds import upper_bound
from app.db import Json
from app.models import Acceptance, ReleaseRow, Sample
from app.services.acceptance import Standing


def made(one: Acceptance, found: Standing, approved: int) -> Json:
    """Facts only. `bound` is about the frozen stratum; `released_bound` about what was approved of it.

    Edited samples are approved in their new words, so that of the defects only they leave the approved ones better.
    """
    bound = upper_bound(found.defects, found.judged, one.population, one.confidence)
    hidden = max(bound.most - found.defects, 0)
    return {
        "method": bound.method,
        "population": one.population,
        "sample_size": one.sample_size,
        "judged": found.judged,
        "defects": found.defects,
        "rejected": found.rejected,
        "edited": found.edited,
        "flagged": found.flagged,
        "unjudged": found.gone,
        "allowed": one.allowed,
        "tolerable": one.tolerable,
        "confidence": one.confidence,
        "bound": bound.rate,
        "most": bound.most,
        "approved": approved,
        "released_bound": min(hidden / approved, 1.0) if approved else 0.0,
        "seed": one.seed,
        "drawn_by": one.drawn_by,
        "reviewers": found.reviewers,
        "date": one.closed_at.date().isoformat() if one.closed_at else None,
    }


def in_release(session: Session, release_id: int) -> Sequence[dict[str, Any]]:
    """The acceptances that samples of a release rest on, each with how many of them do; people are numbers only."""
    rows = session.execute(
        select(Acceptance, func.count())
        .join(Sample, Sample.acceptance_id == Acceptance.id)
        .join(ReleaseRow, ReleaseRow.sample_id == Sample.id)
        .where(ReleaseRow.release_id == release_id)
        .group_by(Acceptance.id)
        .order_by(Acceptance.id)
    )
    return [{"name": one.name, "stratum": one.stratum, "samples": number, **one.certificate} for one, number in rows]


def percent(rate: float) -> float:
    """A bound as a person reads it: in percent, rounded up, so that no promise is better than what was shown."""
    return -floor(-rate * 1_000 + 1e-9) / 10
