"""Why the sample that stays of several near-duplicates is just this one, in words."""

from collections.abc import Callable

from app.messages import say
from app.models import SampleState
from app.services.clusters import Cluster, Member

Key = Callable[[Member], float]
KEYS: dict[str, tuple[Key, str]] = {
    "approved": (lambda one: one.state is SampleState.APPROVED, say("experts approved it")),
    "trusted": (lambda one: one.is_trusted, say("its corpus is trusted")),
    "longest": (lambda one: len(one.question) + len(one.answer), say("it is the longest")),
    "newest": (lambda one: one.id, say("it was read last")),
    "licence": (lambda one: bool(one.licence), say("its corpus states a licence")),
}
"""A preference of a recipe: what is compared, more being better, and the reason in words."""


def because(cluster: Cluster) -> str:
    """The first preference that tells the survivor from another member; without one it was read first."""
    survivor, *others = cluster.members
    if survivor.is_chosen:
        return say("a person chose it")
    for preference in cluster.preferences:
        if preference not in KEYS:
            return say("it is the best written")
        key, words = KEYS[preference]
        if any(key(survivor) > key(other) for other in others):
            return words
    return say("it was read first")
