"""`winnow measure`: every measure of every sample of files as a table, without any service."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Columns, Inputs, Overwrite, Shape, Workers, mapping, progress_bar
from app.curation.sample import Form


def register(app: typer.Typer) -> None:
    app.command("measure")(measure_samples_of_files)


def measure_samples_of_files(
    inputs: Inputs,
    output: Annotated[Path, typer.Option("--output", dir_okay=False, help="Parquet file with one row per sample.")],
    workers: Workers = 1,
    form: Shape = Form.INSTRUCTION,
    column: Columns = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure files: a row per sample with its id, every measure, its language, and the personal data in it."""
    from app.curation.measure_files import measure_files

    fields = mapping(form, column)
    with progress_bar() as show:
        found = measure_files(inputs, output, show, overwrite=overwrite, mapping=fields, workers=workers)
    for name, number in asdict(found).items():
        typer.echo(f"{name}\t{number:,}")
