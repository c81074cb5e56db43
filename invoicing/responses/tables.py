"""The tables of what peers answer about documents of ours, and only their shape.

An answer is held once per message and once per sender, kind and number; its lines never change. Whether a
person has looked at it stands in its row. What a peer offers is kept as it was written, as text: nothing
is ever reckoned with it, and no order is changed by it.
"""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from foundation.tables import metadata

peer_answer = Table(
    "peer_answer",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("letter_id", Integer, nullable=False, unique=True),
    Column("kind", String(30), nullable=False),
    Column("sender", String(160), nullable=False),
    Column("number", String(200), nullable=False),
    Column("code", String(2), nullable=False),
    Column("reference", String(200), nullable=False),
    Column("meaning", String(20), nullable=False),
    # The instance identifier of the message of ours it is about, and the order, where there is one.
    Column("instance_id", String(36), nullable=False, server_default=""),
    Column("order_number", String(20), nullable=False, server_default=""),
    Column("issued_on", Date, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("words", Text, nullable=False, server_default=""),
    # Who looked at what a person must look at; empty until then, and for what nobody must.
    Column("looked_at_by", String(80), nullable=False, server_default=""),
    Column("looked_at_on", Date, nullable=True),
    UniqueConstraint("sender", "kind", "number"),
    Index("ix_peer_answer_instance_id", "instance_id"),
    Index("ix_peer_answer_order_number", "order_number"),
    Index(
        "ix_peer_answer_waiting",
        "id",
        sqlite_where=text("looked_at_by = '' and meaning not in ('CONFIRMED', 'NOTED')"),
        postgresql_where=text("looked_at_by = '' and meaning not in ('CONFIRMED', 'NOTED')"),
    ),
)

peer_answer_line = Table(
    "peer_answer_line",
    metadata,
    Column("answer_id", ForeignKey("peer_answer.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("line", Text, nullable=False),
    Column("code", String(10), nullable=False),
    Column("words", Text, nullable=False),
    Column("quantity", String(40), nullable=False, server_default=""),
    Column("unit", String(10), nullable=False, server_default=""),
    Column("price", String(40), nullable=False, server_default=""),
)
