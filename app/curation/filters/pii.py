"""Personal data: how many spans of each kind a sample holds, and which of them are masked where samples leave."""

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Any, ClassVar

import numpy as np
from pydantic import Field, create_model, model_validator

from app.curation.batch import Array, Batch, Content
from app.curation.bounds import Bound, Measure, at_most
from app.curation.filter import Filter, Span, Spans
from app.curation.pii.detection import Found, find_all
from app.curation.pii.detector import kinds, packaged_detectors
from app.curation.pii.measures import IN_ALL, measure_of
from app.curation.pii.policy import Action, PiiPolicy

_SURE = [kind for one in packaged_detectors() for kind in one.kinds()]
# One rule for each kind that a packaged detector finds: a new detector needs no line here.
_RULES: dict[str, Any] = {f"max_{kind}": (Bound, at_most(None, measure_of(kind), f"too_much_{kind}")) for kind in _SURE}
_Counted = create_model("_Counted", __base__=Filter, __module__="app.curation.filters", **_RULES)


class Pii(_Counted):
    """E-mail addresses, telephone numbers, cards, ids, keys and the like; a kind whose detector does not run has no number."""

    plain: ClassVar[tuple[Measure, ...]] = tuple(measure_of(kind) for kind in kinds() if kind not in _SURE)

    max_personal_data: Bound = at_most(
        5, IN_ALL, "too_much_personal_data", "Dolma masks up to 5 and drops samples with more."
    )
    masked: list[str] = Field(
        default=[],
        title="Kinds replaced by a pseudonym",
        description="Where samples leave, such as email, phone, secret.",
    )
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

    @model_validator(mode="after")
    def _makes_a_policy(self) -> "Pii":
        self.policy  # noqa: B018 - refuses unknown kinds, detectors and patterns
        return self

    @cached_property
    def policy(self) -> PiiPolicy:
        """What counts, as a policy."""
        actions: dict[str, Action] = dict.fromkeys(kinds(), "flag")
        actions.update(dict.fromkeys(self.masked, "mask"))
        actions.update(dict.fromkeys(self.ignored, "ignore"))
        shared = self.model_dump(include={"allow", "allow_patterns", "not_after", "min_score", "further"})
        return PiiPolicy.model_validate({"actions": actions, **shared})

    def fingerprint(self) -> str:
        """Changes with the version of any detector, too, and not with what is masked."""
        versions = sorted((one.key(), one.version) for one in self.policy.detectors)
        measured = Filter.fingerprint(self.model_copy(update={"masked": []}))
        return blake2b(f"{measured} {versions}".encode(), digest_size=8).hexdigest()

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
        return _by_reason(self.policy.find(sample))

    def _found(self, batch: Batch) -> Sequence[Sequence[Found]]:
        """The findings that all filters share, unless this one asks for more detectors."""
        return find_all(batch.samples, self.policy.detectors) if self.further else batch.personal_data


def _by_reason(found: Sequence[Found]) -> Spans:
    spans: dict[str, list[Span]] = {"too_much_personal_data": []}
    for one in found:
        span = Span(one.path, one.start, one.end)
        spans["too_much_personal_data"].append(span)
        spans.setdefault(f"too_much_{one.kind}", []).append(span)
    return spans
