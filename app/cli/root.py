"""The root command, and one place that turns expected errors into one sentence and an exit code."""

import sys
import warnings
from typing import Annotated

import typer

from app import __version__
from app.cli import curating, data, deduplicating, generating, measuring, recipes, releasing, serving, suggesting

app = typer.Typer(
    name="winnow",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="From raw corpora to training data that experts have approved."
    "\n\nStart with [bold]winnow up[/bold] and open the address it prints.",
)
for module in (serving, data, generating, curating, deduplicating, measuring, recipes, suggesting, releasing):
    module.register(app)

# Exit codes: 0 done, 1 could not be done (one sentence on stderr), 2 wrong use of the command line, 130 interrupted.


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"winnow {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line."""
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if not _is_expected(error):
            raise
        typer.secho(_sentence(error), err=True, fg="red")
        sys.exit(1)


def _is_expected(error: Exception) -> bool:
    """Errors whose message was written for the person at the keyboard."""
    from app.curation.folders import FolderRefused
    from app.curation.parallel import WorkerDied
    from app.curation.pii.detector import NotInstalled
    from app.curation.readers import FileRefused, NeedsMapping
    from app.curation.recipe import RecipeRefused
    from app.embedded import StartFailed
    from app.home import HomeError
    from app.migrate import NewerData
    from app.services.errors import DomainError
    from app.supervisor import CannotStart

    return isinstance(
        error,
        CannotStart
        | DomainError
        | FileRefused
        | FolderRefused
        | HomeError
        | NeedsMapping
        | NewerData
        | NotInstalled
        | RecipeRefused
        | StartFailed
        | WorkerDied,
    )


def _sentence(error: Exception) -> str:
    from app.curation.readers import NeedsMapping

    return (
        f"{error} For example: --column prompt=… --column response=…" if isinstance(error, NeedsMapping) else str(error)
    )
