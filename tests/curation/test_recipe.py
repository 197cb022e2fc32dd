"""Recipes: what can be said in JSON, and what is said about mistakes."""

from pathlib import Path

import orjson
import pytest

from app.curation.deduplicator import deduplicators
from app.curation.filter import filters
from app.curation.recipe import Recipe, RecipeRefused, default_recipe, load_recipe, packaged_recipes, parse_recipe
from app.curation.sample import Form
from app.web.recipe_fields import shown_field


@pytest.mark.parametrize("name", packaged_recipes())
def test_a_dump_is_the_same_recipe_and_the_same_bytes(name: str) -> None:
    recipe = load_recipe(name)
    again = parse_recipe(recipe.dump())
    assert again == recipe
    assert again.dump() == recipe.dump()
    assert again.fingerprint() == recipe.fingerprint()


def test_defaults_are_written_out() -> None:
    recipe = parse_recipe(b'{"filters": {"length": {"min_answer_words": 40}}}')
    assert orjson.loads(recipe.dump())["filters"]["length"]["min_prompt_words"] == 1


def test_the_title_and_the_order_do_not_count() -> None:
    one = parse_recipe(b'{"title": "a", "filters": {"length": {}, "echo": {}}}')
    other = parse_recipe(b'{"title": "b", "filters": {"echo": {}, "length": {}}}')
    assert one.fingerprint() == other.fingerprint()
    assert one.fingerprint() != Recipe().fingerprint()


@pytest.mark.parametrize("name", packaged_recipes())
def test_a_packaged_recipe_says_whose_rules_it_has(name: str) -> None:
    assert load_recipe(name).title
    assert load_recipe(name).reference


PUBLISHED = {
    "gopher-quality": [50, 100_000, 3, 10, 0.1, 0.1, 0.9, 0.3, 0.8, 2],
    "gopher-repetition": [0.3, 0.2, 0.3, 0.2, 0.2, 0.18, 0.16, 0.15, 0.14, 0.13, 0.12, 0.11, 0.1],
    "c4": [5, 0, 0],
    "fineweb": [0.12, 0.67, 0.01, 0.3],
    "nemo-english": [
        *(0.25, 0.1, 0.15, 0.2, 0.25, 0.1, 0.4, 0.7, 0.7, 0.8, 0.8, 50, 100_000, 0.85, 0.8, 2, 3, 10, 1000, 0.3),
        *(0.2, 0.18, 0.16, 0.15, 0.14, 0.13, 0.12, 0.11, 0.1, 0.9),
    ],
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_web_recipe_has_the_published_bounds_and_nothing_else(name: str) -> None:
    recipe = load_recipe(name)
    assert [limit.bound for limit in recipe.limits] == PUBLISHED[name]
    assert recipe.deduplication == {}


def test_every_form_has_its_default() -> None:
    assert default_recipe(Form.TEXT).title == "Documents"
    assert default_recipe(Form.CHAT) == default_recipe(Form.PREFERENCE) == load_recipe("instruction")


def test_the_recipe_none_drops_nothing() -> None:
    assert load_recipe("none").limits == []
    assert load_recipe("none").deduplication == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"{", "not valid JSON"),
        (b'{"titel": "x"}', "titel: there is no such field"),
        (b'{"filters": {"lenght": {}}}', "there is no filter 'lenght'; there are: "),
        (
            b'{"filters": {"length": {"min_prompt_words": "many"}}}',
            "length: min_prompt_words: input should be a valid number",
        ),
        (b'{"filters": {"length": {"min_prompt_word": 3}}}', "length: min_prompt_word: there is no such field"),
        (b'{"filters": ["length"]}', "filters: must be an object"),
        (b'{"deduplication": {"minhash": {"threshold": 2}}}', "threshold: input should be less than or equal to 1"),
        (b"[]", "cannot be used"),
    ],
)
def test_a_mistake_is_named(text: bytes, says: str) -> None:
    with pytest.raises(RecipeRefused, match="recipe") as refused:
        parse_recipe(text)
    assert says in str(refused.value)


def test_a_recipe_file_or_a_clear_refusal(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_bytes(Recipe(title="Mine").dump())
    assert load_recipe(file).title == "Mine"
    with pytest.raises(RecipeRefused, match="give a JSON file or one of c4, documents"):
        load_recipe("elsewhere")


@pytest.mark.parametrize("kind", [*filters().values(), *deduplicators().values()], ids=lambda kind: kind.key())
def test_a_form_shows_every_field(kind: type[Recipe]) -> None:
    for name, info in kind.model_fields.items():
        shown = shown_field(name, info, getattr(kind(), name), True)
        assert shown.title
        assert not shown.error
