"""What ties rows together beside their likeness."""

from typing import Any

import pytest

from app.curation.releasing.belonging import ties
from app.curation.sample import Form

PASSAGE = " ".join(f"word{number}" for number in range(30))


def shared(one: dict[str, Any], other: dict[str, Any], corpora: tuple[int, int] = (1, 1)) -> bool:
    """Whether two records with different questions are tied by their metadata."""
    numbers = [
        set(ties(Form.INSTRUCTION, {"prompt": f"Question {place}?", "response": "Yes."}, fields, corpus))
        for place, (fields, corpus) in enumerate(zip((one, other), corpora, strict=True))
    ]
    return bool(numbers[0] & numbers[1])


@pytest.mark.parametrize("name", ["conversation_id", "Document-ID", "patient_id", "thread", "parent", "file"])
def test_the_same_identifier_ties_rows_of_one_corpus(name: str) -> None:
    assert shared({name: 7}, {name: "7"})
    assert not shared({name: 7}, {name: 8})
    assert not shared({name: 7}, {name: 7}, corpora=(1, 2))


def test_an_address_ties_rows_of_all_corpora_however_it_is_written() -> None:
    one, other = "https://www.nhs.uk/conditions/gout/", "http://nhs.uk/conditions/gout#causes"
    assert shared({"url": one}, {"source": other}, corpora=(1, 2))
    assert not shared({"url": one}, {"url": "https://www.nhs.uk/conditions/croup/"})


def test_the_name_of_a_collection_ties_nothing() -> None:
    assert not shared({"source": "wikipedia"}, {"source": "wikipedia"})
    assert not shared({"source": "https://example.org"}, {"source": "https://example.org"})
    assert not shared({"category": "gout"}, {"category": "gout"})
    assert not shared({"conversation_id": None}, {"conversation_id": None})
    assert not shared({"conversation_id": ""}, {"conversation_id": ""})


def test_nested_fields_and_lists_are_looked_at() -> None:
    assert shared({"metadata": {"doc_id": "a"}}, {"meta": {"doc_id": "a"}})
    assert shared({"url": ["https://a.org/1", "https://a.org/2"]}, {"url": "https://a.org/2"})


def test_the_same_question_is_one_whatever_its_case_and_marks() -> None:
    one, other = (
        set(
            ties(
                Form.CHAT,
                {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]},
                {},
                1,
            )
        )
        for text, answer in (("What is gout?", "A disease."), ("what is  GOUT", "Crystals in joints."))
    )
    assert one == other != set()


def test_the_same_passage_ties_its_questions() -> None:
    def of(prompt: str, context: str) -> set[int]:
        return set(ties(Form.INSTRUCTION, {"prompt": prompt, "context": context, "response": "x"}, {}, 1))

    assert of("Who?", PASSAGE) & of("When?", PASSAGE)
    assert not of("Who?", "a few words") & of("When?", "a few words")


def test_plain_text_has_no_question() -> None:
    assert list(ties(Form.TEXT, {"text": "Some words."}, {}, 1)) == []
