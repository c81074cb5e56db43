"""The table of what suppliers ask to have changed in the register: two people of the buyer's confirm, or one refuses.

The register never learns an account from an invoice or from a form alone: each request names who
confirmed first, after calling the supplier back on a number known before, and who confirmed second.
"""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text

from foundation.sql import UtcDateTime
from foundation.tables import metadata

change_request = Table(
    "change_request",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("supplier", String(20), nullable=False),
    # ADD_ACCOUNT, REMOVE_ACCOUNT or DETAILS; PAY_SELLER and NEW_SUPPLIER are the buyer's own.
    Column("kind", String(20), nullable=False),
    # What is asked for, as JSON: scheme and number of an account and whose it is where another payee's, name and
    # address, the invoice that is paid to its seller, or the accounts a new supplier came with.
    Column("content", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", UtcDateTime(), nullable=False),
    Column("first_by", String(80), nullable=False, server_default=""),
    Column("first_at", UtcDateTime(), nullable=True),
    # How the supplier was called back: which known number, when, and what was said. Never a person's name.
    Column("call_back", Text, nullable=False, server_default=""),
    Column("second_by", String(80), nullable=False, server_default=""),
    Column("second_at", UtcDateTime(), nullable=True),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint("state <> 'CONFIRMED' or (first_by <> '' and second_by <> '')", name="two_people"),
    CheckConstraint("first_by = '' or first_by <> second_by", name="different"),
    CheckConstraint("first_by = '' or call_back <> ''", name="call_back"),
    Index("ix_change_request_supplier", "supplier"),
    Index("ix_change_request_state", "state"),
)
