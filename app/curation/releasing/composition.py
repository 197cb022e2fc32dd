"""What a release is asked to be: which samples, in which format, split how, checked against what."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

LABEL = "label:"
"""Before the key of a rubric's question, where a field names what to balance or stratify by."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cap(_Strict):
    """At most so many rows of one corpus, one cluster of near-duplicates, or one label (`label:KEY`)."""

    by: str = Field(pattern=r"^(corpus|cluster|label:.+)$")
    most: int = Field(ge=1)


class Selection(_Strict):
    """Which samples; an empty field lets all through. `corpora` are ids; scores and agreement run from 0 to 1."""

    corpora: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    labels: dict[str, tuple[Any, ...]] = {}
    min_score: float | None = Field(None, ge=0, le=1)
    min_agreement: float | None = Field(None, ge=0, le=1)
    low_agreement: Literal["leave_out", "weight"] = "leave_out"
    decided_from: date | None = None
    decided_until: date | None = None
    caps: tuple[Cap, ...] = ()
    budget: int | None = Field(None, ge=1)
    """Rows to choose by quality and diversity; None takes all."""

    @property
    def has_weights(self) -> bool:
        """Whether rows bear what their reviewers agreed on, from 0 to 1, as their weight."""
        return self.min_agreement is not None and self.low_agreement == "weight"


class Splits(_Strict):
    """Shares of validation and test; the rest is for training. `stratify_by` is empty, `corpus` or `label:KEY`."""

    validation: float = Field(0, ge=0, lt=1)
    test: float = Field(0, ge=0, lt=1)
    seed: int = 0
    stratify_by: str = Field("", pattern=r"^(|corpus|label:.+)$")
    threshold: float = Field(0.7, gt=0, le=1)
    """Jaccard similarity from which two rows never stand on two sides."""
    frozen_from: int | None = None
    """Version of the earlier release whose test split stays exactly as it is."""

    @model_validator(mode="after")
    def _leaves_some_for_training(self) -> "Splits":
        if self.validation + self.test >= 1:
            raise ValueError("Validation and test together must leave something for training.")
        return self

    @property
    def are_asked(self) -> bool:
        return bool(self.validation or self.test or self.frozen_from)


class Layout(_Strict):
    """How the files look. `provenance` adds where each row comes from and who reviewed it."""

    compression: Literal["none", "zstd"] = "none"
    shard_rows: int = Field(100_000, ge=1_000)
    provenance: bool = False


class Gate(_Strict):
    """What the checks before publishing are told. Empty licences allow every licence that is stated."""

    context_length: int | None = Field(None, ge=16)
    tokenizer: str = ""
    """Name of an uploaded tokenizer.json or of a packaged encoding; empty for the packaged default."""
    licences: tuple[str, ...] = ()
    agreement_floor: float | None = Field(None, ge=-1, le=1)
    largest_label_share: float | None = Field(None, gt=0, le=1)


class Composition(_Strict):
    """Everything that a person decides about a release."""

    format: str
    selection: Selection = Selection()
    splits: Splits = Splits()
    layout: Layout = Layout()
    gate: Gate = Gate()
