"""Questions on the desk: asked, answered, refused in words and kept, with suggestions before or after; and turns that move."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.rubric import loaded
from app.curation.sample import Form
from app.models import Dataset, Review, Revision, Sample, SampleState
from app.services import reviewing, rubrics, suggesting
from tests import factories
from tests.conftest import Browser
from tests.web.test_review import page, send

ADVICE = {"kind": "single", "key": "advice", "title": "Is the advice right?", "options": ["Right", "Small <b>error</b>", "Harmful"]}
FAULTS = {"kind": "multi", "key": "faults", "title": "What is wrong?", "options": ["Fact", "Tone"], "when": "advice", "when_is": ["Harmful"]}
GOOD = {"kind": "rating", "key": "good", "title": "How good?", "low_name": "bad", "required": False}
ORDER = {"kind": "ranking", "key": "order", "title": "Which first?", "options": ["A", "B"], "required": False}
NOTE = {"kind": "text", "key": "note", "title": "Anything else?", "required": False}
MARKS = {"kind": "span", "key": "marks", "title": "Mark what is wrong", "options": ["Wrong", "Private"], "required": False}
EACH = {"kind": "single", "key": "each", "title": "Is this answer good?", "options": ["Good", "Bad"], "per_turn": "assistant"}
TALK: dict[str, Any] = {
    "messages": [
        {"role": "user", "content": "Hello?"},
        {"role": "assistant", "content": "Hi.\n\nHuman: And then?", "weight": 1},
        {"role": "user", "content": "Why?"},
        {"role": "assistant", "content": "So."},
    ]
}


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> list[Sample]:
    made = factories.make_samples(session, factories.make_corpus(session, dataset), 3, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


@pytest.fixture
def talk(session: Session, dataset: Dataset) -> Sample:
    corpus = factories.make_corpus(session, dataset)
    made = factories.make_samples(session, corpus, [TALK], form=Form.CHAT, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made[0]


def ask(session: Session, dataset: Dataset, *stored: dict[str, Any]) -> None:
    rubrics.save(session, dataset, factories.make_user(session), loaded(stored), 0)


def last(session: Session) -> Review:
    return session.scalars(select(Review).order_by(Review.id.desc())).first()  # type: ignore[return-value]


def checked(html: str) -> list[str]:
    return re.findall(r'<input type="(?:radio|checkbox)" form="answer" name="[^"]*" value="([^"]*)" checked', html)


def test_without_a_rubric_nothing_is_asked(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    html = page(bob, dataset)

    assert "data-question" not in html
    assert 'name="rubric"' not in html
    send(bob, dataset, html, decision="approve")
    assert samples[0].state is SampleState.APPROVED


def test_every_kind_is_asked_and_answered_without_script(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    ask(session, dataset, ADVICE, FAULTS, GOOD, ORDER, NOTE, MARKS)
    html = page(bob, dataset)
    assert "Small &lt;b&gt;error&lt;/b&gt;" in html
    assert "Only if “Is the advice right?” is Harmful." in html
    rubric = re.search(r'name="rubric" value="(\d+)"', html)
    assert rubric is not None

    answer = send(bob, dataset, html, decision="approve", rubric=rubric[1], **{
        "a.advice": "Harmful", "a.faults": ["Tone", "Fact"], "a.good": "4", "a.order.0": "2", "a.order.1": "1", "a.note": " Well. ",
        "a.marks": "", "a.marks.0": "wash your hands\r\n", "a.marks.1": "",
    })  # fmt: skip
    assert answer.status_code == 303
    start = samples[0].answer.index("wash")
    assert last(session).answers == {
        "advice": "Harmful", "faults": ["Fact", "Tone"], "good": 4, "order": [["B"], ["A"]], "note": "Well.",
        "marks": [{"path": ["response"], "start": start, "end": start + 15, "label": "Wrong"}],
    }  # fmt: skip
    assert last(session).rubric_id == int(rubric[1])


def test_first_three_stand_beside_the_decision_and_the_others_above(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    ask(session, dataset, ADVICE, FAULTS, GOOD, NOTE)
    html = page(bob, dataset)

    assert html.index("Anything else?") < html.index('class="dock"') < html.index("How good?")
    keys = re.findall(r'data-key="([^"]+)"', html.split('class="ask-reasons"')[0].split('class="dock-in"')[1])
    assert keys[:10] == ["1", "2", "3", "4", "5", "q", "w", "t", "y", "i"], "a scale never hangs on other digits than its own"


@pytest.mark.parametrize("by_htmx", [True, False])
def test_missing_answer_is_named_and_the_others_are_kept(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample], by_htmx: bool
) -> None:
    ask(session, dataset, ADVICE, FAULTS, NOTE)
    fields = {"a.advice": "Harmful", "a.note": "Odd", "decision": "approve"}
    answer = send(bob, dataset, page(bob, dataset), by_htmx=by_htmx, **fields)

    assert answer.status_code == 422
    assert "“What is wrong?” is not answered yet. Nothing was saved yet." in answer.text
    assert samples[0].state is SampleState.QUEUED
    if not by_htmx:
        assert checked(answer.text) == ["Harmful"]
        assert "Odd</textarea>" in answer.text
        assert re.search(r'has-error" id="a-faults"', answer.text)


def test_reason_alone_is_a_rejection_and_each_panel_has_its_own_words(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    fields = {"flag_comment": "Look?", "reject_comment": "A poem."}
    send(bob, dataset, page(bob, dataset), reason="other", **fields)
    assert (last(session).decision, last(session).reason, last(session).comment) == ("reject", "other", "A poem.")
    send(bob, dataset, page(bob, dataset), decision="flag", **fields)
    assert (last(session).decision, last(session).comment) == ("flag", "Look?")
    send(bob, dataset, page(bob, dataset), decision="approve", **fields)
    assert (last(session).decision, last(session).comment) == ("approve", "")


def test_all_panels_belong_to_one_form(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    html = page(bob, dataset)
    dock = html[html.index('class="dock"') : html.index("data-renew")]

    assert dock.count("<form") == 3, "the answer, a question to a colleague, and the renewal behind the dock"
    outside = dock[dock.index("</form>") :]
    named = re.findall(r"<(?:button|input|textarea|select)\b[^>]*\bname=[^>]*>", outside.split("<form")[0])
    assert named
    assert all('form="answer"' in control for control in named)


def test_questions_of_each_turn_stand_under_it(bob: Browser, session: Session, dataset: Dataset, talk: Sample) -> None:
    ask(session, dataset, EACH)
    html = page(bob, dataset)
    assert re.findall(r'data-turn="(\d)"|id="(a-each-\d)"', html) == [
        ("0", ""), ("1", ""), ("", "a-each-1"), ("2", ""), ("3", ""), ("", "a-each-3"),
    ]  # fmt: skip
    assert html.count('data-own-key="1"') == 1, "the key is printed where it acts"

    refused = send(bob, dataset, html, decision="approve", **{"a.each.1": "Good"})
    assert (refused.status_code, checked(refused.text)) == (422, ["Good"])
    send(bob, dataset, html, decision="approve", **{"a.each.1": "Good", "a.each.3": "Bad"})
    assert last(session).answers == {"each": {"1": "Good", "3": "Bad"}}


def test_answers_come_back_when_taken_back(bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    ask(session, dataset, ADVICE)
    send(bob, dataset, page(bob, dataset), decision="approve", **{"a.advice": "Harmful"})
    bob.post(f"/datasets/{dataset.id}/review/undo", data={})

    assert checked(page(bob, dataset)) == ["Harmful"]


def test_suggestion_is_told_after_the_answer(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    ask(session, dataset, ADVICE)
    line = b'{"id": %d, "question": "advice", "value": "Harmful", "source": "<i>model</i>", "score": 0.83}' % samples[0].id
    suggesting.load(session, dataset, [line])
    html = page(bob, dataset)
    assert "model" not in html.split('id="desk"')[1].split("<aside")[0]
    following = send(bob, dataset, html, by_htmx=True, decision="approve", **{"a.advice": "Right"}).text

    assert "On your last sample a model saw it differently" in following
    assert "&lt;i&gt;model&lt;/i&gt; (83 % sure)" in following
    assert last(session).suggestions_shown is False
    again = bob.htmx(f"/datasets/{dataset.id}/review/undo", "POST", data={"review": str(last(session).id)}).text
    assert "&lt;i&gt;model&lt;/i&gt; says:" in again
    assert checked(again) == ["Right"]
    send(bob, dataset, again, suggested="true", decision="approve", **{"a.advice": "Harmful"})
    assert last(session).suggestions_shown is True
    assert "saw it differently" not in page(bob, dataset)


def test_suggestion_is_seen_at_once_where_the_lead_wants_it(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    ask(session, dataset, ADVICE)
    suggesting.choose(session, dataset, "before")
    suggesting.load(session, dataset, [b'{"id": %d, "question": "advice", "value": "Harmful", "source": "a model"}' % samples[0].id])
    html = page(bob, dataset)

    assert "a model says:" in html
    assert 'name="suggested" value="true"' in html
    assert 'name="suggested"' not in send(bob, dataset, html, by_htmx=True, decision="approve", **{"a.advice": "Right"}).text


@pytest.mark.parametrize("fields", [
    {"a.old": "x"}, {"a.advice": "Nice"}, {"a.advice.7": "Right"}, {"rubric": "999999"}, {"rubric": "x"}, {"asked": "x"},
])  # fmt: skip
def test_nonsense_saves_nothing(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample], fields: dict[str, str]
) -> None:
    ask(session, dataset, ADVICE)

    assert send(bob, dataset, page(bob, dataset), decision="approve", **fields).status_code == 422
    assert samples[0].state is SampleState.QUEUED


def turn(browser: Browser, dataset: Dataset, html: str, operation: str, **fields: Any) -> Any:
    """Press one of the editor's buttons: the whole form goes along, as a browser sends it."""
    values = [*re.findall(r'<input type="hidden"[^>]* name="(slot|layout|piece|role)" value="([^"]*)"', html)]
    sent: dict[str, list[str]] = {name: [] for name in ("piece", "text", "role")}
    for number in (value for name, value in values if name == "piece"):
        text = re.search(rf'<textarea id="text-{number}"[^>]*>\n([^<]*)</textarea>', html)
        role = re.search(rf'<select id="role-{number}".*?value="(\w+)" selected', html, re.DOTALL)
        assert text is not None
        assert role is not None
        sent["piece"].append(number)
        sent["text"].append(text[1].replace("\n", "\r\n"))
        sent["role"].append(role[1])
    kept = {name: value for name, value in values if name in ("slot", "layout")}
    if operation:
        return browser.post(f"/datasets/{dataset.id}/review/turns", data={**kept, **sent, "operation": operation, **fields})
    return send(browser, dataset, html, decision="approve", layout=kept["layout"], **sent, **fields)


def test_turns_are_split_added_removed_and_put_back_without_script(
    bob: Browser, session: Session, dataset: Dataset, talk: Sample
) -> None:
    html = page(bob, dataset, "?edit=1")
    assert 'name="layout" value="0,1,2,3"' in html
    split = turn(bob, dataset, html, "split.1")
    assert (split.status_code, 'value="0,1,+,2,3"' in split.text) == (200, True)
    removed = turn(bob, dataset, split.text, "remove.3").text
    assert "<del>Why?</del>" in removed
    restored = turn(bob, dataset, removed, "restore.2").text
    assert 'value="0,1,+,2,3"' in restored
    refused = turn(bob, dataset, restored, "")
    assert refused.status_code == 422
    assert "two turns one after the other" in refused.text
    assert 'value="0,1,+,2,3"' in refused.text, "nothing of it is lost"

    merged = turn(bob, dataset, turn(bob, dataset, refused.text, "remove.3").text.replace("Human: And", "And"), "show").text
    merged = re.sub(r'(<select id="role-2".*?)value="assistant" selected', r'\1value="assistant"', merged, flags=re.DOTALL)
    merged = re.sub(r'(<select id="role-2".*?)value="user"', r'\1value="user" selected', merged, count=1, flags=re.DOTALL)
    assert turn(bob, dataset, merged, "").status_code == 303
    revision = session.scalars(select(Revision)).one()
    assert revision.content["messages"] == [
        {"role": "user", "content": "Hello?"},
        {"role": "assistant", "content": "Hi.", "weight": 1},
        {"role": "user", "content": "And then?"},
        {"role": "assistant", "content": "So."},
    ]
    session.refresh(talk)
    assert talk.content == TALK


def test_turns_left_as_they_were_are_no_edit(bob: Browser, session: Session, dataset: Dataset, talk: Sample) -> None:
    split = turn(bob, dataset, page(bob, dataset, "?edit=1"), "split.1", cursor="4").text
    back = turn(bob, dataset, split, "reset").text
    assert 'name="layout" value="0,1,2,3"' in back
    assert turn(bob, dataset, back, "").status_code == 303
    assert session.scalars(select(Revision)).all() == []


def test_turns_come_back_when_the_answer_is_taken_back(bob: Browser, dataset: Dataset, talk: Sample) -> None:
    html = turn(bob, dataset, page(bob, dataset, "?edit=1"), "remove.3").text
    html = turn(bob, dataset, html, "remove.2").text
    assert turn(bob, dataset, html, "").status_code == 303
    bob.post(f"/datasets/{dataset.id}/review/undo", data={})

    assert "You had edited this." in page(bob, dataset)
    assert 'name="layout" value="0,1"' in page(bob, dataset, "?edit=answer")


@pytest.mark.parametrize(("operation", "fields"), [
    ("split.3", {}), ("merge.3", {}), ("remove.9", {}), ("restore.0", {}), ("split.1", {"layout": "3,1"}), ("split.1", {"layout": "x"}),
])  # fmt: skip
def test_turns_that_cannot_be_changed_so(
    bob: Browser, dataset: Dataset, talk: Sample, operation: str, fields: dict[str, str]
) -> None:
    assert turn(bob, dataset, page(bob, dataset, "?edit=1"), operation, **fields).status_code == 422


def test_only_a_conversation_has_turns(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    html = page(bob, dataset, "?edit=1")

    assert 'name="operation"' not in html
    slot = re.search(r'name="slot" value="(\d+)"', html)
    assert slot is not None
    answer = bob.post(f"/datasets/{dataset.id}/review/turns", data={"slot": slot[1], "operation": "add.0"})
    assert answer.status_code == 422


def test_difference_of_a_turn_that_moved_is_against_its_original(bob: Browser, dataset: Dataset, talk: Sample) -> None:
    slot = re.search(r'name="slot" value="(\d+)"', page(bob, dataset))
    assert slot is not None
    data = {"slot": slot[1], "layout": "0,1,+,3", "piece": ["2", "3"], "text": ["New.", "So it is."], "role": ["user", "assistant"]}

    assert "<ins>New.</ins>" in bob.htmx(f"/datasets/{dataset.id}/review/difference?of=2", "POST", data=data).text
    assert "<del>So.</del>" in bob.htmx(f"/datasets/{dataset.id}/review/difference?of=3", "POST", data=data).text


def test_words_can_be_marked_in_the_plain_text(bob: Browser, session: Session, dataset: Dataset) -> None:
    content = {"prompt": "**Why?**", "response": "a\u200b\u200bb <script>"}
    factories.make_samples(session, factories.make_corpus(session, dataset), [content], state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    ask(session, dataset, MARKS)
    html = page(bob, dataset)

    assert 'data-words="[&#34;response&#34;]">a<span class="unseen" data-length="2">2 × zero width space</span>b &lt;script&gt;' in html
    assert 'data-words="[&#34;prompt&#34;]">**Why?**' in html
