"""Grounding in runs: the passage that a sample comes from travels to its measures, and a swapped one drops it."""

from hashlib import sha256

import numpy as np
import pytest

from app import db
from app.models import Document, Passage, SampleSource
from app.services import contents
from tests.services.engine import hurry, jsonl, make_dataset, read, rows, run

SALT = "Salt is won from sea water, which the sun dries in shallow basins until only white crystals are left."
VINE = "Pepper grows on a vine in the south of India, and its berries turn black when they are dried."


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


def passage(dataset_id: int, document: Document, number: int, text: str) -> Passage:
    return Passage(
        dataset_id=dataset_id,
        document_id=document.id,
        number=number,
        text=text,
        text_hash=sha256(text.encode()).digest(),
        start=0,
        end=len(text),
        heading=[],
        places=[],
    )


def test_an_answer_beside_another_passage_is_dropped() -> None:
    dataset_id = make_dataset()
    answers = {"How is salt won?": SALT, "Where is salt won?": SALT + " By the sea.", "What is salt won from?": SALT}
    corpus = read(dataset_id, jsonl([{"prompt": asked, "response": said} for asked, said in answers.items()]))
    with db.transaction() as session:
        document = Document(
            dataset_id=dataset_id, corpus_id=corpus.id, number=0, name="salt.md", format="markdown", sha256="", size=9
        )
        session.add(document)
        session.flush()
        own, other = passage(dataset_id, document, 0, SALT), passage(dataset_id, document, 1, VINE)
        session.add_all([own, other])
        session.flush()
        ids = [sample_id for (sample_id,) in rows("SELECT id FROM samples ORDER BY id")]
        session.add_all([SampleSource(sample_id=ids[0], passage_id=own.id)])
        session.add_all([SampleSource(sample_id=ids[1], passage_id=other.id)])
    with db.transaction() as session:
        batch = contents.chosen_samples(session, dataset_id, np.array(ids[::-1]))
        assert batch.passages == ["", VINE, SALT]
        assert contents.next_samples(session, dataset_id, 0, ids[-1]).batch.passages == [SALT, VINE, ""]
    run(dataset_id)
    failed = rows("SELECT sample_id, reasons FROM verdicts WHERE 'answer_not_from_passage' = ANY(reasons)")
    assert [sample_id for sample_id, _ in failed] == [ids[1]]
