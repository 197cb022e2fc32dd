"""The numbers of a dataset's first page add up, and its next step is the right one."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models import (
    Corpus,
    CorpusState,
    Dataset,
    Decision,
    Job,
    JobKind,
    JobState,
    RecipeVersion,
    Role,
    Run,
    Sample,
    SampleState,
    Verdict,
)
from app.services import overview, productivity
from app.services.next_step import next_step
from app.services.overview import Funnel
from tests.factories import join, make_corpus, make_review, make_samples, make_user


def _drop(session: Session, dataset: Dataset, sample: Sample, *, duplicate_of: int | None = None) -> None:
    run = overview.of(session, dataset).run or _publish(session, dataset)
    reasons = ["duplicate"] if duplicate_of else ["too_short"]
    session.add(Verdict(run_id=run.id, sample_id=sample.id, reasons=reasons, duplicate_of=duplicate_of))
    sample.state = SampleState.DROPPED
    session.flush()


def _publish(session: Session, dataset: Dataset) -> Run:
    version = RecipeVersion(dataset_id=dataset.id, version=1, recipe={})
    session.add(version)
    session.flush()
    run = Run(dataset_id=dataset.id, recipe_version_id=version.id, published=True)
    session.add(run)
    session.flush()
    return run


def _filled(session: Session, dataset: Dataset) -> tuple[Corpus, Corpus]:
    """Two corpora with samples in every state, and a refused line and a copy."""
    bob, lena = make_user(session, "Bob"), make_user(session, "Lena")
    join(session, dataset, bob)
    join(session, dataset, lena, Role.LEAD)
    first, second = make_corpus(session, dataset), make_corpus(session, dataset)
    first.refused, first.copies = 2, 3
    first.lines += 5
    for state, number in ((SampleState.CANDIDATE, 1), (SampleState.FLAGGED, 2), (SampleState.REJECTED, 3)):
        make_samples(session, first, number, state=state)
    approved = make_samples(session, second, 4, state=SampleState.APPROVED)
    queued = make_samples(session, second, 5, state=SampleState.QUEUED)
    dropped = make_samples(session, second, 6)
    for index, sample in enumerate(dropped):
        _drop(session, dataset, sample, duplicate_of=approved[0].id if index < 2 else None)
    make_review(session, queued[0], bob)
    make_review(session, queued[1], bob, Decision.SKIP)
    make_review(session, approved[0], bob)
    make_review(session, approved[0], lena, number=2)
    return first, second


def test_an_empty_dataset_has_zeros(session: Session, dataset: Dataset) -> None:
    found = overview.of(session, dataset)
    assert found.funnel == Funnel(*[0] * 11)
    assert found.totals.lines == 0


def test_every_sample_is_in_one_place(session: Session, dataset: Dataset) -> None:
    _filled(session, dataset)
    funnel = overview.of(session, dataset).funnel
    assert (funnel.uploaded, funnel.unjudged, funnel.by_rules, funnel.duplicates) == (21, 1, 4, 2)
    assert (funnel.kept, funnel.unreviewed, funnel.between) == (14, 4, 1)
    assert (funnel.reviewed, funnel.rejected, funnel.flagged, funnel.approved) == (10, 3, 2, 4)
    assert funnel.uploaded == funnel.unjudged + funnel.dropped + funnel.kept
    assert funnel.reviewed == funnel.rejected + funnel.between + funnel.flagged + funnel.approved


def test_lines_are_samples_and_refused_and_copies(session: Session, dataset: Dataset) -> None:
    _filled(session, dataset)
    found = overview.of(session, dataset)
    for line in found.corpora:
        assert line.corpus.lines == line.samples + line.corpus.refused + line.corpus.copies
    totals = found.totals
    assert (totals.lines, totals.samples, totals.refused, totals.copies, totals.kept, totals.approved) == (
        26,
        21,
        2,
        3,
        14,
        4,
    )


def test_people_show_what_they_answered(session: Session, dataset: Dataset) -> None:
    _filled(session, dataset)
    dataset.reviews_per_sample = 2
    bob, lena = productivity.of(session, dataset)
    assert (bob.reviews, bob.this_week, sum(bob.days), bob.days[-1]) == (2, 2, 2, 2)
    assert bob.agreement == lena.agreement == 1
    session.execute(text("UPDATE reviews SET created_at = now() - interval '10 days', seconds = 70"))
    bob, lena = productivity.of(session, dataset)
    assert (bob.reviews, bob.this_week, bob.days[-11], bob.seconds) == (2, 0, 2, 70)


def test_agreement_counts_pairs_that_differ(session: Session, dataset: Dataset) -> None:
    dataset.reviews_per_sample = 2
    bob, lena = make_user(session, "Bob"), make_user(session, "Lena")
    join(session, dataset, bob)
    join(session, dataset, lena)
    same, different = make_samples(session, make_corpus(session, dataset), 2)
    for sample, decision in ((same, Decision.APPROVE), (different, Decision.REJECT)):
        make_review(session, sample, bob)
        make_review(session, sample, lena, decision, number=2)
    assert [line.agreement for line in productivity.of(session, dataset)] == [0.5, 0.5]


def _button(session: Session, dataset: Dataset, experts: int = 1) -> str:
    return next_step(overview.of(session, dataset), experts, dataset.target).button


def test_next_step_without_a_corpus(session: Session, dataset: Dataset) -> None:
    assert _button(session, dataset) == "Add a corpus"


@pytest.mark.parametrize(
    ("state", "button"), [(CorpusState.UNMAPPED, "Check the mapping"), (CorpusState.FAILED, "See what happened")]
)
def test_next_step_for_a_corpus_in_trouble(session: Session, dataset: Dataset, state: CorpusState, button: str) -> None:
    make_corpus(session, dataset, state=state)
    assert _button(session, dataset) == button


@pytest.mark.parametrize(("kind", "params"), [(JobKind.IMPORT, {"corpus_id": 1}), (JobKind.RUN, {"run_id": 1})])
def test_next_step_while_work_goes_on(
    session: Session, dataset: Dataset, kind: JobKind, params: dict[str, Any]
) -> None:
    make_corpus(session, dataset)
    session.add(Job(dataset_id=dataset.id, kind=kind, params=params, state=JobState.RUNNING))
    assert _button(session, dataset) == "Watch it"


@pytest.mark.parametrize(
    ("state", "experts", "button"),
    [
        (SampleState.CANDIDATE, 1, "Go to the recipe"),
        (SampleState.DROPPED, 1, "Look at the recipe"),
        (SampleState.QUEUED, 0, "Invite someone"),
        (SampleState.QUEUED, 1, "Start reviewing"),
        (SampleState.FLAGGED, 1, "Look at them"),
        (SampleState.APPROVED, 1, "Make a release"),
        (SampleState.REJECTED, 1, "Add a corpus"),
    ],
)
def test_next_step_follows_the_samples(
    session: Session, dataset: Dataset, state: SampleState, experts: int, button: str
) -> None:
    make_samples(session, make_corpus(session, dataset), 2, state=state)
    assert _button(session, dataset, experts) == button


def test_next_step_at_the_goal_is_a_release(session: Session, dataset: Dataset) -> None:
    dataset.target = 1
    corpus = make_corpus(session, dataset)
    make_samples(session, corpus, 1, state=SampleState.APPROVED)
    make_samples(session, corpus, 1, state=SampleState.QUEUED)
    assert _button(session, dataset) == "Make a release"
