"""Deposits that the bank takes back after they were confirmed, and a mail about a demand that is withdrawn."""

import sqlalchemy as sa
from alembic import op

from billing.migrations import sqlite_schema

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_WAS = {
    "state": "state in ('NOTED','CONFIRMED','TAKEN_BACK')",
    "two_people": "state <> 'CONFIRMED' or ended_by <> noted_by",
}
_BECOMES = {
    "state": "state in ('NOTED','CONFIRMED','TAKEN_BACK','UNDO_ASKED','UNDONE')",
    "two_people": "state in ('NOTED','TAKEN_BACK') or ended_by <> noted_by",
}
_UNDO = "state not in ('UNDO_ASKED','UNDONE') or (undo_asked_by <> '' and undone_on is not null)"
_UNDONE = "state <> 'UNDONE' or (undone_by <> '' and undone_by <> undo_asked_by)"
_ONCE = "state in ('PROPOSED','ATTESTED','EXPORTED') or (state = 'PAID' and kind = 'INVOICE')"
_NOTICES = "kind in ('invoice-in-question','invoice-paid','credit-request-withdrawn','claim-letter','claim-answered')"
_NOTICES_NOW = f"{_NOTICES[:-1]},'claim-withdrawn')"
_PART_WAS = "how in ('NETTED','REPAID','WRITTEN_OFF','INTEREST','RETURNED')"
_PART_BECOMES = f"{_PART_WAS[:-1]},'REPAYMENT_RETURNED','INTEREST_RETURNED')"


def upgrade() -> None:
    """Add the columns and let the checks allow more; nothing that stands is changed."""
    # What is owed again of a claim that was taken off and paid may be taken off another payment.
    op.drop_index("uq_payment_item_once", "payment_item")
    op.create_index(
        "uq_payment_item_once",
        "payment_item",
        ["invoice_id", "kind"],
        unique=True,
        sqlite_where=sa.text(_ONCE),
        postgresql_where=sa.text(_ONCE),
    )
    # A withdrawn claim is read by its invoice too, and the index of those that stand leaves it out.
    op.create_index("ix_claim_invoice_id", "claim", ["invoice_id"])
    op.add_column("repayment_note", sa.Column("undone_on", sa.Date(), nullable=True))
    op.add_column("repayment_note", sa.Column("undo_asked_on", sa.Date(), nullable=True))
    op.add_column("repayment_note", sa.Column("undo_reason", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # A column may bring a check along; the tables are not copied.
        for column, name, check in (("undo_asked_by", "undo", _UNDO), ("undone_by", "undone", _UNDONE)):
            op.execute(
                f"ALTER TABLE repayment_note ADD COLUMN {column} VARCHAR(80) DEFAULT '' NOT NULL"
                f" CONSTRAINT ck_repayment_note_{name} CHECK ({check})"
            )
        sqlite_schema.reword(connection, "repayment_note", {_WAS[each]: _BECOMES[each] for each in _WAS})
        sqlite_schema.reword(connection, "claim_part", {_PART_WAS: _PART_BECOMES})
        sqlite_schema.reword(connection, "supplier_notice", {_NOTICES: _NOTICES_NOW})
        return
    for name in ("undo_asked_by", "undone_by"):
        op.add_column("repayment_note", sa.Column(name, sa.String(80), nullable=False, server_default=""))
    for name, check in {**_BECOMES, "undo": _UNDO, "undone": _UNDONE}.items():
        if name in _WAS:
            op.drop_constraint(op.f(f"ck_repayment_note_{name}"), "repayment_note")
        op.create_check_constraint(op.f(f"ck_repayment_note_{name}"), "repayment_note", check)
    op.drop_constraint(op.f("ck_claim_part_how"), "claim_part")
    op.create_check_constraint(op.f("ck_claim_part_how"), "claim_part", _PART_BECOMES)
    op.drop_constraint(op.f("ck_supplier_notice_kind"), "supplier_notice")
    op.create_check_constraint(op.f("ck_supplier_notice_kind"), "supplier_notice", _NOTICES_NOW)
