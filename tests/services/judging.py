"""A dataset with a judge for tests: real commits, worked off in this process or by workers."""

from decimal import Decimal
from typing import Any

from app import db
from app.curation.judge.criterion import JudgeKind
from app.curation.rubric import loaded
from app.models import Dataset, Decision, JudgeRun, JudgeVersion, Sample, SampleState
from app.services import judge_runs, judges, rubrics
from app.services.judges import Draft
from tests import factories
from tests.factories_generating import make_endpoint
from tests.llm_server import Model
from tests.services.engine import rows, work_off

PRICED = {"price_in": Decimal(1), "price_out": Decimal(2)}
PAID = Decimal("0.0007")
"""A reply of the test server: 500 tokens in and 100 out."""
RATING = {"kind": "rating", "key": "truth", "title": "How true is it?"}


class Ground:
    """A dataset whose samples say what the model is to answer, and a judge for them."""

    def __init__(self, model: Model, said: list[str], **values: Any) -> None:
        endpoint = {"has_logprobs": True, "concurrency": 3, **values.pop("endpoint", {})}
        kind = values.pop("kind", JudgeKind.SCORE)
        passage = values.pop("passage", "")
        with db.transaction() as session:
            dataset = factories.make_dataset(session)
            corpus = factories.make_corpus(session, dataset)
            lead = factories.make_user(session, is_admin=True)
            contents = [{"prompt": f"Passage {at}. What?", "response": one} for at, one in enumerate(said)]
            samples = factories.make_samples(session, corpus, contents, state=SampleState.QUEUED)
            if passage:
                document = factories.make_document(session, corpus)
                [made] = factories.make_passages(session, document, [passage])
                for sample in samples:
                    factories.make_source(session, sample, made)
            if values.get("question"):
                rubrics.save(session, dataset, lead, loaded([RATING]), 0)
            draft = Draft(make_endpoint(session, model.base_url, **endpoint).id, "Is it true?", ("Read it.",), **values)
            judge = judges.add(session, dataset, "Truth", kind, draft)
            self.dataset_id, self.judge_id, self.lead_id = dataset.id, judge.id, lead.id
            self.version_id = judges.version_of(session, judge).id
            self.ids = [sample.id for sample in samples]

    def start(self, **values: Any) -> int:
        with db.transaction() as session:
            dataset, version = session.get_one(Dataset, self.dataset_id), session.get_one(JudgeVersion, self.version_id)
            return judge_runs.start(session, dataset, version, values.pop("which", "queued"), **values).id

    def run(self, **values: Any) -> JudgeRun:
        run_id = self.start(**values)
        work_off(run_of(run_id).job_id or 0)
        return run_of(run_id)

    def scores(self) -> list[Any]:
        found = rows(
            "SELECT state, score FROM judge_scores WHERE version_id = :v ORDER BY sample_id", v=self.version_id
        )
        return [score if state == "judged" else state for state, score in found]

    def reviewed(self, decisions: list[Decision], **values: Any) -> None:
        with db.transaction() as session:
            expert = factories.make_user(session)
            for sample_id, decision in zip(self.ids, decisions, strict=True):
                given = {name: each(decision) for name, each in values.items()}
                factories.make_review(session, session.get_one(Sample, sample_id), expert, decision, **given)


def run_of(run_id: int) -> JudgeRun:
    with db.transaction() as session:
        return session.get_one(JudgeRun, run_id)
