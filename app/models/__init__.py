"""Tables, one noun per file."""

from app.db import Base
from app.models.acceptance import Acceptance, AcceptanceSample, AcceptanceState
from app.models.adjudication import Adjudication, AdjudicationHold, Cause, DeskPause, GoldSample
from app.models.benchmark import Benchmark, BlockCheck, CheckSet, Contamination, Suspect
from app.models.block import Block, BlockColumn, BlockSignature
from app.models.bulk import BulkAction, BulkMember
from app.models.comment import Comment
from app.models.corpus import Corpus, CorpusState, ExactCopy, Making, RefusedLine
from app.models.dataset import Dataset, DatasetForm, Membership, Purpose, Role
from app.models.document import Document, Passage, SampleSource
from app.models.generation import (
    Generation,
    GenerationItem,
    ItemState,
    ModelEndpoint,
    ModelRequest,
    Prompt,
    PromptVersion,
    RequestState,
)
from app.models.guideline import ExampleVerdict, Guideline, GuidelineExample, Requeue, RequeuedSample
from app.models.job import Job, JobKind, JobState, Shard, ShardState, Worker
from app.models.judge import Judge, JudgeRun, JudgeScore, JudgeVersion, ScoreState
from app.models.pairs import PairBlock, PairSet, SurvivorChoice
from app.models.recipe import RecipeVersion
from app.models.release import (
    Level,
    Release,
    ReleaseCheck,
    ReleaseFile,
    ReleaseFinding,
    ReleaseRow,
    ReleaseState,
    ReleaseTally,
    ReviewerNumber,
    Selection,
    Tokenizer,
)
from app.models.review import Decision, Review, Slot, SlotState
from app.models.review import Purpose as SlotPurpose
from app.models.routing import Batch, Lane, SampleField
from app.models.rubric import Rubric
from app.models.run import MeasureSet, Run, RunBlock, Verdict
from app.models.sample import Revision, Sample, SampleSearch, SampleState, StateCount
from app.models.suggestion import Suggestion
from app.models.user import Invitation, LoginAttempt, SignIn, User

__all__ = [
    "Acceptance",
    "AcceptanceSample",
    "AcceptanceState",
    "Adjudication",
    "AdjudicationHold",
    "Base",
    "Batch",
    "Benchmark",
    "Block",
    "BlockCheck",
    "BlockColumn",
    "BlockSignature",
    "BulkAction",
    "BulkMember",
    "Cause",
    "CheckSet",
    "Comment",
    "Contamination",
    "Corpus",
    "CorpusState",
    "Dataset",
    "DatasetForm",
    "Decision",
    "DeskPause",
    "Document",
    "ExactCopy",
    "ExampleVerdict",
    "Generation",
    "GenerationItem",
    "GoldSample",
    "Guideline",
    "GuidelineExample",
    "Invitation",
    "ItemState",
    "Job",
    "JobKind",
    "JobState",
    "Judge",
    "JudgeRun",
    "JudgeScore",
    "JudgeVersion",
    "Lane",
    "Level",
    "LoginAttempt",
    "Making",
    "MeasureSet",
    "Membership",
    "ModelEndpoint",
    "ModelRequest",
    "PairBlock",
    "PairSet",
    "Passage",
    "Prompt",
    "PromptVersion",
    "Purpose",
    "RecipeVersion",
    "RefusedLine",
    "Release",
    "ReleaseCheck",
    "ReleaseFile",
    "ReleaseFinding",
    "ReleaseRow",
    "ReleaseState",
    "ReleaseTally",
    "RequestState",
    "Requeue",
    "RequeuedSample",
    "Review",
    "ReviewerNumber",
    "Revision",
    "Role",
    "Rubric",
    "Run",
    "RunBlock",
    "Sample",
    "SampleField",
    "SampleSearch",
    "SampleSource",
    "SampleState",
    "ScoreState",
    "Selection",
    "Shard",
    "ShardState",
    "SignIn",
    "Slot",
    "SlotPurpose",
    "SlotState",
    "StateCount",
    "Suggestion",
    "SurvivorChoice",
    "Suspect",
    "Tokenizer",
    "User",
    "Verdict",
    "Worker",
]
