"""Every order that a document names, so that it is shown only to who may see them all."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_PART = 1000


def upgrade() -> None:
    """Add the tables, and fill them from what was read of the documents that are in the books."""
    for table, column, owner in (
        ("invoice_order", "invoice_id", "invoice"),
        ("portal_document_order", "document_id", "portal_document"),
    ):
        op.create_table(
            table,
            sa.Column(column, sa.Integer(), sa.ForeignKey(f"{owner}.id"), primary_key=True),
            sa.Column("order_number", sa.String(120), primary_key=True),
        )
    _fill()


def _fill() -> None:
    """What lines name, where the document was read by a version that kept it."""
    connection, last = op.get_bind(), 0
    question = sa.text(
        "select id, order_number, content from invoice where id > :last"
        ' and content like \'%"order_number":%"order_number":%\' order by id limit :part'
    )
    while rows := connection.execute(question, {"last": last, "part": _PART}).all():
        found = [
            {"invoice": row.id, "number": number}
            for row in rows
            for number in _named(row.content) - {row.order_number}
        ]
        if found:
            connection.execute(
                sa.text("insert into invoice_order (invoice_id, order_number) values (:invoice, :number)"),
                found,
            )
        last = rows[-1].id


def _named(content: str) -> set[str]:
    document = json.loads(content)
    named = (document, *document.get("lines", ()))
    numbers = {str(each.get("order_number") or "").strip()[:120] for each in named}
    return {each for each in numbers if each.upper() not in ("", "NA", "N/A", "N.A.")}
