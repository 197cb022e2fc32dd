"""The source beside the sample: the passage, its neighbours, its page as a picture, and who may see it."""

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.documents.document import Place
from app.curation.documents.format import Unreadable
from app.curation.rubric import loaded
from app.models import Corpus, Dataset, Document, Passage, Review, Sample, SampleState
from app.services import page_images, reviewing, rubrics
from app.web.routes import evidence
from tests import factories
from tests.conftest import Browser
from tests.web.test_review import hidden

TEXTS = [
    "Before you begin, ask for allergies.",
    "The usual dose is **500 mg** three times a day. Do not give it to people who are allergic to penicillin.",
    "Nausea is common.",
]
ANSWER = "Adults take 500 mg three times a day. Eat cheese with it."
CLAIMS = {"kind": "claims", "key": "said", "title": "What does the source say?"}


@pytest.fixture
def document(session: Session, dataset: Dataset) -> Document:
    corpus = factories.make_corpus(session, dataset, "Leaflets")
    return factories.make_document(
        session, corpus, "leaflet.pdf", title="Amoxicillin leaflet", format="pdf", pages=3, sha256="ab" * 32
    )


@pytest.fixture
def passages(session: Session, document: Document) -> list[Passage]:
    places = [[Place(0, 36, 1, 0.1, 0.1, 0.9, 0.12)], [Place(0, 46, 2, 0.1, 0.3, 0.56, 0.32), Place(47, 104, 2, 0.1, 0.33, 0.9, 0.35)], []]
    return factories.make_passages(session, document, TEXTS, places=places, heading=["Dosage", "Adults"])


@pytest.fixture
def sample(session: Session, dataset: Dataset, document: Document) -> Sample:
    corpus = session.get_one(Corpus, document.corpus_id)
    content = {"prompt": "What is the dose?", "response": ANSWER}
    [made] = factories.make_samples(session, corpus, [content], state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


def desk(dataset: Dataset) -> str:
    return f"/datasets/{dataset.id}/review"


def test_passage_stands_beside_the_sample_with_its_words_marked(
    bob: Browser, session: Session, dataset: Dataset, sample: Sample, passages: list[Passage]
) -> None:
    factories.make_source(session, sample, passages[1], start=4, end=21)
    page = bob.get(desk(dataset)).text

    assert "Amoxicillin leaflet" in page
    assert "Dosage › Adults" in page
    assert "Page 2" in page
    assert '<mark class="evidence is-source" data-claims="0">usual dose is </mark>' in page
    assert page.count("is-source") == 2, "one mark, cut by the bold words"
    assert "newer version" not in page


def test_best_words_are_marked_where_none_are_known(
    bob: Browser, session: Session, dataset: Dataset, sample: Sample, passages: list[Passage]
) -> None:
    factories.make_source(session, sample, passages[1])
    page = bob.get(desk(dataset)).text

    assert '<mark class="evidence is-source" data-claims="0">The usual dose is </mark>' in page
    assert 'is-source">Do not give' not in page
    assert '<span class="said" data-said="0">Adults take 500 mg three times a day</span>' in page
    assert 'data-said="2"' not in page


def test_sample_without_a_source_has_none_and_asks_no_more(
    bob: Browser, dataset: Dataset, sample: Sample, queries: list[str]
) -> None:
    page = bob.get(desk(dataset)).text

    assert "evidence-card" not in page
    assert sum("sample_sources" in one for one in queries) == 1, "it is a part of a question that is asked anyway"
    assert "shown" not in " ".join(one for one in queries if "sample_sources" in one)


def test_sample_with_a_source_asks_once_more(
    bob: Browser, session: Session, dataset: Dataset, sample: Sample, passages: list[Passage], queries: list[str]
) -> None:
    bob.get(desk(dataset))
    queries.clear()
    bob.get(desk(dataset))
    without = len(queries)
    factories.make_source(session, sample, passages[1])
    session.flush()
    queries.clear()
    bob.get(desk(dataset))

    assert len(queries) == without + 1


def test_neighbours_are_one_step_away_and_the_way_back_is_too(
    bob: Browser, session: Session, dataset: Dataset, sample: Sample, passages: list[Passage]
) -> None:
    factories.make_source(session, sample, passages[1])
    place = f"/datasets/{dataset.id}/samples/{sample.id}/source"
    first, last = bob.htmx(f"{place}?passage=0").text, bob.htmx(f"{place}?passage=2").text

    assert TEXTS[0] in first
    assert f"{place}?passage=1" in first
    assert "A neighbour of the sample" in first
    assert "data-page-open" in first
    assert TEXTS[2] in last
    assert "passage=3" not in last
    assert "data-page-open" not in last, "it is not known where that passage stands"
    assert "<html" not in first
    assert "<html" in bob.get(place).text
    assert bob.get(f"{place}?passage=9").status_code == 404


def test_passage_that_a_newer_version_lost_is_told_until_it_is_settled(
    bob: Browser, session: Session, dataset: Dataset, sample: Sample, passages: list[Passage]
) -> None:
    link = factories.make_source(session, sample, passages[1], stale_at=func.now())
    assert "A newer version of this document no longer has this passage." in bob.get(desk(dataset)).text
    link.settled_at = func.now()
    assert "A newer version" not in bob.get(desk(dataset)).text


def test_page_shows_where_the_words_stand(
    bob: Browser, charlie: Browser, session: Session, dataset: Dataset, sample: Sample, document: Document, passages: list[Passage]
) -> None:
    factories.make_source(session, sample, passages[1], start=4, end=23)
    pages = f"/datasets/{dataset.id}/documents/{document.id}/pages"
    view = bob.htmx(f"{pages}/2?sample={sample.id}").text

    assert view.count('class="of-passage"') == 2
    assert '<rect class="is-marked" x="0.14" y="0.3" width="0.19" height="0.02"/>' in view, "cut to the words"
    assert "Page 2 of 3" in view
    assert 'class="of-passage"' not in bob.htmx(f"{pages}/1?sample={sample.id}").text
    assert bob.htmx(f"{pages}/1?passage=0").text.count('class="of-passage"') == 1
    assert bob.get(f"{pages}/4?sample={sample.id}").status_code == 404
    assert charlie.get(f"{pages}/2").status_code == 404


class Drawing:
    """Stands where pages are drawn: slow, and counts how many draw at once."""

    def __init__(self, seconds: float = 0) -> None:
        self.seconds, self.calls, self.now, self.most = seconds, 0, 0, 0
        self.lock = threading.Lock()

    def __call__(self, key: str, path: Path, page: int, width: int) -> bytes:
        with self.lock:
            self.calls, self.now = self.calls + 1, self.now + 1
            self.most = max(self.most, self.now)
        time.sleep(self.seconds)
        with self.lock:
            self.now -= 1
        return b"\x89PNG %d" % page


def test_picture_is_drawn_once_and_kept(
    bob: Browser, charlie: Browser, dataset: Dataset, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = Drawing()
    monkeypatch.setattr(page_images, "page_image", drawing)
    place = f"/datasets/{dataset.id}/documents/{document.id}/pages/2.png"
    first, again = bob.get(place), bob.get(place)
    mark = first.headers["ETag"]

    assert (first.content, first.headers["Content-Type"], again.content) == (b"\x89PNG 2", "image/png", b"\x89PNG 2")
    assert first.headers["Cache-Control"].startswith("private")
    assert drawing.calls == 1
    assert bob.get(place, headers={"If-None-Match": mark}).status_code == 304
    assert bob.get(f"{place}?wide=1").headers["ETag"] != mark
    assert drawing.calls == 2
    assert charlie.get(place, headers={"If-None-Match": mark}).status_code == 404
    assert bob.get(place.replace("/2.png", "/4.png")).status_code == 404


def test_page_that_cannot_be_drawn_says_so_and_is_not_tried_again_at_once(
    bob: Browser, dataset: Dataset, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def broken(*args: Any) -> bytes:
        calls.append(args)
        raise Unreadable("damaged", "This document is damaged.")

    monkeypatch.setattr(page_images, "page_image", broken)
    place = f"/datasets/{dataset.id}/documents/{document.id}/pages/1.png"

    assert bob.get(place).status_code == 404
    assert "cannot be drawn" in bob.get(place).text
    assert len(calls) == 1


def test_pictures_take_bounded_room_and_the_last_seen_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_images, "page_image", lambda key, path, page, width: bytes(100))
    monkeypatch.setattr(page_images, "MOST_BYTES", 350)
    for page in range(1, 4):
        page_images.drawn("cd" * 32, "pdf", page, 1000)
        time.sleep(0.01)
    assert page_images.kept("cd" * 32, 1, 1000)
    page_images.drawn("cd" * 32, "pdf", 4, 1000)

    assert [bool(page_images.kept("cd" * 32, page, 1000)) for page in range(1, 5)] == [True, False, True, True]


def test_two_pages_are_drawn_at_a_time_and_the_others_wait(
    bob: Browser, app: Any, dataset: Dataset, document: Document, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = Drawing(0.05)
    monkeypatch.setattr(page_images, "page_image", drawing)
    monkeypatch.setattr(evidence, "_document", lambda request, dataset_id, document_id, page: document)

    async def all_at_once() -> list[Any]:
        asked = [evidence.page_image(_Asking(), dataset.id, document.id, page) for page in range(1, 9)]  # type: ignore[arg-type]
        return await asyncio.gather(*asked)

    answers = asyncio.run(all_at_once())
    assert [one.body for one in answers] == [b"\x89PNG %d" % page for page in range(1, 9)]
    assert (drawing.calls, drawing.most) == (8, evidence.AT_A_TIME)


class _Asking:
    """As much of a request as the picture asks of it."""

    headers: dict[str, str] = {}  # noqa: RUF012


def test_each_sentence_is_judged_and_stored(
    bob: Browser, session: Session, dataset: Dataset, sample: Sample, passages: list[Passage]
) -> None:
    factories.make_source(session, sample, passages[1])
    rubrics.save(session, dataset, bob.user, loaded([CLAIMS]), 0)  # type: ignore[arg-type]
    page = bob.get(desk(dataset)).text
    fields = hidden(page) | {"decision": "approve"}
    assert page.count("data-claim=") == 2
    half = bob.htmx(desk(dataset), "POST", data=fields | {"a.said.0": "supported"})
    assert (half.status_code, "is not answered yet" in half.text) == (422, True)

    bob.htmx(desk(dataset), "POST", data=fields | {"a.said.0": "supported", "a.said.1": "not_in_source"})
    assert session.scalars(select(Review.answers)).all() == [
        {
            "said": [
                {"path": ["response"], "start": 0, "end": 37, "label": "supported"},
                {"path": ["response"], "start": 38, "end": 57, "label": "not_in_source"},
            ]
        }
    ]


def test_sentences_are_not_asked_about_where_there_is_no_source(
    bob: Browser, session: Session, dataset: Dataset, sample: Sample
) -> None:
    rubrics.save(session, dataset, bob.user, loaded([CLAIMS]), 0)  # type: ignore[arg-type]
    page = bob.get(desk(dataset)).text
    assert "data-claim=" not in page
    bob.htmx(desk(dataset), "POST", data=hidden(page) | {"decision": "approve"})

    assert session.scalars(select(Review.answers)).all() == [{}]


def judged(session: Session, dataset: Dataset, sample: Sample, *labels: tuple[str, str]) -> None:
    rubric = rubrics.save(session, dataset, factories.make_user(session), loaded([CLAIMS]), 0)
    for number, both in enumerate(labels, 2):
        said = [
            {"path": ["response"], "start": start, "end": end, "label": label}
            for (start, end), label in zip([(0, 37), (38, 57)], both, strict=True)
        ]
        expert = factories.make_user(session)
        factories.make_review(session, sample, expert, number=number, answers={"said": said}, rubric_id=rubric.id)  # type: ignore[union-attr]


def test_sample_page_shows_the_source_and_what_was_judged(
    lena: Browser, session: Session, dataset: Dataset, sample: Sample, document: Document, passages: list[Passage]
) -> None:
    assert "evidence-card" not in lena.get(f"/datasets/{dataset.id}/samples/{sample.id}").text
    factories.make_source(session, sample, passages[1], stale_at=func.now())
    judged(session, dataset, sample, ("supported", "not_in_source"), ("contradicted", "not_in_source"))
    page = lena.get(f"/datasets/{dataset.id}/samples/{sample.id}").text

    assert f'href="/datasets/{dataset.id}/documents/{document.id}?from=1#p-2"' in page
    assert "A newer version of this document no longer has this passage." in page
    assert page.count("They differ") == 1
    assert "<td>Contradicted</td>" in page
    assert page.count("<td>Not in the source</td>") == 2


def test_lead_who_decides_sees_the_source_and_each_sentence(
    lena: Browser, session: Session, dataset: Dataset, sample: Sample, passages: list[Passage]
) -> None:
    factories.make_source(session, sample, passages[1])
    judged(session, dataset, sample, ("supported", "not_in_source"), ("contradicted", "not_in_source"))
    sample.state = SampleState.FLAGGED
    page = lena.get(f"/datasets/{dataset.id}/quality/adjudicate").text

    assert "evidence-card" in page
    assert 'data-key="j"' in page
    assert page.count("They differ") == 1
    assert "Adults take 500 mg three times a day." in page
    assert "Contradicted" in page

