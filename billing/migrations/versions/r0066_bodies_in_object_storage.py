"""Where the bytes of messages lie that are moved to an object storage."""

import sqlalchemy as sa
from alembic import op

from foundation.append_only import KeptUntil, protect_kept_again
from foundation.sql import UtcDateTime

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and let bytes go from the database once it stands there where they lie."""
    op.create_table(
        "body_object",
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("letter", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("bucket", sa.String(63), nullable=False),
        sa.Column("object_key", sa.String(500), nullable=False),
        sa.Column("version", sa.String(200), server_default="", nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.Column("is_held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("disposed_at", UtcDateTime(), nullable=True),
        sa.Column("fault", sa.String(40), server_default="", nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind in ('LETTER_IN','LETTER_OUT')", name=op.f("ck_body_object_kind")),
        sa.PrimaryKeyConstraint("kind", "letter", name=op.f("pk_body_object")),
        sa.UniqueConstraint(
            "bucket", "object_key", "version", name=op.f("uq_body_object_bucket_object_key_version")
        ),
    )
    disposed = sa.text("disposed_at is not null")
    op.create_index(
        "ix_body_object_disposed",
        "body_object",
        ["kind", "letter"],
        sqlite_where=disposed,
        postgresql_where=disposed,
    )
    for name, kind in (("inbox_body", "LETTER_IN"), ("outbox_body", "LETTER_OUT")):
        gone = f"SELECT 1 FROM disposed_body WHERE kind = '{kind}' AND item_id = OLD.letter"  # noqa: S608
        moved = f"SELECT 1 FROM body_object WHERE kind = '{kind}' AND letter = OLD.letter"  # noqa: S608
        protect_kept_again(op.get_bind(), name, KeptUntil(f"EXISTS ({gone}) OR EXISTS ({moved})"))
