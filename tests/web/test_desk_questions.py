"""How often the desk asks the database: fifty experts press every second or two, and each question waits its turn."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Dataset, Sample, SampleState
from app.services import reviewing
from tests import factories
from tests.conftest import Browser
from tests.factories_runs import make_run, measured
from tests.web.test_review import hidden

MOST = {
    **{"page": 18, "page in use": 11, "wanted": 12},
    **{"following": 11, "approve": 13, "reject": 13, "skip": 12, "undo": 16},
}
"""Statements for each kind of request, savepoints aside. Lower them where you can; think twice before raising one."""


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> list[Sample]:
    """In the queue, with measures of a published run: what a desk looks like after the first day."""
    made = factories.make_samples(session, factories.make_corpus(session, dataset), 9, state=SampleState.QUEUED)
    measured(session, make_run(session, dataset), made, words=[40.0] * len(made))
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


class Desk:
    """Bob's open page, and what each kind of request asked the database."""

    def __init__(self, bob: Browser, dataset: Dataset, queries: list[str]) -> None:
        self.bob, self.url, self.queries = bob, f"/datasets/{dataset.id}/review", queries
        self.asked: dict[str, list[str]] = {}

    def get(self, kind: str, query: str = "", *, whole: bool = False) -> dict[str, str]:
        return hidden(self._ask(kind, "GET", query, whole=whole).text)

    def send(self, kind: str, query: str = "?part=done", **fields: str) -> None:
        assert self._ask(kind, "POST", query, data=fields).headers["Winnow-Saved"]

    def _ask(self, kind: str, method: str, query: str, *, whole: bool = False, **options: Any) -> Any:
        ask = self.bob.request if whole else self.bob.htmx
        arguments = (method, self.url + query) if whole else (self.url + query, method)
        self.queries.clear()
        answer = ask(*arguments, **options)
        assert answer.status_code == 200
        self.asked[kind] = list(self.queries)
        return answer


@pytest.fixture
def desk(bob: Browser, dataset: Dataset, samples: list[Sample], queries: list[str]) -> Desk:
    """After each kind of request was sent once."""
    made = Desk(bob, dataset, queries)
    first = made.get("page", whole=True)
    made.get("page in use")
    made.get("wanted", f"?slot={first['slot']}")
    second = made.get("following", f"/following?beyond={first['slot']}")
    third = made.get("following", f"/following?beyond={first['slot']}&beyond={second['slot']}")
    assert len({first["slot"], second["slot"], third["slot"]}) == 3
    made.send("approve", **first, decision="approve")
    made.send("reject", **second, reason="wrong")
    made.send("skip", **third, decision="skip")
    made.send("undo", "/undo?part=done", key=second["key"])
    return made


def test_a_request_asks_the_database_so_often_and_no_more(desk: Desk) -> None:
    counts = {kind: len(asked) for kind, asked in desk.asked.items()}
    above = {kind: desk.asked[kind] for kind, most in MOST.items() if counts[kind] > most}
    assert not above, (counts, above)
    assert counts.keys() == MOST.keys()


@pytest.mark.parametrize("kind", [kind for kind in MOST if kind != "undo"])
def test_no_request_asks_the_same_thing_twice(desk: Desk, kind: str) -> None:
    asked = desk.asked[kind]
    assert len(asked) == len(set(asked)), asked
