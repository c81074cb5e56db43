"""The tables of claims on suppliers, their letters and parts, and of the reference rate; only their shape.

One claim stands of an invoice at a time, and the database says so; what is given back, written off, sent or said of a
claim is append-only. Nobody raises a claim, writes one off or changes the rate alone.
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
    text,
)

from foundation import append_only
from foundation.sql import UtcDateTime, amount
from foundation.tables import metadata

claim = Table(
    "claim",
    metadata,
    Column("number", String(20), primary_key=True),
    # What the supplier writes on its payment to us: the number with a check digit (Luhn).
    Column("ocr", String(25), nullable=False, unique=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("supplier", String(20), nullable=False),
    Column("cause", String(20), nullable=False),
    Column("amount", amount(), nullable=False),
    Column("amount_net", amount(), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("state", String(20), nullable=False),
    # Where it goes back to when a dispute or a write-off that was asked for comes to nothing.
    Column("state_before", String(20), nullable=False, server_default=""),
    Column("raised_on", Date, nullable=False),
    Column("due_on", Date, nullable=True),
    Column("asked_by", String(80), nullable=False, server_default=""),
    Column("confirmed_by", String(80), nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("write_off_by", String(80), nullable=False, server_default=""),
    Column("write_off_asked_on", Date, nullable=True),
    Column("write_off_reason", Text, nullable=False, server_default=""),
    Column("ended_by", String(80), nullable=False, server_default=""),
    Column("ended_on", Date, nullable=True),
    CheckConstraint(
        "state in ('ASKED','RAISED','DEMANDED','REMINDED','DISPUTED','WRITE_OFF_ASKED','SETTLED',"
        "'WRITTEN_OFF','WITHDRAWN')",
        name="state",
    ),
    CheckConstraint("cause in ('CREDIT','REVOKED_RESULT','WRONG_MONTH','PAID_WRONGLY')", name="cause"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("confirmed_by = '' or confirmed_by <> asked_by", name="two_people"),
    # A credit note is the supplier's own word; without one two of ours say it.
    CheckConstraint(
        "cause = 'CREDIT' or (asked_by <> '' and reason <> '' and"
        " (state in ('ASKED','WITHDRAWN') or confirmed_by <> ''))",
        name="confirmed",
    ),
    CheckConstraint(
        "state <> 'WRITTEN_OFF' or (write_off_by <> '' and write_off_reason <> '' and ended_by <> ''"
        " and ended_by <> write_off_by)",
        name="written_off_by_two",
    ),
    Index("ix_claim_state", "state", "supplier"),
)
Index("ix_claim_invoice_id", claim.c.invoice_id)
# What was paid once is claimed once.
Index(
    "uq_claim_once",
    claim.c.invoice_id,
    unique=True,
    sqlite_where=text("state <> 'WITHDRAWN'"),
    postgresql_where=text("state <> 'WITHDRAWN'"),
)

# What of a claim was set off, repaid or written off, each with the two people behind it.
claim_part = Table(
    "claim_part",
    metadata,
    Column("claim", ForeignKey("claim.number"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("supplier", String(20), nullable=False),
    Column("how", String(20), nullable=False),
    Column("amount", amount(), nullable=False),
    Column("amount_net", amount(), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("first_by", String(80), nullable=False),
    Column("second_by", String(80), nullable=False),
    # What the bank calls a deposit; empty for what was set off or written off.
    Column("reference", String(80), nullable=False, server_default=""),
    CheckConstraint(
        "how in ('NETTED','REPAID','WRITTEN_OFF','INTEREST','RETURNED','REPAYMENT_RETURNED','INTEREST_RETURNED')",
        name="how",
    ),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("first_by <> second_by", name="two_people"),
    Index("ix_claim_part_invoice_id", "invoice_id"),
)

# A demand or a reminder as it was sent: what it said is told from these alone, for ever.
claim_letter = Table(
    "claim_letter",
    metadata,
    Column("claim", ForeignKey("claim.number"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("supplier", String(20), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("sent_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("amount", amount(), nullable=False),
    Column("amount_given_back", amount(), nullable=False),
    # Late-payment interest to the day it was sent, and by which reckoning, in rows.
    Column("interest", amount(), nullable=False),
    Column("interest_rows", Text, nullable=False, server_default="[]"),
    # Where the supplier pays; the buyer's account as it was set that day.
    Column("pay_to", String(60), nullable=False, server_default=""),
    Column("sent_by", String(80), nullable=False),
    CheckConstraint("kind in ('DEMAND','REMINDER')", name="kind"),
    CheckConstraint("due_on >= sent_on", name="days"),
)

# What a supplier says against a claim, and what we answer.
claim_word = Table(
    "claim_word",
    metadata,
    Column("claim", ForeignKey("claim.number"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("supplier", String(20), nullable=False),
    Column("by_supplier", Integer, nullable=False),
    Column("by_person", String(80), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("words", Text, nullable=False),
    CheckConstraint("words <> ''", name="words"),
    CheckConstraint("by_supplier in (0, 1)", name="by_supplier"),
)

# The reference rate of a half-year (9 § räntelagen), beside those that came with the program.
reference_rate = Table(
    "reference_rate",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("valid_from", Date, nullable=False),
    Column("percent", amount(), nullable=False),
    Column("state", String(20), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", UtcDateTime(), nullable=False),
    Column("ended_by", String(80), nullable=False, server_default=""),
    CheckConstraint("state in ('ASKED','STANDING','REPLACED','REFUSED')", name="state"),
    CheckConstraint("state = 'ASKED' or ended_by <> ''", name="ended"),
    CheckConstraint("state not in ('STANDING','REPLACED') or ended_by <> asked_by", name="two_people"),
)
Index(
    "uq_reference_rate_standing",
    reference_rate.c.valid_from,
    unique=True,
    sqlite_where=text("state = 'STANDING'"),
    postgresql_where=text("state = 'STANDING'"),
)
Index(
    "uq_reference_rate_asked",
    reference_rate.c.valid_from,
    unique=True,
    sqlite_where=text("state = 'ASKED'"),
    postgresql_where=text("state = 'ASKED'"),
)

for _table in (claim_part, claim_letter, claim_word):
    append_only.protect(_table)
