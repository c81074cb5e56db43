"""The tables of bookkeeping, and only their shape: vouchers, the rules they are coded by, and closed months.

Vouchers are append-only, and the database itself takes none whose accounting date is in what is closed: neither a
voucher nor a row of one.
"""

from typing import Final

from sqlalchemy import (
    DDL,
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
    event,
    text,
)

from foundation import append_only
from foundation.sql import UtcDateTime, amount
from foundation.tables import metadata

# A voucher of the ledger. Its number is of a series without gaps; `about` is booked once.
voucher = Table(
    "voucher",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("about", String(60), nullable=False),
    # The accounting date: the day of the event, or the first day of the first open month where its own is closed.
    Column("booked_on", Date, nullable=False),
    # The day of the event where it is booked on another; none where it is booked on its own.
    Column("event_on", Date, nullable=True),
    Column("text", Text, nullable=False),
    # Which booking run it was exported with.
    Column("run", String(60), nullable=False),
    # Which version of the accounting rules coded it; none where the settings' accounts did.
    Column("rules", Integer, nullable=True),
    UniqueConstraint("kind", "about"),
    CheckConstraint("event_on is null or event_on < booked_on", name="moved_on"),
    Index("ix_voucher_run", "run"),
    Index("ix_voucher_booked_on", "booked_on"),
)

voucher_row = Table(
    "voucher_row",
    metadata,
    Column("voucher", ForeignKey("voucher.number"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("account", String(10), nullable=False),
    # Debit above zero, credit below.
    Column("amount", amount(), nullable=False),
    # What the amount is followed by besides its account (`coding.Dimension`).
    Column("cost_centre", String(20), nullable=False, server_default=""),
    Column("activity", String(20), nullable=False, server_default=""),
    Column("appropriation", String(20), nullable=False, server_default=""),
    Column("counterparty", String(20), nullable=False, server_default=""),
)

# Versions of the accounting rules, as they were written; one is in force, and a new one takes two people.
accounting_rules_version = Table(
    "accounting_rules_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("state", String(20), nullable=False),
    Column("content", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # The month it was tried on before it was proposed, and how many amounts it moved there.
    Column("tried_on", String(7), nullable=False),
    Column("moved", Integer, nullable=False),
    Column("proposed_by", String(80), nullable=False),
    Column("proposed_at", UtcDateTime(), nullable=False),
    Column("decided_by", String(80), nullable=False, server_default=""),
    Column("decided_at", UtcDateTime(), nullable=True),
    CheckConstraint("state in ('PROPOSED','IN_FORCE','REPLACED','REFUSED')", name="state"),
    CheckConstraint("state not in ('IN_FORCE','REPLACED') or decided_by <> proposed_by", name="two_people"),
    CheckConstraint("reason <> ''", name="why"),
)
for _one in ("PROPOSED", "IN_FORCE"):
    Index(
        f"uq_accounting_rules_version_{_one.lower()}",
        accounting_rules_version.c.state,
        unique=True,
        sqlite_where=text(f"state = '{_one}'"),
        postgresql_where=text(f"state = '{_one}'"),
    )

# What the ledger answered about a voucher, what was sent to it again, and what a person noted; the last one holds.
ledger_answer = Table(
    "ledger_answer",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("voucher", ForeignKey("voucher.number"), nullable=False),
    Column("outcome", String(20), nullable=False),
    # The number it got in the ledger, and what the ledger or the person said.
    Column("ledger_number", String(40), nullable=False, server_default=""),
    Column("said", Text, nullable=False, server_default=""),
    Column("answered_on", Date, nullable=False),
    # The file it came in, by its bytes; none of what a person did.
    Column("sha256", String(64), nullable=False, server_default=""),
    Column("noted_by", String(80), nullable=False),
    Column("noted_at", UtcDateTime(), nullable=False),
    CheckConstraint("outcome in ('BOOKED','REFUSED','SENT_AGAIN')", name="outcome"),
    CheckConstraint("outcome <> 'REFUSED' or said <> ''", name="why"),
    CheckConstraint("outcome <> 'BOOKED' or ledger_number <> ''", name="number"),
    Index("ix_ledger_answer_voucher", "voucher", "id"),
    Index("ix_ledger_answer_sha256", "sha256"),
)

# The closing of a month, by two people, and its reopening, by two: what is ended may be followed by another.
month_closing = Table(
    "month_closing",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("month", String(7), nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("state", String(20), nullable=False),
    # What was open when the closing was asked for, as the one who asked saw it; JSON.
    Column("checklist", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", UtcDateTime(), nullable=False),
    Column("closed_by", String(80), nullable=False, server_default=""),
    Column("closed_at", UtcDateTime(), nullable=True),
    Column("reopen_reason", Text, nullable=False, server_default=""),
    Column("reopen_asked_by", String(80), nullable=False, server_default=""),
    Column("reopen_asked_at", UtcDateTime(), nullable=True),
    Column("ended_by", String(80), nullable=False, server_default=""),
    CheckConstraint("state in ('ASKED','CLOSED','REOPEN_ASKED','REOPENED','REFUSED')", name="state"),
    CheckConstraint("closed_by = '' or closed_by <> asked_by", name="two_close"),
    CheckConstraint("state <> 'REOPENED' or ended_by <> reopen_asked_by", name="two_reopen"),
    CheckConstraint("reopen_asked_by = '' or reopen_reason <> ''", name="why_reopened"),
)
_stands = text("state in ('ASKED', 'CLOSED', 'REOPEN_ASKED')")
Index(
    "uq_month_closing_standing",
    month_closing.c.month,
    unique=True,
    sqlite_where=_stands,
    postgresql_where=_stands,
)

for _table in (voucher, voucher_row, ledger_answer):
    append_only.protect(_table)
# Made last of the three: the locks below stand on the other two.
month_closing.add_is_dependent_on(voucher_row)

# What is closed reaches to the last day of the last closed month.
_CLOSED: Final = "(SELECT MAX(ends_on) FROM month_closing WHERE state IN ('CLOSED', 'REOPEN_ASKED'))"
_BOOKED_ON: Final = {
    "voucher": "NEW.booked_on",
    "voucher_row": "(SELECT booked_on FROM voucher WHERE number = NEW.voucher)",
}
_SQLITE: Final = """CREATE TRIGGER {table}_month_closed BEFORE INSERT ON {table}
WHEN {day} <= {closed}
BEGIN SELECT RAISE(ABORT, 'the month is closed'); END"""
_POSTGRESQL_FUNCTION: Final = """CREATE OR REPLACE FUNCTION refuse_{table}_of_closed_month() RETURNS trigger AS $$
BEGIN IF {day} <= {closed} THEN RAISE EXCEPTION 'the month is closed'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"""
_POSTGRESQL: Final = """CREATE TRIGGER {table}_month_closed BEFORE INSERT ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_{table}_of_closed_month()"""


def _locks(table: str, dialect: str) -> list[str]:
    forms = [_SQLITE] if dialect == "sqlite" else [_POSTGRESQL_FUNCTION, _POSTGRESQL]
    return [form.format(table=table, day=_BOOKED_ON[table], closed=_CLOSED) for form in forms]


for _name in _BOOKED_ON:
    for _dialect in ("sqlite", "postgresql"):
        for _statement in _locks(_name, _dialect):
            event.listen(
                month_closing,
                "after_create",
                DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
            )
