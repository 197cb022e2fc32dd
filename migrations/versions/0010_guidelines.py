"""Examples in guidelines, samples sent back after they changed, and comments and questions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NOW = sa.text("now()")
_IDS = sa.ARRAY(sa.BigInteger())


def _id() -> sa.Column:
    return sa.Column("id", sa.BigInteger(), nullable=False)


def _made_at() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False)


def _link(table: str, column: str, to: str, cascade: bool = False) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="CASCADE" if cascade else None)


def upgrade() -> None:
    op.add_column("guidelines", sa.Column("examples", _IDS, server_default="{}", nullable=False))
    op.add_column("reviews", sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
    _examples()
    _requeues()
    _comments()


def _examples() -> None:
    verdicts = sa.Enum("good", "bad", "edge", name="exampleverdict", native_enum=False, length=32)
    op.create_table(
        "guideline_examples",
        _id(),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("revision_id", sa.BigInteger(), nullable=True),
        sa.Column("verdict", verdicts, nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        _made_at(),
        _link("guideline_examples", "dataset_id", "datasets", cascade=True),
        _link("guideline_examples", "sample_id", "samples", cascade=True),
        _link("guideline_examples", "revision_id", "revisions"),
        _link("guideline_examples", "author_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guideline_examples")),
    )
    op.create_index(op.f("ix_guideline_examples_dataset_id"), "guideline_examples", ["dataset_id"])
    op.create_index(op.f("ix_guideline_examples_sample_id"), "guideline_examples", ["sample_id"])


def _requeues() -> None:
    op.create_table(
        "requeues",
        _id(),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("guideline_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("choice", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("samples", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restored", sa.BigInteger(), server_default="0", nullable=False),
        _made_at(),
        _link("requeues", "dataset_id", "datasets", cascade=True),
        _link("requeues", "guideline_id", "guidelines"),
        _link("requeues", "author_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requeues")),
    )
    op.create_index(op.f("ix_requeues_dataset_id"), "requeues", ["dataset_id"])
    op.create_table(
        "requeued_samples",
        sa.Column("requeue_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("places", postgresql.JSONB(), nullable=False),
        sa.Column("counted", _IDS, nullable=False),
        sa.Column("stood", _IDS, nullable=False),
        _link("requeued_samples", "requeue_id", "requeues", cascade=True),
        _link("requeued_samples", "sample_id", "samples", cascade=True),
        sa.PrimaryKeyConstraint("requeue_id", "sample_id", name=op.f("pk_requeued_samples")),
    )
    op.create_index(op.f("ix_requeued_samples_sample_id"), "requeued_samples", ["sample_id"])


def _comments() -> None:
    op.create_table(
        "comments",
        _id(),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("path", postgresql.JSONB(), nullable=True),
        sa.Column("start_at", sa.BigInteger(), nullable=True),
        sa.Column("end_at", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_question", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("mentions", _IDS, server_default="{}", nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.BigInteger(), nullable=True),
        _made_at(),
        _link("comments", "dataset_id", "datasets", cascade=True),
        _link("comments", "sample_id", "samples", cascade=True),
        _link("comments", "author_id", "users"),
        _link("comments", "parent_id", "comments", cascade=True),
        _link("comments", "resolved_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("key", name=op.f("uq_comments_key")),
    )
    op.create_index("ix_comments_sample", "comments", ["sample_id", "id"])
    op.create_index("ix_comments_roots", "comments", ["dataset_id", "id"], postgresql_where="parent_id IS NULL")
    op.create_index(
        "ix_comments_open_questions",
        "comments",
        ["dataset_id", "sample_id"],
        postgresql_where="is_question AND parent_id IS NULL AND resolved_at IS NULL",
    )
    op.create_index("ix_comments_mentions", "comments", ["mentions"], postgresql_using="gin")
    op.create_index("ix_comments_parent", "comments", ["parent_id"])
    op.create_index("ix_comments_author", "comments", ["dataset_id", "author_id"])


def downgrade() -> None:
    for table in ("comments", "requeued_samples", "requeues", "guideline_examples"):
        op.drop_table(table)
    op.drop_column("reviews", "superseded_at")
    op.drop_column("guidelines", "examples")
