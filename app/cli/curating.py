"""`winnow curate`: the same core on files, without any service."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class CannotCurate(Exception):
    """The message says why and what to do."""


def register(app: typer.Typer) -> None:
    app.command()(curate)


def curate(
    inputs: Annotated[list[Path], typer.Argument(metavar="INPUT...", exists=True, dir_okay=False, readable=True,
                                                 help="JSONL, JSON, CSV, TSV, Parquet; also .gz, .zst, .zip.")],
    output: Annotated[Path, typer.Option("--output", file_okay=False, help="Directory for kept.jsonl, dropped.jsonl, refused.jsonl and report.json.")],
    recipe: Annotated[str, typer.Option("--recipe", help="A recipe's name (instruction, documents, none) or a JSON file.")] = "instruction",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that are there already.")] = False,
) -> None:
    """Filter and deduplicate files, without any service.

    Every dropped sample says why: all failing rules with value and bound, and the sample that it duplicates.
    """
    from app.curation import curate as core
    from app.curation.recipe import load_recipe

    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("Starting", total=None)
        report = core.curate(
            inputs, output, load_recipe(recipe), overwrite=overwrite,
            progress=lambda stage, done: bar.update(task, description=f"{stage}: {done:,}"),
        )
    for name, number in report.counts.items():
        typer.echo(f"{name}\t{number:,}")
