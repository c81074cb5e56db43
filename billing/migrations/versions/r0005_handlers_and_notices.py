"""Who handled a document, and what its supplier is to be told, as rows of their own.

Both stood in the journal's words until now. Whoever did something about an invoice before keeps being its handler;
what had not been told when the books grew is told.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OF_PAYMENT = ("attest.", "payment.", "invoice.paid")
_MARK = "invoice-mails"


def upgrade() -> None:
    """Make the two tables, fill them from the journal as it was read until now, and let its mark go."""
    handler = op.create_table(
        "document_handler",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_document_handler_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", "person", name=op.f("pk_document_handler")),
    )
    notice = op.create_table(
        "supplier_notice",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "kind in ('invoice-in-question','invoice-paid')", name=op.f("ck_supplier_notice_kind")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_supplier_notice_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_notice")),
    )
    connection = op.get_bind()
    known = set(connection.scalars(sa.text("select id from invoice")))
    handlers: dict[tuple[int, str], None] = {}
    notices: dict[tuple[int, str], None] = {}
    mark = connection.scalar(sa.text("select sequence from journal_mark where name = :name"), {"name": _MARK})
    rows = connection.execute(
        sa.text(
            "select sequence, actor, action, subject, detail from journal where subject like 'invoice %'"
            " or subject like 'credit_note %' order by sequence"
        )
    )
    for row in rows:
        kind, _, number = row.subject.rpartition(" ")
        if not number.isdecimal() or int(number) not in known:
            continue
        by_a_person = row.actor != "system" and kind == "invoice"
        if by_a_person and not row.action.startswith(_OF_PAYMENT):
            handlers[int(number), row.actor] = None
        told = _told(row.action, row.detail)
        if told and mark is not None and row.sequence > mark:
            notices[int(number), told] = None
    if handlers:
        op.bulk_insert(handler, [{"invoice_id": number, "person": person} for number, person in handlers])
    if notices:
        op.bulk_insert(notice, [{"invoice_id": number, "kind": kind} for number, kind in notices])
    op.drop_table("journal_mark")


def _told(action: str, detail: str) -> str:
    if action == "invoice.paid":
        return "invoice-paid"
    judged = action in ("invoice.received", "invoice.judged")
    if action == "credit.requested" or (judged and json.loads(detail).get("state") == "IN_QUESTION"):
        return "invoice-in-question"
    return ""
