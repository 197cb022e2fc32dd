"""Examples in guidelines: the words that counted, pinned by each version."""

import pytest
from sqlalchemy.orm import Session

from app.models import Dataset, ExampleVerdict, Guideline, Revision, Sample, User
from app.services import guideline_examples, guidelines
from app.services.errors import Conflict, Invalid, NotFound
from tests import factories


@pytest.fixture
def lena(session: Session) -> User:
    return factories.make_user(session, "Lena")


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> list[Sample]:
    return factories.make_samples(session, factories.make_corpus(session, dataset), 3)


def newest(session: Session, dataset: Dataset) -> Guideline:
    found = guidelines.current(session, dataset)
    assert found is not None
    return found


def test_each_version_pins_what_it_showed(
    session: Session, dataset: Dataset, lena: User, samples: list[Sample]
) -> None:
    guidelines.save(session, dataset, lena, "Be kind.", 0)
    first = guideline_examples.add(session, dataset, lena, samples[0].id, ExampleVerdict.GOOD, "Warm and short.")
    second = guideline_examples.add(session, dataset, lena, samples[1].id, ExampleVerdict.BAD, "Cold.")
    guidelines.save(session, dataset, lena, "Be kind and clear.", 3)
    guideline_examples.arrange(session, dataset, lena, [second.id, first.id])
    guideline_examples.arrange(session, dataset, lena, [second.id])

    history = [one for one, _ in guidelines.history(session, dataset)][::-1]
    assert [one.examples for one in history] == [
        [], [first.id], [first.id, second.id], [first.id, second.id], [second.id, first.id], [second.id],
    ]  # fmt: skip
    assert [one.text for one in history[-3:]] == ["Be kind and clear."] * 3
    changes = [guideline_examples.what_changed(*pair) for pair in zip([None, *history[:-1]], history, strict=True)]
    assert changes == [
        "text", "an example added", "an example added", "text", "examples in another order", "an example taken away",
    ]  # fmt: skip


def test_an_example_shows_the_words_that_counted_when_it_was_chosen(
    session: Session, dataset: Dataset, lena: User, samples: list[Sample]
) -> None:
    sample = samples[0]
    revision = Revision(sample_id=sample.id, content={**sample.content, "response": "Better."}, author_id=lena.id)
    session.add(revision)
    session.flush()
    sample.revision_id = revision.id
    guideline_examples.add(session, dataset, lena, sample.id, ExampleVerdict.EDGE, "")
    sample.revision_id = None
    session.flush()
    (shown,) = guideline_examples.shown(session, newest(session, dataset))
    assert [turn.text for turn in shown.turns] == [sample.content["prompt"], "Better."]


def test_the_same_sample_twice_an_unknown_one_and_a_stale_order_are_refused(
    session: Session, dataset: Dataset, lena: User, samples: list[Sample]
) -> None:
    example = guideline_examples.add(session, dataset, lena, samples[0].id, ExampleVerdict.GOOD, "")
    with pytest.raises(Invalid):
        guideline_examples.add(session, dataset, lena, samples[0].id, ExampleVerdict.BAD, "")
    foreign = factories.make_corpus(session, factories.make_dataset(session))
    with pytest.raises(NotFound):
        guideline_examples.add(
            session, dataset, lena, factories.make_samples(session, foreign, 1)[0].id, ExampleVerdict.BAD, ""
        )
    for order in ([example.id, example.id], [example.id + 1]):
        with pytest.raises(Invalid):
            guideline_examples.arrange(session, dataset, lena, order)
    before = newest(session, dataset)
    assert guideline_examples.arrange(session, dataset, lena, [example.id]) == before


def test_an_example_added_while_somebody_writes_is_no_conflict(
    session: Session, dataset: Dataset, lena: User, samples: list[Sample]
) -> None:
    guidelines.save(session, dataset, lena, "Be kind.", 0)
    example = guideline_examples.add(session, dataset, lena, samples[0].id, ExampleVerdict.GOOD, "")
    made = guidelines.save(session, dataset, lena, "Be kind and clear.", 1)
    assert (made.version, made.examples) == (3, [example.id])
    with pytest.raises(Conflict):
        guidelines.save(session, dataset, lena, "Be quick.", 1)
