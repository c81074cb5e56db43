"""The tables of what suppliers make in the portal: their documents before they leave, and their number series.

A document made here waits a while at its maker's, so that it can be undone, and then goes into the
buyer's mailbox with these very bytes. What must not happen twice is a key: one unread invoice an order
line, one unread credit note an invoice, one document a number, one effect a pressed form.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from foundation.sql import UtcDateTime, amount
from foundation.tables import metadata

# One row per rendered form that was sent, kept for ever: the same form sent again finds what it did.
portal_press = Table(
    "portal_press",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("supplier", String(20), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
)

portal_document = Table(
    "portal_document",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("supplier", String(20), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("press_key", ForeignKey("portal_press.key"), nullable=False),
    # What was made by one decision goes and is undone together: a credit note and the new invoice.
    Column("bundle", Integer, nullable=False),
    Column("document_type", String(20), nullable=False),
    Column("number", String(120), nullable=False),
    # Where the number came from the supplier's own series here; empty for a document made elsewhere.
    Column("series", String(20), nullable=False, server_default=""),
    Column("position", Integer, nullable=True),
    Column("order_number", String(120), nullable=False, server_default=""),
    Column("line_id", String(20), nullable=False, server_default=""),
    Column("credits", String(120), nullable=False, server_default=""),
    Column("issued_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_net", amount(), nullable=False),
    Column("amount_payable", amount(), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(20), nullable=False),
    Column("release_at", UtcDateTime(), nullable=False),
    Column("letter_id", Integer, nullable=True, unique=True),
    Column("reason_sv", Text, nullable=False, server_default=""),
    Column("reason_en", Text, nullable=False, server_default=""),
    CheckConstraint("(state in ('RELEASED', 'READ')) = (letter_id is not null)", name="left"),
    Index("ix_portal_document_supplier", "supplier", "state"),
    Index("ix_portal_document_press_key", "press_key"),
)
# The orders that lines of a document name besides the document's own, as `invoice_order` of the books.
portal_document_order = Table(
    "portal_document_order",
    metadata,
    Column("document_id", ForeignKey("portal_document.id"), primary_key=True),
    Column("order_number", String(120), primary_key=True),
)
_PENDING = "state in ('WAITING', 'RELEASED')"
_KEPT = "state in ('WAITING', 'RELEASED', 'READ')"
for _name, _columns, _where in (
    # Until its message is read no book knows that the line is taken: this does.
    ("uq_portal_document_line", ("order_number", "line_id"), f"line_id <> '' and {_PENDING}"),
    ("uq_portal_document_credits", ("supplier", "credits"), f"credits <> '' and {_PENDING}"),
    ("uq_portal_document_number", ("supplier", "document_type", "number"), _KEPT),
    ("uq_portal_document_position", ("supplier", "series", "position"), f"position is not null and {_KEPT}"),
):
    Index(
        _name,
        *(portal_document.c[each] for each in _columns),
        unique=True,
        sqlite_where=text(_where),
        postgresql_where=text(_where),
    )
Index(
    "ix_portal_document_release",
    portal_document.c.release_at,
    sqlite_where=text("state = 'WAITING'"),
    postgresql_where=text("state = 'WAITING'"),
)

# What a press came to, row by row: a document, or the sentence why there is none.
portal_press_row = Table(
    "portal_press_row",
    metadata,
    Column("press_key", ForeignKey("portal_press.key"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("order_number", String(120), nullable=False, server_default=""),
    Column("line_id", String(20), nullable=False, server_default=""),
    Column("bundle", Integer, nullable=True),
    Column("reason_sv", Text, nullable=False, server_default=""),
    Column("reason_en", Text, nullable=False, server_default=""),
)

# A supplier's own series of document numbers, such as F26-0001; one a prefix.
own_series = Table(
    "own_series",
    metadata,
    Column("supplier", String(20), primary_key=True),
    Column("series", String(20), primary_key=True),
    Column("last", Integer, nullable=False),
    CheckConstraint("last >= 0", name="last"),
)

# Numbers whose document was undone before anyone saw it; the next document takes the lowest of them.
returned_number = Table(
    "returned_number",
    metadata,
    Column("supplier", String(20), primary_key=True),
    Column("series", String(20), primary_key=True),
    Column("position", Integer, primary_key=True),
)

# The letters a supplier's numbers begin with; without a row they begin with F.
series_choice = Table(
    "series_choice",
    metadata,
    Column("supplier", String(20), primary_key=True),
    Column("letters", String(8), nullable=False),
)

# An XML file that was taken in to be looked at; it becomes a document when somebody confirms it.
portal_upload = Table(
    "portal_upload",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("supplier", String(20), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_portal_upload_supplier", "supplier"),
)
