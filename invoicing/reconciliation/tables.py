"""The tables of kept sums: what the statement comes to, and where it has changed since it was added up."""

from sqlalchemy import BigInteger, Column, Date, String, Table

from foundation.sql import amount
from foundation.tables import metadata

# What the documents come to by all keys of the statement but the execution reference, in the buyer's currency.
# A row holds as long as no `statement_change` names its month and supplier. PostgreSQL alone fills it (decision 133).
statement_sum = Table(
    "statement_sum",
    metadata,
    # The first day of the month of service.
    Column("month", Date, primary_key=True),
    Column("supplier", String(120), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("article", String(40), primary_key=True),
    Column("service", String(80), primary_key=True),
    Column("delivery_area", String(80), primary_key=True),
    Column("ordered", amount(), nullable=False),
    Column("cancelled", amount(), nullable=False),
    Column("closed_unused", amount(), nullable=False),
    Column("received", amount(), nullable=False),
    Column("invoiced", amount(), nullable=False),
    Column("credited", amount(), nullable=False),
    Column("approved", amount(), nullable=False),
    Column("paid", amount(), nullable=False),
)

# A row for each transaction that changed something of a supplier's month: nobody's row is another's to wait for.
statement_change = Table(
    "statement_change",
    metadata,
    Column("transaction", BigInteger, primary_key=True, autoincrement=False),
    Column("month", Date, primary_key=True),
    Column("supplier", String(120), primary_key=True),
)
