"""Commands on releases: fetch one into a folder; verify, compare and push such folders, without any service."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.curation.releasing.comparing import Change
    from app.curation.releasing.minisign import PublicKey
    from app.curation.releasing.verifying import Verified

BROKEN, UNREADABLE = 1, 2


def register(app: typer.Typer) -> None:
    app.command("fetch")(fetch_release)
    app.command("verify")(verify_release)
    app.command("diff")(compare_releases)
    app.command("push")(push_release)


def fetch_release(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's name or number.")],
    number: Annotated[int, typer.Argument(metavar="RELEASE", help="The release's number.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder.")],
) -> None:
    """Write a published release with its manifest, card and signature into a folder."""
    from app.cli.data import _find, _session
    from app.services import release_folder
    from app.services.releases import numbered

    with _session() as session:
        release = numbered(session, _find(session, dataset).id, number)
        release_folder.lay_out(session, release, folder)
        typer.echo(f"{release.rows:,} rows in {folder}. Check them: winnow verify {folder}")


def verify_release(
    release: Annotated[Path, typer.Argument(metavar="FOLDER_OR_ARCHIVE", help="A release: its folder, .zip or .tar.")],
    key: Annotated[
        str,
        typer.Option("--key", metavar="PUBLICKEY", help="The key that must have signed it, or a file that holds it."),
    ] = "",
    allow: Annotated[
        list[str] | None, typer.Option("--allow", help="A further file that may lie there, such as .gitattributes.")
    ] = None,
) -> None:
    """Check every file, number and the signature. Ends with 0 where all is as released, 1 where not, 2 without a release."""
    from app.curation.releasing.folder import NotReadable
    from app.curation.releasing.verifying import verify

    wanted = _key(key) if key else None
    try:
        found = verify(release, wanted, allow or [])
    except NotReadable as error:
        typer.secho(str(error), err=True, fg="red")
        raise typer.Exit(UNREADABLE) from None
    _report(found)


def _key(text: str) -> "PublicKey":
    from app.curation.releasing.minisign import Malformed, PublicKey

    try:
        path = Path(text)
        return PublicKey.read(path.read_text() if path.is_file() else text)
    except (Malformed, OSError, ValueError) as error:
        typer.secho(f"--key: {error} It begins with RW and has 56 characters.", err=True, fg="red")
        raise typer.Exit(UNREADABLE) from None


def _report(found: "Verified") -> None:
    for problem in found.problems:
        typer.secho(problem, err=True, fg="red")
    if found.problems or found.manifest is None or found.key is None:
        typer.secho("This is not what was released. Fetch it again, or ask who gave it to you.", err=True, fg="red")
        raise typer.Exit(BROKEN)
    manifest = found.manifest
    typer.echo(
        f"All {len(manifest.files):,} files with {manifest.rows:,} rows are as they were released."
        f" Signed with the key {found.key.name}."
    )
    if found.came_along:
        typer.echo(
            "That key came with the release. To be sure who signed it, compare it with the one on the release's page:"
            f" {found.key.line}"
        )


def compare_releases(
    releases: Annotated[
        list[str],
        typer.Argument(metavar="RELEASE1 RELEASE2", help="Two folders or archives; with --dataset two numbers."),
    ],
    dataset: Annotated[str, typer.Option("--dataset", help="Compare releases of this dataset, sample by sample.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=0, help="Changes to list; all are counted.")] = 20,
) -> None:
    """Say which rows came, went and changed, and, from the database, why."""
    if len(releases) != 2:
        raise typer.BadParameter("Name two releases.")
    if dataset:
        _from_database(dataset, releases[0], releases[1], limit)
        return
    from app.curation.releasing.comparing import compare
    from app.curation.releasing.folder import Damaged, NotReadable

    try:
        found = compare(Path(releases[0]), Path(releases[1]), limit)
    except (NotReadable, Damaged) as error:
        typer.secho(str(error), err=True, fg="red")
        raise typer.Exit(UNREADABLE) from None
    for difference in found.made_otherwise:
        typer.echo(difference)
    _show(found.counts, found.changes)


def _from_database(dataset: str, one: str, two: str, limit: int) -> None:
    from app.cli.data import _find, _session
    from app.services import release_diff
    from app.services.releases import numbered

    if not (one.isdigit() and two.isdigit()):
        raise typer.BadParameter("With --dataset, name two releases by their numbers, such as 1 2.")
    with _session() as session:
        old, new = (numbered(session, _find(session, dataset).id, int(number)) for number in (one, two))
        counts = release_diff.counts(session, old, new)
        changes = release_diff.page(session, old, new, most=limit) if limit else []
        _show(counts, [change.told() for change in changes])


def _show(counts: dict[tuple[str, str], int], changes: "list[Change]") -> None:
    for (kind, why), number in counts.items():
        typer.echo(f"{number:,}\t{kind}\t{why}")
    if not counts:
        typer.echo("Both releases hold the same rows.")
    for change in changes:
        typer.echo(f"{change.kind}: {change.where}: {change.text}")


def push_release(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", exists=True, file_okay=False, help="A release's folder.")],
    repo: Annotated[str, typer.Option("--repo", metavar="NAME", help="Dataset on the hub, such as clinic/answers.")],
    endpoint: Annotated[
        str, typer.Option(help="Address of the hub.", envvar="HF_ENDPOINT", show_default=False)
    ] = "https://huggingface.co",
    public: Annotated[bool, typer.Option("--public", help="Let everybody see a dataset that is made anew.")] = False,
) -> None:
    """Verify a release and put it on a Hugging Face-compatible hub, in one commit. The token is in HF_TOKEN, or asked for."""
    import os

    from app.services import hub

    token = os.environ.get("HF_TOKEN") or _asked()
    typer.echo(hub.push(folder, repo, token, endpoint=endpoint, private=not public))


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return str(typer.prompt("Token of the hub", hide_input=True))
