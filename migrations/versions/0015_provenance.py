"""Releases: numbers that stand for reviewers, and where each row comes from"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "release_rows", sa.Column("provenance", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.create_table(
        "reviewer_numbers",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_reviewer_numbers_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_reviewer_numbers_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dataset_id", "user_id", name=op.f("pk_reviewer_numbers")),
        sa.UniqueConstraint("dataset_id", "number", name=op.f("uq_reviewer_numbers_dataset_id_number")),
    )
    op.create_index(op.f("ix_reviewer_numbers_user_id"), "reviewer_numbers", ["user_id"])


def downgrade() -> None:
    op.drop_table("reviewer_numbers")
    op.drop_column("release_rows", "provenance")
