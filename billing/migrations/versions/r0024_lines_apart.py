"""Invoices over several orders and lines: shares of an order line, credit of a part, and expected credit."""

import sqlalchemy as sa
from alembic import op

from foundation.append_only import protect_standing
from foundation.sql import amount, quantity

revision = "0024"
down_revision = "0021"
branch_labels = None
depends_on = None

_OPEN = "state in ('IN_QUESTION', 'PARKED', 'HELD', 'PARTLY_ACCEPTED', 'CREDIT_REQUESTED')"
_OPEN_COLUMNS = (
    *("state", "document_type", "received_on", "id", "codes", "amount_payable", "currency", "supplier"),
)


def upgrade() -> None:
    """Add the columns and the tables; what needs a person takes in what is accepted in part."""
    for name in ("credited_net", "credited_payable"):
        op.add_column("invoice", sa.Column(name, amount(), nullable=False, server_default="0"))
    op.add_column("invoice_part", sa.Column("credited_net", amount(), nullable=False, server_default="0"))
    op.drop_index("ix_invoice_open", "invoice")
    op.create_index(
        "ix_invoice_open",
        "invoice",
        list(_OPEN_COLUMNS),
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
    _shares()
    _partial_credits()
    _expected_credits()


def _shares() -> None:
    received = sa.CheckConstraint(
        "0 <= quantity_shared and quantity_shared <= quantity_received", name="ck_line_account_shared"
    )
    # The CHECK is the column's own, so that no engine makes the table anew.
    op.add_column(
        "line_account", sa.Column("quantity_shared", quantity(), received, nullable=False, server_default="0")
    )
    op.create_table(
        "line_share",
        sa.Column("order_number", sa.String(20), primary_key=True),
        sa.Column("line_id", sa.String(20), primary_key=True),
        sa.Column("invoice_id", sa.Integer(), primary_key=True),
        sa.Column("quantity", quantity(), nullable=False),
        sa.Column("amount", amount(), nullable=False),
        sa.Column("claimed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number", "line_id"], ["line_account.order_number", "line_account.line_id"]
        ),
        sa.CheckConstraint("quantity >= 0 and amount >= 0 and claimed in (0, 1)", name="share"),
    )
    op.create_index("ix_line_share_invoice_id", "line_share", ["invoice_id"])


def _partial_credits() -> None:
    op.create_table(
        "partial_credit",
        sa.Column("credit_id", sa.Integer(), sa.ForeignKey("invoice.id"), primary_key=True),
        sa.Column("invoice_id", sa.Integer(), sa.ForeignKey("invoice.id"), nullable=False),
        sa.Column("amount_net", amount(), nullable=False),
        sa.Column("amount_vat", amount(), nullable=False),
        sa.Column("amount_payable", amount(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.CheckConstraint("amount_net > 0", name="net"),
    )
    op.create_index("ix_partial_credit_invoice_id", "partial_credit", ["invoice_id"])
    op.create_table(
        "partial_credit_line",
        sa.Column("credit_id", sa.Integer(), sa.ForeignKey("partial_credit.credit_id"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("invoice_line", sa.Text(), nullable=False),
        sa.Column("order_number", sa.String(120), nullable=False),
        sa.Column("line_id", sa.String(120), nullable=False),
        sa.Column("quantity", quantity(), nullable=False),
        sa.Column("amount_net", amount(), nullable=False),
    )
    for table in ("partial_credit", "partial_credit_line"):
        protect_standing(op.get_bind(), table)


def _expected_credits() -> None:
    op.create_table(
        "expected_credit",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("invoice_id", sa.Integer(), sa.ForeignKey("invoice.id"), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_net", amount(), nullable=False),
        sa.Column("amount_vat", amount(), nullable=False),
        sa.Column("amount_payable", amount(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("credit_id", sa.Integer(), sa.ForeignKey("invoice.id"), nullable=True),
        sa.CheckConstraint("(state = 'EXPECTED') = (ended_on is null)", name="ended"),
    )
    op.create_index(
        "ix_expected_credit_open",
        "expected_credit",
        ["invoice_id"],
        unique=True,
        sqlite_where=sa.text("state = 'EXPECTED'"),
        postgresql_where=sa.text("state = 'EXPECTED'"),
    )
