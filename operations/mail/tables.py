"""The tables of mails: those that wait or have left, what is gathered for daily ones, and what people have chosen."""

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

# What somebody has chosen not to get; without a row here or in the next, each at once.
mail_declined = Table(
    "mail_declined",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("notice", String(20), primary_key=True),
)

# What somebody has chosen to have gathered in one mail a day.
mail_daily = Table(
    "mail_daily",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("notice", String(20), primary_key=True),
)

# What is told in somebody's next daily mail; taken away in the transaction that lays it.
mail_gathered = Table(
    "mail_gathered",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("notice", String(20), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Index("ix_mail_gathered_account_id", "account_id", "made_at"),
)

# What is kept of somebody who gets mail: what the links in it are signed with, and the moment of the last daily one.
mail_receiver = Table(
    "mail_receiver",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("link_key", String(64), nullable=False),
    Column("daily_at", UtcDateTime(), nullable=True),
)
