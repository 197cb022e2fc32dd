"""Datasets with a planted fault, and what the gate says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app import db
from app.curation.releasing.composition import Composition
from app.curation.sample import Form
from app.models import Dataset, JobState, ReleaseCheck, ReleaseFinding, Sample, SampleState
from app.services import releases
from tests import factories
from tests.services.engine import make_dataset, work_off


@dataclass
class Gate:
    """A release as its checking left it: its checks by key, and the samples that each points at, with why."""

    release_id: int
    checks: dict[str, ReleaseCheck]
    findings: dict[str, list[tuple[int, str]]]

    def told(self, check: str) -> tuple[str, int, str]:
        """Level, rows and words."""
        one = self.checks[check]
        return one.level.value, one.rows, one.words


def planted(contents: Sequence[dict[str, Any]] | int, form: Form = Form.INSTRUCTION, **corpus: Any) -> tuple[int, list[int]]:
    """(dataset, samples): approved samples of one corpus with a stated licence."""
    dataset_id = make_dataset()
    return dataset_id, more(dataset_id, contents, form, **corpus)


def more(dataset_id: int, contents: Sequence[dict[str, Any]] | int, form: Form = Form.INSTRUCTION, **corpus: Any) -> list[int]:
    with db.transaction() as session:
        of = factories.make_corpus(session, session.get_one(Dataset, dataset_id), **{"licence": "CC-BY-4.0", **corpus})
        return [one.id for one in factories.make_samples(session, of, contents, form=form, state=SampleState.APPROVED)]


def gate(dataset_id: int, format: str = "messages", **asked: Any) -> Gate:
    """Compose a release and do the work of its checking, on as many shards as it has."""
    with db.transaction() as session:
        composition = Composition.model_validate({"format": format, **asked})
        release = releases.compose(session, session.get_one(Dataset, dataset_id), composition)
        release_id, job_id = release.id, int(release.job_id or 0)
    assert work_off(job_id).state is JobState.SUCCEEDED
    return read(release_id)


def read(release_id: int) -> Gate:
    with db.transaction() as session:
        checks = session.scalars(select(ReleaseCheck).where(ReleaseCheck.release_id == release_id)).all()
        query = select(ReleaseFinding).where(ReleaseFinding.release_id == release_id).order_by(ReleaseFinding.position)
        findings: dict[str, list[tuple[int, str]]] = {}
        for one in session.scalars(query):
            findings.setdefault(one.check, []).append((one.sample_id, one.why))
        return Gate(release_id, {one.check: one for one in checks}, findings)


def expert_of(sample_id: int) -> int:
    """A new member of the sample's dataset."""
    with db.transaction() as session:
        user = factories.make_user(session)
        factories.join(session, session.get_one(Dataset, session.get_one(Sample, sample_id).dataset_id), user)
        return user.id
