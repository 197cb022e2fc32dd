"""`winnow curate`: the same core on files, without any service."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import (
    Columns,
    Inputs,
    Overlap,
    Overwrite,
    Shape,
    Size,
    Workers,
    chunking,
    mapping,
    progress_bar,
)
from app.curation.sample import Form


def register(app: typer.Typer) -> None:
    app.command("curate")(curate_files)


def curate_files(
    inputs: Inputs,
    output: Annotated[
        Path,
        typer.Option(
            "--output", file_okay=False, help="Directory for what is kept, dropped, refused, suspected, and the report."
        ),
    ],
    recipe: Annotated[
        str, typer.Option("--recipe", help="A recipe's name (see `winnow recipe list`) or a JSON file.")
    ] = "instruction",
    benchmark: Annotated[
        list[Path] | None,
        typer.Option(
            "--benchmark",
            exists=True,
            dir_okay=False,
            readable=True,
            help="An evaluation set that must not be in the training data; may be given several times.",
        ),
    ] = None,
    workers: Workers = 1,
    form: Shape = Form.INSTRUCTION,
    column: Columns = None,
    passage_size: Size = 400,
    passage_overlap: Overlap = 0,
    overwrite: Overwrite = False,
) -> None:
    """Filter, deduplicate and decontaminate files, without any service.

    Every dropped sample says why: all failing rules with value and bound, the sample that it duplicates, and the
    benchmark's item that it holds.
    """
    from app.curation.curate import curate
    from app.curation.recipe import load_recipe

    chosen, fields = load_recipe(recipe), mapping(form, column)
    with progress_bar() as show:
        report = curate(
            inputs,
            output,
            chosen,
            show,
            overwrite=overwrite,
            mapping=fields,
            chunking=chunking(passage_size, passage_overlap),
            workers=workers,
            benchmarks=benchmark or (),
        )
    for name, number in asdict(report.counts).items():
        typer.echo(f"{name}\t{number:,}")
