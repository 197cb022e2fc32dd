"""Whatever a shape reads it can write again, to the letter, unknown fields and odd spellings included."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.curation.sample import Form, Json, Sample, Source
from app.curation.shapes import known, restore, understand

SOURCE = Source("a.jsonl", 7, 8, 900)
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
words = text.filter(str.strip)
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | text
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(text, inner, max_size=2), max_leaves=4
)
RESERVED = (
    "messages conversations conversation chosen rejected prompt completion response instruction input context output "
    "system system_prompt history question answer query text content body document Instruction Output Response "
    "Question Answer QUESTION ANSWER q a Q A role from value tool_calls function_call"
)
names = st.sampled_from(["id", "source", "tools", "_shape", "weight"]) | text.filter(
    lambda name: name not in RESERVED.split()
)
extra = st.dictionaries(names, anything, max_size=3)


def records(
    required: dict[str, st.SearchStrategy[object]], optional: dict[str, st.SearchStrategy[object]] | None = None
):
    """Records with these fields and any others that no shape looks at."""
    fields = st.fixed_dictionaries(required, optional=optional or {})
    return st.tuples(fields, extra).map(lambda pair: pair[1] | pair[0])


def message(role: str, content: str, roles: list[str], body: st.SearchStrategy[object] = words):
    return st.tuples(extra, st.fixed_dictionaries({role: st.sampled_from(roles), content: body})).map(
        lambda pair: pair[1] | pair[0]
    )


OPENAI_ROLES = ["system", "user", "assistant", "tool", "human", "critic"]
SHAREGPT_ROLES = ["human", "user", "gpt", "assistant", "system", "function_call", "observation", "tool", "narrator"]
part = st.fixed_dictionaries({"type": st.just("text"), "text": words}) | st.fixed_dictionaries(
    {"type": st.just("image_url"), "image_url": anything}
)
value_part = st.fixed_dictionaries({"type": st.sampled_from(["text", "reasoning"]), "value": words})
call = st.fixed_dictionaries(
    {"role": st.just("assistant"), "tool_calls": st.lists(st.dictionaries(text, anything), min_size=1, max_size=2)},
    optional={"content": st.none()},
)
openai = message("role", "content", OPENAI_ROLES)
parts = message("role", "content", OPENAI_ROLES, st.lists(part, min_size=1, max_size=2))
value_parts = message("role", "content", OPENAI_ROLES, st.lists(value_part, min_size=1, max_size=2))
sharegpt = message("from", "value", SHAREGPT_ROLES)
chats = st.lists(openai | parts | call, min_size=1, max_size=4) | st.lists(value_parts, min_size=1, max_size=3)
from_values = st.lists(sharegpt, min_size=1, max_size=4)
optional_text = st.none() | text
pairs = st.lists(st.lists(text, min_size=2, max_size=2), max_size=2)


def alike(role: str, content: str, before: list[str]):
    """Two whole conversations that differ in their last message."""
    turn = message(role, content, before)
    return st.tuples(st.lists(turn, min_size=1, max_size=3), turn, turn).map(
        lambda drawn: {"chosen": [*drawn[0], drawn[1]], "rejected": [*drawn[0], drawn[2]]}
    )


def _no_value_parts(record: Json) -> bool:
    contents = [turn.get("content") for turn in record["prompt"]]
    return not any("value" in piece for content in contents if isinstance(content, list) for piece in content)


SHAPES: dict[str, st.SearchStrategy[Json]] = {
    "openai_messages": records({"messages": chats}),
    "sharegpt": records({"conversations": from_values}, {"system": optional_text})
    | records({"conversation": chats}, {"system": optional_text})
    | records({"messages": from_values}),
    "alpaca": records(
        {"instruction": words, "output": text}, {"input": optional_text, "system": optional_text, "history": pairs}
    )
    | records({"instruction": text, "response": words}, {"context": optional_text, "system_prompt": text})
    | records({"Instruction": words, "Output": text, "Input": text}),
    "prompt_completion": records({"prompt": words, "completion": text}, {"system": optional_text})
    | records({"prompt": text, "response": words})
    | records({"prompt": chats, "completion": st.lists(openai, max_size=2)}).filter(_no_value_parts),
    "question_answer": records({"question": words, "answer": text})
    | records({"query": text, "response": words})
    | records({"Question": words, "Answer": text})
    | records({"q": words, "a": text})
    | records({"question": words, "response": text, "system_prompt": text})
    | records({"question": words, "answer": text}, {"question_text": optional_text, "answer_html": text})
    | records({"question": words, "answer_html": text}),
    "preference": records({"prompt": text, "chosen": words, "rejected": text}, {"system": optional_text})
    | records({"instruction": words, "chosen": words, "rejected": text}, {"input": optional_text})
    | records({"question": text, "chosen": words, "rejected": text})
    | records({"chosen": words, "rejected": text})
    | records({"conversations": from_values, "chosen": sharegpt, "rejected": sharegpt}, {"system": optional_text})
    | records({"prompt": st.lists(openai, min_size=1, max_size=3), "chosen": st.lists(openai, min_size=1, max_size=1),
               "rejected": st.lists(openai, min_size=1, max_size=1)})
    | st.tuples(records({}, {"prompt": text}), alike("role", "content", OPENAI_ROLES)).map(lambda two: two[0] | two[1])
    | st.tuples(records({}), alike("from", "value", SHAREGPT_ROLES)).map(lambda two: two[0] | two[1]),
    "plain_text": records({"text": words}) | records({"content": words}) | records({"body": words}),
}  # fmt: skip


def test_every_shape_is_tried() -> None:
    assert set(SHAPES) == set(known())


@pytest.mark.parametrize("name", SHAPES)
@given(data=st.data())
def test_a_record_comes_back_as_it_was(name: str, data: st.DataObject) -> None:
    record = data.draw(SHAPES[name])
    shape = known()[name]
    assert shape.claims(record)
    assert shape.from_sample(shape.to_sample(record, SOURCE)) == record


@given(st.one_of(*SHAPES.values()))
def test_the_shape_that_read_a_record_is_found_again(record: Json) -> None:
    assert restore(understand(record, SOURCE)) == record


@pytest.mark.parametrize("name", ["openai_messages", "sharegpt"])
@given(messages=st.lists(message("role", "content", ["system", "user", "assistant", "tool"]), min_size=1))
def test_a_chat_of_another_shape_can_be_written(name: str, messages: list[Json]) -> None:
    shape = known()[name]
    written = shape.from_sample(Sample(Form.CHAT, {"messages": messages}, SOURCE))
    assert shape.to_sample(written, SOURCE).content == {"messages": messages}


@pytest.mark.parametrize("name", ["alpaca", "prompt_completion", "question_answer"])
@given(content=st.fixed_dictionaries({"prompt": words, "response": words}, optional={"system": words}))
def test_an_instruction_of_another_shape_can_be_written(name: str, content: Json) -> None:
    shape = known()[name]
    written = shape.from_sample(Sample(Form.INSTRUCTION, content, SOURCE))
    assert shape.to_sample(written, SOURCE).content == content
