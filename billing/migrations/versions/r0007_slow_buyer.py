"""When somebody was told that a report waits for the buyer, and a notice of a request for credit withdrawn.

Nobody was told of waiting reports until now, so those that wait when the books grow are told of by the first alarms.
"""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KIND = "ck_supplier_notice_kind"


def upgrade() -> None:
    """Give each report the moment it was last alarmed about, and notices one more kind."""
    op.add_column("periodic_report", sa.Column("alarmed_at", UtcDateTime(), nullable=True))
    # SQLite makes the table anew to add a constraint, and leaves the old one behind.
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(_KIND), "supplier_notice", type_="check")
    with op.batch_alter_table("supplier_notice") as notice:
        notice.create_check_constraint(
            op.f(_KIND), "kind in ('invoice-in-question','invoice-paid','credit-request-withdrawn')"
        )
