"""The desk: what an expert sees, sends and gets back, with htmx and without any script."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.curation.sample import Form
from app.models import Dataset, Decision, Guideline, Review, Revision, Role, Sample, SampleState, Slot, SlotState
from app.services import reviewing
from tests import factories
from tests.conftest import Browser
from tests.web.test_material import PAYLOADS


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> list[Sample]:
    corpus = factories.make_corpus(session, dataset, "Clinic leaflets", licence="CC BY 4.0")
    made = factories.make_samples(session, corpus, 3, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


def page(browser: Browser, dataset: Dataset, query: str = "") -> str:
    answer = browser.get(f"/datasets/{dataset.id}/review{query}")
    assert answer.status_code == 200
    return answer.text


def hidden(html: str) -> dict[str, str]:
    """The first form's hidden fields, as a browser would send them."""
    form = re.search(r'<form id="answer".*?</form>', html, re.DOTALL)
    assert form is not None
    return dict(re.findall(r'name="(slot|key|proof|seconds)" value="([^"]*)"', form.group()))


def send(browser: Browser, dataset: Dataset, html: str, *, by_htmx: bool = False, **fields: Any) -> Any:
    url, data = f"/datasets/{dataset.id}/review", {**hidden(html), **fields}
    return browser.htmx(url, "POST", data=data) if by_htmx else browser.post(url, data=data)


def test_expert_sees_one_sample_with_its_source(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    html = page(bob, dataset)

    assert samples[0].answer in html
    assert samples[1].answer not in html
    assert "Clinic leaflets" in html
    assert "CC BY 4.0" in html
    assert '<b class="num">0</b> today' in html


@pytest.mark.parametrize("who", ["alice", "dora", "lena", "bob"])
def test_every_member_may_review(
    who: str, request: pytest.FixtureRequest, dataset: Dataset, samples: list[Sample]
) -> None:
    assert samples[0].answer in page(request.getfixturevalue(who), dataset)


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "review"), ("POST", "review"), ("POST", "review/undo"), ("POST", "review/lease"),
    ("POST", "review/difference?of=0"),
])  # fmt: skip
def test_charlie_is_told_nothing(
    charlie: Browser, dataset: Dataset, samples: list[Sample], method: str, path: str
) -> None:
    answer = charlie.request(method, f"/datasets/{dataset.id}/{path}", data={"slot": "1"} if method == "POST" else None)

    assert answer.status_code == 404
    assert dataset.name not in answer.text


def test_nobody_gets_to_the_desk_without_signing_in(anonymous: Browser, dataset: Dataset) -> None:
    answer = anonymous.get(f"/datasets/{dataset.id}/review")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=")


def test_answer_of_another_dataset_is_not_taken(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    html = page(bob, dataset)
    other = factories.make_dataset(session)
    factories.join(session, other, bob.user, Role.EXPERT)

    answer = bob.post(f"/datasets/{other.id}/review", data={**hidden(html), "decision": "approve"})

    assert answer.status_code == 404
    assert samples[0].state is SampleState.QUEUED


@pytest.mark.parametrize(("fields", "state"), [
    ({"decision": "approve"}, SampleState.APPROVED),
    ({"decision": "reject", "reason": "harmful", "comment": ""}, SampleState.REJECTED),
    ({"decision": "flag", "comment": "Is this for adults?"}, SampleState.FLAGGED),
    ({"decision": "skip"}, SampleState.QUEUED),
])  # fmt: skip
def test_without_script_an_answer_leads_to_the_next_sample(
    bob: Browser, dataset: Dataset, samples: list[Sample], fields: dict[str, str], state: SampleState
) -> None:
    answer = send(bob, dataset, page(bob, dataset), **fields)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/datasets/{dataset.id}/review")
    assert samples[0].state is state
    following = page(bob, dataset)
    assert samples[1].answer in following
    assert "Saved <span" in following


def test_htmx_gets_the_next_sample_in_the_same_answer(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    answer = send(bob, dataset, page(bob, dataset), by_htmx=True, decision="approve", seconds="12.5")

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert samples[1].answer in answer.text
    assert f'data-saved="{samples[0].id}"' in answer.text
    assert '<b class="num">1</b> today' in answer.text
    assert answer.headers["HX-Replace-Url"] == f"/datasets/{dataset.id}/review"


def test_time_and_words_are_stored(bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    send(bob, dataset, page(bob, dataset), decision="reject", reason="other", comment="  Wrong unit. ", seconds="12.5")

    review = session.scalars(select(Review)).one()
    assert (review.decision, review.reason, review.comment, review.seconds) == (
        Decision.REJECT,
        "other",
        "Wrong unit.",
        12.5,
    )


def test_edit_without_script(bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    html = page(bob, dataset, "?edit=answer")
    assert f">\n{samples[0].answer}</textarea>" in html

    send(bob, dataset, html, decision="approve", piece=["0", "1"], text=[samples[0].question, "  Kept to the letter. "])

    assert session.scalars(select(Revision.content)).one()["response"] == "  Kept to the letter. "
    assert samples[0].state is SampleState.APPROVED


def test_text_that_begins_with_a_line_break_is_not_changed_by_the_editor(
    bob: Browser, session: Session, dataset: Dataset
) -> None:
    corpus = factories.make_corpus(session, dataset)
    factories.make_samples(session, corpus, [{"prompt": "Why?", "response": "\nBecause."}], state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))

    html = page(bob, dataset, "?edit=answer")

    assert ">\n\nBecause.</textarea>" in html  # browsers drop the first


@pytest.mark.parametrize(("fields", "sentence", "kept"), [
    ({"decision": "reject"}, "Choose why the sample is rejected", ""),
    ({"decision": "reject", "reason": "other", "comment": ""}, "Say in a few words what is wrong", ""),
    ({"decision": "flag", "comment": " "}, "Say in a few words what a colleague should look at", ""),
    ({"decision": "reject", "reason": "", "comment": "The dose."}, "Choose why", ">\nThe dose.</textarea>"),
    ({"decision": "approve", "piece": ["1"], "text": [" "]}, "An edited text is empty", 'name="text"'),
    ({"decision": "approve", "piece": ["9"], "text": ["My words."]}, "cannot be edited", ""),
    ({"decision": "approve", "piece": ["1", "0"], "text": ["My words."]}, "lost on its way", ">\nMy words.</textarea>"),
    ({"decision": "bless"}, "Choose one of the answers", ""),
    ({"decision": "approve", "key": "short"}, "8 characters or more", ""),
])  # fmt: skip
def test_refused_answer_says_why_and_keeps_the_text(
    bob: Browser,
    session: Session,
    dataset: Dataset,
    samples: list[Sample],
    fields: dict[str, Any],
    sentence: str,
    kept: str,
) -> None:
    html = page(bob, dataset)
    plain, by_htmx = send(bob, dataset, html, **fields), send(bob, dataset, html, by_htmx=True, **fields)

    assert plain.status_code == by_htmx.status_code == 422
    assert sentence in plain.text
    assert sentence in by_htmx.text
    assert kept in plain.text
    assert by_htmx.headers["HX-Retarget"] == "#alerts"
    assert samples[0].answer in plain.text
    assert session.scalar(select(func.count(Review.id))) == 0


def test_panel_of_a_refused_answer_is_open(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    answer = send(bob, dataset, page(bob, dataset), decision="flag", comment="")

    assert re.search(r'<details class="ask" name="ask" open>\s*<summary[^>]*data-key="f"', answer.text)


def test_pressing_twice_is_one_answer(bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    html = page(bob, dataset)

    answers = [send(bob, dataset, html, by_htmx=True, decision="approve") for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    assert session.scalar(select(func.count(Review.id))) == 1
    assert "so nothing was changed" not in answers[-1].text


def test_second_thought_on_a_page_that_was_sent_is_told_so(
    bob: Browser, dataset: Dataset, samples: list[Sample]
) -> None:
    html = page(bob, dataset)
    send(bob, dataset, html, decision="approve")

    answer = send(bob, dataset, html, decision="reject", reason="wrong")

    assert answer.headers["Location"].endswith("?note=repeat")
    assert "had your answer already" in page(bob, dataset, "?note=repeat")
    assert samples[0].state is SampleState.APPROVED


def test_a_place_that_was_never_given_cannot_be_filled(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    sent = hidden(page(bob, dataset))
    other = session.scalars(select(Slot).where(Slot.state == SlotState.OPEN).order_by(Slot.id)).first()
    assert other is not None
    answer = bob.post(f"/datasets/{dataset.id}/review", data={**sent, "slot": other.id, "decision": "approve"})
    assert answer.headers["Location"].endswith("note=late")
    assert session.scalars(select(Review.counted)).all() == [False]
    assert session.scalar(select(Sample.state).where(Sample.id == other.sample_id)) is SampleState.QUEUED


def test_an_answer_after_the_reservation_ended_counts_where_nobody_else_has_the_sample(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    html = page(bob, dataset)
    session.execute(update(Slot).values(state=SlotState.OPEN, expert_id=None, leased_until=None))
    send(bob, dataset, html, decision="approve")
    assert session.scalars(select(Review.counted)).all() == [True]


def test_late_answer_is_kept_and_told(
    bob: Browser, lena: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    html = page(bob, dataset, "?edit=answer")
    session.execute(update(Slot).values(leased_until=func.now() - func.make_interval(0, 0, 0, 0, 1)))
    send(lena, dataset, page(lena, dataset), decision="approve")

    answer = send(bob, dataset, html, by_htmx=True, decision="approve", piece=["1"], text=["My careful words."])

    assert answer.status_code == 200
    assert "Someone else had this sample while you were away." in answer.text
    assert "Lena" not in answer.text
    assert session.scalars(select(Revision.content)).one()["response"] == "My careful words."
    assert samples[0].revision_id is None


def test_undo_brings_the_sample_and_the_edit_back(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    send(bob, dataset, page(bob, dataset), decision="approve", piece=["1"], text=["My careful words."])

    answer = bob.post(f"/datasets/{dataset.id}/review/undo")

    assert answer.headers["Location"] == f"/datasets/{dataset.id}/review?note=undone"
    html = page(bob, dataset, "?note=undone")
    assert samples[0].answer in html
    assert "your edit waits in the editor" in html
    assert "You had edited this." in page(bob, dataset)
    assert "Taken back <span" in html
    assert ">\nMy careful words.</textarea>" in page(bob, dataset, "?edit=answer")
    assert samples[0].state is SampleState.QUEUED


def test_an_earlier_answer_can_be_taken_back_from_the_strip(
    bob: Browser, dataset: Dataset, samples: list[Sample]
) -> None:
    for _ in range(2):
        send(bob, dataset, page(bob, dataset), decision="approve")
    review = re.findall(r'name="review" value="(\d+)"', page(bob, dataset))[1]

    answer = bob.htmx(f"/datasets/{dataset.id}/review/undo", "POST", data={"review": review})

    assert samples[0].answer in answer.text
    assert [sample.state for sample in samples] == [SampleState.QUEUED, SampleState.APPROVED, SampleState.QUEUED]


def test_undo_of_nothing_is_a_sentence(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    answer = bob.htmx(f"/datasets/{dataset.id}/review/undo", "POST")

    assert answer.status_code == 409
    assert "nothing to take back" in answer.text


def test_nobody_takes_back_a_colleagues_answer(
    bob: Browser, lena: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    send(bob, dataset, page(bob, dataset), decision="approve")
    review = session.scalars(select(Review.id)).one()

    assert lena.post(f"/datasets/{dataset.id}/review/undo", data={"review": str(review)}).status_code == 409
    assert samples[0].state is SampleState.APPROVED


def test_open_page_keeps_its_lease(
    bob: Browser, lena: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    slot = hidden(page(bob, dataset))["slot"]
    session.execute(update(Slot).values(leased_until=func.now() - func.make_interval(0, 0, 0, 0, 1)))

    assert bob.htmx(f"/datasets/{dataset.id}/review/lease", "POST", data={"slot": slot}).status_code == 204
    assert samples[0].answer not in page(lena, dataset)
    refusal = lena.htmx(f"/datasets/{dataset.id}/review/lease", "POST", data={"slot": slot})
    assert (refusal.status_code, "a colleague has it now" in refusal.text) == (409, True)


def test_difference_of_an_edit(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    slot = hidden(page(bob, dataset, "?edit=answer"))["slot"]
    words = samples[0].answer.replace("wash", "dry")

    answer = bob.htmx(
        f"/datasets/{dataset.id}/review/difference?of=1",
        "POST",
        data={"slot": slot, "key": "x" * 32, "piece": ["1"], "text": [words]},
    )

    assert "<del>wash</del><ins>dry</ins>" in answer.text
    assert "1\u00a0word in, 1\u00a0word out" in answer.text


@pytest.mark.parametrize("case", ["nothing_yet", "all_done", "with_others", "only_skipped"])
def test_empty_desk_says_why_and_what_comes_next(
    case: str, bob: Browser, lena: Browser, session: Session, dataset: Dataset
) -> None:
    if case != "nothing_yet":
        factories.make_samples(session, factories.make_corpus(session, dataset), 1, state=SampleState.QUEUED)
        reviewing.open_slots(session, dataset, select(Sample.id))
        asked = lena if case == "with_others" else bob
        html = page(asked, dataset)
        if case != "with_others":
            send(bob, dataset, html, decision="approve" if case == "all_done" else "skip")

    html = page(bob, dataset)

    titles = {
        "nothing_yet": "Nothing waits for review yet",
        "all_done": "Everything is decided",
        "with_others": "The last samples are with colleagues",
        "only_skipped": "You are through",
    }
    assert f"<h2>{titles[case]}</h2>" in html
    assert 'id="answer"' not in html


class Tags(HTMLParser):
    """Every tag of a page with its attributes, as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


ADDRESSES = {"src", "href", "action", "formaction", "hx-get", "hx-post", "data", "srcset"}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_in_a_sample_becomes_active_on_the_desk(
    bob: Browser, session: Session, dataset: Dataset, payload: str
) -> None:
    corpus = factories.make_corpus(session, dataset, payload, origin=payload, licence=payload)
    turn = {"role": payload, "content": payload, "tool_calls": [payload]}
    content = {"messages": [{"role": "user", "content": payload}, turn]}
    (sample,) = factories.make_samples(session, corpus, [content], form=Form.CHAT, state=SampleState.QUEUED)
    sample.meta = {payload: payload}
    session.add(Guideline(dataset_id=dataset.id, version=1, text=payload))
    reviewing.open_slots(session, dataset, select(Sample.id))

    home = f"/datasets/{dataset.id}/review"
    ours = {"/sign-out", "/sign-in", home, f"{home}/undo", f"{home}/lease", f"{home}/ask"}
    for query in ("", "?edit=answer"):
        tags = Tags(page(bob, dataset, query)).found
        names = [tag for tag, _ in tags]
        assert not set(names) & {"iframe", "object", "embed", "img", "style", "base", "hx-partial", "math"}
        assert [attributes for tag, attributes in tags if tag == "template"] == [{"data-words": None}] * 2
        assert all((attributes.get("src") or "").startswith("/static/") for tag, attributes in tags if tag == "script")
        assert {attributes["action"] for tag, attributes in tags if tag == "form"} <= ours
        assert not [tag for tag, attributes in tags if tag == "meta" and "http-equiv" in attributes]
        for _, attributes in tags:
            assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcdoc"}]
            assert all((attributes[name] or "").startswith(("/", "#")) for name in ADDRESSES & set(attributes))
            assert not [name for name in ADDRESSES & set(attributes) if (attributes[name] or "").startswith("//")]


def test_page_needs_no_inline_script_or_style(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    html = page(bob, dataset, "?edit=answer")

    assert not re.search(r"<[^>]+\s(style|on\w+)=", html)


def test_desk_asks_the_database_a_fixed_number_of_times(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample], queries: list[str]
) -> None:
    html = page(bob, dataset)
    queries.clear()

    send(bob, dataset, html, by_htmx=True, decision="approve")

    assert len(queries) <= 40
