"""Rows that rest on words which their document has taken back are pointed at until somebody has looked."""

from app import db
from app.models import Dataset, SampleState
from app.services import stale, superseding
from tests import factories
from tests.factories_documents import make_document, make_sourced
from tests.services.engine import make_dataset
from tests.services.gates.gating import gate

TEXTS = ["The salt of the sea dries in the sun.", "Then the mill grinds it.", "What is left is sold."]


def test_rows_whose_source_changed_are_told_until_somebody_has_looked() -> None:
    dataset_id = make_dataset()
    with db.transaction() as session:
        dataset = session.get_one(Dataset, dataset_id)
        corpus = factories.make_corpus(session, dataset, licence="CC-BY-4.0")
        document = make_document(session, corpus, TEXTS)
        samples = [one.id for one in make_sourced(session, document, corpus, SampleState.APPROVED)]
        newer = make_document(session, corpus, [TEXTS[0], "It is ground.", TEXTS[2]])
        superseding.supersede(session, document.id, newer.id)
    found = gate(dataset_id, "text")
    assert found.told("stale")[:2] == ("warn", 1)
    assert [sample for sample, _ in found.findings["stale"]] == [samples[1]]
    with db.transaction() as session:
        stale.keep(session, dataset_id, None)
    assert gate(dataset_id, "text").told("stale")[0] == "pass"
