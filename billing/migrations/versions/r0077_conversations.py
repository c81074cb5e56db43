"""What is said of a document is kept, with files, from the questions that have left."""

import sqlalchemy as sa
from alembic import op

from billing.migrations import sqlite_schema
from foundation.sql import UtcDateTime

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

_NOTICES = (
    "kind in ('invoice-in-question','invoice-paid','credit-request-withdrawn','claim-letter','claim-answered',"
    "'claim-withdrawn')"
)
_NOTICES_NOW = f"{_NOTICES[:-1]},'invoice-question')"
_UNREAD = sa.text("side = 'SUPPLIER' and read_at is null")


def upgrade() -> None:
    """Make the tables, and let each question that was sent begin its document's conversation."""
    op.create_table(
        "document_message",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("read_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_message")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_document_message_invoice_id_invoice")
        ),
        sa.CheckConstraint("side in ('BUYER','SUPPLIER')", name=op.f("ck_document_message_side")),
        sa.CheckConstraint(
            "side = 'SUPPLIER' or read_at is null", name=op.f("ck_document_message_read_by_buyer")
        ),
    )
    op.create_index("ix_document_message_invoice", "document_message", ["invoice_id", "id"])
    op.create_index(
        "ix_document_message_unread",
        "document_message",
        ["id"],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )
    op.create_table(
        "document_message_file",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_message_file")),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["document_message.id"],
            name=op.f("fk_document_message_file_message_id_document_message"),
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_document_message_file_invoice_id_invoice")
        ),
    )
    op.create_index("ix_document_message_file_message", "document_message_file", ["message_id"])
    op.create_index("ix_document_message_file_invoice", "document_message_file", ["invoice_id"])
    if op.get_bind().dialect.name == "sqlite":
        sqlite_schema.reword(op.get_bind(), "supplier_notice", {_NOTICES: _NOTICES_NOW})
    else:
        op.drop_constraint(op.f("ck_supplier_notice_kind"), "supplier_notice")
        op.create_check_constraint(op.f("ck_supplier_notice_kind"), "supplier_notice", _NOTICES_NOW)
    op.execute(
        "insert into document_message (invoice_id, side, written_by, written_at, text)"
        " select invoice_id, 'BUYER', made_by, coalesce(answers_at, made_at), reason from desk_action"
        " where kind = 'ASK_SUPPLIER' and state = 'SENT' order by id"
    )
