"""What one pass over the text finds out about a batch: the part of curating that runs in many processes."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.curation.batch import Array, Batch
from app.curation.decontaminating import Decontaminator, Sighting
from app.curation.deduplicator import Signatures
from app.curation.measuring import measure, measuring
from app.curation.preferences import MEASURES
from app.curation.recipe import Recipe
from app.curation.sample import Json, Sample
from app.curation.verdict import judge


@dataclass(frozen=True, slots=True)
class Judged:
    """Per row of a batch: the reasons against it (absent where there are none); per comparison: the signatures.

    `sighting` is what of the benchmarks was seen (None: there are none), `keys` what survivors are chosen by.
    """

    reasons: dict[int, list[Json]]
    signatures: dict[str, Signatures]
    sighting: Sighting | None
    keys: dict[str, Array]


class Judge:
    """One recipe and the benchmarks, ready to look at batches."""

    def __init__(self, recipe: Recipe, decontaminator: Decontaminator | None = None) -> None:
        self.recipe = recipe
        self.decontaminator = decontaminator
        self.filters = measuring(recipe.filters)

    def __call__(self, samples: Sequence[Sample]) -> Judged:
        batch = Batch(samples)
        measures = measure(batch, self.filters)
        found = judge(measures, self.recipe.limits)
        return Judged(
            {row: [reason.as_json() for reason in reasons] for row, reasons in found.items()},
            {key: one.signatures(batch) for key, one in self.recipe.comparisons.items()},
            self.decontaminator.sight(batch) if self.decontaminator else None,
            {name: measures[MEASURES[name]] for name in self.recipe.survivors if name in MEASURES},
        )


_judges: list[Judge] = []


def appoint(recipe: Recipe, decontaminator: Decontaminator | None) -> None:
    """Prepare this process for `judge_samples`."""
    _judges[:] = [Judge(recipe, decontaminator)]


def judge_samples(samples: Sequence[Sample]) -> Judged:
    """What the appointed judge finds."""
    return _judges[0](samples)
