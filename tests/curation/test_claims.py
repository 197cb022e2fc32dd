"""Sentences as claims, and the words of a passage that speak of the same."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.claims import best, claims, sentences
from app.curation.rubric import Refused, loaded
from app.curation.sample import Form, turns

PASSAGE = (
    "Amoxicillin is a penicillin antibiotic. The usual adult dose is 500 mg three times a day for 7 days. "
    "Do not take it if you are allergic to penicillin. Side effects include nausea. Children take less."
)


def cut(text: str) -> list[str]:
    return [text[slice(*span)] for span in sentences(text)]


@pytest.mark.parametrize(("text", "found"), [
    ("Dr. Smith gave 5 mg, e.g. to adults. It works!", ["Dr. Smith gave 5 mg, e.g. to adults.", "It works!"]),
    ("The answer is no. It was 5. Then it ended.", ["The answer is no.", "It was 5.", "Then it ended."]),
    ("See Fig. 3 and no. 4. “Why?” he asked.", ["See Fig. 3 and no. 4.", "“Why?” he asked."]),
    ("1. Rest.\n2. Drink water\n- Sleep", ["Rest.", "Drink water", "Sleep"]),
    ("| Dose | Time |\n|---|---|\n| 5.5 mg | night |", ["Dose | Time", "5.5 mg | night"]),
    ("这是药。它有效！你好", ["这是药。", "它有效！", "你好"]),
    ("Er nahm z. B. Wasser. Dann schlief er.", ["Er nahm z. B. Wasser.", "Dann schlief er."]),
    ("***\n\n ... \n", []),
])  # fmt: skip
def test_sentences_as_a_reader_sees_them(text: str, found: list[str]) -> None:
    assert cut(text) == found


@given(st.text(alphabet="aB. \n1-|*!?\"。é", max_size=80))
def test_sentences_lie_in_order_and_lose_no_word(text: str) -> None:
    spans = sentences(text)

    assert all(0 <= first < last <= len(text) for first, last in spans)
    assert spans == sorted(spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    letters = [at for at, sign in enumerate(text) if sign.isalpha()]
    assert all(any(first <= at < last for first, last in spans) for at in letters)


@pytest.mark.parametrize(("claim", "found"), [
    ("Adults usually take 500 mg three times daily.", ["The usual adult dose is 500 mg three times a day for 7 days."]),
    ("The moon is made of cheese.", []),
    ("Nausea is a side effect.", ["Side effects include nausea."]),
    ("", []),
])  # fmt: skip
def test_words_of_the_passage_that_a_claim_rests_on(claim: str, found: list[str]) -> None:
    assert [PASSAGE[slice(*span)] for span in best(PASSAGE, claim)] == found


def test_claim_of_two_sentences_finds_both() -> None:
    found = [PASSAGE[slice(*span)] for span in best(PASSAGE, "Who is allergic to penicillin gets none; children take less.")]

    assert "Do not take it if you are allergic to penicillin." in found
    assert "Children take less." in found


def test_claims_are_those_of_the_better_the_last_or_the_only_text() -> None:
    chat = {"messages": [{"role": "assistant", "content": "Old."}, {"role": "user", "content": "So?"}, {"role": "assistant", "content": "New. Short."}]}
    pair = {"messages": [{"role": "user", "content": "So?"}], "chosen": "Good.", "rejected": "Bad."}

    assert [one.text for one in claims(list(turns(Form.CHAT, chat)))] == ["New.", "Short."]
    assert [one.text for one in claims(list(turns(Form.PREFERENCE, pair)))] == ["Good."]
    assert [one.text for one in claims(list(turns(Form.TEXT, {"text": "One. Two."})))] == ["One.", "Two."]
    assert claims([]) == []


def test_every_sentence_is_needed_and_each_is_compared() -> None:
    [question] = loaded([{"kind": "claims", "key": "said", "title": "Is it so?"}])
    sample = list(turns(Form.INSTRUCTION, {"prompt": "Dose?", "response": "Take 500 mg. Three times a day."}))
    one = question.check(question.typed({"0": ["supported"], "1": ["not_in_source"]}), sample)
    other = question.check([{"claim": 1, "label": "contradicted"}, {"claim": 0, "label": "supported"}], sample)

    assert [(found["start"], found["end"]) for found in one] == [(0, 12), (13, 31)]
    assert question.distance(one, other) == 0.5
    assert question.distance(one, one[:1]) == 0.5
    assert question.missing(one[:1], sample)
    assert not question.missing(one, sample)
    assert not question.missing(None, list(turns(Form.INSTRUCTION, {"prompt": "Dose?", "response": ""})))
    assert question.words(one) == "1 × supported, 1 × not in the source"
    with pytest.raises(Refused):
        question.check(one, list(turns(Form.INSTRUCTION, {"prompt": "Dose?", "response": "Something else."})))
