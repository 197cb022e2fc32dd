"""What every kind of question promises, whatever it asks."""

from typing import Any, NamedTuple

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.rubric import Given, Question, Refused, kinds, loaded
from app.curation.sample import Form, Json, Turn, turns

CHAT: Json = {
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "May I fly with a cold? 🤧"},
        {"role": "assistant", "content": "Yes, but your ears may hurt."},
        {"role": "user", "content": "And with a fever?"},
        {"role": "assistant", "content": "Stay at home."},
    ]
}
SAMPLE: list[Turn] = list(turns(Form.CHAT, CHAT))
OPTIONS = ("Right", "Small error", "Harmful")


def span(turn: int, start: int, end: int, label: str = "Right") -> Json:
    return {"path": ["messages", turn, "content"], "start": start, "end": end, "label": label}


class Case(NamedTuple):
    """A question of one kind, what a form sends for it and what that is as an answer, and what must be refused."""

    fields: Json
    given: Given
    answer: Any
    refused: list[Any]
    answers: st.SearchStrategy[Any]


_SPANS = st.lists(
    st.tuples(st.sampled_from([2, 4]), st.integers(0, 5), st.integers(6, 13), st.sampled_from(OPTIONS)), max_size=4
).map(lambda found: [span(*one) for one in found])
_RANKED = st.permutations(OPTIONS).flatmap(
    lambda order: st.sampled_from([[[one] for one in order], [[order[0]], [*order[1:]]], [[*order[:2]], [order[2]]]])
)

CASES: dict[str, Case] = {
    "single": Case({"options": OPTIONS}, {"": ["Harmful"]}, "Harmful", ["Wrong", 3, ["Right"]], st.sampled_from(OPTIONS)),
    "multi": Case(
        {"options": OPTIONS, "at_most": 2},
        {"": ["Harmful", "Right"]},
        ["Right", "Harmful"],
        ["Right", ["Wrong"], list(OPTIONS), [1]],
        st.lists(st.sampled_from(OPTIONS), max_size=2),
    ),
    "rating": Case({"low": 1, "high": 7}, {"": ["5"]}, 5, [0, 8, "five", 2.5, True], st.integers(1, 7)),
    "ranking": Case(
        {"options": OPTIONS},
        {"0": ["4"], "1": ["1"], "2": ["4"]},
        [["Small error"], ["Right", "Harmful"]],
        ["Right", [["Right"]], [["Right", "Right"], ["Small error", "Harmful"]], [["Right"], [], ["Harmful", "Small error"]]],
        _RANKED,
    ),
    "span": Case(
        {"options": OPTIONS},
        {"": [orjson.dumps([span(4, 0, 4)]).decode()], "2": ["ears may hurt\r\n"]},
        [span(2, 14, 27, "Harmful"), span(4, 0, 4)],
        [
            "Stay",
            [span(9, 0, 4)],
            [span(4, 0, 99)],
            [span(4, 3, 3)],
            [span(4, 0, 4, "Nice")],
            [{"quote": "no such words", "label": "Right"}],
            [span(4, 0, 1) | {"start": True}],
            ["words"],
        ],
        _SPANS,
    ),
    "text": Case({"longest": 20}, {"": [" Ask a nurse. \r\n"]}, "Ask a nurse.", ["", " \n", 5, "x" * 21, "a\0b"], st.text("ab c", min_size=1).map(lambda text: f"x{text}"[:20])),
    "claims": Case(
        {},
        {"0": ["supported"], "7": [""]},
        [span(4, 0, 13, "supported")],
        [
            "supported",
            [{"claim": 1, "label": "supported"}],
            [{"claim": 0, "label": "Right"}],
            [span(4, 0, 12, "supported")],
            [span(2, 0, 13, "supported")],
            [{"claim": True, "label": "supported"}],
            [span(4, 0, 13, "supported"), {"claim": 0, "label": "contradicted"}],
            [[]],
        ],
        st.sampled_from(["supported", "contradicted", "not_in_source"]).map(lambda label: [span(4, 0, 13, label)]),
    ),
    "preference": Case({}, {"": ["both_bad"]}, "both_bad", ["neither", 1, None], st.sampled_from(["first", "second", "equal", "both_bad"])),
}  # fmt: skip
TURNWISE = ["single", "multi", "rating"]


def made(kind: str, **fields: Any) -> Question:
    return loaded([{"kind": kind, "key": "asked", "title": "Is it right?", **CASES[kind].fields, **fields}])[0]


def test_every_kind_has_a_case() -> None:
    assert CASES.keys() == kinds().keys()


@pytest.mark.parametrize("kind", CASES)
def test_stored_question_is_the_same_question(kind: str) -> None:
    question = made(kind)

    assert loaded([orjson.loads(orjson.dumps(question.dumped()))]) == (question,)
    assert question.dumped()["kind"] == kind
    assert kinds()[kind].name


@pytest.mark.parametrize("kind", CASES)
def test_what_a_form_sends_becomes_one_answer(kind: str) -> None:
    question, case = made(kind), CASES[kind]
    answer = question.check(question.typed(case.given), SAMPLE)

    assert answer == case.answer
    assert question.check(answer, SAMPLE) == answer, "a stored answer is checked again without a change"
    assert orjson.loads(orjson.dumps(answer)) == answer, "JSON keeps it as it is"
    assert not question.missing(answer, SAMPLE)
    assert question.words(answer)


@pytest.mark.parametrize("kind", CASES)
def test_nothing_sent_is_no_answer(kind: str) -> None:
    question = made(kind)

    for given_ in ({}, {"": [""]}, {"": []}, {"0": [""], "1": [" "]}):
        assert question.typed(given_) is None
    assert question.missing(None, SAMPLE)


@pytest.mark.parametrize(("kind", "answer"), [(kind, answer) for kind, case in CASES.items() for answer in case.refused])
def test_what_cannot_be_an_answer_is_refused_in_words(kind: str, answer: Any) -> None:
    with pytest.raises(Refused) as refusal:
        made(kind).check(answer, SAMPLE)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("kind", CASES)
@given(data=st.data())
def test_anything_at_all_is_an_answer_or_refused(kind: str, data: st.DataObject) -> None:
    junk = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(OPTIONS),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    )
    question, answer = made(kind), data.draw(junk)
    try:
        stored = question.check(answer, SAMPLE)
    except Refused:
        return
    assert question.check(stored, SAMPLE) == stored
    assert set(question.says(stored)) <= set(question.choices)


@pytest.mark.parametrize("kind", CASES)
@given(data=st.data())
def test_no_form_breaks_it(kind: str, data: st.DataObject) -> None:
    names, texts = st.sampled_from(["", "0", "1", "2", "4", "x"]), st.sampled_from(["Right", "3", "[", "{}", '["a"]', "null"])
    sent = data.draw(st.dictionaries(names, st.lists(texts | st.text(max_size=4), max_size=3)))
    made(kind).typed(sent)


@pytest.mark.parametrize("kind", CASES)
@given(data=st.data())
def test_distance_is_one(kind: str, data: st.DataObject) -> None:
    question, case = made(kind), CASES[kind]
    one, other = (question.check(data.draw(case.answers), SAMPLE) for _ in range(2))
    apart = question.distance(one, other)

    assert 0 <= apart <= 1
    assert apart == question.distance(other, one)
    assert question.distance(one, one) == 0
    if kind != "span":  # two stretches that touch mark the same characters as one
        assert (apart == 0) == (one == other)


@pytest.mark.parametrize("kind", TURNWISE)
@given(data=st.data())
def test_asked_of_each_turn(kind: str, data: st.DataObject) -> None:
    question, one = made(kind, per_turn="assistant"), CASES[kind].answers
    given_ = {number: made(kind).check(data.draw(one), SAMPLE) for number in ("2", "4")}

    stored = question.check(given_, SAMPLE)
    assert stored == given_
    assert question.missing({"2": given_["2"]}, SAMPLE)
    assert question.missing(None, SAMPLE)
    assert question.distance(stored, stored) == 0
    assert question.distance(stored, {"2": given_["2"]}) == 0.5
    assert question.choices == ()
    assert "turn 3" in question.words(stored)
    with pytest.raises(Refused):
        question.check({"3": given_["2"]}, SAMPLE)


@pytest.mark.parametrize("kind", TURNWISE)
def test_nothing_is_missing_where_no_turn_is_asked_about(kind: str) -> None:
    assert not made(kind, per_turn="tool").missing(None, SAMPLE)
