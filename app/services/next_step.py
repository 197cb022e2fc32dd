"""The one thing that a dataset needs next."""

from dataclasses import dataclass

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
            "Add the first corpus",
            "Samples come from a file of yours: JSONL, CSV, Parquet or text.",
            "Add a corpus",
            _CORPORA,
        )
    for state, step in ((CorpusState.UNMAPPED, _map), (CorpusState.FAILED, _failed)):
        if waiting := [line.corpus for line in overview.corpora if line.corpus.state is state]:
            return step(waiting[0])
    if overview.job is not None and overview.job.kind is JobKind.IMPORT:
        corpus_id = overview.job.params["corpus_id"]
        return Step(
            "A corpus is being read",
            "You can close this page; the work goes on.",
            "Watch it",
            f"{_CORPORA}/{corpus_id}",
        )
    return None


def _map(corpus: Corpus) -> Step:
    return Step(
        f"Check the columns of “{corpus.name}”",
        "Winnow could not tell for sure which column is the question and which the answer.",
        "Check the mapping",
        f"{_CORPORA}/{corpus.id}",
    )


def _failed(corpus: Corpus) -> Step:
    return Step(
        f"“{corpus.name}” could not be read to its end",
        "What was read is safe. Its page says what is wrong and what to do.",
        "See what happened",
        f"{_CORPORA}/{corpus.id}",
    )


def _filtering(overview: Overview) -> Step | None:
    funnel = overview.funnel
    if overview.job is not None and overview.job.kind is JobKind.RUN:
        run_id = overview.job.params["run_id"]
        return Step(
            "The recipe is being applied", "You can close this page; the work goes on.", "Watch it", f"runs/{run_id}"
        )
    if funnel.uploaded == 0:
        return Step(
            "There is no sample yet",
            "No line of the corpora could become a sample. Their pages say why.",
            "Look at the corpora",
            _CORPORA,
        )
    if funnel.unjudged:
        return Step(
            f"{_samples(funnel.unjudged)} for the recipe",
            "It drops what is not worth an expert’s time. Look at it, then run it.",
            "Go to the recipe",
            _RECIPE,
        )
    if funnel.kept == 0:
        return Step(
            "The recipe drops every sample",
            "Look at its limits: at least one is too strict.",
            "Look at the recipe",
            _RECIPE,
        )
    return None


def _judging(funnel: Funnel, experts: int, target: int | None) -> Step:
    if target and funnel.approved >= target:
        return Step(
            f"The goal is reached: {funnel.approved:,} samples are approved",
            "Freeze them in a release.",
            "Make a release",
            _RELEASES,
        )
    if funnel.queued and not experts and not funnel.reviewed:
        return Step(
            f"{_samples(funnel.queued)} for an expert",
            "Invite someone who knows the field. You can review, too.",
            "Invite someone",
            _PEOPLE,
        )
    if funnel.queued:
        return Step(
            f"{_samples(funnel.queued)} for review",
            "One at a time, and each decision is one key.",
            "Start reviewing",
            _REVIEW,
        )
    if funnel.flagged:
        return Step(
            f"{_samples(funnel.flagged)} for somebody to settle",
            "Experts flagged them, or gave different answers.",
            "Look at them",
            "samples?state=flagged",
        )
    if funnel.approved:
        return Step(
            "Everything is decided",
            f"{funnel.approved:,} samples are approved. Freeze them in a release.",
            "Make a release",
            _RELEASES,
        )
    return Step(
        "Every sample was rejected",
        "Add a corpus of another kind, or look at the guidelines.",
        "Add a corpus",
        _CORPORA,
    )


def _samples(number: int) -> str:
    return "1 sample waits" if number == 1 else f"{number:,} samples wait"
