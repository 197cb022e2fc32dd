"""Language models, prompts, and what was asked of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_endpoints",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("currency", sa.Text(), server_default="USD", nullable=False),
        sa.Column("price_in", sa.Numeric(precision=20, scale=9), server_default="0", nullable=False),
        sa.Column("price_out", sa.Numeric(precision=20, scale=9), server_default="0", nullable=False),
        sa.Column("concurrency", sa.BigInteger(), server_default="4", nullable=False),
        sa.Column("per_minute", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("timeout_seconds", sa.BigInteger(), server_default="120", nullable=False),
        sa.Column("has_schema", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("has_logprobs", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("test_error", sa.Text(), server_default="", nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_model_endpoints_created_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_endpoints")),
        sa.UniqueConstraint("name", name=op.f("uq_model_endpoints_name")),
    )
    op.create_table(
        "prompts",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_prompts_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompts")),
        sa.UniqueConstraint("dataset_id", "name", name=op.f("uq_prompts_dataset_id_name")),
    )
    op.create_table(
        "prompt_versions",
        sa.Column("prompt_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_prompt_versions_created_by_users")),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["prompts.id"], name=op.f("fk_prompt_versions_prompt_id_prompts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_versions")),
        sa.UniqueConstraint("prompt_id", "version", name=op.f("uq_prompt_versions_prompt_id_version")),
    )
    op.create_table(
        "generations",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("corpus_id", sa.BigInteger(), nullable=True),
        sa.Column("endpoint_id", sa.BigInteger(), nullable=False),
        sa.Column("prompt_version_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_in", sa.Numeric(precision=20, scale=9), nullable=False),
        sa.Column("price_out", sa.Numeric(precision=20, scale=9), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("selection", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("estimate", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("budget", sa.Numeric(precision=20, scale=9), nullable=True),
        sa.Column("repeat_lost", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("passages", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("spent", sa.Numeric(precision=20, scale=9), server_default="0", nullable=False),
        sa.Column("held", sa.Numeric(precision=20, scale=9), server_default="0", nullable=False),
        sa.Column("stopping", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("halt", sa.Text(), server_default="", nullable=False),
        sa.Column("halt_words", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["corpus_id"], ["corpora.id"], name=op.f("fk_generations_corpus_id_corpora"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_generations_created_by_users")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_generations_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["model_endpoints.id"], name=op.f("fk_generations_endpoint_id_model_endpoints")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_generations_job_id_jobs"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["prompt_version_id"],
            ["prompt_versions.id"],
            name=op.f("fk_generations_prompt_version_id_prompt_versions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generations")),
    )
    op.create_index(op.f("ix_generations_corpus_id"), "generations", ["corpus_id"], unique=False)
    op.create_index(op.f("ix_generations_dataset_id"), "generations", ["dataset_id"], unique=False)
    op.create_index(op.f("ix_generations_prompt_version_id"), "generations", ["prompt_version_id"], unique=False)
    op.create_table(
        "model_requests",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint_id", sa.BigInteger(), nullable=False),
        sa.Column("generation_id", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("sent", "answered", "failed", "lost", name="requeststate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("shard_id", sa.BigInteger(), nullable=True),
        sa.Column("attempt", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("held", sa.Numeric(precision=20, scale=9), server_default="0", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("finish_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost", sa.Numeric(precision=20, scale=9), server_default="0", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_model_requests_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["model_endpoints.id"], name=op.f("fk_model_requests_endpoint_id_model_endpoints")
        ),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["generations.id"],
            name=op.f("fk_model_requests_generation_id_generations"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_requests")),
        sa.UniqueConstraint("dataset_id", "content_hash", name=op.f("uq_model_requests_dataset_id_content_hash")),
    )
    op.create_index(op.f("ix_model_requests_generation_id"), "model_requests", ["generation_id"], unique=False)
    op.create_index(
        "ix_model_requests_open",
        "model_requests",
        ["endpoint_id", "shard_id"],
        unique=False,
        postgresql_where="state = 'sent'",
    )
    op.create_index("ix_model_requests_sent", "model_requests", ["endpoint_id", "sent_at"], unique=False)
    op.create_table(
        "generation_items",
        sa.Column("generation_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("passage_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("edition", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "stored", name="itemstate", native_enum=False, length=32),
            server_default="waiting",
            nullable=False,
        ),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("lines", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cached", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["generations.id"],
            name=op.f("fk_generation_items_generation_id_generations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["passage_id"], ["passages.id"], name=op.f("fk_generation_items_passage_id_passages"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["model_requests.id"],
            name=op.f("fk_generation_items_request_id_model_requests"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generation_items")),
        sa.UniqueConstraint("generation_id", "number", name=op.f("uq_generation_items_generation_id_number")),
    )
    op.create_index(op.f("ix_generation_items_passage_id"), "generation_items", ["passage_id"], unique=False)
    op.create_index(op.f("ix_generation_items_request_id"), "generation_items", ["request_id"], unique=False)
    op.create_index(
        "ix_generation_items_waiting",
        "generation_items",
        ["generation_id", "number"],
        unique=False,
        postgresql_where="state = 'waiting'",
    )


def downgrade() -> None:
    op.drop_index("ix_generation_items_waiting", table_name="generation_items", postgresql_where="state = 'waiting'")
    op.drop_index(op.f("ix_generation_items_request_id"), table_name="generation_items")
    op.drop_index(op.f("ix_generation_items_passage_id"), table_name="generation_items")
    op.drop_table("generation_items")
    op.drop_index("ix_model_requests_sent", table_name="model_requests")
    op.drop_index("ix_model_requests_open", table_name="model_requests", postgresql_where="state = 'sent'")
    op.drop_index(op.f("ix_model_requests_generation_id"), table_name="model_requests")
    op.drop_table("model_requests")
    op.drop_index(op.f("ix_generations_prompt_version_id"), table_name="generations")
    op.drop_index(op.f("ix_generations_dataset_id"), table_name="generations")
    op.drop_index(op.f("ix_generations_corpus_id"), table_name="generations")
    op.drop_table("generations")
    op.drop_table("prompt_versions")
    op.drop_table("prompts")
    op.drop_table("model_endpoints")
