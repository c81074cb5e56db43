"""Removing the bytes of a case, or of what belongs to none: messages, events, what was read, copies in the portal.

Convention: each function says what bytes were, as (kind, row id, sha256, size), and removes them; `retention` writes
that into the table of what was disposed of as it is said. Rows with their numbers, days and amounts stay.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select, update

from audit.retention_periods import Stray
from foundation.sql import Session, moment_of
from invoicing.conversation import tables as conversation_tables
from invoicing.documents import tables as document_tables
from invoicing.flow_test.tables import test_document
from invoicing.portal_invoicing.tables import portal_document, portal_upload
from orders import tables as order_tables
from peppol.exchange import tables as exchange_tables
from peppol.exchange.bodies import body_store as message_body_store
from peppol.exchange.bodies import object_store
from peppol.exchange.bodies.body_store import IN, OUT, Bodies

Removed = tuple[str, int, str, int]
"""What was removed: its kind, its row, its sha256 and its size."""

PORTAL: Final = "PORTAL"
"""The kind of a portal document's own copy, as `disposed_body` has it."""


def of_case(session: Session, reference: str) -> Iterator[Removed]:
    """Remove the bytes of a case."""
    event, order, outbox = order_tables.inbound_event, order_tables.purchase_order, exchange_tables.outbox
    yield from _documents(session, document_tables.invoice.c.execution_reference == reference)
    orders = select(order.c.number).where(order.c.execution_reference == reference)
    ours = (outbox.c.kind == "order") & outbox.c.document_id.in_(orders)
    yield from _taken_away(session, OUT, ours)
    mine = event.c.execution_reference == reference
    yield from _emptied(session, "EVENT", event, event.c.sequence, mine, "")


def of_stray(session: Session, sort: Stray, number: int) -> Iterator[Removed]:
    """Remove the bytes of what belongs to no case."""
    inbox, outbox = exchange_tables.inbox, exchange_tables.outbox
    match sort:
        case Stray.MESSAGE:
            yield from _taken_away(session, IN, inbox.c.id == number)
            said = outbox.c.about == f"letter {number}"
            yield from _taken_away(session, OUT, said)
            yield from _copies(session, [number])
        case Stray.DOCUMENT:
            yield from _documents(session, document_tables.invoice.c.id == number)
        case Stray.UPLOAD:
            mine = portal_upload.c.id == number
            yield from _emptied(session, "UPLOAD", portal_upload, portal_upload.c.id, mine, b"")
        case Stray.DRAFT:
            mine = portal_document.c.id == number
            yield from _emptied(session, PORTAL, portal_document, portal_document.c.id, mine, b"")
        case Stray.TEST:
            mine = test_document.c.id == number
            yield from _emptied(session, "TEST", test_document, test_document.c.id, mine, b"")


def _documents(session: Session, which: ColumnElement[bool]) -> Iterator[Removed]:
    """Documents in the books: their messages, our answers, what was read of them, and the portal's copies."""
    invoice, inbox, outbox = document_tables.invoice, exchange_tables.inbox, exchange_tables.outbox
    documents = session.execute(
        select(invoice.c.id, invoice.c.letter_id, invoice.c.content).where(which)
    ).all()
    messages = [row.letter_id for row in documents]
    yield from _taken_away(session, IN, inbox.c.id.in_(messages))
    about = [f"invoice {row.id}" for row in documents]
    about += [f"letter {each}" for each in messages]
    yield from _taken_away(session, OUT, outbox.c.about.in_(about))
    yield from _copies(session, messages)
    said = conversation_tables.document_message_file
    mine = said.c.invoice_id.in_([row.id for row in documents])
    yield from _emptied(session, "SHOWN", said, said.c.id, mine, b"")
    words = conversation_tables.document_message
    spoken = words.c.invoice_id.in_([row.id for row in documents])
    session.execute(update(words).where(spoken).values(text=""))
    for row in documents:
        if row.content:
            yield "CONTENT", row.id, hashlib.sha256(row.content.encode()).hexdigest(), len(row.content)
    session.execute(update(invoice).where(which).values(content=""))


def _copies(session: Session, messages: list[int]) -> Iterator[Removed]:
    """What the portal kept of messages that were made there: its own copy, and the file taken in."""
    made, taken = portal_document, portal_upload
    mine = made.c.letter_id.in_(messages)
    files = select(made.c.supplier, made.c.sha256).where(mine)
    same = [
        (taken.c.supplier == row.supplier) & (taken.c.sha256 == row.sha256) for row in session.execute(files)
    ]
    yield from _emptied(session, PORTAL, made, made.c.id, mine, b"")
    if same:
        yield from _emptied(session, "UPLOAD", taken, taken.c.id, or_(*same), b"")


def _taken_away(session: Session, bodies: Bodies, which: ColumnElement[bool]) -> Iterator[Removed]:
    """The bytes of these messages: each goes when it stands that it is disposed of, which the tables ask for."""
    for number, day in message_body_store.held_by(session, bodies, which):
        moved = object_store.of_messages(session, bodies.kind, [number])
        for each in moved:
            yield bodies.kind, number, each.sha256, each.size
            # The object itself goes afterwards, outside this transaction (operations.object_storage.upkeep).
            at = moment_of(session)
            assert at is not None  # noqa: S101 - disposing writes
            object_store.dispose(session, bodies.kind, number, at=at)
        if not moved:
            body = message_body_store.of_message(session, bodies, number) or b""
            yield bodies.kind, number, hashlib.sha256(body).hexdigest(), len(body)
            message_body_store.take_away(session, bodies, number, day)


def _emptied(
    session: Session,
    kind: str,
    table: Any,  # noqa: ANN401 - one of five tables
    key: Any,  # noqa: ANN401 - its key
    where: Any,  # noqa: ANN401 - which rows
    nothing: bytes | str,
) -> Iterator[Removed]:
    full = where & (table.c.body != nothing)
    rows = session.execute(select(key.label("item_id"), table.c.body).where(full).order_by(key)).all()
    for row in rows:
        body = row.body.encode() if isinstance(row.body, str) else row.body
        yield kind, row.item_id, hashlib.sha256(body).hexdigest(), len(body)
    session.execute(update(table).where(full).values(body=nothing))
