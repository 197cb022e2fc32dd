"""How a dataset is reviewed: how many experts per sample, in which order, at which pace and cost."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, ColumnElement, Text, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.orm import Session

from app.models import Dataset

WHOLE = 1 << 32


class Order(StrEnum):
    """Which samples come to the desk first."""

    RECIPE = "recipe"
    QUALITY = "quality"
    UNCERTAINTY = "uncertainty"
    COVERAGE_GAP = "coverage_gap"
    MODEL_JUDGE = "model_judge"
    CORPUS = "corpus"
    RANDOM = "random"


class Stratum(StrEnum):
    """What coverage is counted by."""

    CORPUS = "corpus"
    LANGUAGE = "language"
    LABEL = "label"


class ReviewPlan(BaseModel):
    """A view of `datasets.review_plan`, which holds the settings of other parts as well."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    more: Annotated[int, Field(ge=1, le=9)] | None = None
    more_share: float = Field(0, ge=0, le=1, allow_inf_nan=False)
    seed: int = Field(1, ge=0, le=2**31 - 1)
    order: Order = Order.RECIPE
    coverage_by: Stratum = Stratum.CORPUS
    label_field: str = Field("", max_length=100)
    pace_minutes_idle: float = Field(5, gt=0, le=240, allow_inf_nan=False)
    hourly_cost: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] | None = None
    currency: str = Field("EUR", min_length=1, max_length=10)
    due_on: date | None = None
    passed_on_by: int = Field(2, ge=1, le=20)

    @property
    def ordering(self) -> tuple[object, ...]:
        """What the order of the queue depends on."""
        by_coverage = self.order is Order.COVERAGE_GAP
        return (
            self.order,
            self.seed if self.order is Order.RANDOM else None,
            self.coverage_by if by_coverage else None,
            self.label_field if by_coverage and self.coverage_by is Stratum.LABEL else None,
        )


def load(dataset: Dataset) -> ReviewPlan:
    """The plan, with defaults for what nobody has set."""
    return ReviewPlan.model_validate(dataset.review_plan)


def save(session: Session, dataset: Dataset, **values: Any) -> ReviewPlan:
    """Change some of the plan; what other parts keep beside it stays as it is."""
    lock(session, dataset)
    session.refresh(dataset, ["review_plan"])
    plan = ReviewPlan.model_validate({**load(dataset).model_dump(), **values})
    dataset.review_plan = {**dataset.review_plan, **plan.model_dump(mode="json")}
    session.flush()
    return plan


def lock(session: Session, dataset: Dataset) -> None:
    """Changes of a plan wait for each other; answers, which refer to the dataset, do not wait for them."""
    session.execute(select(Dataset.id).where(Dataset.id == dataset.id).with_for_update(key_share=True))


def reload(session: Session, dataset: Dataset) -> None:
    """How many reviews are wanted as of now. Asked once samples are locked: who changes that fits them afterwards."""
    session.flush()  # what is changed here counts
    session.refresh(dataset, ["reviews_per_sample", "review_plan"])


def wanted(dataset: Dataset, sample_id: ColumnElement[int]) -> ColumnElement[int]:
    """How many reviews a sample needs in all. The share that gets more is drawn by a hash of the seed and the sample."""
    plan = load(dataset)
    if not plan.more_share or plan.more is None or plan.more <= dataset.reviews_per_sample:
        return literal(dataset.reviews_per_sample, BigInteger)
    mark = func.left(func.md5(literal(f"{plan.seed}:", Text).concat(cast(sample_id, Text))), 8)
    drawn = cast(cast(literal("x", Text).concat(mark), BIT(32)), BigInteger)
    return case((drawn < round(plan.more_share * WHOLE), plan.more), else_=dataset.reviews_per_sample)
