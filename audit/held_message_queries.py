"""The messages that a legal hold stands on, of those whose bytes lie in the object storage."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, select

from audit import legal_hold_store, retention_periods
from audit.retention_periods import Stray
from foundation.sql import Session
from invoicing.documents.tables import invoice
from orders.tables import purchase_order
from peppol.exchange.bodies import object_store
from peppol.exchange.bodies.body_store import IN, OUT
from peppol.exchange.bodies.object_store import StoredBody
from peppol.exchange.tables import outbox


def stored(session: Session) -> Sequence[StoredBody]:
    """All of them, each once."""
    found: dict[tuple[str, int], StoredBody] = {}
    for name in sorted(legal_hold_store.held(session)):
        thing = retention_periods.named(name)
        came, sent = _of_case(session, name) if thing is None else _of_thing(session, *thing)
        for each in (
            *object_store.of_messages(session, IN.kind, came),
            *object_store.of_messages(session, OUT.kind, sent),
        ):
            found[each.kind, each.number] = each
    return list(found.values())


def _of_case(session: Session, reference: str) -> tuple[list[int], list[int]]:
    """The numbers of the messages to us and of ours that are disposed of with a case."""
    came, sent = _of_documents(session, invoice.c.execution_reference == reference)
    orders = select(purchase_order.c.number).where(purchase_order.c.execution_reference == reference)
    ours = (outbox.c.kind == "order") & outbox.c.document_id.in_(orders)
    return came, [*sent, *session.scalars(select(outbox.c.sequence).where(ours))]


def _of_thing(session: Session, sort: Stray, number: int) -> tuple[list[int], list[int]]:
    """The same of what belongs to no case; files and drafts are no messages."""
    if sort is Stray.MESSAGE:
        return [number], list(_about(session, [f"letter {number}"]))
    if sort is Stray.DOCUMENT:
        return _of_documents(session, invoice.c.id == number)
    return [], []


def _of_documents(session: Session, which: ColumnElement[bool]) -> tuple[list[int], list[int]]:
    documents = session.execute(select(invoice.c.id, invoice.c.letter_id).where(which)).all()
    came = [row.letter_id for row in documents]
    about = [f"invoice {row.id}" for row in documents] + [f"letter {each}" for each in came]
    return came, list(_about(session, about))


def _about(session: Session, subjects: Sequence[str]) -> Iterator[int]:
    yield from session.scalars(select(outbox.c.sequence).where(outbox.c.about.in_(subjects)))
