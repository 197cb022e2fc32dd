"""Labels leave with the words they are about; a table is safe in a spreadsheet; passages have lasting ids."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.exporter import Unsuitable, exporters
from app.curation.exporters.labels_csv import FORMULA, Table, safe
from app.curation.sample import Form, Json, Sample, Source
from tests.curation.exporters.examples import ASKED, SALT, TALK, message, row, rows
from tests.curation.samples import chat, instruction, text

MARKED = [{"path": ["messages", 2, "content"], "start": 0, "end": 3, "label": "farewell"}]


def test_a_text_with_its_labels() -> None:
    answers = {"topic": "food", "tags": ["a", "b"], "stars": 4, "note": "", "none": []}
    assert row("labels", SALT, answers=answers) == {
        "text": "Salt.",
        "labels": {"topic": "food", "tags": ["a", "b"], "stars": 4},
    }


def test_marked_words_stand_where_the_label_says() -> None:
    found = row("labels", TALK, answers={"marks": MARKED})
    assert found["messages"] == [message(m["role"], m["content"]) for m in TALK.content["messages"]]
    assert found["labels"]["marks"] == [{"turn": 2, "start": 0, "end": 3, "label": "farewell", "text": "Hel"}]


def test_words_that_were_marked_before_an_edit_are_those_of_the_original() -> None:
    original = instruction("Add.", "Four is the sum.")
    marks = [{"path": ["response"], "start": 0, "end": 4, "label": "number"}]
    found = row("labels", ASKED, original=original.content, answers={"marks": marks})
    assert found["messages"][-1] == message("assistant", "Four is the sum.")
    assert found["labels"]["marks"][0]["text"] == "Four"
    assert row("labels", ASKED, original=original.content, answers={"stars": 3})["messages"][-1]["content"] == "3"


def test_marked_words_that_are_gone_are_refused() -> None:
    with pytest.raises(Unsuitable, match="no longer stand"):
        rows("labels", text("Hi"), answers={"marks": [{"path": ["text"], "start": 0, "end": 9, "label": "x"}]})


def test_answers_per_turn_name_their_turn() -> None:
    assert row("labels", chat("a", "b"), answers={"tone": {"10": "x", "1": "kind"}})["labels"] == {
        "tone": [{"turn": 1, "answer": "kind"}, {"turn": 10, "answer": "x"}]
    }


def table(*made: Json) -> bytes:
    file = io.BytesIO()
    with Table(file) as writer:
        for one in made:
            writer.write(one)
    return file.getvalue()


def test_a_table_has_a_column_for_every_question() -> None:
    lines = [row("labels_csv", SALT, answers={"tone": "dry"}), row("labels_csv", SALT, answers={"b": 2, "a": ["x", "y"]})]
    assert table(*lines) == (
        b'"text","label_a","label_b","label_tone"\r\n"Salt.","","","dry"\r\n"Salt.","[""x"",""y""]","2",""\r\n'
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_no_cell_begins_like_a_formula(words: str) -> None:
    sample = Sample(Form.TEXT, {"text": words}, Source("a", 0))
    made = row("labels_csv", sample, answers={"note": words})
    assert list(exporters()["labels_csv"]().faults(made)) == []
    read = list(csv.DictReader(io.StringIO(table(made).decode(), newline="")))
    assert read == [{"text": safe(words), "label_note": safe(words)}]
    assert not read[0]["text"].startswith(FORMULA)
    assert read[0]["text"].removeprefix("'" if words.startswith(FORMULA) else "") == words


@pytest.mark.parametrize("first", "=+-@\t\r\n\0")
def test_what_owasp_lists_is_disarmed(first: str) -> None:
    assert safe(f"{first}1+1") == f"'{first}1+1"
    assert list(exporters()["labels_csv"]().faults({"text": f"{first}1+1", "label_a": 1}))


def test_passages_have_the_same_id_wherever_they_stand() -> None:
    one, other = instruction("Who?", "He.", context="A long story."), chat("What?", "It.")
    other.metadata["documents"] = [{"title": "", "content": "A long story."}, "Another.", "Another.", {"title": "no text"}]
    (first,), (again, further) = rows("retrieval", one), rows("retrieval", other)
    assert first == {"_id": first["_id"], "title": "", "text": "A long story.", "query": "Who?"}
    assert again == {**first, "query": "What?"}
    assert (further["text"], further["_id"] != first["_id"]) == ("Another.", True)
    assert row("retrieval", SALT) == {"_id": row("retrieval", SALT)["_id"], "title": "", "text": "Salt.", "query": ""}
