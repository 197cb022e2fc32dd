"""`winnow suggest` on a database."""

from pathlib import Path

import orjson
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from app import db
from app.cli.root import app
from app.curation.rubric import loaded
from app.models import Suggestion
from app.services import rubrics
from tests import factories


def test_lines_are_stored_or_told(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    with db.transaction() as session:
        dataset = factories.make_dataset(session, "Answers")
        sample = factories.make_samples(session, factories.make_corpus(session, dataset))[0]
        question = {"kind": "rating", "key": "helpful", "title": "Helpful?"}
        rubrics.save(session, dataset, factories.make_user(session), loaded([question]), 0)
        place = f"{sample.file}:{sample.position}"
    lines = [{"id": place, "question": "helpful", "value": value, "source": "a model"} for value in (4, 9)]
    file = tmp_path / "said.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, lines)))

    result = CliRunner().invoke(app, ["suggest", "Answers", str(file)])
    assert result.exit_code == 1
    assert "2 lines = 1 suggestions + 1 refused" in result.output
    assert "line 2: helpful: Give a whole number from 1 to 5." in result.output
    with db.transaction() as session:
        assert session.scalars(select(Suggestion.value)).all() == [4]
