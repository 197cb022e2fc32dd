"""Documents, their passages, and which passage a sample comes from"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "documents",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("corpus_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("items", sa.BigInteger(), nullable=True),
        sa.Column("replaced_by", sa.BigInteger(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["corpus_id"], ["corpora.id"], name=op.f("fk_documents_corpus_id_corpora"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_documents_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["documents.id"], name=op.f("fk_documents_replaced_by_documents"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("corpus_id", "number", name=op.f("uq_documents_corpus_id_number")),
    )
    op.create_index("ix_documents_name", "documents", ["dataset_id", "name"], unique=False)
    op.create_index(op.f("ix_documents_replaced_by"), "documents", ["replaced_by"], unique=False)
    op.create_table(
        "passages",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("heading", sa.JSON(), nullable=False),
        sa.Column("first_page", sa.BigInteger(), nullable=True),
        sa.Column("last_page", sa.BigInteger(), nullable=True),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("flag", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("duplicate_of", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_passages_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_passages_document_id_documents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of"], ["passages.id"], name=op.f("fk_passages_duplicate_of_passages"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_passages_document_id_number")),
    )
    op.create_index(op.f("ix_passages_duplicate_of"), "passages", ["duplicate_of"], unique=False)
    op.create_index("ix_passages_hash", "passages", ["dataset_id", "text_hash"], unique=False)
    op.create_table(
        "sample_sources",
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("passage_id", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=True),
        sa.Column("end", sa.BigInteger(), nullable=True),
        sa.Column("stale_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["passage_id"], ["passages.id"], name=op.f("fk_sample_sources_passage_id_passages"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_sample_sources_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sample_id", name=op.f("pk_sample_sources")),
    )
    op.create_index(op.f("ix_sample_sources_passage_id"), "sample_sources", ["passage_id"], unique=False)
    op.add_column("corpora", sa.Column("passages", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(
        "corpora",
        sa.Column(
            "making",
            sa.Enum("text", "passages", name="making", native_enum=False, length=32),
            server_default="text",
            nullable=False,
        ),
    )
    op.add_column(
        "corpora", sa.Column("chunking", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("corpora", sa.Column("previous_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_corpora_previous_id_corpora"), "corpora", "corpora", ["previous_id"], ["id"], ondelete="SET NULL"
    )


def downgrade() -> None:

    op.drop_constraint(op.f("fk_corpora_previous_id_corpora"), "corpora", type_="foreignkey")
    op.drop_column("corpora", "previous_id")
    op.drop_column("corpora", "chunking")
    op.drop_column("corpora", "making")
    op.drop_column("corpora", "passages")
    op.drop_index(op.f("ix_sample_sources_passage_id"), table_name="sample_sources")
    op.drop_table("sample_sources")
    op.drop_index("ix_passages_hash", table_name="passages")
    op.drop_index(op.f("ix_passages_duplicate_of"), table_name="passages")
    op.drop_table("passages")
    op.drop_index(op.f("ix_documents_replaced_by"), table_name="documents")
    op.drop_index("ix_documents_name", table_name="documents")
    op.drop_table("documents")
