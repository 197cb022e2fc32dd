"""What lies beside a sample on the desk: repetition and personal data marked, and its dropped near-copies."""

import pytest
from sqlalchemy.orm import Session

from app.models import Dataset, RecipeVersion, Run, Sample, SampleState, User, Verdict
from app.services import beside, copies
from tests import factories

LINE = "This line of the answer comes again and again, word for word."


@pytest.fixture
def expert(session: Session, dataset: Dataset) -> User:
    made = factories.make_user(session)
    factories.join(session, dataset, made)
    return made


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> list[Sample]:
    answers = [f"{LINE}\nMail anna@reed.example.\n{LINE}", f"{LINE} Not quite.", f"{LINE} Nor this.", "Other."]
    contents = [{"prompt": "Again?", "response": answer} for answer in answers]
    return factories.make_samples(session, factories.make_corpus(session, dataset, "Leaflets"), contents)


def test_repetition_and_personal_data_are_marked_though_no_rule_is_broken(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    found = beside.of_sample(session, dataset, expert, samples[0], [])
    answer = samples[0].content["response"]
    assert found.paths == [("prompt",), ("response",)]
    assert {(mark.about, mark.code): answer[mark.start : mark.end] for mark in found.marks} == {
        ("rule", "long_lines_repeat"): LINE,
        ("person", "email"): "anna@reed.example",
    }
    assert found.copies == 0
    assert found.threads == []


def test_copies_are_those_of_the_published_run_the_most_alike_first(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    recipe = RecipeVersion(dataset_id=dataset.id, version=1, recipe={})
    session.add(recipe)
    session.flush()
    run = Run(dataset_id=dataset.id, recipe_version_id=recipe.id, last_sample_id=samples[-1].id, published=True)
    session.add(run)
    session.flush()
    for sample, similarity in [(samples[1], 0.81), (samples[2], 0.92)]:
        sample.state = SampleState.DROPPED
        session.add(
            Verdict(
                run_id=run.id, sample_id=sample.id, reasons=["duplicate"], failures=[], duplicate_of=samples[0].id,
                similarity=similarity,
            )
        )  # fmt: skip
    session.flush()
    assert beside.of_sample(session, dataset, expert, samples[0], []).copies == 2
    assert [(one.content["response"][-9:], one.corpus) for one in copies.of(session, run, samples[0].id)] == [
        ("Nor this.", "Leaflets"),
        ("ot quite.", "Leaflets"),
    ]
    assert copies.count(session, run, samples[3].id) == copies.count(session, None, samples[0].id) == 0
