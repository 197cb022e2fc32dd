"""What becomes of personal data: which kinds are ignored, flagged or masked."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.curation.batch import Content
from app.curation.pii.detection import Found, find
from app.curation.pii.detector import Detector, canonical, detectors, kinds, packaged_detectors
from app.curation.sample import turns

Action: TypeAlias = Literal["ignore", "flag", "mask"]
USUAL: dict[str, Action] = {"secret": "mask", "password": "mask", "link": "mask", "private_ip": "ignore"}
"""Actions where a policy says nothing; every other kind is flagged."""
_REACH = 24


class PiiPolicy(BaseModel):
    """The default flags every certain finding and masks secrets. How many are too many is said by the filter `pii`.

    `further` names detectors that the user installs, with a model behind a colon: ``spacy:en_core_web_sm``, ``presidio``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    actions: dict[str, Action] = Field(default={}, description="What to do with a kind, where not the usual.")
    allow: list[str] = Field(default=[], description="Values that are no personal data, such as info@example.org.")
    allow_patterns: list[str] = Field(default=[], description="Regular expressions for such values, as a whole.")
    not_after: list[str] = Field(default=[], description="Words right before a number that say it is none.")
    min_score: float = Field(default=0.5, ge=0, le=1, description="Findings less certain than this are left out.")
    further: list[str] = Field(default=[], description="Further detectors, such as spacy or presidio.")

    @field_validator("actions")
    @classmethod
    def _known_kinds(cls, value: dict[str, Any]) -> dict[str, Any]:
        if unknown := sorted(set(value) - set(kinds())):
            raise ValueError(f"there is no kind {', '.join(unknown)}; there are: {', '.join(kinds())}")
        return value

    @field_validator("allow_patterns")
    @classmethod
    def _valid_patterns(cls, value: list[str]) -> list[str]:
        for pattern in value:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
        return value

    @field_validator("further")
    @classmethod
    def _known_detectors(cls, value: list[str]) -> list[str]:
        known = [key for key, one in detectors().items() if one.further]
        if unknown := [entry for entry in value if entry.partition(":")[0] not in known]:
            raise ValueError(f"there is no further detector {', '.join(unknown)}; there are: {', '.join(known)}")
        return value

    def action(self, kind: str) -> Action:
        """What becomes of findings of this kind."""
        return self.actions.get(kind) or USUAL.get(kind, "flag")

    @cached_property
    def detectors(self) -> tuple[Detector, ...]:
        """All detectors that run. NotInstalled where a further one cannot."""
        entries = (entry.partition(":") for entry in self.further)
        further = (detectors()[key](*([model] if model else [])) for key, _, model in entries)
        return (*packaged_detectors(), *further)

    def find(self, sample: Content) -> list[Found]:
        """The findings in a sample that count under this policy, from left to right."""
        return self.counted(sample, find(sample, self.detectors))

    def counted(self, sample: Content, found: Sequence[Found]) -> list[Found]:
        """Those of the findings that are certain enough, of no ignored kind and not allowed."""
        some = [one for one in found if one.score >= self.min_score and self.action(one.kind) != "ignore"]
        if some and (self.allow or self.allow_patterns):
            some = [one for one in some if not self._allows(one)]
        if some and self.not_after:
            texts = {turn.path: turn.text for turn in turns(sample.form, sample.content)}
            some = [one for one in some if not self._follows(texts[one.path], one.start)]
        return some

    def _allows(self, found: Found) -> bool:
        value = canonical(found.kind, found.value)
        is_listed = any(canonical(found.kind, allowed) == value for allowed in self.allow)
        return is_listed or any(re.fullmatch(pattern, found.value) for pattern in self.allow_patterns)

    def _follows(self, text: str, start: int) -> bool:
        """Whether one of the words in `not_after` stands right before the place, signs and blanks left out."""
        before = re.sub(r"\W+\Z", "", text[max(0, start - _REACH) : start]).casefold()
        return any(re.search(rf"(?<!\w){re.escape(word.casefold())}\Z", before) for word in self.not_after)
