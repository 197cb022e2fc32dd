"""Every test here has a database of its own, and shards so small that rows of one release meet across them."""

import pytest

from app.services import release_checking, release_rows
from tests.services.engine import hurry


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    hurry()
    monkeypatch.setattr(release_rows, "PAGE", 3)
    monkeypatch.setattr(release_checking, "ROWS_PER_SHARD", 6)
