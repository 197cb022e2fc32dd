"""What the commands that work on files share: their inputs, how columns are named, and a progress bar."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from app.curation.sample import Form

if TYPE_CHECKING:
    from app.curation.readers import Chunking
    from app.curation.report import Progress as Show
    from app.curation.report import Step
    from app.curation.shapes import Mapping

Inputs: TypeAlias = Annotated[
    list[Path],
    typer.Argument(
        metavar="INPUT...",
        exists=True,
        dir_okay=False,
        readable=True,
        help="JSONL, JSON, CSV, TSV, Parquet, PDF, Word, HTML and other documents; also .gz, .zst, .zip, .tar.gz.",
    ),
]
Size: TypeAlias = Annotated[
    int, typer.Option("--passage-size", min=20, help="For documents: tokens (about four letters) in a passage.")
]
Overlap: TypeAlias = Annotated[
    int, typer.Option("--passage-overlap", min=0, help="For documents: tokens that two passages of a section share.")
]
Workers: TypeAlias = Annotated[
    int, typer.Option("--workers", min=1, help="Processes that look at texts at the same time.")
]
Overwrite: TypeAlias = Annotated[bool, typer.Option("--overwrite", help="Replace results that are there already.")]
Shape: TypeAlias = Annotated[Form, typer.Option("--form", help="With --column: what the rows become.")]
Columns: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="PART=COLUMN",
        help="For files whose columns are not recognised, such as prompt=Question.",
    ),
]


def columns_by_part(columns: list[str] | None) -> dict[str, str]:
    """What --column says: column by part."""
    return dict(_pair(item) for item in columns or [])


def mapping(form: Form, columns: list[str] | None) -> "Mapping | None":
    """What --form and --column say; None where no column is named."""
    from app.curation.shapes import Mapping

    fields = columns_by_part(columns)
    try:
        return Mapping(form, fields) if fields else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def chunking(size: int, overlap: int) -> "Chunking":
    """What --passage-size and --passage-overlap say."""
    from app.curation.readers import Chunking

    try:
        return Chunking(size=size, overlap=overlap, smallest=min(50, size // 2))
    except ValueError as error:
        raise typer.BadParameter("The overlap can be half of the passage's size at most.") from error


@contextmanager
def progress_bar() -> Iterator["Show"]:
    """A bar on the error stream that follows the steps it is shown."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=None)

        def show(step: "Step") -> None:
            bar.update(task, description=f"{step.stage} {step.done:,}", completed=step.done, total=step.total)

        yield show


def _pair(item: str) -> tuple[str, str]:
    part, sign, column = item.partition("=")
    if not (part and sign and column):
        raise typer.BadParameter(f"{item!r} is not PART=COLUMN, such as prompt=Question.")
    return part, column
