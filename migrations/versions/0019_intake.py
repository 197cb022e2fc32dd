"""Samples sent back because their document changed, not the guidelines"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("requeues", "guideline_id", nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM requeues WHERE guideline_id IS NULL")
    op.alter_column("requeues", "guideline_id", nullable=False)
