"""The tables of the finance desk, and only their shape: what people do with what the system could not settle alone.

`desk_item` says who has something and until when it rests; `desk_action` is what somebody did to a
document, with the moment its answer may leave. `acceptance` and `line_link` are what a person has decided
about a document, read whenever it is judged; they are withdrawn, never removed. Comments are append-only.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from foundation import append_only
from foundation.sql import UtcDateTime, amount
from foundation.tables import metadata

# Who has taken something of the queue, and until when it rests. `kind` is DOCUMENT, LETTER_IN, LETTER_OUT or EVENT.
desk_item = Table(
    "desk_item",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("item_id", Integer, primary_key=True, autoincrement=False),
    Column("owner", String(80), nullable=False, server_default=""),
    Column("rests_until", Date, nullable=True),
    Column("taken_at", UtcDateTime(), nullable=True),
    Index("ix_desk_item_owner", "owner"),
)

desk_comment = Table(
    "desk_comment",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(12), nullable=False),
    Column("item_id", Integer, nullable=False),
    Column("written_by", String(80), nullable=False),
    Column("written_at", UtcDateTime(), nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_desk_comment_item", "kind", "item_id"),
)

# A person's saved search of the queue.
desk_filter = Table(
    "desk_filter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person", String(80), nullable=False),
    Column("name", String(60), nullable=False),
    Column("query", Text, nullable=False),
    UniqueConstraint("person", "name"),
)

# One press for many documents. The key makes a second press of the same button find the first.
desk_batch = Table(
    "desk_batch",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("idempotency_key", String(80), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("reason", Text, nullable=False),
)

desk_batch_row = Table(
    "desk_batch_row",
    metadata,
    Column("batch_id", ForeignKey("desk_batch.id"), primary_key=True),
    Column("invoice_id", ForeignKey("invoice.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("action_id", Integer, nullable=True),
    Column("sentence_sv", Text, nullable=False, server_default=""),
    Column("sentence_en", Text, nullable=False, server_default=""),
    CheckConstraint("state in ('WAITING','DONE','REFUSED','UNDONE')", name="state"),
)

desk_action = Table(
    "desk_action",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("batch_id", ForeignKey("desk_batch.id"), nullable=True),
    Column("kind", String(20), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("reason", Text, nullable=False),
    Column("state_before", String(20), nullable=False),
    Column("state_after", String(20), nullable=False),
    # The answer that is to leave (AP, RE, UQ) and when; nothing where the action sends none.
    Column("answer", String(2), nullable=False, server_default=""),
    Column("answers_at", UtcDateTime(), nullable=True),
    Column("state", String(10), nullable=False),
    Column("undone_by", String(80), nullable=False, server_default=""),
    Column("undone_at", UtcDateTime(), nullable=True),
    # What the action needs to be undone, as JSON: the acceptance or the link it made, the days it rested before.
    Column("detail", Text, nullable=False, server_default="{}"),
    CheckConstraint("state in ('HELD','STANDING','SENT','LAPSED','UNDONE')", name="state"),
    Index("ix_desk_action_invoice_id", "invoice_id"),
    Index("ix_desk_action_batch_id", "batch_id"),
)
# What waits to be answered is few among many.
_held = text("state = 'HELD'")
Index("ix_desk_action_held", desk_action.c.answers_at, sqlite_where=_held, postgresql_where=_held)

# What a person has accepted of a document, deviation for deviation; it covers nothing else.
acceptance = Table(
    "acceptance",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("accepted_by", String(80), nullable=False),
    Column("accepted_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    # What is paid more (above zero) or less than received, without VAT, and what that is of the person's limit.
    Column("difference", amount(), nullable=False),
    Column("at_stake", amount(), nullable=False),
    Column("deviations", Text, nullable=False),
    Column("withdrawn", Integer, nullable=False, server_default="0"),
)
Index(
    "uq_acceptance_standing",
    acceptance.c.invoice_id,
    unique=True,
    sqlite_where=text("withdrawn = 0"),
    postgresql_where=text("withdrawn = 0"),
)

# Which order line a person says a document is for (none: for no line of ours), or which invoice it credits.
line_link = Table(
    "line_link",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("linked_by", String(80), nullable=False),
    Column("linked_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("order_number", String(120), nullable=False, server_default=""),
    Column("line_id", String(20), nullable=False, server_default=""),
    Column("credited_number", String(120), nullable=False, server_default=""),
    Column("withdrawn", Integer, nullable=False, server_default="0"),
)
Index(
    "uq_line_link_standing",
    line_link.c.invoice_id,
    unique=True,
    sqlite_where=text("withdrawn = 0"),
    postgresql_where=text("withdrawn = 0"),
)

# Which order line a person says each line of an invoice (BT-126) is for, where that is said line by line.
linked_line = Table(
    "linked_line",
    metadata,
    Column("link_id", ForeignKey("line_link.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("invoice_line", Text, nullable=False),
    Column("order_number", String(120), nullable=False),
    Column("line_id", String(120), nullable=False),
)

# How large a difference a person may accept alone. Set by an administrator, another than the person.
accept_limit = Table(
    "accept_limit",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("limit_amount", amount(), nullable=False),
    Column("set_by", String(80), nullable=False),
    Column("set_on", Date, nullable=False),
    CheckConstraint("limit_amount >= 0", name="not_negative"),
    CheckConstraint("set_by <> person", name="not_own"),
)

# Documents handled apart: of protected people, or with personal data in them.
protected_document = Table(
    "protected_document",
    metadata,
    Column("invoice_id", ForeignKey("invoice.id"), primary_key=True),
    Column("marked_by", String(80), nullable=False),
    Column("marked_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", String(20), nullable=False, server_default="APART"),
    CheckConstraint("state in ('APART','CLEARED')", name="state"),
)

# Messages of any kind with personal data in them, whatever they became.
protected_message = Table(
    "protected_message",
    metadata,
    Column("message_id", Integer, primary_key=True, autoincrement=False),
    Column("marked_on", Date, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("state", String(20), nullable=False, server_default="APART"),
    CheckConstraint("state in ('APART','CLEARED')", name="state"),
)

append_only.protect(desk_comment)
