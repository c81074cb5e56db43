"""The tables of mails: those that wait to be sent or have been, and the kinds people have declined."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from foundation.sql import UtcDateTime
from foundation.tables import metadata

mail = Table(
    "mail",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # The receiver's account, or none where the address belongs to nobody's account yet.
    Column("account_id", ForeignKey("account.id"), nullable=True),
    Column("to_address", String(254), nullable=False),
    # What the mail is made from. Of one that lets somebody in the link is made as it leaves, and is not in its text.
    Column("template", String(40), nullable=False),
    Column("about", String(120), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    # How often a worker has taken it and not come back since.
    Column("taken", Integer, nullable=False, server_default="0"),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("next_at", UtcDateTime(), nullable=False),
    # The language of the text, which also the receiver's program is told.
    Column("language", String(2), nullable=False),
    Column("sent_at", UtcDateTime(), nullable=True),
    Column("fault", String(200), nullable=False, server_default=""),
    CheckConstraint("state in ('WAITING', 'SENT', 'STUCK')", name="state"),
    Index("ix_mail_state", "state", "next_at"),
)

# What somebody has chosen not to get; without a row, everything that concerns his permissions.
mail_declined = Table(
    "mail_declined",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("notice", String(20), primary_key=True),
)
