"""The gate: tokenizers to count with, and sentences that can be said in every language"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("release_checks", "release_findings"):
        op.add_column(
            table, sa.Column("said", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False)
        )
    op.create_table(
        "tokenizers",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("vocabulary", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_tokenizers_created_by_users")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_tokenizers_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokenizers")),
        sa.UniqueConstraint("dataset_id", "name", name=op.f("uq_tokenizers_dataset_id_name")),
    )


def downgrade() -> None:
    op.drop_table("tokenizers")
    for table in ("release_checks", "release_findings"):
        op.drop_column(table, "said")
