"""Decided samples that are like another: the nearest by rare words, decided ones only, never the sample itself."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models import Dataset, Decision, Sample, SampleState
from app.services import similar
from tests import factories

ASPIRIN = (
    "May a child with fever take aspirin? Aspirin can cause Reye syndrome in a child; paracetamol is safer for fever."
)


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> dict[str, Sample]:
    corpus = factories.make_corpus(session, dataset, "Leaflets")
    texts = {
        "asked": (ASPIRIN, SampleState.QUEUED),
        "near": (ASPIRIN.replace("safer", "better").replace("May", "Should"), SampleState.APPROVED),
        "half": (
            "Aspirin for fever in a child? Never: Reye syndrome. Call somebody else about it.",
            SampleState.REJECTED,
        ),
        "other": ("How do I export a spreadsheet with a formula for interest?", SampleState.APPROVED),
        "waiting": (ASPIRIN + " Again.", SampleState.QUEUED),
    }
    return {
        name: factories.make_samples(
            session, corpus, [{"prompt": words, "response": "It's so; isn't \\ it?"}], state=state
        )[0]
        for name, (words, state) in texts.items()
    }


def test_the_most_alike_decided_ones_come_first(session: Session, dataset: Dataset, samples: dict[str, Sample]) -> None:
    expert = factories.make_user(session)
    factories.make_review(session, samples["half"], expert, Decision.REJECT, reason="harmful", comment="Dangerous.")
    found = similar.decided_like(session, dataset, samples["asked"])
    assert [one.sample.id for one in found] == [samples["near"].id, samples["half"].id]
    assert found[0].share > found[1].share > similar.LEAST_SHARE
    assert found[1].answers == [(Decision.REJECT, "harmful", "Dangerous.")]
    assert similar.count(session, dataset, samples["asked"]) == 2


def test_statistics_change_which_words_tell_but_not_what_is_found(
    session: Session, dataset: Dataset, samples: dict[str, Sample]
) -> None:
    session.execute(text("ANALYZE sample_search"))
    assert similar.decided_like(session, dataset, samples["asked"])[0].sample.id == samples["near"].id


def test_another_dataset_s_decisions_are_not_shown(
    session: Session, dataset: Dataset, samples: dict[str, Sample]
) -> None:
    other = factories.make_dataset(session)
    twin = [{"prompt": ASPIRIN, "response": "It is so."}]
    (foreign,) = factories.make_samples(
        session, factories.make_corpus(session, other), twin, state=SampleState.APPROVED
    )
    assert foreign.id not in [one.sample.id for one in similar.decided_like(session, dataset, samples["asked"])]
    assert similar.decided_like(session, other, foreign) == []


def test_a_sample_without_words_is_like_none(session: Session, dataset: Dataset) -> None:
    blank = [{"prompt": "?", "response": "!"}]
    (sample,) = factories.make_samples(session, factories.make_corpus(session, dataset), blank)
    assert similar.decided_like(session, dataset, sample) == []
