"""`winnow generate`: ask a language model about a dataset's passages, and wait."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Annotated, TypeVar

import typer

from app import attach, migrate
from app.cli.data import DatasetName, _do, _find
from app.db import transaction
from app.services.errors import Invalid, NotFound

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    app.command()(generate)


def generate(
    dataset: DatasetName,
    model: Annotated[str, typer.Option(help="Name of a language model, as its page gives it.")],
    prompt: Annotated[
        str, typer.Option(help="Name of a prompt; its newest version is used.")
    ] = "Questions and answers",
    budget: Annotated[str, typer.Option(help="What it may cost at most, in the model's currency.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many passages; 0 is all of them.", min=0)] = 0,
    rounds: Annotated[int, typer.Option(help="Requests, where the prompt needs no passage.", min=1)] = 10,
    estimate: Annotated[bool, typer.Option("--estimate", help="Only say what it would need.")] = False,
) -> None:
    """Make samples from passages with a language model."""
    from app.curation.generating.pricing import Prices
    from app.services import endpoints, generating, prompts
    from app.services.generating import Choice, Settings

    choice = replace(Choice(), limit=limit, rounds=rounds)
    with attach.services() as settings:
        migrate.upgrade(str(settings.database_url))
        with transaction() as session:
            found = _find(session, dataset)
            endpoint = _named({one.name: one for one in endpoints.of(session)}, model, "model")
            version = _named({one.name: newest for one, newest in prompts.of(session, found)}, prompt, "prompt")
            if estimate:
                prices = Prices(endpoint.price_in, endpoint.price_out)
                need = generating.estimate(session, found, version, prices, Settings(), choice)
                typer.echo(
                    f"{need.passages:,} requests, about {need.tokens_in:,} tokens sent and {need.tokens_out:,} received,"
                    f" about {need.cost:.4f} and at most {need.most:.4f} {endpoint.currency}"
                )
                return
            started = generating.start(
                session, found, version, endpoint, Settings(), choice, budget=_money(budget) if budget else None
            )
            generation_id, job_id = started.id, int(started.job_id or 0)
        done = _do(job_id)
        with transaction() as session:
            generation = generating.find(session, found.id, generation_id)
            corpus = generating.corpus_of(session, generation)
            if corpus is not None:
                typer.echo(
                    f"{corpus.name}: {corpus.lines:,} lines = {corpus.accepted:,} samples + {corpus.refused:,} refused"
                    f" + {corpus.copies:,} exact copies, {generation.spent:.4f} {generation.currency}"
                )
            if generation.halt:
                typer.secho(generation.halt_words or "It stopped: the budget is used up.", err=True, fg="red")
            done = done and not generation.halt
    raise typer.Exit(int(not done))


def _named(found: Mapping[str, T], name: str, what: str) -> T:
    """Whatever bears this name. NotFound."""
    if name not in found:
        names = ", ".join(f"“{one}”" for one in found) or "none"
        raise NotFound(f"There is no {what} “{name}”. There are: {names}.")
    return found[name]


def _money(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise Invalid(f"“{text}” is no amount. Write it like 2.50.") from error
    if not amount.is_finite() or amount <= 0:
        raise Invalid(f"“{text}” is no amount. Write it like 2.50.")
    return amount
