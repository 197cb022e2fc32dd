"""A secret per dataset, from which the pseudonyms of personal data are made."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.Column(
        "pseudonym_key",
        sa.LargeBinary(),
        server_default=sa.text("uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())"),
        nullable=False,
    )
    op.add_column("datasets", key)
    op.alter_column("datasets", "pseudonym_key", server_default=None)  # new datasets bring their own


def downgrade() -> None:
    op.drop_column("datasets", "pseudonym_key")
