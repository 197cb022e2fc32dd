"""Personal data: how many spans of each kind a sample holds."""

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from typing import ClassVar

import numpy as np
from pydantic import Field, model_validator

from app.curation.batch import Array, Batch, Content
from app.curation.bounds import Bound, Measure, at_most
from app.curation.filter import Filter, Span, Spans
from app.curation.pii.detection import Found, find_all
from app.curation.pii.detector import kinds
from app.curation.pii.measures import IN_ALL, TOO_MUCH, measure_of
from app.curation.pii.policy import PiiPolicy


class Pii(Filter):
    """E-mail addresses, telephone numbers, cards, ids, keys and the like; a kind whose detector does not run has no number."""

    max_personal_data: Bound = at_most(5, TOO_MUCH.measure, TOO_MUCH.reason, TOO_MUCH.help)
    ignored: list[str] = Field(default=["private_ip"], title="Kinds not counted", description="Such as private_ip.")
    allow: list[str] = Field(default=[], title="Allowed values", description="Such as info@example.org.")
    allow_patterns: list[str] = Field(
        default=[], title="Allowed patterns", description="Regular expressions that match an allowed value as a whole."
    )
    not_after: list[str] = Field(
        default=[], title="Not after these words", description="Such as model, for model 555-123-4567."
    )
    min_score: float = Field(
        default=0.5, ge=0, le=1, title="Least certainty", description="Findings less certain than this do not count."
    )
    further: list[str] = Field(
        default=[], title="Further detectors", description="Such as spacy or presidio, where they are installed."
    )

    plain: ClassVar[tuple[Measure, ...]] = tuple(map(measure_of, kinds()))

    @model_validator(mode="after")
    def _makes_a_policy(self) -> "Pii":
        self.policy  # noqa: B018 - refuses unknown kinds, detectors and patterns
        return self

    @classmethod
    def of(cls, policy: PiiPolicy) -> "Pii":
        """The filter that counts what the policy looks at, and drops what it drops."""
        shared = policy.model_dump(include={"allow", "allow_patterns", "not_after", "min_score", "further"})
        ignored = [kind for kind in kinds() if policy.action(kind) == "ignore"]
        return cls(max_personal_data=policy.drop_above_in_all, ignored=ignored, **shared)

    @cached_property
    def policy(self) -> PiiPolicy:
        """What counts, as a policy."""
        actions = {kind: "ignore" if kind in self.ignored else "flag" for kind in [*kinds(), *self.ignored]}
        shared = self.model_dump(include={"allow", "allow_patterns", "not_after", "min_score", "further"})
        return PiiPolicy.model_validate({"actions": actions, **shared})

    def fingerprint(self) -> str:
        """Changes with the version of any detector, too."""
        versions = sorted((one.key(), one.version) for one in self.policy.detectors)
        return blake2b(f"{super().fingerprint()} {versions}".encode(), digest_size=8).hexdigest()

    def measure(self, batch: Batch) -> dict[str, Array]:
        sought = {kind for one in self.policy.detectors for kind in one.kinds()} - set(self.ignored)
        counts = {kind: np.full(len(batch), 0.0 if kind in sought else np.nan) for kind in kinds()}
        in_all = np.zeros(len(batch))
        for row, found in enumerate(self._found(batch)):
            for one in self.policy.counted(batch.samples[row], found):
                counts[one.kind][row] += 1
                in_all[row] += 1
        return {IN_ALL.name: in_all} | {measure_of(kind).name: values for kind, values in counts.items()}

    def spans(self, sample: Content) -> Spans:
        return {TOO_MUCH.reason: [Span(one.path, one.start, one.end) for one in self.policy.find(sample)]}

    def _found(self, batch: Batch) -> Sequence[Sequence[Found]]:
        """The findings that all filters share, unless this one asks for more detectors."""
        return find_all(batch.samples, self.policy.detectors) if self.further else batch.personal_data
