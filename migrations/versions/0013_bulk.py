"""A decision on many samples may answer the rubric's questions, once for all"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bulk_actions", sa.Column("rubric_id", sa.BigInteger(), nullable=True))
    op.add_column("bulk_actions", sa.Column("answers", postgresql.JSONB(), server_default="{}", nullable=False))
    op.create_foreign_key(op.f("fk_bulk_actions_rubric_id_rubrics"), "bulk_actions", "rubrics", ["rubric_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f("fk_bulk_actions_rubric_id_rubrics"), "bulk_actions", type_="foreignkey")
    for name in ("answers", "rubric_id"):
        op.drop_column("bulk_actions", name)
