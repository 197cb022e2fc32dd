"""Model judges: what they are asked, and what they said."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "judges",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("score", "claims", "round_trip", name="judgekind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_judges_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judges")),
        sa.UniqueConstraint("dataset_id", "name", name=op.f("uq_judges_dataset_id_name")),
    )
    op.create_table(
        "judge_versions",
        sa.Column("judge_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("endpoint_id", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("judged", sa.Text(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("lowest", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("highest", sa.BigInteger(), server_default="5", nullable=False),
        sa.Column("repeats", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("question", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shared_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_judge_versions_created_by_users")),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["model_endpoints.id"], name=op.f("fk_judge_versions_endpoint_id_model_endpoints")
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judges.id"], name=op.f("fk_judge_versions_judge_id_judges"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shared_by"], ["users.id"], name=op.f("fk_judge_versions_shared_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge_versions")),
        sa.UniqueConstraint("judge_id", "version", name=op.f("uq_judge_versions_judge_id_version")),
    )
    op.create_table(
        "judge_runs",
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("samples", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), server_default="USD", nullable=False),
        sa.Column("price_in", sa.Numeric(precision=20, scale=9), server_default="0", nullable=False),
        sa.Column("price_out", sa.Numeric(precision=20, scale=9), server_default="0", nullable=False),
        sa.Column("budget", sa.Numeric(precision=20, scale=9), nullable=True),
        sa.Column("spent", sa.Numeric(precision=20, scale=9), server_default="0", nullable=False),
        sa.Column("held", sa.Numeric(precision=20, scale=9), server_default="0", nullable=False),
        sa.Column("halt", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_judge_runs_job_id_jobs"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["judge_versions.id"],
            name=op.f("fk_judge_runs_version_id_judge_versions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge_runs")),
    )
    op.create_index(op.f("ix_judge_runs_version_id"), "judge_runs", ["version_id"], unique=False)
    op.create_table(
        "judge_scores",
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("shard_id", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("asked", "judged", "failed", "lost", name="scorestate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("spread", sa.Double(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("held", sa.Numeric(precision=20, scale=9), server_default="0", nullable=False),
        sa.Column("cost", sa.Numeric(precision=20, scale=9), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["judge_runs.id"], name=op.f("fk_judge_scores_run_id_judge_runs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_judge_scores_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["judge_versions.id"],
            name=op.f("fk_judge_scores_version_id_judge_versions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "sample_id", name=op.f("pk_judge_scores")),
    )
    op.create_index("ix_judge_scores_run", "judge_scores", ["run_id", "state"], unique=False)
    op.create_index("ix_judge_scores_sample", "judge_scores", ["sample_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_judge_scores_sample", table_name="judge_scores")
    op.drop_index("ix_judge_scores_run", table_name="judge_scores")
    op.drop_table("judge_scores")
    op.drop_index(op.f("ix_judge_runs_version_id"), table_name="judge_runs")
    op.drop_table("judge_runs")
    op.drop_table("judge_versions")
    op.drop_table("judges")
