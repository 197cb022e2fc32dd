"""The one thing that a dataset needs next."""

from dataclasses import dataclass

from app.messages import say, say_many
from app.models import Corpus, CorpusState, JobKind
from app.services.overview import Funnel, Overview

_CORPORA, _RECIPE, _REVIEW, _RELEASES, _PEOPLE = "corpora", "recipe", "review", "releases", "people"


@dataclass(frozen=True)
class Step:
    """What to do and why; `path` is below the dataset's address, `button` says what pressing it does."""

    title: str
    reason: str
    button: str
    path: str


def next_step(overview: Overview, experts: int, target: int | None) -> Step:
    """What brings the dataset on, the most basic thing first. `experts` counts members who only review."""
    return _reading(overview) or _filtering(overview) or _judging(overview.funnel, experts, target)


def _reading(overview: Overview) -> Step | None:
    if not overview.corpora:
        return Step(
            say("Add the first corpus"),
            say("Samples come from a file of yours: JSONL, CSV, Parquet or text."),
            say("Add a corpus"),
            _CORPORA,
        )
    for state, step in ((CorpusState.UNMAPPED, _map), (CorpusState.FAILED, _failed)):
        if waiting := [line.corpus for line in overview.corpora if line.corpus.state is state]:
            return step(waiting[0])
    if overview.job is not None and overview.job.kind is JobKind.IMPORT:
        corpus_id = overview.job.params["corpus_id"]
        return Step(
            say("A corpus is being read"),
            say("You can close this page; the work goes on."),
            say("Watch it"),
            f"{_CORPORA}/{corpus_id}",
        )
    return None


def _map(corpus: Corpus) -> Step:
    return Step(
        say("Check the columns of “%(corpus)s”", corpus=corpus.name),
        say("Winnow could not tell for sure which column is the question and which the answer."),
        say("Check the mapping"),
        f"{_CORPORA}/{corpus.id}",
    )


def _failed(corpus: Corpus) -> Step:
    return Step(
        say("“%(corpus)s” could not be read to its end", corpus=corpus.name),
        say("What was read is safe. Its page says what is wrong and what to do."),
        say("See what happened"),
        f"{_CORPORA}/{corpus.id}",
    )


def _filtering(overview: Overview) -> Step | None:
    funnel = overview.funnel
    if overview.job is not None and overview.job.kind is JobKind.RUN:
        run_id = overview.job.params["run_id"]
        return Step(
            say("The recipe is being applied"),
            say("You can close this page; the work goes on."),
            say("Watch it"),
            f"runs/{run_id}",
        )
    if funnel.uploaded == 0:
        return Step(
            say("There is no sample yet"),
            say("No line of the corpora could become a sample. Their pages say why."),
            say("Look at the corpora"),
            _CORPORA,
        )
    if funnel.unjudged:
        return Step(
            say_many(
                "%(num)s sample waits for the recipe", "%(num)s samples wait for the recipe", funnel.unjudged
            ),
            say("It drops what is not worth an expert’s time. Look at it, then run it."),
            say("Go to the recipe"),
            _RECIPE,
        )
    if funnel.kept == 0:
        return Step(
            say("The recipe drops every sample"),
            say("Look at its limits: at least one is too strict."),
            say("Look at the recipe"),
            _RECIPE,
        )
    return None


def _judging(funnel: Funnel, experts: int, target: int | None) -> Step:
    if target and funnel.approved >= target:
        return Step(
            say("The goal is reached: %(number)s samples are approved", number=funnel.approved),
            say("Freeze them in a release."),
            say("Make a release"),
            _RELEASES,
        )
    if funnel.queued and not experts and not funnel.reviewed:
        return Step(
            say_many("%(num)s sample waits for an expert", "%(num)s samples wait for an expert", funnel.queued),
            say("Invite someone who knows the field. You can review, too."),
            say("Invite someone"),
            _PEOPLE,
        )
    if funnel.queued:
        return Step(
            say_many("%(num)s sample waits for review", "%(num)s samples wait for review", funnel.queued),
            say("One at a time, and each decision is one key."),
            say("Start reviewing"),
            _REVIEW,
        )
    if funnel.flagged:
        return Step(
            say_many(
                "%(num)s sample waits for somebody to settle",
                "%(num)s samples wait for somebody to settle",
                funnel.flagged,
            ),
            say("Experts flagged them, or gave different answers."),
            say("Look at them"),
            "samples?state=flagged",
        )
    if funnel.approved:
        return Step(
            say("Everything is decided"),
            say("%(number)s samples are approved. Freeze them in a release.", number=funnel.approved),
            say("Make a release"),
            _RELEASES,
        )
    return Step(
        say("Every sample was rejected"),
        say("Add a corpus of another kind, or look at the guidelines."),
        say("Add a corpus"),
        _CORPORA,
    )
