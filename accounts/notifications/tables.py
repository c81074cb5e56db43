"""The table of notifications: what each person is told of in the pages, and when it was seen."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text

from foundation.sql import UtcDateTime
from foundation.tables import metadata

notification = Table(
    "notification",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    # The mail it is told by too; its words are said in its reader's language, when it is read.
    Column("template", String(40), nullable=False),
    # The page where it is dealt with, by which it is known to have been opened; a place on the page is left out.
    Column("address", String(200), nullable=False),
    # What the words are filled in with, as JSON: numbers of things, months and counts, as in a mail.
    Column("given", Text, nullable=False),
    # How often it was told since it was last seen, and when the last time was.
    Column("times", Integer, nullable=False),
    Column("told_at", UtcDateTime(), nullable=False),
    Column("seen_at", UtcDateTime(), nullable=True),
    CheckConstraint("times >= 1", name="times"),
)

UNSEEN = text("seen_at is null")

# The same thing, told again before it was seen, is one notification. Also how the unseen ones are counted.
Index(
    "uq_notification_unseen",
    notification.c.account_id,
    notification.c.address,
    notification.c.template,
    unique=True,
    sqlite_where=UNSEEN,
    postgresql_where=UNSEEN,
)
Index("ix_notification_account_id", notification.c.account_id, notification.c.told_at, notification.c.id)
Index("ix_notification_told_at", notification.c.told_at)
