"""Who is asked about which samples: lanes, fields, groups and batches"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_DECLARED = ("languages", "fields", "groups")
_NOW = sa.text("now()")


def upgrade() -> None:
    for name in _DECLARED:
        op.add_column("memberships", sa.Column(name, postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    for name in ("field", "for_group"):
        op.add_column("corpora", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.create_table(
        "lanes",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("field", sa.Text(), server_default="", nullable=False),
        sa.Column("for_group", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_lanes_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dataset_id", "name", name=op.f("pk_lanes")),
    )
    _create_batches()
    _create_sample_fields()
    op.create_index(
        "ix_reviews_passed_on", "reviews", ["dataset_id", "sample_id"], postgresql_where="reason = 'field'"
    )


def _create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("corpus_id", sa.BigInteger(), nullable=True),
        sa.Column("for_group", sa.Text(), server_default="", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("samples", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(["corpus_id"], ["corpora.id"], name=op.f("fk_batches_corpus_id_corpora"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_batches_created_by_users")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_batches_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index("uq_batches_name", "batches", ["dataset_id", "name"], unique=True)
    op.add_column("slots", sa.Column("batch_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_slots_batch_id_batches"), "slots", "batches", ["batch_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index("ix_slots_batch", "slots", ["batch_id", "state"], postgresql_where="batch_id IS NOT NULL")


def _create_sample_fields() -> None:
    op.create_table(
        "sample_fields",
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("given_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(["given_by"], ["users.id"], name=op.f("fk_sample_fields_given_by_users")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_sample_fields_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sample_id", name=op.f("pk_sample_fields")),
    )


def downgrade() -> None:
    op.drop_index("ix_reviews_passed_on", table_name="reviews", postgresql_where="reason = 'field'")
    op.drop_table("sample_fields")
    op.drop_index("ix_slots_batch", table_name="slots", postgresql_where="batch_id IS NOT NULL")
    op.drop_constraint(op.f("fk_slots_batch_id_batches"), "slots", type_="foreignkey")
    op.drop_column("slots", "batch_id")
    op.drop_table("batches")
    op.drop_table("lanes")
    for name in ("field", "for_group"):
        op.drop_column("corpora", name)
    for name in _DECLARED:
        op.drop_column("memberships", name)
