"""Acceptance of strata by sampling, and decisions on many samples at once"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_EMPTY = sa.text("'{}'")
_NOW = sa.text("now()")


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def upgrade() -> None:
    _acceptances()
    _bulk()
    op.add_column("samples", sa.Column("acceptance_id", sa.BigInteger(), nullable=True))


def _acceptances() -> None:
    op.create_table(
        "acceptances",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stratum", postgresql.JSONB(), nullable=False),
        sa.Column("drawn_by", sa.Text(), server_default="", nullable=False),
        sa.Column("tolerable", sa.Double(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("allowed", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("population", sa.BigInteger(), nullable=False),
        sa.Column("sample_size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "state",
            _words("acceptancestate", "drawing", "judging", "accepted", "refused", "withdrawn"),
            server_default="drawing",
            nullable=False,
        ),
        sa.Column("members", sa.LargeBinary(), server_default="", nullable=False),
        sa.Column("held", sa.LargeBinary(), server_default="", nullable=False),
        sa.Column("certificate", postgresql.JSONB(), server_default=_EMPTY, nullable=False),
        sa.Column("started_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_acceptances_closed_by_users")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_acceptances_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_acceptances_job_id_jobs")),
        sa.ForeignKeyConstraint(["started_by"], ["users.id"], name=op.f("fk_acceptances_started_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptances")),
    )
    op.create_index("ix_acceptances_dataset", "acceptances", ["dataset_id", "id"])
    for column in ("members", "held"):  # compressing numbers costs more than reading them
        op.execute(f"ALTER TABLE acceptances ALTER COLUMN {column} SET STORAGE EXTERNAL")
    op.create_table(
        "acceptance_samples",
        sa.Column("acceptance_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.Column("is_defect", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acceptance_id"],
            ["acceptances.id"],
            name=op.f("fk_acceptance_samples_acceptance_id_acceptances"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_acceptance_samples_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slots.id"], name=op.f("fk_acceptance_samples_slot_id_slots"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("acceptance_id", "sample_id", name=op.f("pk_acceptance_samples")),
    )
    op.create_index(op.f("ix_acceptance_samples_sample_id"), "acceptance_samples", ["sample_id"])
    op.create_index(op.f("ix_acceptance_samples_slot_id"), "acceptance_samples", ["slot_id"])


def _bulk() -> None:
    op.create_table(
        "bulk_actions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", _words("decision", "approve", "reject", "flag", "skip"), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("query", postgresql.JSONB(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("settled", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("left", postgresql.JSONB(), server_default=_EMPTY, nullable=False),
        sa.Column("audits_wanted", sa.BigInteger(), nullable=False),
        sa.Column("audits", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.Column("undone", postgresql.JSONB(), server_default=_EMPTY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_bulk_actions_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["expert_id"], ["users.id"], name=op.f("fk_bulk_actions_expert_id_users")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_bulk_actions_job_id_jobs")),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name=op.f("fk_bulk_actions_undone_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_actions")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_bulk_actions_idempotency_key")),
    )
    op.create_index("ix_bulk_actions_dataset", "bulk_actions", ["dataset_id", "id"])
    op.execute("ALTER TABLE bulk_actions ALTER COLUMN members SET STORAGE EXTERNAL")
    op.create_table(
        "bulk_members",
        sa.Column("bulk_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_state", _words("slotstate", "open", "leased", "done", "closed"), nullable=False),
        sa.Column("slot_expert_id", sa.BigInteger(), nullable=True),
        sa.Column("slot_leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "settled_as",
            _words("samplestate", "candidate", "dropped", "queued", "flagged", "approved", "rejected"),
            nullable=True,
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audit_slot_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk_actions.id"], name=op.f("fk_bulk_members_bulk_id_bulk_actions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_bulk_members_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bulk_id", "sample_id", name=op.f("pk_bulk_members")),
    )
    op.create_index(op.f("ix_bulk_members_sample_id"), "bulk_members", ["sample_id"])


def downgrade() -> None:
    op.drop_column("samples", "acceptance_id")
    for table in ("bulk_members", "bulk_actions", "acceptance_samples", "acceptances"):
        op.drop_table(table)
