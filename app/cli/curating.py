"""`winnow curate`: the same core on files, without any service."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn


def register(app: typer.Typer) -> None:
    app.command("curate")(curate_files)


def curate_files(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT...",
            exists=True,
            dir_okay=False,
            readable=True,
            help="JSONL, JSON, CSV, TSV, Parquet; also .gz, .zst, .zip.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", file_okay=False, help="Directory for kept.jsonl, dropped.jsonl, refused.jsonl and report.json."
        ),
    ],
    recipe: Annotated[
        str, typer.Option("--recipe", help="A recipe's name (instruction, documents, none) or a JSON file.")
    ] = "instruction",
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that look at texts at the same time.")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that are there already.")] = False,
) -> None:
    """Filter and deduplicate files, without any service.

    Every dropped sample says why: all failing rules with value and bound, and the sample that it duplicates.
    """
    from app.curation.curate import curate
    from app.curation.recipe import load_recipe
    from app.curation.report import Step

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task("starting", total=None)

        def show(step: Step) -> None:
            bar.update(task, description=f"{step.stage} {step.done:,}", completed=step.done, total=step.total)

        report = curate(inputs, output, load_recipe(recipe), show, overwrite=overwrite, workers=workers)
    for name, number in asdict(report.counts).items():
        typer.echo(f"{name}\t{number:,}")
