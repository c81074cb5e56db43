"""Two people for the buyer's staff, a row for each decision about a document, and who confirmed which account.

Who had decided something about a document keeps it, as EARLIER. Who confirmed another account of a supplier's follows
from the confirmed requests. Nobody has been vouched for yet: an account that one person made stands for that person.
"""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the column, and fill what follows from the books."""
    _decisions()
    _confirmations()
    _held()
    _staff()


def _decisions() -> None:
    op.create_table(
        "document_decision",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("decision", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_document_decision_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", "person", "decision", name=op.f("pk_document_decision")),
    )
    op.execute(
        sa.text(
            "insert into document_decision (invoice_id, person, decision)"
            " select invoice_id, person, 'EARLIER' from document_handler"
        )
    )
    op.drop_table("document_handler")


def _confirmations() -> None:
    op.create_table(
        "account_confirmation",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("supplier", sa.String(20), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "person", name=op.f("pk_account_confirmation")),
    )
    op.create_index("ix_account_confirmation_supplier", "account_confirmation", ["supplier"])
    op.execute(
        sa.text(
            "insert into account_confirmation (request_id, person, supplier, at)"
            " select id, first_by, supplier, second_at from change_request where state = 'CONFIRMED'"
            " and kind in ('ADD_ACCOUNT', 'REMOVE_ACCOUNT') union all"
            " select id, second_by, supplier, second_at from change_request where state = 'CONFIRMED'"
            " and kind in ('ADD_ACCOUNT', 'REMOVE_ACCOUNT')"
        )
    )


def _held() -> None:
    op.create_table(
        "account_held",
        sa.Column("supplier", sa.String(20), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("supplier", name=op.f("pk_account_held")),
    )


def _staff() -> None:
    with op.batch_alter_table("account") as batch:
        batch.add_column(sa.Column("vouched_by", sa.String(80), nullable=False, server_default=""))
    op.create_table(
        "staff_change",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(80), server_default="", nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state in ('PROPOSED','CONFIRMED','REFUSED','WITHDRAWN','LAPSED')",
            name=op.f("ck_staff_change_state"),
        ),
        sa.CheckConstraint("proposed_by <> ''", name=op.f("ck_staff_change_named")),
        sa.CheckConstraint("(state = 'PROPOSED') = (decided_by = '')", name=op.f("ck_staff_change_decided")),
        sa.CheckConstraint(
            "state <> 'CONFIRMED' or (decided_by <> proposed_by and decided_by <> person"
            " and proposed_by <> person)",
            name=op.f("ck_staff_change_two_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_change")),
    )
    op.create_index("ix_staff_change_state", "staff_change", ["state"])
