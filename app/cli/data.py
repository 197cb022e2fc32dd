"""Commands on data: user, dataset, import, run, release. They work beside a running Winnow, and without one."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import attach, migrate
from app.cli.options import Columns, Overlap, Shape, Size, chunking, columns_by_part
from app.curation.releasing.composition import Composition
from app.curation.sample import Form
from app.db import session_factory, transaction
from app.models import CorpusState, Dataset, DatasetForm, JobState, Making, Purpose, Release, ReleaseState, Role
from app.services.errors import Invalid, NotFound
from app.settings import get_settings

users = typer.Typer(no_args_is_help=True, help="People.")
datasets = typer.Typer(no_args_is_help=True, help="Datasets.")
DatasetName = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's name or number.")]


def register(app: typer.Typer) -> None:
    app.add_typer(users, name="user")
    app.add_typer(datasets, name="dataset")
    app.command("import")(import_files)
    app.command()(run)
    app.command()(release)


@users.command("add")
def add_user(
    email: str,
    name: Annotated[str, typer.Option(prompt="Name", help="Name as colleagues see it.")],
    admin: Annotated[bool, typer.Option("--admin", help="May do everything everywhere.")] = False,
    dataset: Annotated[str | None, typer.Option(help="Dataset to give access to.")] = None,
    role: Annotated[Role, typer.Option(help="Role in that dataset.")] = Role.EXPERT,
) -> None:
    """Create a person. The password is asked for, or read from the first line of standard input."""
    from app.services import accounts

    password = (
        typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\n")
    )
    with _session() as session:
        user = accounts.create_user(session, email=email, name=name, password=password, is_admin=admin)
        if dataset:
            accounts.add_member(session, _find(session, dataset).id, user.id, role)
    typer.echo(f"{email} can sign in now.")


@users.command("password")
def password_link(email: str) -> None:
    """Print a link with which a person chooses a new password."""
    from app.services import accounts, password_links

    with _session() as session:
        user = accounts.find(session, email)
        if user is None:
            raise NotFound(f"Nobody has the address {email}.")
        typer.echo(f"{get_settings().public_url}/new-password/{password_links.make(session, user)}")


@datasets.command("create")
def create_dataset(
    name: str,
    form: Annotated[DatasetForm, typer.Option(help="What most samples look like.")] = DatasetForm.INSTRUCTION,
    purpose: Annotated[Purpose, typer.Option(help="What the model is for.")] = Purpose.TASK,
    goal: Annotated[str, typer.Option(help="What the team is building, in a sentence.")] = "",
) -> None:
    """Create a dataset."""
    from app.services import datasets as service

    with _session() as session:
        service.create(session, None, name=name, goal=goal, purpose=purpose, form=form)
    typer.echo(f"Dataset “{name}” is ready. Next: winnow import {name!r} FILE")


@datasets.command("list")
def list_datasets() -> None:
    """List datasets with their counts."""
    from app.services.datasets import state_counts

    with _session() as session:
        found = session.scalars(select(Dataset).order_by(Dataset.id)).all()
        if not found:
            typer.echo("There is no dataset yet. Create one: winnow dataset create NAME")
        for dataset in found:
            counts = ", ".join(
                f"{number:,} {state}" for state, number in state_counts(session, dataset.id).items() if number
            )
            typer.echo(f"{dataset.id}\t{dataset.name}\t{counts or 'empty'}")


def import_files(
    dataset: DatasetName,
    files: Annotated[
        list[Path],
        typer.Argument(
            exists=True,
            dir_okay=False,
            readable=True,
            help="JSONL, JSON, CSV, TSV, Parquet, PDF, Word, HTML and other documents; also .gz, .zst, .zip, .tar.gz.",
        ),
    ],
    licence: Annotated[str, typer.Option(help="Licence, an SPDX id where there is one.")] = "",
    origin: Annotated[str, typer.Option(help="Where the file comes from.")] = "",
    form: Shape = Form.INSTRUCTION,
    column: Columns = None,
    making: Annotated[Making, typer.Option(help="What becomes of a document's passages.")] = Making.TEXT,
    passage_size: Size = 400,
    passage_overlap: Overlap = 0,
    replaces: Annotated[
        int | None, typer.Option(help="The number of the corpus that the file holds newer versions of.")
    ] = None,
) -> None:
    """Read files into a dataset and wait until they are read."""
    from app.services import blobs, corpora

    mapping, cutting = columns_by_part(column), chunking(passage_size, passage_overlap)
    failed = False
    with attach.services() as settings:
        migrate.upgrade(str(settings.database_url))
        for path in files:
            with transaction() as session:
                corpus = corpora.add(
                    session,
                    _find(session, dataset).id,
                    blobs.keep(path),
                    file_name=path.name,
                    licence=licence,
                    origin=origin,
                    making=making,
                    chunking=cutting,
                    previous=corpora.previous(session, _find(session, dataset).id, replaces),
                )
                if corpus.state is CorpusState.UNMAPPED and mapping:
                    corpora.map_columns(session, corpus, form, mapping)
            if corpus.state is CorpusState.UNMAPPED:
                raise Invalid(
                    f"The columns of {path.name} are not recognised. Say which is what: --column prompt=… --column response=…"
                )
            with transaction() as session:
                job = corpora.import_job(session, corpus)
                assert job is not None
            failed |= not _do(job.id)
            with transaction() as session:
                session.add(corpus)
                session.refresh(corpus)
                typer.echo(
                    f"{path.name}: {corpus.lines:,} lines = {corpus.accepted:,} samples"
                    f" + {corpus.refused:,} refused + {corpus.copies:,} exact copies"
                    + (f" + {corpus.passages:,} passages" if corpus.passages else "")
                )
    raise typer.Exit(int(failed))


def run(dataset: DatasetName) -> None:
    """Apply the dataset's newest recipe and wait for the result."""
    from app.services import runs

    with attach.services() as settings:
        migrate.upgrade(str(settings.database_url))
        with transaction() as session:
            started = runs.start(session, _find(session, dataset))
        done = _do(int(started.job_id or 0))
        with transaction() as session:
            found = session.merge(started)
            session.refresh(found)
            for name, number in found.counts.items():
                if isinstance(number, int):
                    typer.echo(f"{name}\t{number:,}")
    raise typer.Exit(int(not done))


def release(
    dataset: DatasetName,
    output: Annotated[Path, typer.Option("--output", help="A new folder, or with a suffix such as .jsonl one file.")],
    format: Annotated[str, typer.Option("--format", help="Such as messages, alpaca, preference or parquet.")] = "messages",
    composition: Annotated[
        Path | None,
        typer.Option("--composition", exists=True, dir_okay=False, help="Selection, splits, gate and more, as JSON."),
    ] = None,
) -> None:
    """Freeze what is approved, check it, and write it with its manifest: a folder with card and signature, or one file."""
    from app.services import release_folder, releases

    wanted = _composed(format, composition, in_one_file=bool(output.suffix))
    with attach.services() as settings:
        migrate.upgrade(str(settings.database_url))
        with transaction() as session:
            made = releases.compose(session, _find(session, dataset), wanted)
        _release(made.id)
        with transaction() as session:
            made = session.get_one(Release, made.id)
            if output.suffix:
                (data,) = (file for file in releases.files(session, made) if file.rows is not None)
                _write(output, releases.file_path(session, made, data.name), releases.manifest_bytes(made))
            else:
                release_folder.lay_out(session, made, output)
            typer.echo(f"{made.rows:,} rows in {output} (manifest sha256 {made.sha256})")


def _composed(format: str, composition: Path | None, *, in_one_file: bool) -> Composition:
    """What is asked for. Exits where the file does not say it, or where one file cannot hold it."""
    from app.services.release_writing import EVERY_ROW

    try:
        said = orjson.loads(composition.read_bytes()) if composition else {}
        wanted = Composition.model_validate({"format": format, **said})
    except ValueError as error:
        typer.secho(f"{composition} does not describe a release: {error}", err=True, fg="red")
        raise typer.Exit(2) from error
    if not in_one_file:
        return wanted
    if wanted.splits.are_asked:
        typer.secho("Splits are several files: name a new folder as --output.", err=True, fg="red")
        raise typer.Exit(2)
    whole = wanted.layout.model_copy(update={"shard_rows": EVERY_ROW})
    return wanted.model_copy(update={"layout": whole})


def _release(release_id: int) -> None:
    """Check and write. Exits where a check holds the release back, and says which."""
    from app.services import releases

    for _ in ("check", "write"):
        with transaction() as session:
            job_id = session.get_one(Release, release_id).job_id
        if not _do(int(job_id or 0)):
            raise typer.Exit(1)
        with transaction() as session:
            release = session.get_one(Release, release_id)
            if release.state is ReleaseState.HELD:
                for check in releases.blocks(session, release_id):
                    typer.secho(f"{check.check}: {check.words}", err=True, fg="red")
                typer.echo(f"Release {release.version} is held back. Its page says what to do.", err=True)
                raise typer.Exit(1)


def _write(output: Path, source: Path, manifest: bytes) -> None:
    """Write under a temporary name first: no half-written file ever has the final name."""
    import shutil

    output.parent.mkdir(parents=True, exist_ok=True)
    half = output.with_name(output.name + ".part")
    shutil.copyfile(source, half)
    half.replace(output)
    output.with_name(output.name + ".manifest.json").write_bytes(manifest)


def _do(job_id: int) -> bool:
    """Work on a job in this process, beside any workers, and show a bar until it has ended. True where it succeeded."""
    import app.services.kinds  # noqa: F401 - makes every kind of job known
    from app.services import progress, working

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task("Starting", total=1)
        while True:
            thread = threading.Thread(
                target=working.work, args=(session_factory(), job_id, f"cli:{os.getpid()}"), daemon=True
            )
            thread.start()
            while thread.is_alive():
                thread.join(0.3)
                with transaction() as session:
                    now = progress.of(session, job_id)
                if now.current:
                    bar.update(
                        task, description=now.current.title, completed=now.current.done, total=now.current.total or 1
                    )
            with transaction() as session:
                now = progress.of(session, job_id)
            if now.ended:
                break
    if now.state is not JobState.SUCCEEDED:
        typer.secho(now.error or "The work was stopped.", err=True, fg="red")
    return now.state is JobState.SUCCEEDED


def _find(session: Session, name: str) -> Dataset:
    """A dataset by name, or else by number."""
    found = session.scalar(select(Dataset).where(Dataset.name == name))
    if found is None and name.isdigit():
        found = session.get(Dataset, int(name))
    if found is None:
        raise NotFound(f"There is no dataset “{name}”. See them with: winnow dataset list")
    return found


@contextmanager
def _session() -> Iterator[Session]:
    """One transaction on whatever database there is."""
    with attach.services() as settings:
        migrate.upgrade(str(settings.database_url))
        with transaction() as session:
            yield session
