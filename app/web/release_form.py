"""The form that composes a release: flat fields with shares in percent, and the composition that they mean."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

import orjson
from pydantic import Field, ValidationInfo, field_validator, model_validator

from app.curation.exporter import exporters
from app.curation.releasing.composition import LABEL, Cap, Composition, Gate, Layout, Selection, Splits
from app.messages import say
from app.web.forms import Input, Line

Percent = Annotated[float, Field(ge=0, le=100)]
Some = Annotated[int, Field(ge=1, le=1_000_000_000)]
BY_CORPUS, BY_CLUSTER = "corpus", "cluster"


class Composed(Input):
    """What a person typed. Fields that begin with `label_` hold the answers that are wanted to a question."""

    many: ClassVar[str] = "label_"

    format: str = Field(max_length=80)
    corpora: list[int] = Field(default_factory=list)
    languages: list[str] = Field(default_factory=list)
    licences: list[str] = Field(default_factory=list)
    labels: dict[str, list[str]] = Field(default_factory=dict)
    score: Percent | None = None
    agreement: Percent | None = None
    low_agreement: Literal["leave_out", "weight"] = "leave_out"
    decided_from: date | None = None
    decided_until: date | None = None
    most_corpus: Some | None = None
    most_cluster: Some | None = None
    label: str = Field("", max_length=80)
    most_label: Some | None = None
    budget: Some | None = None
    validation: float = Field(0, ge=0, lt=100)
    test: float = Field(0, ge=0, lt=100)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    stratify_by: str = ""
    near: float = Field(70, gt=0, le=100)
    frozen_from: int | None = None
    compression: Literal["none", "zstd"] = "none"
    shard_rows: int = Field(100_000, ge=1_000, le=100_000_000)
    provenance: bool = False
    context_length: int | None = Field(None, ge=16, le=100_000_000)
    tokenizer: Line = Field("", max_length=200)
    allowed: list[str] = Field(default_factory=list)
    floor: Percent | None = None
    largest: float | None = Field(None, gt=0, le=100)
    name: Line = ""
    """Of a selection that is to be kept."""

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, values: dict[str, Any]) -> dict[str, Any]:
        plain = {name: value for name, value in values.items() if not name.startswith(cls.many)}
        named = {name.removeprefix(cls.many): value for name, value in values.items() if name.startswith(cls.many)}
        return plain | {"labels": named}

    @field_validator("format")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in exporters():
            raise ValueError(say("Choose one of the formats."))
        return value

    @field_validator("labels")
    @classmethod
    def _are_answers(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        try:
            for one in value.values():
                [orjson.loads(answer) for answer in one]
        except orjson.JSONDecodeError:
            raise ValueError(say("Choose one of the answers.")) from None
        return value

    @field_validator("decided_until")
    @classmethod
    def _is_not_before(cls, value: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("decided_from")
        if value and first and value < first:
            raise ValueError(say("The last day lies before the first one."))
        return value

    @field_validator("most_label")
    @classmethod
    def _goes_with_a_question(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value and not info.data.get("label"):
            raise ValueError(say("Choose the question whose answers are counted."))
        return value

    @field_validator("test")
    @classmethod
    def _leaves_some(cls, value: float, info: ValidationInfo) -> float:
        if value + info.data.get("validation", 0) >= 100:
            raise ValueError(say("Validation and test together must leave something for training."))
        return value

    def selection(self) -> Selection:
        """Which samples."""
        most = [(BY_CORPUS, self.most_corpus), (BY_CLUSTER, self.most_cluster), (LABEL + self.label, self.most_label)]
        return Selection(
            corpora=tuple(self.corpora),
            languages=tuple(one.removeprefix("-") for one in self.languages),
            licences=tuple(self.licences),
            labels={key: tuple(orjson.loads(one) for one in chosen) for key, chosen in self.labels.items()},
            min_score=_share(self.score),
            min_agreement=_share(self.agreement),
            low_agreement=self.low_agreement,
            decided_from=self.decided_from,
            decided_until=self.decided_until,
            caps=tuple(Cap(by=by, most=number) for by, number in most if number),
            budget=self.budget,
        )

    def composition(self) -> Composition:
        """All of it."""
        return Composition(
            format=self.format,
            selection=self.selection(),
            splits=Splits(
                validation=self.validation / 100,
                test=self.test / 100,
                seed=self.seed,
                stratify_by=self.stratify_by if self.stratify_by == BY_CORPUS or not self.stratify_by
                else LABEL + self.stratify_by.removeprefix(LABEL),
                threshold=self.near / 100,
                frozen_from=self.frozen_from,
            ),
            layout=Layout(compression=self.compression, shard_rows=self.shard_rows, provenance=self.provenance),
            gate=Gate(
                context_length=self.context_length,
                tokenizer=self.tokenizer,
                licences=tuple(self.allowed),
                agreement_floor=_share(self.floor),
                largest_label_share=_share(self.largest),
            ),
        )  # fmt: skip


def values_of(composition: Composition) -> dict[str, Any]:
    """The fields that a composition stands in; fields that say nothing are left out."""
    splits, layout, gate = composition.splits, composition.layout, composition.gate
    found = {
        "format": composition.format,
        **selected(composition.selection),
        "validation": _percent(splits.validation),
        "test": _percent(splits.test),
        "seed": str(splits.seed),
        "stratify_by": splits.stratify_by,
        "near": _percent(splits.threshold),
        "frozen_from": splits.frozen_from,
        "compression": layout.compression,
        "shard_rows": layout.shard_rows,
        "provenance": "true" if layout.provenance else "",
        "context_length": gate.context_length,
        "tokenizer": gate.tokenizer,
        "allowed": list(gate.licences),
        "floor": _percent(gate.agreement_floor),
        "largest": _percent(gate.largest_label_share),
    }
    return _said(found)


def selected(selection: Selection) -> dict[str, Any]:
    """The fields that a selection stands in."""
    most = {cap.by: cap.most for cap in selection.caps}
    by_label = next((by for by in most if by.startswith(LABEL)), "")
    return _said(
        {
            "corpora": [str(one) for one in selection.corpora],
            "languages": [one or "-" for one in selection.languages],
            "licences": list(selection.licences),
            **{Composed.many + key: [orjson.dumps(one).decode() for one in wanted]
               for key, wanted in selection.labels.items()},
            "score": _percent(selection.min_score),
            "agreement": _percent(selection.min_agreement),
            "low_agreement": selection.low_agreement,
            "decided_from": selection.decided_from,
            "decided_until": selection.decided_until,
            "most_corpus": most.get(BY_CORPUS),
            "most_cluster": most.get(BY_CLUSTER),
            "most_label": most.get(by_label),
            "label": by_label.removeprefix(LABEL),
            "budget": selection.budget,
        }
    )  # fmt: skip


def narrows(values: Mapping[str, Any]) -> bool:
    """Whether the fields choose among what is approved."""
    fields = ("corpora", "languages", "licences", "score", "agreement", "decided_from", "decided_until", "most_corpus",
              "most_cluster", "most_label", "budget")  # fmt: skip
    return any(values.get(name) for name in fields) or any(name.startswith(Composed.many) for name in values)


def _said(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, list) else str(value)
        for name, value in found.items()
        if value not in (None, "", [])
    }


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def _percent(share: float | None) -> str:
    return "" if share is None else f"{round(100 * share, 6):g}"
