"""What the desk sends: answers, drafts, and what an open page asks for."""

from typing import Annotated, Any, ClassVar

from fastapi import Depends
from pydantic import ConfigDict, Field, model_validator

from app.messages import say
from app.models import Decision
from app.services import reasons
from app.web.forms import Input, Submission, submission


class Answer(Input):
    """What the desk sends. `text` is not trimmed: an edit is kept to the letter.

    One form holds it all: each panel has words of its own, and a reason alone is a rejection. Answers to the rubric
    have names of their own, ``a.KEY`` or ``a.KEY.PART``.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)
    many: ClassVar[str] = "a."

    slot: int = Field(ge=1, le=2**63 - 1)
    key: str = Field(min_length=8, max_length=64)
    proof: str = Field("", max_length=64)
    decision: Decision
    reason: str = Field("", max_length=40)
    comment: str = Field("", max_length=4_000)
    reject_comment: str = Field("", max_length=4_000)
    flag_comment: str = Field("", max_length=4_000)
    piece: list[int] = Field(default_factory=list)
    text: list[str] = Field(default_factory=list)
    role: list[str] = Field(default_factory=list)
    layout: str = Field("", max_length=100_000)
    cursor: str = ""
    rubric: int | None = Field(None, ge=1, le=2**63 - 1)
    suggested: bool = False
    asked: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    seconds: float | None = Field(None, ge=0, le=86_400, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        plain = {name: value for name, value in values.items() if not name.startswith(cls.many)}
        # A reason alone is a decision: nobody's field is a skip, any other a rejection.
        meant = {reasons.NOT_MY_FIELD: "skip"}.get(str(plain.get("reason")), "reject")
        return ({"decision": meant} if plain.get("reason") else {}) | plain | {"asked": given(values)}

    @model_validator(mode="after")
    def _paired(self) -> "Answer":
        if len(self.piece) != len(self.text) or len(self.role) not in (0, len(self.piece)):
            raise ValueError(say("Part of the text was lost on its way. Send it again."))
        return self

    @property
    def edits(self) -> dict[int, str]:
        return dict(zip(self.piece, self.text, strict=True))

    @property
    def roles(self) -> dict[int, str]:
        return dict(zip(self.piece, self.role, strict=False))

    @property
    def words(self) -> str:
        """What was written in the panel of this decision."""
        panels = {Decision.REJECT: self.reject_comment, Decision.FLAG: self.flag_comment}
        return panels.get(self.decision, "") or self.comment


def given(values: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """What was sent for each question of a rubric, by its key and the part of the question that a control is for."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, value in values.items():
        if name.startswith(Answer.many):
            key, _, part = name.removeprefix(Answer.many).partition(".")
            found.setdefault(key, {})[part] = value
    return found


class TakeBack(Input):
    """Which answer to take back, by its number or the key it was sent with; the latest where none is named."""

    review: int | None = Field(None, ge=1, le=2**63 - 1)
    key: str = Field("", max_length=64)


class Lease(Input):
    """The place that is on the screen."""

    slot: int = Field(ge=1, le=2**63 - 1)


class Draft(Answer):
    """An edit under way, to see what it changes: the same form as an answer's."""

    key: str = ""
    decision: Decision = Decision.APPROVE


class Turning(Draft):
    """One operation on the turns of a conversation, such as ``split.2``; `cursor` counts characters of that turn."""

    operation: str = Field(max_length=20)

    @property
    def at(self) -> int | None:
        return int(self.cursor) if self.cursor.isascii() and self.cursor.isdigit() and len(self.cursor) < 9 else None


AnswerDep = Annotated[Submission[Answer], Depends(submission(Answer))]
TakeBackDep = Annotated[Submission[TakeBack], Depends(submission(TakeBack))]
LeaseDep = Annotated[Submission[Lease], Depends(submission(Lease))]
DraftDep = Annotated[Submission[Draft], Depends(submission(Draft))]
TurningDep = Annotated[Submission[Turning], Depends(submission(Turning))]
