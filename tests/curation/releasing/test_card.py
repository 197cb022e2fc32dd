"""The card is made of facts: what people typed stays text, numbers are the manifest's, and what is not known is said so."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.curation.releasing.card import readme
from app.curation.releasing.citation import cff
from app.curation.releasing.front_matter import front_matter, size, task
from app.curation.releasing.markdown import one_line, quoted, said
from tests.curation.releasing.made import facts


def told(**more: Any) -> dict[str, Any]:
    files = [{"name": f"data/{name}-00000-of-00002.jsonl", "split": name} for name in ("test", "train", "validation")]
    return facts(1_200, {"train": 1_000, "validation": 100, "test": 100}, **{"data_files": files, **more})


def head(**more: Any) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(front_matter(told(**more)).split("---\n")[1])
    return found


def test_splits_stand_in_the_order_of_their_use() -> None:
    splits = head()["configs"][0]["data_files"]
    assert [(one["split"], one["path"]) for one in splits] == [
        (name, [f"data/{name}-*"]) for name in ("train", "validation", "test")
    ]


@pytest.mark.parametrize(
    ("licences", "said_as", "name"),
    [
        ({"MIT": 3}, "mit", None),
        ({"CC-BY-4.0": 3, "Apache-2.0": 1}, ["apache-2.0", "cc-by-4.0"], None),
        ({"GPL-3.0-or-later": 1}, "gpl-3.0", None),
        ({"House rules: no": 1}, "other", "House rules: no"),
        ({"": 1}, "unknown", None),
        ({"": 1, "MIT": 2}, ["mit", "unknown"], None),
        ({}, "unknown", None),
    ],
)
def test_licences_are_said_in_the_hub_s_words(licences: dict[str, int], said_as: object, name: str | None) -> None:
    found = head(licences=licences)
    assert (found["license"], found.get("license_name")) == (said_as, name)


def test_sizes_and_tasks_are_the_hub_s() -> None:
    assert [size(rows) for rows in (0, 999, 1_000, 99_999, 1_000_000)] == [
        "n<1K", "n<1K", "1K<n<10K", "10K<n<100K", "1M<n<10M"
    ]  # fmt: skip
    assert (task("labels_csv"), task("messages")) == ("text-classification", "text-generation")
    assert head(languages={"no": 3, "de": 1, "": 2})["language"] == ["de", "no"]


@given(st.text())
def test_yaml_gives_back_what_was_typed(text: str) -> None:
    assert yaml.safe_load(quoted(text)) == one_line(text)
    dataset = {"name": text, "goal": text, "purpose": "task", "form": "text"}
    assert yaml.safe_load(cff(told(dataset=dataset)))["title"] == one_line(text)


@given(st.text(alphabet="a*`[]()<>|#&;\\\n-_!~$ "))
def test_markdown_makes_nothing_of_what_was_typed(text: str) -> None:
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").parse(f"Said: {said(text)}")
    kinds = {token.type for token in rendered} | {child.type for token in rendered for child in token.children or []}
    assert kinds <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}
    assert (
        "".join(child.content for token in rendered for child in token.children or [])
        == f"Said: {one_line(text)}".rstrip()
    )


def test_every_question_of_the_datasheet_is_answered_or_said_to_be_open() -> None:
    card = readme(told())
    questions = [line for line in card.splitlines() if line.startswith("**")]
    assert len(questions) == 44
    assert all(line.split("** ", 1)[1] for line in questions)
    assert sum(line.endswith("** Not recorded.") for line in questions) > 25
    assert "1,200 rows (1,000 train, 100 validation, 100 test)." in card


def test_what_speaks_against_the_dataset_is_said() -> None:
    checks = {"pii": {"level": "warn", "words": "3 rows may hold a name.", "rows": 3, "overridden_because": "Checked."}}
    card = readme(told(licences={"": 1_200}, checks=checks))
    limits = card.split("## Known limits")[1].split("## ")[0]
    assert "1,200 released samples come from corpora without a recorded licence." in limits
    assert "pii: 3 rows may hold a name." in limits
    assert "| pii | warn | 3 rows may hold a name. | Checked. |" in card
