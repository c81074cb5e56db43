"""The tables of an installation's buyers. They stand in every books, and are read in the installation's first alone."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table

from foundation.sql import UtcDateTime
from foundation.tables import metadata

installation_buyer = Table(
    "installation_buyer",
    metadata,
    # What the buyer is called on the command line, in addresses and in settings.
    Column("slug", String(30), primary_key=True),
    Column("organisation_number", String(10), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    # The database or file with the buyer's books; empty for the installation's first.
    Column("books", String(200), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("added_at", UtcDateTime(), nullable=False),
    CheckConstraint("state in ('OPEN', 'CLOSED')", name="state"),
)

# A participant is one buyer's: the key is what decides where a message belongs.
buyer_participant = Table(
    "buyer_participant",
    metadata,
    Column("participant_id", String(140), primary_key=True),
    Column("buyer", String(30), ForeignKey("installation_buyer.slug"), nullable=False),
)

# The names people reach the buyer's pages under.
buyer_host = Table(
    "buyer_host",
    metadata,
    Column("host", String(253), primary_key=True),
    Column("buyer", String(30), ForeignKey("installation_buyer.slug"), nullable=False),
)
