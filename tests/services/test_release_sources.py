"""Evidence in the release: the passage of each row, what the sentences were found to be, and what the manifest counts."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from app import db
from app.curation.recipe import Recipe
from app.curation.rubric import loaded
from app.models import Cause, Corpus, Dataset, Sample, SampleState
from app.services import adjudicating, recipes, rubrics
from app.services.release_sources import NONE
from tests import factories
from tests.factories_runs import make_run
from tests.services.engine import hurry, make_dataset
from tests.services.test_release_formats import write

PASSAGES = ["Take 500 mg three times a day. Ask mark@clinic.example.", "Nausea is common."]
ANSWER = "Take 500 mg. Drink water. Rest."
CLAIMS = {"kind": "claims", "key": "said", "title": "What does the source say?"}
Y, N, X = "supported", "contradicted", "not_in_source"


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


@pytest.fixture
def dataset_id() -> int:
    """Two samples from two passages of the second version of a leaflet, and one from no document."""
    made = make_dataset(name="Leaflets", goal="Good ones.")
    with db.transaction() as session:
        dataset = session.get_one(Dataset, made)
        corpus = factories.make_corpus(session, dataset)
        contents = [{"prompt": f"How is it taken? ({number})", "response": ANSWER} for number in range(3)]
        samples = factories.make_samples(session, corpus, contents, state=SampleState.APPROVED)
        factories.make_document(session, corpus, "leaflet.txt", title="Leaflet")
        newer = factories.make_document(session, corpus, "leaflet.txt", title="Leaflet", sha256="ef" * 32)
        passages = factories.make_passages(session, newer, PASSAGES, heading=["Dosage", "Adults"])
        factories.make_source(session, samples[0], passages[0], start=5, end=11)
        factories.make_source(session, samples[1], passages[1], stale_at=func.now())
    return made


def rows(files: dict[str, Path]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in files["data/train-00000-of-00001.jsonl"].read_bytes().splitlines()]


def test_each_row_tells_its_passage_and_the_manifest_counts(dataset_id: int) -> None:
    release, files = write(dataset_id, format="messages", layout={"provenance": True})
    first, second, third = (row["_provenance"]["source"] for row in rows(files))

    assert first == {
        "document": "leaflet.txt", "title": "Leaflet", "sha256": "ef" * 32, "version": 2, "first_page": 0, "last_page": 0,
        "heading": "Dosage > Adults", "passage": PASSAGES[0], "start": 5, "end": 11,
    }  # fmt: skip
    assert (second["passage"], second["start"]) == (PASSAGES[1], -1)
    assert third == NONE
    assert release.manifest["documents"] == {"documents": 1, "passages": 2, "samples": 2, "stale": 1}
    assert "2 samples come from 2 passages of 1 documents. Of 1 a newer version" in files["README.md"].read_text()
    assert "source" not in rows(write(dataset_id, format="messages")[1])[0]


def test_release_without_documents_says_nothing_of_them() -> None:
    made = make_dataset(name="Plain", goal="Good ones.")
    with db.transaction() as session:
        factories.make_samples(session, factories.make_corpus(session, session.get_one(Dataset, made)), 1, state=SampleState.APPROVED)
    release, files = write(made, format="messages", layout={"provenance": True})

    assert "documents" not in release.manifest
    assert "source" not in rows(files)[0]["_provenance"]


def test_retrieval_takes_the_passages_themselves(dataset_id: int) -> None:
    _, files = write(dataset_id, format="retrieval")
    found = rows(files)

    assert [(row["title"], row["text"]) for row in found] == [("Leaflet", text) for text in PASSAGES]
    assert found[0]["query"] == "How is it taken? (0)"
    assert len({row["_id"] for row in found}) == 2


def test_personal_data_in_a_passage_is_masked_and_its_places_are_not_told(dataset_id: int) -> None:
    with db.transaction() as session:
        dataset = session.get_one(Dataset, dataset_id)
        recipe = Recipe.model_validate({"filters": {"pii": {"masked": ["email"]}}})
        recipes.save(session, dataset, recipe, None)
        make_run(session, dataset)
    _, files = write(dataset_id, format="messages", layout={"provenance": True})
    source = rows(files)[0]["_provenance"]["source"]

    assert "mark@clinic.example" not in source["passage"]
    assert (source["start"], source["end"]) == (-1, -1)


def test_sentences_are_agreed_on_one_by_one(dataset_id: int) -> None:
    with db.transaction() as session:
        dataset = session.get_one(Dataset, dataset_id)
        rubric = rubrics.save(session, dataset, factories.make_user(session), loaded([CLAIMS]), 0)
        samples = session.scalars(select(Sample).order_by(Sample.id)).all()
        places = [(0, 12), (13, 25), (26, 31)]

        def said(*labels: str) -> dict[str, Any]:
            return {"said": [{"path": ["response"], "start": start, "end": end, "label": label} for (start, end), label in zip(places, labels, strict=True)]}

        for number, labels in enumerate([(Y, X, N), (Y, X, Y), (N, X, X)], 1):
            factories.make_review(session, samples[0], factories.make_user(session), number=number, answers=said(*labels), rubric_id=rubric.id)  # type: ignore[union-attr]
    _, files = write(dataset_id, format="labels")

    assert rows(files)[0]["labels"] == {"said": [
        {"turn": 1, "start": 0, "end": 12, "label": Y, "text": "Take 500 mg."},
        {"turn": 1, "start": 13, "end": 25, "label": X, "text": "Drink water."},
    ]}  # fmt: skip
    assert len(rows(files)) == 1, "of the others nothing is agreed"


def test_answers_that_a_lead_took_are_the_agreed_ones(dataset_id: int) -> None:
    with db.transaction() as session:
        dataset, lead = session.get_one(Dataset, dataset_id), factories.make_user(session)
        corpus = session.scalars(select(Corpus)).one()
        [sample] = factories.make_samples(session, corpus, 1, state=SampleState.FLAGGED)
        reviews = [
            factories.make_review(session, sample, factories.make_user(session), number=number, answers={"field": field})
            for number, field in enumerate(["heart", "heart", "lung"], 1)
        ]
        verdict = adjudicating.Verdict("take", next(iter(Cause)), review_id=reviews[2].id)
        adjudicating.decide(session, dataset, lead, sample.id, verdict, "a-key-of-its-own")
    _, files = write(dataset_id, format="labels")

    assert [row["labels"] for row in rows(files)] == [{"field": "lung"}]
