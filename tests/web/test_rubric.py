"""The page of questions: leads write them without any script, experts read them, Charlie sees nothing."""

import re
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.curation.rubric import kinds, loaded
from app.models import Dataset
from app.services import rubrics, suggesting
from tests import factories
from tests.conftest import Browser

FIELDS: dict[str, dict[str, str]] = {
    "claims": {},
    "single": {"options": "Right\r\nSmall error, if any\r\nHarmful"},
    "multi": {"options": "A fact\nThe tone", "at_most": "1"},
    "rating": {"low": "1", "high": "7", "low_name": "bad", "high_name": "good"},
    "ranking": {"options": "A\nB\nC"},
    "span": {"options": "Wrong\nPersonal"},
    "text": {"longest": "300"},
    "preference": {"first": "A", "second": "B", "equal": "on"},
}


def base(dataset: Dataset) -> str:
    return f"/datasets/{dataset.id}/quality/rubric"


def version(session: Session, dataset: Dataset) -> int:
    newest = rubrics.current(session, dataset)
    return newest.version if newest else 0


def add(browser: Browser, dataset: Dataset, kind: str, **fields: str) -> Any:
    based_on = str(version(browser.session, dataset))
    data = {"title": "Is it right?", "required": "on", "based_on": based_on, **FIELDS[kind], **fields}
    return browser.post(f"{base(dataset)}?kind={kind}", data=data)


def stored(session: Session, dataset: Dataset) -> list[dict[str, Any]]:
    newest = rubrics.current(session, dataset)
    return newest.questions if newest else []


def test_every_kind_has_fields() -> None:
    assert FIELDS.keys() == kinds().keys()


@pytest.mark.parametrize("kind", FIELDS)
def test_each_kind_is_added_shown_changed_and_removed(lena: Browser, session: Session, dataset: Dataset, kind: str) -> None:
    assert kinds()[kind].name in lena.get(f"{base(dataset)}/new?kind={kind}").text
    answer = add(lena, dataset, kind)
    assert (answer.status_code, answer.headers["Location"]) == (303, base(dataset))
    question, = stored(session, dataset)
    assert (question["kind"], question["key"], question["required"], question["on_reject"]) == (kind, "is_it_right", True, False)

    page = lena.get(base(dataset)).text
    assert page.count("Is it right?") >= 2, "in the list and in the preview"
    form = lena.get(f"{base(dataset)}/questions/is_it_right").text
    sent = dict(re.findall(r'<input class="input[^>]* name="(\w+)"[^>]* value="([^"]*)"', form))
    sent |= {name: text.strip() for name, text in re.findall(r'<textarea id="(\w+)"[^>]*>\n([^<]*)</textarea>', form)}
    sent |= dict.fromkeys(re.findall(r'type="checkbox" name="(\w+)" value="on" checked', form), "on")
    sent |= {"based_on": "1", "when": "", "per_turn": ""} if "per_turn" in question else {"based_on": "1", "when": ""}
    same = lena.post(f"{base(dataset)}/questions/is_it_right", data=sent)
    assert (same.status_code, version(session, dataset)) == (303, 1), "the form sends back what it was given"
    changed = lena.post(f"{base(dataset)}/questions/is_it_right", data=sent | {"title": "Right?"})
    assert (changed.status_code, version(session, dataset)) == (303, 2)
    assert stored(session, dataset)[0] == question | {"title": "Right?"}

    assert lena.post(f"{base(dataset)}/questions/is_it_right/remove", data={"based_on": "2"}).status_code == 303
    assert stored(session, dataset) == []


@pytest.mark.parametrize(("kind", "fields", "sentence"), [
    ("single", {"title": " "}, "Use 1 characters or more"),
    ("single", {"options": "One"}, "Write at least two"),
    ("single", {"options": "One\none"}, "Two of them are the same"),
    ("rating", {"low": "7", "high": "2"}, "The highest must be more than the lowest"),
    ("rating", {"high": "many"}, "Enter a whole number"),
    ("text", {"longest": "1"}, "Enter 10 or more"),
    ("preference", {"when": "nothing", "when_is": "x"}, "waits for a question that is not above it"),
])  # fmt: skip
def test_what_cannot_be_asked_is_told_at_its_field(
    lena: Browser, session: Session, dataset: Dataset, kind: str, fields: dict[str, str], sentence: str
) -> None:
    answer = add(lena, dataset, kind, **fields)

    assert answer.status_code == 422
    assert sentence in answer.text
    if "title" not in fields:
        assert 'value="Is it right?"' in answer.text, "what was typed is still there"
    assert stored(session, dataset) == []


def test_conditions_and_order(lena: Browser, session: Session, dataset: Dataset) -> None:
    add(lena, dataset, "single")
    add(lena, dataset, "text", title="Why?", when="is_it_right", when_is="Harmful")
    assert "Only if “Is it right?” is Harmful." in lena.get(base(dataset)).text

    refused = lena.post(f"{base(dataset)}/questions/why/move", data={"by": "-1", "based_on": "2"})
    assert (refused.status_code, "not above it" in refused.text) == (422, True)
    refused = lena.post(f"{base(dataset)}/questions/is_it_right/remove", data={"based_on": "2"})
    assert (refused.status_code, "Change that one first" in refused.text) == (422, True)
    add(lena, dataset, "rating", title="How good?")
    assert lena.post(f"{base(dataset)}/questions/how_good/move", data={"by": "-1", "based_on": "3"}).status_code == 303
    assert [one["key"] for one in stored(session, dataset)] == ["is_it_right", "how_good", "why"]


def test_who_was_slower_is_told(lena: Browser, dora: Browser, session: Session, dataset: Dataset) -> None:
    add(lena, dataset, "single")
    answer = add(dora, dataset, "text", based_on="0")

    assert answer.status_code == 409
    assert "Somebody has changed the questions" in answer.text
    assert len(stored(session, dataset)) == 1


def test_ready_made_set(lena: Browser, session: Session, dataset: Dataset) -> None:
    assert lena.post(f"{base(dataset)}/start", data={"name": "advice", "based_on": "0"}).status_code == 303
    assert [one["key"] for one in stored(session, dataset)] == ["advice", "source", "faults"]
    assert lena.post(f"{base(dataset)}/start", data={"name": "x", "based_on": "1"}).status_code == 404


def test_older_version_can_be_read_only(lena: Browser, dataset: Dataset) -> None:
    add(lena, dataset, "single", title="First words?")
    add(lena, dataset, "text", title="Second words?")
    page = lena.get(f"{base(dataset)}?version=1").text

    assert "This is version 1" in page
    assert "Second words?" not in page
    assert "Remove" not in page
    assert lena.get(f"{base(dataset)}?version=7").status_code == 404


def test_expert_reads_but_does_not_change(bob: Browser, lena: Browser, dataset: Dataset) -> None:
    add(lena, dataset, "single")
    page = bob.get(base(dataset)).text

    assert "Is it right?" in page
    assert "Add a question" not in page
    assert "What a model suggests" not in page
    assert add(bob, dataset, "text").status_code == 403


def test_charlie_is_told_nothing(charlie: Browser, lena: Browser, dataset: Dataset) -> None:
    add(lena, dataset, "single")

    answer = charlie.get(base(dataset))
    assert (answer.status_code, "Is it right?" in answer.text) == (404, False)
    assert add(charlie, dataset, "text").status_code == 404


def test_lead_chooses_when_suggestions_are_seen(lena: Browser, session: Session, dataset: Dataset) -> None:
    assert lena.post(f"{base(dataset)}/suggestions", data={"moment": "half"}).status_code == 303
    session.refresh(dataset)
    assert suggesting.moment(dataset) == "half"
    assert lena.post(f"{base(dataset)}/suggestions", data={"moment": "never"}).status_code == 422


def test_lead_sees_whether_suggestions_steer(lena: Browser, session: Session, dataset: Dataset) -> None:
    rubrics.save(session, dataset, lena.user, loaded([{"kind": "rating", "key": "good", "title": "How good?"}]), 0)
    samples = factories.make_samples(session, factories.make_corpus(session, dataset), 8)
    suggesting.load(session, dataset, [b'{"id": %d, "question": "good", "value": 4, "source": "a model"}' % one.id for one in samples])
    for number, sample in enumerate(samples):
        shown = number < 6
        factories.make_review(session, sample, factories.make_user(session), answers={"good": 4 if shown else 2}, suggestions_shown=shown)
    page = lena.get(base(dataset)).text

    assert "6 of 6; 61 to 100 %" in page
    assert "0 of 2; 0 to 66 %" in page
    assert "+100 points" in page
    assert "it steers them" in page
