"""The tables of orders, and only their shape.

What must not happen twice is a key here; what must hold of numbers is a CHECK. Orders,
order lines, receipts and the journal are append-only (`foundation.append_only`); what changes about
an order line stands in `line_account`. The named queries stand by topic in the folders'
stores.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from foundation import append_only
from foundation.sql import UtcDateTime, amount, quantity
from foundation.tables import metadata

FIRST_SERVICE = "rusta-och-matcha"
"""The service of whatever was written before there were several."""

register_version = Table(
    "register_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=True),
    Column("loaded_at", UtcDateTime(), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", Text, nullable=False),
)

# The buyer's own settings, version by version; one is in force, and holds instead of the register's.
policy_version = Table(
    "policy_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("valid_from", Date, nullable=False),
    Column("body", Text, nullable=False),
    Column("fingerprint", String(16), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", String(10), nullable=False),
    CheckConstraint("state in ('PLANNED','IN_FORCE','REPLACED','WITHDRAWN')", name="state"),
)
Index(
    "uq_policy_version_in_force",
    policy_version.c.state,
    unique=True,
    sqlite_where=text("state = 'IN_FORCE'"),
    postgresql_where=text("state = 'IN_FORCE'"),
)


inbound_event = Table(
    "inbound_event",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("source", String(200), nullable=False),
    Column("event_id", String(200), nullable=False),
    Column("content_sha256", String(64), nullable=False),
    Column("type", String(60), nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("execution_reference", String(60), nullable=False, server_default=""),
    Column("body", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason_sv", Text, nullable=False, server_default=""),
    Column("reason_en", Text, nullable=False, server_default=""),
    Column("received_at", UtcDateTime(), nullable=False),
    # Somebody loaded it as history: its own day is then the day we were told.
    Column("as_history", Boolean(), nullable=False, server_default=false()),
    UniqueConstraint("source", "event_id", "content_sha256"),
    Index("ix_inbound_event_state", "state"),
    Index("ix_inbound_event_execution_reference", "execution_reference"),
)
# The same id with other content is kept as a conflict; only one content may ever be the event.
Index(
    "uq_inbound_event_once",
    inbound_event.c.source,
    inbound_event.c.event_id,
    unique=True,
    sqlite_where=text("state <> 'CONFLICT'"),
    postgresql_where=text("state <> 'CONFLICT'"),
)

placement = Table(
    "placement",
    metadata,
    Column("execution_reference", String(60), primary_key=True),
    Column("supplier", String(20), nullable=False),
    Column("contract_id", String(60), nullable=False),
    Column("unit_id", String(60), nullable=False),
    # Where at the unit; its first address has the unit's own id.
    Column("address_id", String(60), nullable=False, server_default=""),
    Column("unit", Text, nullable=False),
    Column("delivery_area", String(60), nullable=False),
    Column("service", String(40), nullable=False, server_default=FIRST_SERVICE),
    Column("level", String(20), nullable=False),
    Column("handling", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("follows", String(60), nullable=False, server_default=""),
    CheckConstraint("level <> ''", name="level"),
    Index("ix_placement_supplier", "supplier", "execution_reference"),
)
# What follows on a placement, through a change of supplier or a new reference: few of all there are.
Index(
    "ix_placement_follows",
    placement.c.follows,
    sqlite_where=text("follows <> ''"),
    postgresql_where=text("follows <> ''"),
)

placement_period = Table(
    "placement_period",
    metadata,
    Column("execution_reference", ForeignKey("placement.execution_reference"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("decision_id", String(60), nullable=False, unique=True),
    Column("decided_on", Date, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("order_number", String(20), nullable=False, server_default=""),
    Column("start_by", Date, nullable=True),
    CheckConstraint("starts_on <= ends_on", name="period"),
    CheckConstraint("ordinal >= 1", name="ordinal"),
)
ODD_START = "starts_on > start_by or starts_on < decided_on"
"""What a period's start has that the buyer's staff should look at: later than agreed, or before its decision."""
Index(
    "ix_placement_period_odd_start",
    placement_period.c.starts_on,
    sqlite_where=text(ODD_START),
    postgresql_where=text(ODD_START),
)

interruption = Table(
    "interruption",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("execution_reference", ForeignKey("placement.execution_reference"), nullable=False),
    Column("registered_on", Date, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("reason", String(30), nullable=False),
    Column("state", String(20), nullable=False),
    # The first billable day after it, where the participant came back within the same period.
    Column("back_on", Date, nullable=True),
    Index("ix_interruption_execution_reference", "execution_reference"),
)
Index(
    "uq_interruption_standing",
    interruption.c.execution_reference,
    unique=True,
    sqlite_where=text("state = 'STANDING'"),
    postgresql_where=text("state = 'STANDING'"),
)

purchase_order = Table(
    "purchase_order",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("article", String(20), nullable=False),
    Column("stage", String(10), nullable=False, server_default=""),
    Column("code", String(40), nullable=False, server_default=""),
    Column("execution_reference", ForeignKey("placement.execution_reference"), nullable=False),
    Column("decision_id", String(60), nullable=False),
    Column("supplier", String(20), nullable=False),
    Column("contract_id", String(60), nullable=False),
    Column("unit_id", String(60), nullable=False),
    Column("delivery_area", String(60), nullable=False),
    Column("price_list_id", String(60), nullable=False),
    Column("service", String(40), nullable=False, server_default=FIRST_SERVICE),
    Column("day_convention", String(20), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("amount", amount(), nullable=False),
    Column("occasion", Integer, nullable=False, server_default="1"),
    Index("ix_purchase_order_execution_reference", "execution_reference"),
    Index("ix_purchase_order_supplier_number", "supplier", "number"),
)
# One of each stage, one speed bonus and one of each supplement on an execution reference at a time: what was revoked is
# followed by the next occasion, and of two that are ordered at once one is first.
Index(
    "uq_purchase_order_outcome",
    purchase_order.c.execution_reference,
    purchase_order.c.article,
    purchase_order.c.stage,
    purchase_order.c.code,
    purchase_order.c.occasion,
    unique=True,
    sqlite_where=text("article <> 'BASIC'"),
    postgresql_where=text("article <> 'BASIC'"),
)

# Orders that lay outside when the books were restored and that they did not have; taken up when decided again.
lost_order = Table(
    "lost_order",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("execution_reference", String(60), nullable=False),
    Column("articles", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("path", Text, nullable=False),
    Index("ix_lost_order_execution_reference", "execution_reference"),
)

order_line = Table(
    "order_line",
    metadata,
    Column("order_number", ForeignKey("purchase_order.number"), primary_key=True),
    Column("line_id", String(20), primary_key=True),
    Column("article_number", String(40), nullable=False),
    Column("article_name", String(200), nullable=False),
    Column("unit", String(3), nullable=False),
    Column("quantity", quantity(), nullable=False),
    Column("price", quantity(), nullable=False),
    Column("amount", amount(), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Index("ix_order_line_starts_on", "starts_on"),
)

# What has happened to an order line so far. An invoice in question occupies the line but claims no money.
line_account = Table(
    "line_account",
    metadata,
    Column("order_number", String(20), primary_key=True),
    Column("line_id", String(20), primary_key=True),
    Column("quantity_ordered", quantity(), nullable=False),
    Column("quantity_received", quantity(), nullable=False),
    Column("amount_ordered", amount(), nullable=False),
    Column("amount_received", amount(), nullable=False),
    Column("amount_claimed", amount(), nullable=False),
    Column("receipt_id", Integer, nullable=True),
    Column("invoice_id", Integer, nullable=True),
    Column("state", String(20), nullable=False),
    # The day a line was closed or cancelled; none while it is open, and where that was before it was kept.
    Column("closed_on", Date, nullable=True),
    # How many of what was received accepted invoices for parts of the line have claimed.
    Column(
        "quantity_shared",
        quantity(),
        CheckConstraint("0 <= quantity_shared and quantity_shared <= quantity_received", name="shared"),
        nullable=False,
        server_default="0",
    ),
    ForeignKeyConstraint(["order_number", "line_id"], ["order_line.order_number", "order_line.line_id"]),
    CheckConstraint("0 <= amount_claimed and amount_claimed <= amount_received", name="claimed"),
    CheckConstraint("amount_received <= amount_ordered", name="received"),
    CheckConstraint("quantity_received <= quantity_ordered", name="quantity"),
    # Of occupied lines alone: those that are not are most of all, and nobody is to look for a line among them.
    Index(
        "ix_line_account_invoice_id",
        "invoice_id",
        sqlite_where=text("invoice_id is not null"),
        postgresql_where=text("invoice_id is not null"),
    ),
    # What a document that names no order may be for: lines that wait, of just its sum.
    Index(
        "ix_line_account_unoccupied",
        *("amount_received", "order_number", "line_id"),
        sqlite_where=text("invoice_id is null"),
        postgresql_where=text("invoice_id is null"),
    ),
)
# What each of several invoices takes of one order line: together never more than was received.
line_share = Table(
    "line_share",
    metadata,
    Column("order_number", String(20), primary_key=True),
    Column("line_id", String(20), primary_key=True),
    Column("invoice_id", Integer, primary_key=True),
    Column("quantity", quantity(), nullable=False),
    Column("amount", amount(), nullable=False),
    # Whether the invoice is accepted, so that the share counts in the line's account.
    Column("claimed", Integer, nullable=False),
    ForeignKeyConstraint(["order_number", "line_id"], ["line_account.order_number", "line_account.line_id"]),
    CheckConstraint("quantity >= 0 and amount >= 0 and claimed in (0, 1)", name="share"),
    Index("ix_line_share_invoice_id", "invoice_id"),
)
# The lines a supplier has something to do with: few of all there are.
Index(
    "ix_line_account_to_report",
    line_account.c.order_number,
    line_account.c.line_id,
    sqlite_where=text("receipt_id is null and state = 'OPEN'"),
    postgresql_where=text("receipt_id is null and state = 'OPEN'"),
)
Index(
    "ix_line_account_to_invoice",
    line_account.c.order_number,
    line_account.c.line_id,
    sqlite_where=text("receipt_id is not null and invoice_id is null"),
    postgresql_where=text("receipt_id is not null and invoice_id is null"),
)

# Who decided what about a placement, or about a month of it: they attest no payment that rests on it.
placement_decision = Table(
    "placement_decision",
    metadata,
    # An event that is laid aside may name a placement that never was.
    Column("execution_reference", String(60), primary_key=True),
    # Empty: about the placement as a whole.
    Column("month", String(7), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("decision", String(40), primary_key=True),
)

periodic_report = Table(
    "periodic_report",
    metadata,
    Column("execution_reference", ForeignKey("placement.execution_reference"), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("filed_on", Date, nullable=False),
    Column("filed_by", String(80), nullable=False),
    Column("decided_on", Date, nullable=True),
    Column("decided_by", String(80), nullable=False, server_default=""),
    # Codes with a space between; they tell what was done and change no amount.
    Column("activities", String(200), nullable=False, server_default=""),
    Column("reason", String(30), nullable=False, server_default=""),
    # When somebody was last told that it waits.
    Column("alarmed_at", UtcDateTime(), nullable=True),
    # The last day a receipt on it may hold, where it was approved before its month was over.
    Column("counts_to", Date, nullable=True),
    # Filed by hand, and the system has not looked at it yet.
    Column("check_pending", Boolean(), nullable=False, server_default=false()),
    Index("ix_periodic_report_state", "state", "month"),
    # What one person filed on a day, to see whether the same was told of many.
    Index("ix_periodic_report_filed", "filed_on", "filed_by", "month"),
    Index("ix_periodic_report_decided_on", "state", "decided_on"),
)
Index(
    "ix_periodic_report_check_pending",
    periodic_report.c.filed_on,
    sqlite_where=text("check_pending"),
    postgresql_where=text("check_pending"),
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("order_number", String(20), nullable=False),
    Column("line_id", String(20), nullable=False),
    Column("execution_reference", String(60), nullable=False),
    Column("month", String(7), nullable=False),
    Column("report_version", Integer, nullable=False),
    Column("quantity", quantity(), nullable=False),
    Column("amount", amount(), nullable=False),
    Column("starts_on", Date, nullable=True),
    Column("ends_on", Date, nullable=True),
    Column("received_on", Date, nullable=False),
    # The receipt this row takes back, with its quantity and amount negated; none for a receipt.
    Column("reverses", ForeignKey("receipt.id"), nullable=True, unique=True),
    ForeignKeyConstraint(["order_number", "line_id"], ["order_line.order_number", "order_line.line_id"]),
    Index("ix_receipt_line", "order_number", "line_id"),
    Index("ix_receipt_execution_reference", "execution_reference"),
)

planned_order = Table(
    "planned_order",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("execution_reference", ForeignKey("placement.execution_reference"), nullable=False),
    Column("article", String(20), nullable=False),
    Column("stage", String(10), nullable=False, server_default=""),
    Column("code", String(40), nullable=False, server_default=""),
    Column("decision_id", String(60), nullable=False),
    Column("outcome_started_on", Date, nullable=True),
    Column("amount", amount(), nullable=True),
    Column("due_on", Date, nullable=False),
    Column("state", String(20), nullable=False),
    Column("order_number", String(20), nullable=False, server_default=""),
    # Why it was dropped, or could not be placed on its day.
    Column("reason_sv", Text, nullable=False, server_default=""),
    Column("reason_en", Text, nullable=False, server_default=""),
    # Which of the stretch's outcomes it belongs to, and of what kind; no kind where it was planned before it was kept.
    Column("outcome_number", Integer, nullable=False, server_default="1"),
    Column("kind", String(30), nullable=False, server_default=""),
    # The day the participant was back, where that is known.
    Column("ended_on", Date, nullable=True),
    # When somebody was last told that it cannot be placed.
    Column("alarmed_at", UtcDateTime(), nullable=True),
    Index("ix_planned_order_execution_reference", "execution_reference"),
    Index("ix_planned_order_due", "state", "due_on"),
    Index("ix_planned_order_order_number", "order_number"),
)
Index(
    "uq_planned_order_once",
    planned_order.c.execution_reference,
    planned_order.c.article,
    planned_order.c.stage,
    planned_order.c.code,
    planned_order.c.outcome_number,
    unique=True,
    sqlite_where=text("state in ('WAITING','PLACED')"),
    postgresql_where=text("state in ('WAITING','PLACED')"),
)

# A correction is a new row: a receipt is reversed by another, an order line closed by its account.
for _table in (purchase_order, order_line, receipt):
    append_only.protect(_table)
