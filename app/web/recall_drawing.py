"""How surely near-duplicates of each similarity are found, drawn beside the settings that decide it."""

from dataclasses import dataclass

from pydantic import ValidationError

from app.curation.bands import recall_curve
from app.curation.deduplicator import deduplicators
from app.web.drawing import HEIGHT, WIDTH
from app.web.recipe_form import Part
from app.web.wording import SPACE, percent

TOLD = (0.0, 0.05, 0.1)
"""Distances beyond the limit at which the chance is said in words as well."""


@dataclass(frozen=True)
class Recall:
    """The curve as an SVG path, the limit's place on it, and (similarity, chance) at and beyond the limit."""

    path: str
    bound_x: float
    told: list[tuple[str, str]]

    @property
    def label(self) -> str:
        """The drawing in one sentence."""
        said = "; ".join(f"of pairs {alike} the same, {found} are found" for alike, found in self.told)
        return f"Chance that two samples are compared, by how much they have in common. {said.capitalize()}."


def recall(part: Part) -> Recall | None:
    """None for a deduplicator that knows no chance, and while its settings cannot be read."""
    kind = deduplicators().get(part.key)
    if kind is None or not {"threshold", "permutations"} <= kind.model_fields.keys():
        return None
    try:
        chosen = kind.model_validate(part.values)
    except ValidationError:
        return None
    threshold: float = getattr(chosen, "threshold")  # noqa: B009 - declared by the plugin, not by its base
    curve = recall_curve(threshold, getattr(chosen, "permutations"))  # noqa: B009
    chances = dict(curve)
    points = " ".join(f"L{share * WIDTH:.1f} {(1 - chance) * (HEIGHT - 4) + 2:.1f}" for share, chance in curve)
    wanted = sorted({min(round(threshold + more, 2), 1.0) for more in TOLD} & chances.keys())
    told = [(percent(share), _surely(chances[share])) for share in wanted]
    return Recall(f"M{points[1:]}", round(threshold * WIDTH, 1), told)


def _surely(chance: float) -> str:
    """Never rounded up to certainty."""
    return f"over 99.9{SPACE}%" if chance > 0.999 else f"{100 * chance:.1f}{SPACE}%"
