"""How the first approved sample would look in each format, so that a person can choose by looking."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.exporter import Example as Words
from app.curation.exporter import Unsuitable, exporters
from app.curation.sample import Form
from app.models import Revision, Sample, SampleState
from app.services import threads

LONGEST_TEXT = 90


@dataclass(frozen=True)
class Example:
    """One line of the file, laid out for reading with long texts cut; or why the sample does not fit the format."""

    text: str = ""
    trouble: str = ""


def examples(session: Session, dataset_id: int) -> dict[str, Example]:
    """By format; empty where nothing is approved."""
    row = session.execute(
        select(Sample.form, func.coalesce(Revision.content, Sample.content), Sample.meta)
        .outerjoin(Revision, Revision.id == Sample.revision_id)
        .where(
            Sample.dataset_id == dataset_id,
            Sample.state == SampleState.APPROVED,
            ~threads.open_question(),
        )
        .order_by(Sample.id)
        .limit(1)
    ).first()
    return {key: _example(kind(), *row) for key, kind in exporters().items()} if row else {}


def _example(exporter: Any, form: str, content: dict[str, Any], metadata: dict[str, Any]) -> Example:
    try:
        (made, *_) = exporter.rows(Words(Form(form), content, metadata or {}))
    except Unsuitable as error:
        return Example(trouble=str(error))
    return Example(orjson.dumps(_cut(made), option=orjson.OPT_INDENT_2).decode())


def _cut(value: Any) -> Any:
    """The same with long texts cut."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT].rstrip() + " …"
    if isinstance(value, list):
        return [_cut(item) for item in value]
    return {key: _cut(item) for key, item in value.items()} if isinstance(value, dict) else value
