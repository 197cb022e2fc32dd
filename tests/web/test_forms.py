"""Forms keep what was typed and say what to do."""

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from app.web import errors
from app.web.forms import Input, Submission, check, submission


class Example(Input):
    name: str = Field(max_length=5)
    number: int | None = Field(None, ge=1)
    kinds: list[str] = Field([])


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({}, "name", "Fill this in."),
        ({"name": "  "}, "name", "Fill this in."),
        ({"name": "too long"}, "name", "Use 5 characters or fewer."),
        ({"name": "ok", "number": "many"}, "number", "Enter a whole number, in digits."),
        ({"name": "ok", "number": "0"}, "number", "Enter 1 or more."),
        ({"name": "o\0k"}, "", "The text holds an invisible character that cannot be stored. Type it again by hand."),
    ],
)
def test_each_field_gets_one_sentence(values: dict[str, str], field: str, sentence: str) -> None:
    found = check(Example, values)
    assert found.data is None
    assert found.values == values
    assert found.errors == {field: sentence}


def test_empty_fields_take_their_default() -> None:
    found = check(Example, {"name": " ok ", "number": ""})
    assert found.data == Example(name="ok", number=None)


def test_unknown_fields_are_refused() -> None:
    assert "" in check(Example, {"name": "ok", "is_admin": "1"}).errors


@given(st.dictionaries(st.sampled_from(["name", "number", "kinds", "other"]), st.text() | st.lists(st.text())))
def test_any_input_is_data_or_errors(values: dict[str, str | list[str]]) -> None:
    found = check(Example, values)
    assert (found.data is None) == bool(found.errors)


@pytest.fixture
def browser() -> TestClient:
    app = FastAPI()
    errors.install(app)

    @app.post("/")
    def read(form: Annotated[Submission[Example], Depends(submission(Example))]) -> dict[str, object]:
        return {"data": form.data.model_dump() if form.data else None, "errors": form.errors}

    return TestClient(app)


def test_lists_are_read_whole_and_the_last_of_other_repeats(browser: TestClient) -> None:
    answer = browser.post("/", data={"name": ["a", "b"], "kinds": ["x", "y"]})
    assert answer.json()["data"] == {"name": "b", "number": None, "kinds": ["x", "y"]}


def test_words_of_every_script_arrive(browser: TestClient) -> None:
    assert browser.post("/", data={"name": "سلام"}).json()["data"]["name"] == "سلام"


def test_a_form_without_end_is_refused(browser: TestClient) -> None:
    answer = browser.post("/", data={"name": "x" * (9 << 20)}, headers={"HX-Request": "true"})
    assert answer.status_code == 413
    assert "Make it shorter" in answer.text


def test_a_file_in_a_form_without_files_is_refused(browser: TestClient) -> None:
    assert browser.post("/", files={"name": b"x"}, headers={"HX-Request": "true"}).status_code == 400
