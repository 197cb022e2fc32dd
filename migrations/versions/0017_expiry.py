"""Releases: how long their files are kept"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("datasets", sa.Column("keep_releases", sa.BigInteger(), nullable=True))
    op.add_column("datasets", sa.Column("keep_days", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("datasets", "keep_days")
    op.drop_column("datasets", "keep_releases")
