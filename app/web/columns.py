"""The mapping form: which column of an unknown file holds which part of a sample."""

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.curation.readers import Mapping, Preview
from app.curation.sample import Form, Source, Turn, turns
from app.curation.shapes import Unfit
from app.models import DatasetForm


@dataclass(frozen=True)
class Part:
    """One part of a sample that a column can hold, and names that columns with it tend to have."""

    name: str
    title: str
    hint: str
    is_optional: bool = False
    likely: tuple[str, ...] = ()


_ASKED = ("prompt", "question", "instruction", "query", "input", "request", "ask", "user", "frage")
_ANSWERED = ("response", "answer", "completion", "output", "reply", "target", "assistant", "antwort")
_CONTEXT = Part(
    "context",
    "Context",
    "What the question rests on, such as a passage",
    True,
    ("context", "passage", "background", "source"),
)

FORMS: dict[str, tuple[str, tuple[Part, ...]]] = {
    "instruction": (
        "Questions with answers",
        (
            Part("prompt", "Question", "What is asked", likely=_ASKED),
            _CONTEXT,
            Part("response", "Answer", "What a model should learn to say", likely=_ANSWERED),
        ),
    ),
    "text": (
        "Plain text",
        (Part("text", "Text", "The text itself", likely=("text", "content", "body", "document", "article")),),
    ),
    "preference": (
        "A better and a worse answer",
        (
            Part("prompt", "Question", "What is asked", likely=_ASKED),
            Part(
                "chosen",
                "Better answer",
                "The one that people preferred",
                likely=("chosen", "better", "preferred", "winner"),
            ),
            Part("rejected", "Worse answer", "The one that people rejected", likely=("rejected", "worse", "loser")),
        ),
    ),
    "chat": (
        "Conversations",
        (
            Part(
                "messages",
                "Messages",
                "A column whose values are lists of turns",
                likely=("messages", "conversation", "conversations", "turns"),
            ),
        ),
    ),
}


@dataclass(frozen=True)
class Chosen:
    """The state of the form: the file's first rows, the choice so far, and the first row as a sample."""

    preview: Preview
    form: str
    fields: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    first: list[Turn] = field(default_factory=list)
    trouble: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        return FORMS[self.form][1]


def suggested(preview: Preview, form: DatasetForm) -> Chosen:
    """A first guess from the columns' names; a person confirms it."""
    start = form.value if form.value in FORMS and form is not DatasetForm.CHAT else "instruction"
    return _with_first(Chosen(preview, start, {part.name: _likely(preview.columns, part) for part in FORMS[start][1]}))


def chosen(preview: Preview, typed: AnyMapping[str, Any]) -> Chosen:
    """What a person chose; columns that the file does not have count as not chosen."""
    form = str(typed.get("form", ""))
    form = form if form in FORMS else "instruction"
    parts = FORMS[form][1]
    fields = {part.name: str(typed.get(f"{form}.{part.name}", "")) for part in parts}
    fields = {name: column if column in preview.columns else "" for name, column in fields.items()}
    missing = {part.name: "Choose the column." for part in parts if not part.is_optional and not fields[part.name]}
    made = Chosen(preview, form, fields, missing)
    return made if missing else _with_first(made)


def _with_first(made: Chosen) -> Chosen:
    """The first row seen through the mapping, or why it makes no sample."""
    rows, fields = made.preview.rows, {name: column for name, column in made.fields.items() if column}
    if not rows:
        return made
    try:
        sample = Mapping(Form(made.form), fields).to_sample(dict(rows[0]), Source("", 0))
    except Unfit as error:
        return replace(made, fields=fields, trouble=error.message)
    except ValueError:  # not every part has a column yet
        return made
    return replace(made, fields=fields, first=list(turns(sample.form, sample.content)))


def _likely(names: list[str], part: Part) -> str:
    lowered = {name.lower().strip(): name for name in names}
    exact = next((lowered[word] for word in part.likely if word in lowered), "")
    return exact or next((name for low, name in lowered.items() if any(word in low for word in part.likely)), "")
