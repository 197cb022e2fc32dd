"""`winnow recipe`: the packaged recipes, what they demand, and in what two of them differ."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

Name = Annotated[str, typer.Argument(help="A recipe's name (see `winnow recipe list`) or a JSON file.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The recipes that come with Winnow.", no_args_is_help=True)
    for name, command in (("list", list_recipes), ("show", show_recipe), ("diff", compare_recipes)):
        group.command(name)(command)
    app.add_typer(group, name="recipe")


def list_recipes() -> None:
    """Every packaged recipe: name, title and the implementation whose rules it repeats."""
    from app.curation.recipe import packaged_recipes

    rows = [(name, one.title, one.reference) for name, one in packaged_recipes().items()]
    _show(("Name", "Title", "Reference"), rows)


def show_recipe(
    name: Name,
    as_json: Annotated[bool, typer.Option("--json", help="Write the whole recipe as JSON, to change and use.")] = False,
) -> None:
    """The rules of a recipe with their bounds, and what else it does."""
    from app.curation.recipe import load_recipe
    from app.curation.recipe_lines import lines

    recipe = load_recipe(name)
    if as_json:
        typer.echo(recipe.dump().decode(), nl=False)
        return
    typer.echo(f"{recipe.title}\n{recipe.reference}".rstrip())
    _show(("Part", "Rule or setting", "Value"), [(line.part, line.name, line.value) for line in lines(recipe).values()])


def compare_recipes(before: Name, after: Name) -> None:
    """Line by line, in what two recipes differ. The exit code is 0 where they decide alike, 1 where they do not."""
    from app.curation.recipe import load_recipe
    from app.curation.recipe_lines import differences

    found = differences(load_recipe(before), load_recipe(after))
    if not found:
        typer.echo("The two recipes decide alike.")
        return
    _show(("Part", "Rule or setting", before, after), found)
    raise typer.Exit(1)


def _show(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table on a terminal; elsewhere lines with tabs, for other programs to read."""
    console = Console()
    if not console.is_terminal:
        for row in rows:
            typer.echo("\t".join(row))
        return
    table = Table(*headings, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    console.print(table)
