"""`winnow recipe` as a person calls it."""

from pathlib import Path

from app.curation.recipe import packaged_recipes, parse_recipe
from tests.cli.test_curating import winnow


def test_list_names_every_recipe_with_its_reference() -> None:
    done = winnow("recipe", "list")
    assert done.returncode == 0
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert rows == [[name, one.title, one.reference] for name, one in packaged_recipes().items()]


def test_show_writes_rules_or_json(tmp_path: Path) -> None:
    assert "length\tmin_prompt_words\tat least 1 word\n" in winnow("recipe", "show", "instruction").stdout
    done = winnow("recipe", "show", "instruction", "--json")
    assert parse_recipe(done.stdout) == packaged_recipes()["instruction"]
    (tmp_path / "mine.json").write_text(done.stdout)
    assert winnow("recipe", "diff", "instruction", tmp_path / "mine.json").returncode == 0


def test_diff_says_by_its_exit_code_whether_recipes_decide_alike() -> None:
    done = winnow("recipe", "diff", "instruction", "none")
    assert done.returncode == 1
    assert "length\tmin_prompt_words\tat least 1 word\toff\n" in done.stdout
    missing = winnow("recipe", "show", "nothing")
    assert missing.returncode == 1
    assert "There is no recipe 'nothing'" in missing.stderr
