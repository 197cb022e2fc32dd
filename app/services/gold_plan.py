"""How a dataset measures its experts: gold samples, practice before real work, and when a desk is paused."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.models import Dataset


class GoldPlan(BaseModel):
    """A part of `dataset.review_plan`; zero switches each of these off.

    `gold_share` of an expert's samples have a known answer. Whoever is new decides `calibration` of them first, and sees
    how they did. A desk is paused once the share of right answers among the last `gold_window` hidden ones is below
    `least_accuracy` beyond doubt. A sample whose answers to questions are less than `least_alike` goes to a lead.
    """

    model_config = ConfigDict(extra="ignore")

    gold_share: float = Field(0, ge=0, le=0.5, allow_inf_nan=False)
    calibration: int = Field(0, ge=0, le=50)
    gold_window: int = Field(20, ge=5, le=200)
    least_accuracy: float = Field(0, ge=0, le=1, allow_inf_nan=False)
    least_alike: float = Field(0, ge=0, le=1, allow_inf_nan=False)


def of(dataset: Dataset) -> GoldPlan:
    """What the dataset's plan says. A value that no version of ours would write switches its part off."""
    given: dict[str, Any] = dict(dataset.review_plan or {})
    try:
        return GoldPlan.model_validate(given)
    except ValidationError as error:
        wrong = {problem["loc"][0] for problem in error.errors()}
        return GoldPlan.model_validate({name: value for name, value in given.items() if name not in wrong})


def change(session: Session, dataset: Dataset, plan: GoldPlan) -> None:
    """Store these fields beside whatever else the review plan holds, also what somebody else stores at this moment."""
    session.execute(
        update(Dataset)
        .where(Dataset.id == dataset.id)
        .values(review_plan=Dataset.review_plan.concat(plan.model_dump()))
        .execution_options(synchronize_session=False)
    )
    session.refresh(dataset, ["review_plan"])
