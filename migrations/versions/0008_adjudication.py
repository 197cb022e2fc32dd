"""Adjudications, gold samples, and desks that are paused"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_DECISION = sa.Enum("approve", "reject", "flag", "skip", name="decision", native_enum=False, length=32)
_CAUSE = sa.Enum("gap", "text", "slip", "both", "opinion", name="cause", native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "adjudications",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", _DECISION, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=True),
        sa.Column("revision_id", sa.BigInteger(), nullable=True),
        sa.Column("cause", _CAUSE, nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        _made(),
        _to("adjudications", "dataset_id", "datasets", cascades=True),
        _to("adjudications", "lead_id", "users"),
        _to("adjudications", "review_id", "reviews"),
        _to("adjudications", "revision_id", "revisions"),
        _to("adjudications", "sample_id", "samples", cascades=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjudications")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_adjudications_idempotency_key")),
    )
    op.create_index(
        "ix_adjudications_standing", "adjudications", ["dataset_id", "id"], postgresql_where="undone_at IS NULL"
    )
    op.create_index("ix_adjudications_sample", "adjudications", ["sample_id", "id"])
    op.create_table(
        "adjudication_holds",
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        _to("adjudication_holds", "dataset_id", "datasets", cascades=True),
        _to("adjudication_holds", "lead_id", "users", cascades=True),
        _to("adjudication_holds", "sample_id", "samples", cascades=True),
        sa.PrimaryKeyConstraint("sample_id", name=op.f("pk_adjudication_holds")),
    )
    op.create_index(op.f("ix_adjudication_holds_dataset_id"), "adjudication_holds", ["dataset_id"])
    op.create_table(
        "gold_samples",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", _DECISION, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        _made(),
        _to("gold_samples", "author_id", "users"),
        _to("gold_samples", "dataset_id", "datasets", cascades=True),
        _to("gold_samples", "sample_id", "samples", cascades=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gold_samples")),
    )
    op.create_index(
        "uq_gold_samples_sample", "gold_samples", ["sample_id"], unique=True, postgresql_where="retired_at IS NULL"
    )
    op.create_index("ix_gold_samples_dataset", "gold_samples", ["dataset_id", "id"])
    op.create_table(
        "desk_pauses",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("right", sa.BigInteger(), nullable=False),
        sa.Column("of", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        _made(),
        _to("desk_pauses", "dataset_id", "datasets", cascades=True),
        _to("desk_pauses", "ended_by", "users"),
        _to("desk_pauses", "user_id", "users", cascades=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_pauses")),
    )
    op.create_index(
        "uq_desk_pauses_open",
        "desk_pauses",
        ["dataset_id", "user_id"],
        unique=True,
        postgresql_where="ended_at IS NULL",
    )
    # A person's gold places among a million others; and what was taken back, by which kept figures know that they are old.
    op.create_index("ix_slots_gold", "slots", ["dataset_id", "lane"], postgresql_where="purpose = 'gold'")
    op.create_index(
        "ix_reviews_undone", "reviews", ["dataset_id", "undone_at"], postgresql_where="undone_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_reviews_undone", table_name="reviews")
    op.drop_index("ix_slots_gold", table_name="slots")
    for table in ("desk_pauses", "gold_samples", "adjudication_holds", "adjudications"):
        op.drop_table(table)


def _made() -> sa.Column[object]:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _to(table: str, column: str, target: str, *, cascades: bool = False) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE" if cascades else None)
