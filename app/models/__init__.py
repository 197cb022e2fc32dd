"""Tables, one noun per file."""

from app.db import Base
from app.models.corpus import Corpus, CorpusState, ExactCopy, RefusedLine
from app.models.dataset import Dataset, DatasetForm, Guideline, Membership, Purpose, Role
from app.models.job import Job, JobKind, JobState, Shard, ShardState, Worker
from app.models.recipe import RecipeVersion
from app.models.release import Release, ReleaseRow
from app.models.review import Decision, Review, Slot, SlotState
from app.models.run import Measured, MeasureSet, NearPair, Run, Signature, Verdict
from app.models.sample import Revision, Sample, SampleState
from app.models.user import Invitation, LoginAttempt, SignIn, User

__all__ = [
    "Base",
    "Corpus",
    "CorpusState",
    "Dataset",
    "DatasetForm",
    "Decision",
    "ExactCopy",
    "Guideline",
    "Invitation",
    "Job",
    "JobKind",
    "JobState",
    "LoginAttempt",
    "MeasureSet",
    "Measured",
    "Membership",
    "NearPair",
    "Purpose",
    "RecipeVersion",
    "RefusedLine",
    "Release",
    "ReleaseRow",
    "Review",
    "Revision",
    "Role",
    "Run",
    "Sample",
    "SampleState",
    "Shard",
    "ShardState",
    "SignIn",
    "Signature",
    "Slot",
    "SlotState",
    "User",
    "Verdict",
    "Worker",
]
