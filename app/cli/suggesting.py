"""The command on suggestions: what a model would answer to the experts' questions."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.data import DatasetName, _find, _session

MOST_TOLD = 20
"""Refused lines that are printed one by one."""


def register(app: typer.Typer) -> None:
    app.command()(suggest)


def suggest(
    dataset: DatasetName,
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", exists=True, dir_okay=False, readable=True)],
) -> None:
    """Load what a model or a measure would answer to the experts' questions.

    Each line: {"id": ..., "question": ..., "value": ..., "source": ..., "score": ...}. The id is a sample's number or
    FILE:POSITION; "content" with the whole sample will do as well. The newest line of a source stands.
    """
    from app.services import suggesting

    with _session() as session, file.open("rb") as lines:
        result = suggesting.load(session, _find(session, dataset), lines)
    total = result.stored + len(result.refused)
    typer.echo(f"{file.name}: {total:,} lines = {result.stored:,} suggestions + {len(result.refused):,} refused")
    for number, why in sorted(result.refused)[:MOST_TOLD]:
        typer.secho(f"line {number:,}: {why}", err=True, fg="red")
    if len(result.refused) > MOST_TOLD:
        typer.secho(f"and {len(result.refused) - MOST_TOLD:,} more", err=True, fg="red")
    raise typer.Exit(int(bool(result.refused)))
