"""`winnow dedup`: near-duplicates among the samples of files, without any service."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Columns, Inputs, Overwrite, Shape, mapping, progress_bar
from app.curation.sample import Form


class Field(StrEnum):
    """What is compared."""

    TEXT = "text"
    PROMPT = "prompt"
    ANSWER = "answer"
    PAIR = "pair"


def register(app: typer.Typer) -> None:
    app.command("dedup")(deduplicate_files)


def deduplicate_files(
    inputs: Inputs,
    output: Annotated[
        Path, typer.Option("--output", file_okay=False, help="Directory for clusters.jsonl and the report.")
    ],
    threshold: Annotated[
        float, typer.Option("--threshold", min=0.5, max=1.0, help="Share of word sequences that two samples share.")
    ] = 0.8,
    compared: Annotated[
        Field, typer.Option("--field", help="What is compared: all that a sample says, or a part of it.")
    ] = Field.TEXT,
    words: Annotated[
        int, typer.Option("--words", min=1, max=20, help="Words in a sequence; at most 3 for prompts.")
    ] = 5,
    ignore_numbers: Annotated[bool, typer.Option("--ignore-numbers", help="Take all numbers for equal.")] = False,
    records: Annotated[
        bool, typer.Option("--records", help="Also write the records themselves: kept.jsonl and dropped.jsonl.")
    ] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Threads that compare at the same time.")] = 1,
    form: Shape = Form.INSTRUCTION,
    column: Columns = None,
    overwrite: Overwrite = False,
) -> None:
    """Find near-duplicates in files: every pair is verified, every cluster has one survivor.

    A line of clusters.jsonl names the survivor, the members, and the verified pairs with their similarity.
    """
    from app.curation.dedup.minhash import MinHash
    from app.curation.deduplicate import deduplicate

    one = MinHash(threshold=threshold, view=compared.value, shingle_words=words, ignore_numbers=ignore_numbers)
    fields = mapping(form, column)
    with progress_bar() as show:
        found = deduplicate(
            inputs, output, one, show, overwrite=overwrite, mapping=fields, workers=workers, write_records=records
        )
    for name in ("read", "refused", "kept", "dropped", "clusters", "pairs"):
        typer.echo(f"{name}\t{getattr(found, name):,}")
    for file in found.unusual:
        share = found.files[file]["share"]
        typer.secho(
            f"{file} loses {share:.0%} as copies, far more than the others: look at a few.", err=True, fg="yellow"
        )
