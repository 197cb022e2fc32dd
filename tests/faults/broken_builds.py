"""The application with one guard removed each: what the checker of reviews must not let pass."""

import os
import random
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from sqlalchemy import select, text

from app.main import create_app as sound
from app.models import Slot
from app.services import claiming, places, reviewing

GUARDS = {
    "compare and set": "DROP INDEX uq_reviews_counted",
    "idempotency": "ALTER TABLE reviews DROP CONSTRAINT uq_reviews_idempotency_key",
    "exclusive lease": "SELECT 1",
    "saved before it is said": "SELECT 1",
}
"""What has to be taken out of the database beside the code."""


def create_app() -> FastAPI:
    """Without the guard that the environment names."""
    {
        "compare and set": _without_compare_and_set,
        "idempotency": _without_idempotency,
        "exclusive lease": _without_exclusive_lease,
        "saved before it is said": _without_saving,
    }[os.environ["BROKEN"]]()
    return sound()


def _without_compare_and_set() -> None:
    places.may_count = lambda *_, **__: True


def _without_idempotency() -> None:
    submit = reviewing.submit

    def anew(*args: Any, idempotency_key: str, **options: Any) -> Any:
        outcome = submit(*args, idempotency_key=uuid4().hex, **options)
        outcome.review.idempotency_key = idempotency_key
        return outcome

    reviewing.submit = anew


def _without_exclusive_lease() -> None:
    shared = text(claiming._FREE.text.replace("s.state = 'open'", "s.state IN ('open', 'leased')"))
    claiming._CLAIMED = select(Slot).from_statement(shared).execution_options(populate_existing=True)


def _without_saving() -> None:
    submit = reviewing.submit

    def forgetful(session: Any, dataset: Any, expert: Any, slot: int, decision: Any, **options: Any) -> Any:
        if random.random() > 0.2:
            return submit(session, dataset, expert, slot, decision, **options)
        review = SimpleNamespace(counted=True, undone_at=None, decision=decision, sample_id=1)
        return SimpleNamespace(review=review, is_repeat=False)

    reviewing.submit = forgetful
