"""A selection chooses exactly what it says, and its preview counts exactly that."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.curation.majority import agreed as agreed_in_python
from app.curation.majority import agreement as agreement_in_python
from app.curation.releasing.composition import Cap, Composition, Selection
from app.models import (
    Cause,
    Corpus,
    Dataset,
    Decision,
    Release,
    ReleaseRow,
    Review,
    Sample,
    SampleState,
    Slot,
    SlotPurpose,
)
from app.models.adjudication import Adjudication
from app.services import agreed, comments, release_freezing, release_selecting, releases, selections
from app.services.errors import Invalid, NotFound
from app.services.release_selecting import Preview
from tests import factories
from tests.factories_whole_runs import whole_run

GERMAN = {
    "prompt": "Welche Beschwerden treten bei einer Lungenentzündung gewöhnlich auf, und wann muss man zum Arzt?",
    "response": "Husten mit Auswurf, Fieber und Schüttelfrost sind häufig. Wer schwer Luft bekommt, sollte sofort in "
    "ärztliche Behandlung gehen, denn dann ist die Entzündung meistens schon weit fortgeschritten.",
}


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> list[Sample]:
    """Six approved in one corpus, four in another one, and two that are rejected."""
    one = factories.make_corpus(session, dataset, licence="CC-BY-4.0")
    other = factories.make_corpus(session, dataset, licence="MIT")
    return [
        *factories.make_samples(session, one, 6, state=SampleState.APPROVED),
        *factories.make_samples(session, other, 4, state=SampleState.APPROVED),
        *factories.make_samples(session, one, 2, state=SampleState.REJECTED),
    ]


def composed(**selection: Any) -> Composition:
    return Composition(format="prompt_completion", selection=Selection(**selection))


def frozen(session: Session, dataset: Dataset, composition: Composition) -> list[ReleaseRow]:
    """The rows of a release, as its first stage leaves them."""
    release = releases.compose(session, dataset, composition)
    release_freezing.freeze_rows(session, release, composition)
    release_selecting.narrow(session, release.id, composition)
    session.flush()
    session.expire_all()
    rows = select(ReleaseRow).where(ReleaseRow.release_id == release.id).order_by(ReleaseRow.position)
    return list(session.scalars(rows))


def ids(rows: Sequence[ReleaseRow]) -> list[int]:
    return [row.sample_id for row in rows]


def preview(session: Session, dataset: Dataset, composition: Composition) -> Preview:
    """The preview, which must say what a release would hold."""
    found = release_selecting.preview(session, dataset.id, composition)
    assert found.rows == found.decided - sum(found.taken_away.values())
    assert sum(found.corpora.values()) == sum(found.states.values()) >= found.rows
    if found.rows:
        assert found.rows == len(frozen(session, dataset, composition))
    return found


def test_everything_approved_goes_in_where_nothing_is_selected(
    session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    found = preview(session, dataset, composed())
    one, other = samples[0].corpus_id, samples[6].corpus_id
    assert found == Preview(10, 10, {"question": 0}, {one: 6, other: 4}, {"approved": 10})


def test_corpora_and_licences(session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    by_corpus = composed(corpora=(samples[6].corpus_id,))
    by_licence = composed(licences=("MIT", "unheard of"))
    for one, name in ((by_corpus, "corpora"), (by_licence, "licences")):
        assert ids(frozen(session, dataset, one)) == [sample.id for sample in samples[6:10]]
        assert preview(session, dataset, one).taken_away == {name: 6, "question": 0}
    assert preview(session, dataset, composed(licences=("GPL",))).rows == 0


def test_days_of_decision_are_included_on_both_ends(session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    days = (datetime(2026, 3, day, hour, 59, tzinfo=UTC) for day, hour in ((1, 0), (2, 0), (2, 23), (3, 0)))
    for sample, at in zip(samples, days, strict=False):
        session.execute(update(Sample).where(Sample.id == sample.id).values(decided_at=at))
    second = composed(decided_from=date(2026, 3, 2), decided_until=date(2026, 3, 2))
    assert ids(frozen(session, dataset, second)) == [samples[1].id, samples[2].id]
    assert preview(session, dataset, second).taken_away == {"dates": 8, "question": 0}
    assert ids(frozen(session, dataset, composed(decided_until=date(2026, 3, 1)))) == [samples[0].id]


def test_languages_and_scores_come_from_the_published_run(session: Session, dataset: Dataset) -> None:
    corpus = factories.make_corpus(session, dataset)
    long = {
        "prompt": "Which symptoms does pneumonia usually cause, and when is a doctor needed?",
        "response": "Coughing with phlegm, fever and chills are common. Anybody who struggles to breathe should see a doctor.",
    }
    english, german, _ = factories.make_samples(
        session, corpus, [long, GERMAN, {"prompt": long["prompt"] + "?", "response": "no"}], state=SampleState.APPROVED
    )
    assert preview(session, dataset, composed(languages=("de",))).rows == 0
    run = whole_run(session, dataset)
    session.execute(update(Sample).where(Sample.dataset_id == dataset.id).values(state=SampleState.APPROVED))
    late = factories.make_samples(session, corpus, 1, state=SampleState.APPROVED)[0]

    assert ids(frozen(session, dataset, composed(languages=("de",)))) == [german.id]
    assert english.id in ids(frozen(session, dataset, composed(languages=("en",))))
    assert preview(session, dataset, composed(languages=("de",))).taken_away == {"languages": 3, "question": 0}
    good = ids(frozen(session, dataset, composed(min_score=0.6)))
    assert set(good) == {english.id, german.id}
    assert late.id > run.last_sample_id  # never measured: neither has a language nor a score
    both = preview(session, dataset, composed(languages=("de",), min_score=0.6))
    assert both.taken_away == {"languages": 3, "score": 0, "question": 0}


def review(
    session: Session,
    sample: Sample,
    *said: tuple[Decision, Any],
    purpose: SlotPurpose = SlotPurpose.REVIEW,
    **values: Any,
) -> list[Review]:
    """Reviews with answers to the question `field`."""
    made = []
    for number, (decision, answer) in enumerate(said, 1):
        answers = {} if answer is None else {"field": answer}
        expert = factories.make_user(session)
        made.append(factories.make_review(session, sample, expert, decision, number=number, answers=answers, **values))
    session.execute(update(Slot).where(Slot.sample_id == sample.id).values(purpose=purpose))
    return made


YES, NO = Decision.APPROVE, Decision.REJECT


def test_labels_are_what_most_reviewers_answered(session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    review(session, samples[0], (YES, "heart"), (YES, "heart"), (YES, "lung"))
    review(session, samples[1], (YES, "heart"), (YES, "lung"))
    review(session, samples[2], (YES, "lung"))
    review(session, samples[3], (YES, ["a", "b"]))
    review(session, samples[4], (YES, "heart"), purpose=SlotPurpose.AUDIT)
    review(session, samples[5], (YES, "heart"), undone_at=datetime.now(UTC))

    assert ids(frozen(session, dataset, composed(labels={"field": ("heart",)}))) == [samples[0].id]
    assert ids(frozen(session, dataset, composed(labels={"field": (["a", "b"], "lung")}))) == [
        samples[2].id,
        samples[3].id,
    ]
    found = preview(session, dataset, composed(labels={"field": ("heart",)}))
    assert found.taken_away == {"label:field": 9, "question": 0}
    assert found.labels == {"field": {"heart": 1}}
    capped = composed(caps=(Cap(by="label:field", most=1),))
    assert preview(session, dataset, capped).labels == {"field": {"": 7, '["a", "b"]': 1, "heart": 1, "lung": 1}}


def test_what_a_lead_took_is_agreed(session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    reviews = review(session, samples[0], (YES, "heart"), (YES, "heart"), (YES, "lung"))
    lead = factories.make_user(session)
    for number, (taken, undone) in enumerate(((reviews[2], None), (reviews[0], datetime.now(UTC)))):
        session.add(
            Adjudication(
                dataset_id=dataset.id,
                sample_id=samples[0].id,
                lead_id=lead.id,
                decision=YES,
                review_id=taken.id,
                cause=Cause.GAP,
                idempotency_key=f"taken {number}",
                undone_at=undone,
            )
        )
    session.flush()
    assert ids(frozen(session, dataset, composed(labels={"field": ("lung",)}))) == [samples[0].id]
    assert preview(session, dataset, composed(labels={"field": ("heart",)})).rows == 0


@given(said=st.lists(st.tuples(st.sampled_from([YES, NO, Decision.FLAG]), st.sampled_from("abc")), max_size=6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_agreed_means_the_same_in_sql_and_in_python(
    session: Session, dataset: Dataset, said: list[tuple[Decision, str]]
) -> None:
    corpus = factories.make_corpus(session, dataset)
    sample = factories.make_samples(session, corpus, 1, state=SampleState.APPROVED)[0]
    review(session, sample, *said)
    answers, shares = agreed.answers(dataset.id, "field"), agreed.agreement(dataset.id)
    value = session.scalar(select(answers.c.value).where(answers.c.sample_id == sample.id))
    share = session.scalar(select(shares.c.share).where(shares.c.sample_id == sample.id))
    assert value == agreed_in_python([answer for _, answer in said])
    assert share == (None if not said else pytest.approx(agreement_in_python([decision for decision, _ in said])))


def test_low_agreement_is_left_out_or_weighs_less(session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    review(session, samples[0], (YES, None), (YES, None), (NO, None))
    review(session, samples[1], (YES, None), (YES, None))
    left_out = composed(min_agreement=0.8)
    weighed = composed(min_agreement=0.8, low_agreement="weight")

    assert preview(session, dataset, left_out).taken_away == {"agreement": 1, "question": 0}
    assert samples[0].id not in ids(frozen(session, dataset, left_out))
    rows = frozen(session, dataset, weighed)
    assert [row.weight for row in rows] == [pytest.approx(2 / 3), *[1.0] * 9]
    assert preview(session, dataset, weighed).taken_away == {"question": 0}


def test_caps_keep_the_best_and_leave_gaps(session: Session, dataset: Dataset) -> None:
    corpus, other = factories.make_corpus(session, dataset), factories.make_corpus(session, dataset)
    poor = [{"prompt": f"What is asked for here, number {number}?", "response": "no"} for number in range(4)]
    good = [
        {"prompt": f"Name {word} and its use.", "response": f"The {word} helps people in many ways. It is used daily."}
        for word in ("paracetamol", "ibuprofen")
    ]
    made = factories.make_samples(session, corpus, poor + good, state=SampleState.APPROVED)
    rest = factories.make_samples(session, other, 3, state=SampleState.APPROVED)
    whole_run(session, dataset)
    session.execute(update(Sample).where(Sample.dataset_id == dataset.id).values(state=SampleState.APPROVED))

    capped = composed(caps=(Cap(by="corpus", most=2),))
    rows = frozen(session, dataset, capped)
    assert ids(rows) == [made[4].id, made[5].id, rest[0].id, rest[1].id]
    assert [row.position for row in rows] == [4, 5, 6, 7]
    found = preview(session, dataset, capped)
    assert (found.rows, found.taken_away["caps"]) == (4, 5)
    assert found.corpora == {corpus.id: 2, other.id: 2}


def test_a_cap_by_label_leaves_those_without_one_alone(
    session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    for sample in samples[:3]:
        review(session, sample, (YES, "heart"))
    capped = composed(caps=(Cap(by="label:field", most=1),))
    assert ids(frozen(session, dataset, capped)) == [samples[0].id, *(sample.id for sample in samples[3:10])]
    assert preview(session, dataset, capped).taken_away == {"question": 0, "caps": 2}


def test_a_cap_by_cluster_counts_the_survivor_too(session: Session, dataset: Dataset) -> None:
    corpus = factories.make_corpus(session, dataset)
    text = (
        "Gout is a painful disease of the joints. It comes from crystals of uric acid, which diet and medicine lower."
    )
    copies = [{"prompt": "What is gout?", "response": text + f" {number}"} for number in range(3)]
    made = factories.make_samples(session, corpus, copies, state=SampleState.CANDIDATE)
    whole_run(session, dataset)
    session.execute(update(Sample).where(Sample.dataset_id == dataset.id).values(state=SampleState.APPROVED))
    capped = composed(caps=(Cap(by="cluster", most=2),))
    assert len(frozen(session, dataset, capped)) == 2
    assert len(made) == 3


def test_open_questions_are_counted_once_everything_else_is_met(
    session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    expert = factories.make_user(session)
    factories.join(session, dataset, expert)
    comments.ask(session, dataset, expert, samples[0].id, "Is this right?")
    comments.ask(session, dataset, expert, samples[7].id, "And this?")
    first = composed(corpora=(samples[0].corpus_id,))
    assert preview(session, dataset, first).taken_away == {"corpora": 4, "question": 1}
    assert release_selecting.asked(session, dataset.id, first) == 1
    assert release_selecting.count(session, dataset.id, first) == 5


def test_rejected_ones_go_in_where_the_format_learns_from_them(
    session: Session, dataset: Dataset, samples: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.curation.exporter import exporters

    monkeypatch.setattr(exporters()["prompt_completion"], "takes_rejected", True)
    assert preview(session, dataset, composed()).states == {"approved": 10, "rejected": 2}
    assert [row.approved for row in frozen(session, dataset, composed())].count(False) == 2


def test_a_budget_is_counted(session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    found = release_selecting.preview(session, dataset.id, composed(budget=4))
    assert (found.rows, found.taken_away) == (4, {"question": 0, "budget": 6})


def test_an_earlier_test_split_must_be_there(session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    wanted = Composition.model_validate({"format": "prompt_completion", "splits": {"frozen_from": 1}})
    with pytest.raises(Invalid, match="Release 1 is not there"):
        releases.compose(session, dataset, wanted)
    earlier = releases.compose(session, dataset, composed())
    session.execute(update(Release).where(Release.id == earlier.id).values(state="published"))
    with pytest.raises(Invalid, match="no test split"):
        releases.compose(session, dataset, wanted)


def test_selections_are_saved_replaced_and_deleted(session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    wanted = Selection(
        min_score=0.5, labels={"field": ("heart",)}, caps=(Cap(by="corpus", most=3),), decided_from=date(2026, 1, 2)
    )
    saved = selections.save(session, dataset, "  Hearts  only ", wanted)
    assert (saved.name, selections.load(session, dataset.id, saved.id)) == ("Hearts only", wanted)
    again = selections.save(session, dataset, "Hearts only", Selection())
    assert again.id == saved.id
    assert [one.name for one in selections.of(session, dataset.id)] == ["Hearts only"]
    assert selections.load(session, dataset.id, saved.id) == Selection()
    with pytest.raises(Invalid):
        selections.save(session, dataset, "  ", wanted)
    elsewhere = factories.make_dataset(session)
    for refused in (selections.load, selections.remove):
        with pytest.raises(NotFound):
            refused(session, elsewhere.id, saved.id)
    selections.remove(session, dataset.id, saved.id)
    assert list(selections.of(session, dataset.id)) == []


def test_a_preview_asks_few_questions(
    session: Session, dataset: Dataset, samples: list[Sample], queries: list[str]
) -> None:
    whole_run(session, dataset)
    queries.clear()
    everything = composed(
        corpora=(samples[0].corpus_id,), licences=("MIT",), languages=("en",), min_score=0.1, min_agreement=0.5,
        labels={"field": ("heart",)}, caps=(Cap(by="corpus", most=3),), budget=2,
    )  # fmt: skip
    release_selecting.preview(session, dataset.id, everything)
    assert len(queries) < 30
    assert isinstance(session.get(Corpus, samples[0].corpus_id), Corpus)
