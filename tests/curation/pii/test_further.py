"""Detectors that the user installs run on the same interface, and say so where they cannot."""

from importlib.util import find_spec

import pytest

from app.curation.batch import Batch
from app.curation.filters.pii import Pii
from app.curation.pii.detector import NotInstalled
from app.curation.pii.policy import PiiPolicy
from tests.curation.samples import text

SENTENCE = "Yesterday Ada Lovelace (ada@x.org) flew to Oslo for Acme."


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small real model of spaCy that knows three names."""
    spacy = pytest.importorskip("spacy")
    made = spacy.blank("en")
    names = [("PERSON", "Ada Lovelace"), ("GPE", "Oslo"), ("ORG", "Acme")]
    made.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": name} for label, name in names])
    folder = tmp_path_factory.mktemp("model")
    made.to_disk(folder)
    return str(folder)


def test_spacy_finds_names_beside_the_packaged_detectors(model: str) -> None:
    found = PiiPolicy(further=[f"spacy:{model}"]).find(text(SENTENCE))
    assert [(one.kind, one.value) for one in found] == [
        ("person", "Ada Lovelace"), ("email", "ada@x.org"), ("place", "Oslo"), ("organisation", "Acme"),
    ]  # fmt: skip


def test_names_far_into_a_long_text_are_found(model: str) -> None:
    body = "word " * 30_000 + SENTENCE
    found = PiiPolicy(further=[f"spacy:{model}"]).find(text(body))
    assert [body[one.start : one.end] for one in found if one.kind == "person"] == ["Ada Lovelace"]


def test_the_filter_counts_names_where_it_is_told_to(model: str) -> None:
    batch = Batch([text(SENTENCE), text("Nothing here.")])
    assert Pii(further=[f"spacy:{model}"]).measure(batch)["pii_person"].tolist() == [1, 0]


def test_a_model_that_is_not_there_is_named() -> None:
    pytest.importorskip("spacy")
    with pytest.raises(NotInstalled, match="no spaCy model 'xx_nothing'"):
        PiiPolicy(further=["spacy:xx_nothing"]).find(text(SENTENCE))


@pytest.mark.skipif(find_spec("presidio_analyzer") is not None, reason="Presidio is installed")
def test_presidio_that_is_not_there_is_named() -> None:
    with pytest.raises(NotInstalled, match="pip install presidio-analyzer"):
        PiiPolicy(further=["presidio"]).find(text(SENTENCE))


@pytest.mark.skipif(find_spec("presidio_analyzer") is None, reason="needs Presidio, which is optional")
def test_presidio_finds_names(model: str) -> None:
    found = PiiPolicy(further=[f"presidio:{model}"]).find(text(SENTENCE))
    assert ("person", "Ada Lovelace") in [(one.kind, one.value) for one in found]
