"""The repayments that one person has noted, as rows of their own.

They stood in the journal's words until now. What waits for a second person when the books grow keeps waiting, and
whoever noted it cannot confirm it.
"""

import json
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and fill it from the journal as it was read until now."""
    note = op.create_table(
        "repayment_note",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ended_by", sa.String(length=80), server_default="", nullable=False),
        sa.CheckConstraint(
            "state in ('NOTED','CONFIRMED','TAKEN_BACK')", name=op.f("ck_repayment_note_state")
        ),
        sa.CheckConstraint("state = 'NOTED' or ended_by <> ''", name=op.f("ck_repayment_note_ended")),
        sa.CheckConstraint(
            "state <> 'CONFIRMED' or ended_by <> noted_by", name=op.f("ck_repayment_note_two_people")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_repayment_note_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repayment_note")),
    )
    op.create_index(
        "uq_repayment_note_once",
        "repayment_note",
        ["invoice_id"],
        unique=True,
        sqlite_where=sa.text("state in ('NOTED','CONFIRMED')"),
        postgresql_where=sa.text("state in ('NOTED','CONFIRMED')"),
    )
    if notes := _notes(op.get_bind()):
        op.bulk_insert(note, notes)


def _notes(connection: sa.Connection) -> list[dict[str, Any]]:
    """Every note there was, with what became of it."""
    paid = connection.execute(sa.text("select number, invoice_id from payment"))
    invoices = {f"payment {row.number}": row.invoice_id for row in paid}
    rows = connection.execute(
        sa.text(
            "select actor, action, subject, detail from journal where action in ('payment.repayment_noted',"
            " 'payment.repayment_taken_back', 'payment.claim_settled') order by sequence"
        )
    )
    standing: dict[int, dict[str, Any]] = {}
    ended: list[dict[str, Any]] = []
    for row in rows:
        invoice_id, detail = invoices.get(row.subject), json.loads(row.detail)
        if invoice_id is None:
            continue
        if row.action == "payment.repayment_noted":
            standing[invoice_id] = {
                "invoice_id": invoice_id,
                "noted_by": row.actor,
                "noted_on": date.fromisoformat(detail["noted_on"]),
                "came_on": date.fromisoformat(detail["came_on"]),
                "reference": detail["reference"],
                "state": "NOTED",
                "ended_by": "",
            }
        elif (state := _end(row.action, detail)) and (found := standing.pop(invoice_id, None)):
            ended.append({**found, "state": state, "ended_by": row.actor})
    return [*ended, *standing.values()]


def _end(action: str, detail: dict[str, str]) -> str:
    if action == "payment.repayment_taken_back":
        return "TAKEN_BACK"
    return "CONFIRMED" if detail.get("how") == "REPAID" else ""
