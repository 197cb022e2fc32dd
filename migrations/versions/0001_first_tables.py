"""First tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "login_attempts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
    )
    op.create_index("ix_login_attempts_key", "login_attempts", ["key", "created_at"], unique=False)
    op.create_table(
        "measure_sets",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("names", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_sets")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_measure_sets_fingerprint")),
    )
    op.create_table(
        "users",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("specialty", sa.Text(), server_default="", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.create_table(
        "datasets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), server_default="", nullable=False),
        sa.Column("purpose", sa.Enum("task", "domain", name="purpose", native_enum=False, length=32), nullable=False),
        sa.Column(
            "form",
            sa.Enum("chat", "instruction", "text", name="datasetform", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("reviews_per_sample", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("reviews_per_sample BETWEEN 1 AND 9", name=op.f("ck_datasets_reviews_per_sample")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_datasets_created_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datasets")),
        sa.UniqueConstraint("name", name=op.f("uq_datasets_name")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_user_id"), "sign_ins", ["user_id"], unique=False)
    op.create_table(
        "corpora",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("licence", sa.Text(), server_default="", nullable=False),
        sa.Column("origin", sa.Text(), server_default="", nullable=False),
        sa.Column("shape", sa.Text(), nullable=True),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "unmapped", "waiting", "importing", "ready", "failed", name="corpusstate", native_enum=False, length=32
            ),
            server_default="waiting",
            nullable=False,
        ),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("lines", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("accepted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refused", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("copies", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_corpora_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name=op.f("fk_corpora_uploaded_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpora")),
    )
    op.create_index(op.f("ix_corpora_dataset_id"), "corpora", ["dataset_id"], unique=False)
    op.create_table(
        "guidelines",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_guidelines_author_id_users")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_guidelines_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guidelines")),
        sa.UniqueConstraint("dataset_id", "version", name=op.f("uq_guidelines_dataset_id_version")),
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("specialty", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_invitations_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["invited_by"], ["users.id"], name=op.f("fk_invitations_invited_by_users")),
        sa.ForeignKeyConstraint(["used_by"], ["users.id"], name=op.f("fk_invitations_used_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_dataset_id"), "invitations", ["dataset_id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind", sa.Enum("import", "run", "release", name="jobkind", native_enum=False, length=32), nullable=False
        ),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued", "running", "succeeded", "failed", "cancelled", name="jobstate", native_enum=False, length=32
            ),
            server_default="queued",
            nullable=False,
        ),
        sa.Column("stage", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cancel", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_jobs_created_by_users")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_jobs_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_active", "jobs", ["id"], unique=False, postgresql_where="state IN ('queued', 'running')")
    op.create_index(op.f("ix_jobs_dataset_id"), "jobs", ["dataset_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role", sa.Enum("expert", "lead", "admin", name="role", native_enum=False, length=32), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_memberships_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_memberships_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dataset_id", "user_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_user_id"), "memberships", ["user_id"], unique=False)
    op.create_table(
        "recipe_versions",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("recipe", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_recipe_versions_author_id_users")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_recipe_versions_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipe_versions")),
        sa.UniqueConstraint("dataset_id", "version", name=op.f("uq_recipe_versions_dataset_id_version")),
    )
    op.create_table(
        "refused_lines",
        sa.Column("corpus_id", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("offset", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["corpus_id"], ["corpora.id"], name=op.f("fk_refused_lines_corpus_id_corpora"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_lines")),
    )
    op.create_index("ix_refused_lines_corpus", "refused_lines", ["corpus_id", "position"], unique=False)
    op.create_table(
        "releases",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("manifest", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_releases_created_by_users")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_releases_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_releases_job_id_jobs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("dataset_id", "version", name=op.f("uq_releases_dataset_id_version")),
    )
    op.create_table(
        "runs",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("recipe_version_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("set_id", sa.BigInteger(), nullable=True),
        sa.Column("last_sample_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("published", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_runs_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_runs_job_id_jobs")),
        sa.ForeignKeyConstraint(
            ["recipe_version_id"], ["recipe_versions.id"], name=op.f("fk_runs_recipe_version_id_recipe_versions")
        ),
        sa.ForeignKeyConstraint(["set_id"], ["measure_sets.id"], name=op.f("fk_runs_set_id_measure_sets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_dataset_id"), "runs", ["dataset_id"], unique=False)
    op.create_table(
        "samples",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("corpus_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("offset", sa.BigInteger(), nullable=True),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "candidate",
                "dropped",
                "queued",
                "flagged",
                "approved",
                "rejected",
                name="samplestate",
                native_enum=False,
                length=32,
            ),
            server_default="candidate",
            nullable=False,
        ),
        sa.Column("revision_id", sa.BigInteger(), nullable=True),
        sa.Column("overruled_by", sa.BigInteger(), nullable=True),
        sa.Column("overruled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["corpus_id"], ["corpora.id"], name=op.f("fk_samples_corpus_id_corpora"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_samples_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["overruled_by"], ["users.id"], name=op.f("fk_samples_overruled_by_users")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_samples_revision_id_revisions"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_samples")),
        sa.UniqueConstraint("corpus_id", "number", name=op.f("uq_samples_corpus_id_number")),
        sa.UniqueConstraint("dataset_id", "content_hash", name=op.f("uq_samples_dataset_id_content_hash")),
    )
    op.create_index(
        "ix_samples_counts",
        "samples",
        ["dataset_id", "corpus_id", "state"],
        unique=False,
        postgresql_include=["revision_id", "decided_at"],
    )
    op.create_index("ix_samples_search", "samples", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_samples_state", "samples", ["dataset_id", "state", "id"], unique=False)
    op.create_table(
        "shards",
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "state",
            sa.Enum("queued", "running", "done", name="shardstate", native_enum=False, length=32),
            server_default="queued",
            nullable=False,
        ),
        sa.Column("attempt", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checkpoint", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_shards_job_id_jobs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shards")),
        sa.UniqueConstraint("job_id", "stage", "number", name=op.f("uq_shards_job_id_stage_number")),
    )
    op.create_index(
        "ix_shards_open", "shards", ["job_id", "stage", "number"], unique=False, postgresql_where="state <> 'done'"
    )
    op.create_table(
        "exact_copies",
        sa.Column("corpus_id", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["corpus_id"], ["corpora.id"], name=op.f("fk_exact_copies_corpus_id_corpora"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_exact_copies_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exact_copies")),
    )
    op.create_index("ix_exact_copies_corpus", "exact_copies", ["corpus_id", "position"], unique=False)
    op.create_index(op.f("ix_exact_copies_sample_id"), "exact_copies", ["sample_id"], unique=False)
    op.create_table(
        "measured",
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("set_id", sa.BigInteger(), nullable=False),
        sa.Column("values", postgresql.ARRAY(sa.DOUBLE_PRECISION()), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_measured_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["set_id"], ["measure_sets.id"], name=op.f("fk_measured_set_id_measure_sets")),
        sa.PrimaryKeyConstraint("sample_id", name=op.f("pk_measured")),
    )
    op.create_table(
        "near_pairs",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("deduplicator", sa.Text(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("second_id", sa.BigInteger(), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.Column("identical", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_near_pairs_run_id_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "deduplicator", "first_id", "second_id", name=op.f("pk_near_pairs")),
    )
    op.create_table(
        "revisions",
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_revisions_author_id_users")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_revisions_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
    )
    op.create_index(op.f("ix_revisions_sample_id"), "revisions", ["sample_id"], unique=False)
    op.create_table(
        "signatures",
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_signatures_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("config", "sample_id", name=op.f("pk_signatures")),
    )
    op.create_index(op.f("ix_signatures_sample_id"), "signatures", ["sample_id"], unique=False)
    op.create_table(
        "slots",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Double(), server_default="0", nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "leased", "done", name="slotstate", native_enum=False, length=32),
            server_default="open",
            nullable=False,
        ),
        sa.Column("expert_id", sa.BigInteger(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_slots_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["expert_id"], ["users.id"], name=op.f("fk_slots_expert_id_users")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_slots_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("sample_id", "number", name=op.f("uq_slots_sample_id_number")),
    )
    op.create_index(
        "ix_slots_leased",
        "slots",
        ["dataset_id", "expert_id", "leased_until"],
        unique=False,
        postgresql_where="state = 'leased'",
    )
    op.create_index(
        "ix_slots_open", "slots", ["dataset_id", "rank", "id"], unique=False, postgresql_where="state = 'open'"
    )
    op.create_table(
        "verdicts",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("failures", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("duplicate_of", sa.BigInteger(), nullable=True),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_verdicts_run_id_runs"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_verdicts_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "sample_id", name=op.f("pk_verdicts")),
    )
    op.create_index(
        "ix_verdicts_reasons",
        "verdicts",
        ["reasons"],
        unique=False,
        postgresql_using="gin",
        postgresql_where="NOT kept",
    )
    op.create_index("ix_verdicts_sample", "verdicts", ["sample_id"], unique=False)
    op.create_table(
        "release_rows",
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("revision_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_release_rows_release_id_releases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_release_rows_revision_id_revisions")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_release_rows_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("release_id", "sample_id", name=op.f("pk_release_rows")),
    )
    op.create_table(
        "reviews",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_id", sa.BigInteger(), nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum("approve", "reject", "flag", "skip", name="decision", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("revision_id", sa.BigInteger(), nullable=True),
        sa.Column("guideline_id", sa.BigInteger(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("counted", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_reviews_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["expert_id"], ["users.id"], name=op.f("fk_reviews_expert_id_users")),
        sa.ForeignKeyConstraint(["guideline_id"], ["guidelines.id"], name=op.f("fk_reviews_guideline_id_guidelines")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_reviews_revision_id_revisions")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_reviews_sample_id_samples"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_reviews_slot_id_slots"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_reviews_idempotency_key")),
    )
    op.create_index("ix_reviews_expert", "reviews", ["dataset_id", "expert_id", "id"], unique=False)
    op.create_index("ix_reviews_sample", "reviews", ["sample_id", "expert_id"], unique=False)
    op.create_index(
        "uq_reviews_counted",
        "reviews",
        ["slot_id"],
        unique=True,
        postgresql_where="counted AND undone_at IS NULL AND decision <> 'skip'",
    )
    op.create_foreign_key("fk_samples_revision_id_revisions", "samples", "revisions", ["revision_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint("fk_samples_revision_id_revisions", "samples")
    op.drop_index(
        "uq_reviews_counted",
        table_name="reviews",
        postgresql_where="counted AND undone_at IS NULL AND decision <> 'skip'",
    )
    op.drop_index("ix_reviews_sample", table_name="reviews")
    op.drop_index("ix_reviews_expert", table_name="reviews")
    op.drop_table("reviews")
    op.drop_table("release_rows")
    op.drop_index("ix_verdicts_sample", table_name="verdicts")
    op.drop_index("ix_verdicts_reasons", table_name="verdicts", postgresql_using="gin", postgresql_where="NOT kept")
    op.drop_table("verdicts")
    op.drop_index("ix_slots_open", table_name="slots", postgresql_where="state = 'open'")
    op.drop_index("ix_slots_leased", table_name="slots", postgresql_where="state = 'leased'")
    op.drop_table("slots")
    op.drop_index(op.f("ix_signatures_sample_id"), table_name="signatures")
    op.drop_table("signatures")
    op.drop_index(op.f("ix_revisions_sample_id"), table_name="revisions")
    op.drop_table("revisions")
    op.drop_table("near_pairs")
    op.drop_table("measured")
    op.drop_index(op.f("ix_exact_copies_sample_id"), table_name="exact_copies")
    op.drop_index("ix_exact_copies_corpus", table_name="exact_copies")
    op.drop_table("exact_copies")
    op.drop_index("ix_shards_open", table_name="shards", postgresql_where="state <> 'done'")
    op.drop_table("shards")
    op.drop_index("ix_samples_state", table_name="samples")
    op.drop_index("ix_samples_counts", table_name="samples")
    op.drop_index("ix_samples_search", table_name="samples", postgresql_using="gin")
    op.drop_table("samples")
    op.drop_index(op.f("ix_runs_dataset_id"), table_name="runs")
    op.drop_table("runs")
    op.drop_table("releases")
    op.drop_index("ix_refused_lines_corpus", table_name="refused_lines")
    op.drop_table("refused_lines")
    op.drop_table("recipe_versions")
    op.drop_index(op.f("ix_memberships_user_id"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_index(op.f("ix_jobs_dataset_id"), table_name="jobs")
    op.drop_index("ix_jobs_active", table_name="jobs", postgresql_where="state IN ('queued', 'running')")
    op.drop_table("jobs")
    op.drop_index(op.f("ix_invitations_dataset_id"), table_name="invitations")
    op.drop_table("invitations")
    op.drop_table("guidelines")
    op.drop_index(op.f("ix_corpora_dataset_id"), table_name="corpora")
    op.drop_table("corpora")
    op.drop_index(op.f("ix_sign_ins_user_id"), table_name="sign_ins")
    op.drop_table("sign_ins")
    op.drop_table("datasets")
    op.drop_table("workers")
    op.drop_table("users")
    op.drop_table("measure_sets")
    op.drop_index("ix_login_attempts_key", table_name="login_attempts")
    op.drop_table("login_attempts")
