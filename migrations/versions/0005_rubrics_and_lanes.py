"""Rubrics and the answers to them, lanes and purposes of places in the queue, and how a dataset reviews"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_EMPTY = sa.text("'{}'")


def upgrade() -> None:
    op.create_table(
        "rubrics",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_rubrics_author_id_users")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_rubrics_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubrics")),
        sa.UniqueConstraint("dataset_id", "version", name=op.f("uq_rubrics_dataset_id_version")),
    )
    op.add_column("reviews", sa.Column("answers", postgresql.JSONB(), server_default=_EMPTY, nullable=False))
    op.add_column("reviews", sa.Column("rubric_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_reviews_rubric_id_rubrics"), "reviews", "rubrics", ["rubric_id"], ["id"])
    op.add_column("datasets", sa.Column("review_plan", postgresql.JSONB(), server_default=_EMPTY, nullable=False))
    op.add_column("datasets", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("slots", sa.Column("lane", sa.Text(), server_default="", nullable=False))
    purposes = sa.Enum("review", "gold", "acceptance", "audit", name="purpose", native_enum=False, length=32)
    op.add_column("slots", sa.Column("purpose", purposes, server_default="review", nullable=False))
    op.drop_index("ix_slots_open", table_name="slots", postgresql_where="state = 'open'")
    op.create_index(
        "ix_slots_open", "slots", ["dataset_id", "lane", "rank", "id"], postgresql_where="state = 'open'"
    )


def downgrade() -> None:
    op.drop_index("ix_slots_open", table_name="slots", postgresql_where="state = 'open'")
    op.create_index("ix_slots_open", "slots", ["dataset_id", "rank", "id"], postgresql_where="state = 'open'")
    op.drop_column("slots", "purpose")
    op.drop_column("slots", "lane")
    op.drop_column("datasets", "paused_at")
    op.drop_column("datasets", "review_plan")
    op.drop_constraint(op.f("fk_reviews_rubric_id_rubrics"), "reviews", type_="foreignkey")
    op.drop_column("reviews", "rubric_id")
    op.drop_column("reviews", "answers")
    op.drop_table("rubrics")
