"""Formats of each kind of file, split, chosen to a budget, packed or not: the release verifies, its rows recounted from the bytes."""

from pathlib import Path

import pytest

from app import db
from app.curation.exporter import exporters
from app.curation.releasing.verifying import verify
from app.models import Dataset, Decision, Revision, Sample, SampleState
from tests import factories
from tests.services.engine import hurry, make_dataset
from tests.services.release_folders import laid_out, released


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    hurry()


@pytest.fixture
def dataset_id() -> int:
    """Eighty approved and twenty rejected samples, of which some were edited."""
    made = make_dataset()
    with db.transaction() as session:
        dataset, expert = session.get_one(Dataset, made), factories.make_user(session)
        corpus = factories.make_corpus(session, dataset)
        factories.make_samples(session, corpus, 80, state=SampleState.APPROVED)
        factories.make_samples(session, corpus, 20, state=SampleState.REJECTED)
        for sample in session.query(Sample).order_by(Sample.id):
            decision = Decision.APPROVE if sample.state is SampleState.APPROVED else Decision.REJECT
            factories.make_review(session, sample, expert, decision)
            if sample.id % 4 == 0 and sample.state is SampleState.APPROVED:
                words = {**sample.content, "response": f'Better, number {sample.id}:\nrest.\r\n“Well”, "he" said.'}
                edit = Revision(sample_id=sample.id, content=words, author_id=expert.id)
                session.add(edit)
                session.flush()
                sample.revision_id = edit.id
    return made


@pytest.mark.parametrize("format", ["messages", "kto", "parquet", "llama_factory", "fewshot"])
def test_a_release_in_such_a_format_verifies(dataset_id: int, tmp_path: Path, format: str) -> None:
    for number, asked in enumerate(
        (
            {"layout": {"provenance": True}},
            {"splits": {"test": 0.2, "seed": 3}, "layout": {"compression": "zstd", "provenance": True}},
            {"selection": {"budget": 40}, "splits": {"validation": 0.1, "test": 0.1}},
        )
    ):
        folder = laid_out(released(dataset_id, format=format, **asked), tmp_path / str(number))
        found = verify(folder)
        assert found.problems == [], asked
        assert found.manifest
        funnel = found.manifest.funnel
        assert funnel.taken == 100 if exporters()[format].takes_rejected else 80
        if number == 2:
            assert funnel.released <= 40 < funnel.not_selected + 20
