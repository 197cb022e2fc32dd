"""`winnow curate`: the same core on files, without any service."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Columns, Inputs, Overwrite, Shape, Workers, mapping, progress_bar
from app.curation.sample import Form


def register(app: typer.Typer) -> None:
    app.command("curate")(curate_files)


def curate_files(
    inputs: Inputs,
    output: Annotated[
        Path,
        typer.Option(
            "--output", file_okay=False, help="Directory for kept.jsonl, dropped.jsonl, refused.jsonl and report.json."
        ),
    ],
    recipe: Annotated[
        str, typer.Option("--recipe", help="A recipe's name (see `winnow recipe list`) or a JSON file.")
    ] = "instruction",
    workers: Workers = 1,
    form: Shape = Form.INSTRUCTION,
    column: Columns = None,
    overwrite: Overwrite = False,
) -> None:
    """Filter and deduplicate files, without any service.

    Every dropped sample says why: all failing rules with value and bound, and the sample that it duplicates.
    """
    from app.curation.curate import curate
    from app.curation.recipe import load_recipe

    chosen, fields = load_recipe(recipe), mapping(form, column)
    with progress_bar() as show:
        report = curate(inputs, output, chosen, show, overwrite=overwrite, mapping=fields, workers=workers)
    for name, number in asdict(report.counts).items():
        typer.echo(f"{name}\t{number:,}")
