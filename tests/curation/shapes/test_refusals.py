"""A record that cannot be used says why, with a stable code and the field's name."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.curation.sample import Form, Json, Sample, Source
from app.curation.shapes import Unfit, known, restore, understand

SOURCE = Source("a.jsonl", 0)
ASKED = {"role": "user", "content": "a"}
ANSWERED = {"role": "assistant", "content": "b"}
CASES: list[tuple[Json, str, str]] = [
    ({"text": None}, "null_text", "text"),
    ({"text": 5}, "wrong_type", "a number"),
    ({"text": " \n"}, "empty_record", ""),
    ({"prompt": "", "response": "\t"}, "empty_record", ""),
    ({"prompt": "p", "response": None, "text": "t"}, "null_text", "response"),
    ({"instruction": "a", "input": 5, "output": "b"}, "wrong_type", "input"),
    ({"instruction": "a", "output": "b", "history": [["only one"]]}, "wrong_type", "history"),
    ({"messages": None}, "null_text", "messages"),
    ({"messages": "hello"}, "wrong_type", "messages"),
    ({"messages": []}, "empty_record", ""),
    ({"messages": ["hi"]}, "wrong_type", "messages[0]"),
    ({"messages": [{"content": "x"}]}, "missing_field", "role"),
    ({"messages": [{"role": "user"}]}, "missing_field", "content"),
    ({"messages": [{"role": "user", "content": None}]}, "null_text", "content"),
    ({"messages": [{"role": "user", "content": 1}]}, "wrong_type", "content"),
    ({"messages": [{"role": "user", "content": ["x"]}]}, "wrong_type", "content"),
    ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "missing_field", "text"),
    ({"messages": [{"role": "user", "content": [{"type": "text", "text": None}]}]}, "null_text", "text"),
    ({"messages": [{"role": None, "content": "x"}]}, "null_text", "role"),
    ({"conversations": [{"from": "human", "value": "x", "role": "user"}]}, "ambiguous_fields", "conversations[0]"),
    ({"chosen": "a", "rejected": None}, "null_text", "rejected"),
    ({"chosen": [ASKED, ANSWERED], "rejected": [ANSWERED]}, "diverging_turns", "2"),
    ({"chosen": [ASKED, ANSWERED], "rejected": [ANSWERED, ANSWERED]}, "diverging_turns", "2"),
    ({"prompt": [{"role": "user", "content": "q"}], "chosen": [], "rejected": []}, "diverging_turns", "0"),
    ({"a": 1, "b": 2}, "no_shape", "“a”, “b”"),
    ({}, "no_shape", "none"),
]  # fmt: skip


@pytest.mark.parametrize(("record", "code", "mentioned"), CASES)
def test_refusal(record: Json, code: str, mentioned: str) -> None:
    with pytest.raises(Unfit) as refused:
        understand(record, SOURCE)
    assert refused.value.code == code
    assert mentioned in refused.value.message


def test_a_gap_in_the_usual_shape_is_named() -> None:
    with pytest.raises(Unfit, match="“output” is missing"):
        understand({"instruction": "i", "input": ""}, SOURCE, known()["alpaca"])


def test_an_empty_answer_is_not_refused() -> None:
    assert understand({"instruction": "Say nothing.", "output": ""}, SOURCE).content["response"] == ""


@pytest.mark.parametrize("name", [name for name in known() if name != "plain_text"])
def test_a_text_is_written_as_no_other_shape(name: str) -> None:
    with pytest.raises(Unfit) as refused:
        known()[name].from_sample(Sample(Form.TEXT, {"text": "T"}, SOURCE))
    assert refused.value.code == "wrong_form"


def test_a_sample_from_elsewhere_has_nothing_to_restore() -> None:
    with pytest.raises(Unfit):
        restore(Sample(Form.TEXT, {"text": "T"}, SOURCE))


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=3) | st.sampled_from(["user", "text", "human"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["role", "content", "from", "value", "type", "text", "tool_calls"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
FIELDS = (
    "messages conversations prompt completion chosen rejected text instruction output input question answer system "
    "history tools id"
)
keys = st.sampled_from(FIELDS.split())


@given(st.dictionaries(keys, values, max_size=5))
def test_any_record_is_read_or_refused_and_comes_back(record: Json) -> None:
    try:
        sample = understand(record, SOURCE)
    except Unfit:
        return
    assert restore(sample) == record
