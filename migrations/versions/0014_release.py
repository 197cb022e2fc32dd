"""Releases: compositions, splits, files, the gate's checks, saved selections"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_NOW = sa.text("now()")
_STATES = ("checking", "held", "writing", "published", "failed")
_JSON = postgresql.JSONB(astext_type=sa.Text())


def _release(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_release_id_releases")
    return sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    states = sa.Enum(*_STATES, name="releasestate", native_enum=False, length=32)
    op.add_column("releases", sa.Column("state", states, server_default="checking", nullable=False))
    for name in ("composition", "frozen"):
        op.add_column("releases", sa.Column(name, _JSON, server_default="{}", nullable=False))
    for name in ("published_at", "files_removed_at"):
        op.add_column("releases", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    _widen_rows()
    _create_files()
    _create_gate()
    op.create_table(
        "selections",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("selection", _JSON, nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_selections_created_by_users")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_selections_dataset_id_datasets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selections")),
        sa.UniqueConstraint("dataset_id", "name", name=op.f("uq_selections_dataset_id_name")),
    )
    _carry_over()


def _widen_rows() -> None:
    for column in (
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("approved", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("split", sa.Text(), server_default="train", nullable=False),
        sa.Column("left_out", sa.Text(), server_default="", nullable=False),
        sa.Column("weight", sa.Float(), server_default="1", nullable=False),
        sa.Column("answers", _JSON, nullable=True),
    ):
        op.add_column("release_rows", column)
    op.create_index("ix_release_rows_position", "release_rows", ["release_id", "position"])


def _create_files() -> None:
    op.create_table(
        "release_files",
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("split", sa.Text(), server_default="", nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        _release("release_files"),
        sa.PrimaryKeyConstraint("release_id", "name", name=op.f("pk_release_files")),
    )


def _create_gate() -> None:
    op.create_table(
        "release_findings",
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        _release("release_findings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_findings")),
    )
    op.create_index("ix_release_findings_check", "release_findings", ["release_id", "check", "position"])
    op.create_table(
        "release_tallies",
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("shard", sa.BigInteger(), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("facts", _JSON, nullable=False),
        _release("release_tallies"),
        sa.PrimaryKeyConstraint("release_id", "shard", "check", name=op.f("pk_release_tallies")),
    )
    levels = sa.Enum("pass", "warn", "block", name="level", native_enum=False, length=32)
    op.create_table(
        "release_checks",
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("level", levels, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("facts", _JSON, server_default="{}", nullable=False),
        sa.Column("overridden_by", sa.BigInteger(), nullable=True),
        sa.Column("overridden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overridden_because", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["overridden_by"], ["users.id"], name=op.f("fk_release_checks_overridden_by_users")),
        _release("release_checks"),
        sa.PrimaryKeyConstraint("release_id", "check", name=op.f("pk_release_checks")),
    )


def _carry_over() -> None:
    """Earlier releases are one file each, which becomes the only one in their list."""
    op.execute("""
        INSERT INTO release_files (release_id, name, split, rows, size, sha256)
        SELECT id, 'data/train-00000-of-00001.jsonl', 'train', rows, size, sha256 FROM releases WHERE sha256 IS NOT NULL
    """)
    op.execute("""
        UPDATE releases SET state = CASE WHEN sha256 IS NULL THEN 'failed' ELSE 'published' END,
            composition = jsonb_build_object('format', format), frozen = manifest,
            published_at = CASE WHEN sha256 IS NOT NULL THEN created_at END
    """)


def downgrade() -> None:
    for name in ("selections", "release_checks", "release_tallies", "release_findings", "release_files"):
        op.drop_table(name)
    op.drop_index("ix_release_rows_position", table_name="release_rows")
    for name in ("answers", "weight", "left_out", "split", "approved", "position"):
        op.drop_column("release_rows", name)
    for name in ("files_removed_at", "published_at", "frozen", "composition", "state"):
        op.drop_column("releases", name)
