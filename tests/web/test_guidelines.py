"""Guidelines on pages: examples, what was decided before a version, and sending that back."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.recipe import default_recipe
from app.curation.sample import Form
from app.models import (
    Dataset,
    Decision,
    Guideline,
    RecipeVersion,
    Requeue,
    Review,
    Run,
    Sample,
    SampleState,
    Verdict,
)
from app.services import reviewing
from tests import factories
from tests.conftest import Browser


@pytest.fixture
def decided(bob: Browser, dataset: Dataset, session: Session) -> list[Sample]:
    """Three samples that Bob approved before there were guidelines."""
    corpus = factories.make_corpus(session, dataset, "Leaflets")
    texts = ["May I take aspirin?", "May I take ibuprofen?", "May I swim?"]
    contents = [{"prompt": text, "response": "Ask **first**."} for text in texts]
    made = factories.make_samples(session, corpus, contents, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    for number in range(3):
        assert bob.user is not None
        (slot,) = reviewing.next_slots(session, dataset, bob.user, 1)
        reviewing.submit(
            session, dataset, bob.user, slot.id, Decision.APPROVE, idempotency_key=f"press-number-{number}"
        )
    return made


def states(session: Session) -> list[str]:
    return [state.value for state in session.scalars(select(Sample.state).order_by(Sample.id))]


def test_saving_leads_to_what_was_decided_before(
    lena: Browser, dataset: Dataset, decided: list[Sample], session: Session
) -> None:
    home = f"/datasets/{dataset.id}/guidelines"
    saved = lena.post(home, data={"text": "No aspirin for children.", "based_on": "0"})
    assert saved.headers["Location"] == f"{home}/affected"
    html = lena.get(f"{home}/affected?words=aspirin").text
    assert '<b class="num">3 samples</b> were decided' in html
    assert '<b class="num">1</b> of 3 samples contain' in html
    assert "May I take aspirin?" in html
    assert "May I swim?" not in html


def test_exactly_the_choice_is_sent_back_and_can_be_taken_back(
    lena: Browser, bob: Browser, dataset: Dataset, decided: list[Sample], session: Session
) -> None:
    home = f"/datasets/{dataset.id}/guidelines"
    lena.post(home, data={"text": "No aspirin for children.", "based_on": "0"})
    sent = lena.post(f"{home}/requeue", data={"version": "1", "words": "aspirin", "which": "all"})
    assert sent.headers["Location"] == f"{home}/affected?version=1#requeues"
    assert states(session) == ["queued", "approved", "approved"]
    html = lena.get(home).text
    assert re.search(
        r"Re-reviewed <span class=\"num\">0</span> of <span class=\"num\">1</span></b> after version 1", html
    )
    assert "May I take aspirin?" in bob.get(f"/datasets/{dataset.id}/review").text
    requeue = session.scalars(select(Requeue.id)).one()
    assert lena.post(f"{home}/requeue/{requeue}/undo").status_code == 303
    assert states(session) == ["approved"] * 3
    assert lena.post(f"{home}/requeue/{requeue}/undo").status_code == 409

    ticked = {"version": "1", "which": "ticked", "sample": [str(decided[1].id), str(decided[2].id)]}
    lena.post(f"{home}/requeue", data=ticked)
    assert states(session) == ["approved", "queued", "queued"]
    assert lena.post(f"{home}/requeue", data={"version": "1", "which": "ticked"}).status_code == 422


def test_a_real_sample_becomes_an_example_and_reviews_pin_the_version(
    lena: Browser, bob: Browser, dataset: Dataset, decided: list[Sample], session: Session
) -> None:
    home = f"/datasets/{dataset.id}/guidelines"
    for sample, verdict in zip(decided[:2], ["good", "edge"], strict=True):
        data = {"sample": str(sample.id), "verdict": verdict, "note": f"Look: {verdict}.", "place": "sample"}
        assert lena.post(f"{home}/examples", data=data).headers["Location"] == f"{home}#examples"
    html = bob.get(home).text
    assert html.index("Look: good.") < html.index("Look: edge.")
    assert "Ask <strong>first</strong>." in html
    assert "Put the examples in order" not in html
    assert "Look: good." in bob.get(f"/datasets/{dataset.id}/review").text

    (first, second) = session.scalars(select(Guideline.examples).order_by(Guideline.version.desc())).first() or []
    order = {"example": [str(first), str(second)], "place": ["2", "1"]}
    assert lena.post(f"{home}/examples/arrange", data=order).status_code == 303
    html = lena.get(home).text
    assert html.index("Look: edge.") < html.index("Look: good.")
    lena.post(f"{home}/examples/arrange", data={**order, "remove": [str(first)]})
    assert "Look: good." not in lena.get(home).text
    assert "Look: good." in lena.get(f"{home}?version=2").text
    assert lena.post(f"{home}/examples/arrange", data=order).status_code == 422


def test_only_a_lead_sees_the_form_for_examples(
    lena: Browser, bob: Browser, dataset: Dataset, session: Session
) -> None:
    corpus = factories.make_corpus(session, dataset)
    factories.make_samples(session, corpus, 2, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    assert "Use this as an example" in lena.get(f"/datasets/{dataset.id}/review").text
    assert "Use this as an example" not in bob.get(f"/datasets/{dataset.id}/review").text
    assert session.scalars(select(Review.id)).all() == []


def test_near_copies_open_to_who_holds_the_sample(
    bob: Browser, lena: Browser, dataset: Dataset, session: Session
) -> None:
    corpus = factories.make_corpus(session, dataset)
    kept, dropped = factories.make_samples(
        session,
        corpus,
        [{"prompt": "Why?", "response": "Because <b>one</b>."}, {"prompt": "Why?", "response": "Because two."}],
    )
    kept.state, dropped.state = SampleState.QUEUED, SampleState.DROPPED
    recipe = RecipeVersion(
        dataset_id=dataset.id, version=1, recipe=default_recipe(Form.INSTRUCTION).model_dump(mode="json")
    )
    session.add(recipe)
    session.flush()
    run = Run(dataset_id=dataset.id, recipe_version_id=recipe.id, last_sample_id=dropped.id, published=True)
    session.add(run)
    session.flush()
    session.add(
        Verdict(run_id=run.id, sample_id=dropped.id, reasons=["duplicate"], duplicate_of=kept.id, similarity=0.9)
    )
    reviewing.open_slots(session, dataset, select(Sample.id))

    url = f"/datasets/{dataset.id}/review/copies/{kept.id}"
    assert bob.get(url).status_code == 409
    assert "1\u00a0near-copy was dropped" in bob.get(f"/datasets/{dataset.id}/review").text
    html = bob.get(url).text
    assert "<del>&lt;b&gt;one&lt;/b&gt;.</del><ins>two.</ins>" in html
    assert "<html" not in bob.htmx(url).text
    assert lena.get(url).status_code == 200
