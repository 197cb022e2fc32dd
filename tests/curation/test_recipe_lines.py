"""A recipe in words, and in what two recipes differ."""

import pytest

from app.curation.recipe import Recipe, packaged_recipes
from app.curation.recipe_lines import differences, lines


def recipe(**fields: object) -> Recipe:
    return Recipe.model_validate(fields)


def test_a_line_names_part_rule_and_bound() -> None:
    found = [line[:3] for line in lines(recipe(filters={"length": {"min_answer_words": 3}})).values()]
    assert ("length", "min_answer_words", "at least 3 words") in found
    assert ("length", "max_text_characters", "at most 1,000,000 characters") in found
    assert not any(name == "max_answer_words" for _, name, _ in found), "a rule that is off says nothing"


def test_differences_name_both_values() -> None:
    before = recipe(filters={"length": {"min_answer_words": 3}}, deduplication={"exact": {}})
    after = recipe(filters={"length": {"max_answer_words": 9}}, deduplication={"exact": {}})
    assert differences(before, after) == [
        ("length", "min_answer_words", "at least 3 words", "off"),
        ("length", "max_answer_words", "off", "at most 9 words"),
    ]


def test_differences_that_words_round_away_are_shown() -> None:
    before, after = (recipe(filters={"language": {"min_language_confidence": x}}) for x in (0.5001, 0.5002))
    assert differences(before, after) == [("language", "min_language_confidence", "0.5001", "0.5002")]


@pytest.mark.parametrize("before", packaged_recipes())
@pytest.mark.parametrize("after", packaged_recipes())
def test_packaged_recipes_differ_where_their_fingerprints_do(before: str, after: str) -> None:
    one, other = packaged_recipes()[before], packaged_recipes()[after]
    assert (differences(one, other) == []) == (one.fingerprint() == other.fingerprint())
