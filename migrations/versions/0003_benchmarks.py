"""Benchmarks, and which samples hold their items or may"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _benchmarks()
    _checks()
    _contaminations()
    _suspects()


def _benchmarks() -> None:
    op.create_table(
        "benchmarks",
        *_dated(),
        _parent("benchmarks", "dataset_id", "datasets"),
        _text("name"),
        _text("file_name"),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        _number("items"),
        sa.Column("unread", sa.BigInteger(), server_default="0", nullable=False),
        _text("fingerprint"),
        sa.Column("sha256", sa.Text(), nullable=True),
        _person("benchmarks", "added_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benchmarks")),
        sa.UniqueConstraint("dataset_id", "name", name=op.f("uq_benchmarks_dataset_id_name")),
    )


def _checks() -> None:
    op.create_table(
        "block_checks",
        _text("config"),
        _parent("block_checks", "block_id", "blocks"),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("samples", "sequences", "counts")),
        sa.PrimaryKeyConstraint("config", "block_id", name=op.f("pk_block_checks")),
    )
    op.create_index(op.f("ix_block_checks_block_id"), "block_checks", ["block_id"])
    op.create_table(
        "check_sets",
        _parent("check_sets", "dataset_id", "datasets"),
        _text("config"),
        _number("last_sample_id"),
        sa.PrimaryKeyConstraint("dataset_id", name=op.f("pk_check_sets")),
    )


def _contaminations() -> None:
    revision_key = sa.ForeignKey(
        "revisions.id", name=op.f("fk_contaminations_revision_id_revisions"), ondelete="CASCADE"
    )
    op.create_table(
        "contaminations",
        *_dated(),
        *_place("contaminations"),
        sa.Column("revision_id", sa.BigInteger(), revision_key, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contaminations")),
    )
    op.create_index("ix_contaminations_benchmark", "contaminations", ["benchmark_id", "item"])
    op.create_index("ix_contaminations_sample", "contaminations", ["sample_id"])
    op.create_index("ix_contaminations_dataset", "contaminations", ["dataset_id", "sample_id"])


def _suspects() -> None:
    op.create_table(
        "suspects",
        *_dated(),
        *_place("suspects"),
        sa.Column("contaminated", sa.Boolean(), nullable=True),
        _person("suspects", "judged_by"),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspects")),
        sa.UniqueConstraint("sample_id", "benchmark_id", "item", name=op.f("uq_suspects_sample_id_benchmark_id_item")),
    )
    op.create_index("ix_suspects_benchmark", "suspects", ["benchmark_id", "contaminated", "score"])
    op.create_index("ix_suspects_dataset", "suspects", ["dataset_id", "sample_id"])


def _place(table: str) -> list[sa.Column]:
    """Which sample holds which item, how surely, and where."""
    return [
        _parent(table, "dataset_id", "datasets"),
        _parent(table, "sample_id", "samples"),
        _parent(table, "benchmark_id", "benchmarks"),
        _text("item"),
        _text("tier"),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("path", postgresql.JSONB(), nullable=False),
        _number("first"),
        _number("last"),
    ]


def _dated() -> list[sa.Column]:
    now = sa.text("now()")
    return [_number("id"), sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False)]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _person(table: str, name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), sa.ForeignKey("users.id", name=op.f(f"fk_{table}_{name}_users")))


def _parent(table: str, name: str, parent: str) -> sa.Column[int]:
    key = sa.ForeignKey(f"{parent}.id", name=op.f(f"fk_{table}_{name}_{parent}"), ondelete="CASCADE")
    return sa.Column(name, sa.BigInteger(), key, nullable=False)


def downgrade() -> None:
    for table in ("suspects", "contaminations", "check_sets", "block_checks", "benchmarks"):
        op.drop_table(table)
