"""A mapping turns any columns into samples."""

import pytest

from app.curation.sample import Form, Json, Source
from app.curation.shapes import Mapping, Unfit

SOURCE = Source("a.csv", 0)


def test_columns_become_parts_and_the_rest_metadata() -> None:
    mapping = Mapping(Form.INSTRUCTION, {"prompt": "col a", "context": "col b", "response": "col c"})
    sample = mapping.to_sample({"col a": "Q", "col b": "", "col c": "A", "id": "7"}, SOURCE)
    assert sample.content == {"prompt": "Q", "response": "A"}
    assert sample.metadata["id"] == "7"


@pytest.mark.parametrize(("column", "text"), [("n", "42"), ("f", "0.5"), ("x.0.y", "deep"), ("x.y", "its own name")])
def test_numbers_and_nested_values(column: str, text: str) -> None:
    record: Json = {"n": 42, "f": 0.5, "x": [{"y": "deep"}], "x.y": "its own name"}
    assert Mapping(Form.TEXT, {"text": column}).to_sample(record, SOURCE).content == {"text": text}


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({}, "missing_field"),
        ({"t": None}, "null_text"),
        ({"t": [1]}, "wrong_type"),
        ({"t": True}, "wrong_type"),
        ({"t": " "}, "empty_record"),
    ],
)
def test_refusals(record: Json, code: str) -> None:
    with pytest.raises(Unfit) as refused:
        Mapping(Form.TEXT, {"text": "t"}).to_sample(record, SOURCE)
    assert refused.value.code == code


def test_a_chat_column_in_either_spelling() -> None:
    mapping = Mapping(Form.CHAT, {"messages": "dialogue"})
    for turn in ({"role": "user", "content": "Hi"}, {"from": "human", "value": "Hi"}):
        assert mapping.to_sample({"dialogue": [turn]}, SOURCE).content == {
            "messages": [{"role": "user", "content": "Hi"}]
        }


def test_a_preference_of_three_columns() -> None:
    mapping = Mapping(Form.PREFERENCE, {"prompt": "p", "chosen": "c", "rejected": "r", "system": "s"})
    content = mapping.to_sample({"p": "Q", "c": "A", "r": "B", "s": "S"}, SOURCE).content
    messages = [{"role": "system", "content": "S"}, {"role": "user", "content": "Q"}]
    assert content == {"messages": messages, "chosen": "A", "rejected": "B"}


@pytest.mark.parametrize(("fields", "said"), [({"prompt": "a"}, "response"), ({"text": "a"}, "no part “text”")])
def test_a_mapping_that_makes_no_sense_is_refused(fields: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Mapping(Form.INSTRUCTION, fields)
