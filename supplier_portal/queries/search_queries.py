"""What a supplier's search asks: invoices in any state, what has not left or was refused, orders, placements, months.

Convention: a question takes the person's scope as its list does, begins from an index of the supplier's rows, and asks
for one row more than is shown.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, or_, select

from accounts.identity import Permission, Person
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType
from invoicing.portal_invoicing import refused_message_queries
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.scope import Scope, SupplierActor
from invoicing.portal_invoicing.tables import portal_document
from orders import tables as order_tables
from web.search.model import MOST, Asked, Found, Hit, Question

_P = Permission
_SEES_ORDERS: Final = (_P.ASSIGN, _P.REPORT, _P.VIEW)
_SEES_INVOICES: Final = (_P.REPORT, _P.ADMINISTER, _P.VIEW)
REFUSED_PAGES: Final = 4
"""So many pages of refused messages are looked through: what a message is called stands in its bytes alone."""

_KIND: Final = {
    DocumentType.INVOICE: Text("Faktura"),
    DocumentType.CREDIT_NOTE: Text("Kreditfaktura"),
}


def invoices(session: Session, person: Person, asked: Asked, today: date) -> Found | None:
    """The supplier's documents in the books, by number, order, reference or sum."""
    if person.is_buyer or not person.may(*_SEES_INVOICES):
        return None
    table = document_tables.invoice
    numbers = (table.c.number, table.c.order_number, table.c.execution_reference)
    rows = session.execute(
        select(
            table.c.id,
            table.c.number,
            table.c.document_type,
            table.c.state,
            table.c.order_number,
            table.c.amount_payable,
            table.c.currency,
            table.c.received_on,
        )
        .where(
            _scope(person).of_invoices(), _named(asked, numbers, (table.c.amount_payable, table.c.amount_net))
        )
        .order_by(table.c.id.desc())
        .limit(MOST + 1)
    ).all()
    hits = [
        Hit(
            row.number,
            f"/invoices/{row.id}",
            (_KIND[DocumentType(row.document_type)], row.order_number),
            (row.document_type.lower(), row.state),
            _signed(row.document_type, row.amount_payable, row.currency),
            row.received_on,
        )
        for row in rows
    ]
    return Found.of(Text("Fakturor"), hits, more=f"/invoices?{urlencode({'q': asked.text})}")


def not_in_the_books(session: Session, person: Person, asked: Asked, today: date) -> Found | None:
    """What was made in the portal and has not left, was undone, or was stopped."""
    if person.is_buyer or not person.may(*_SEES_INVOICES):
        return None
    table = portal_document
    rows = session.execute(
        select(
            table.c.id,
            table.c.number,
            table.c.document_type,
            table.c.state,
            table.c.order_number,
            table.c.amount_payable,
            table.c.currency,
            table.c.issued_on,
        )
        .where(
            _actor(person).of_made(),
            table.c.state != PortalState.READ,
            _named(
                asked, (table.c.number, table.c.order_number), (table.c.amount_payable, table.c.amount_net)
            ),
        )
        .order_by(table.c.id.desc())
        .limit(MOST + 1)
    ).all()
    hits = [
        Hit(
            row.number,
            f"/to-invoice/document/{row.id}",
            (_KIND[DocumentType(row.document_type)], row.order_number),
            ("made", row.state),
            _signed(row.document_type, row.amount_payable, row.currency),
            row.issued_on,
        )
        for row in rows
    ]
    return Found.of(Text("Gjorda i portalen, inte mottagna"), hits)


def refused(session: Session, person: Person, asked: Asked, today: date) -> Found | None:
    """Messages of the supplier's that came into no book, by the number they say."""
    if person.is_buyer or not person.may(*_SEES_INVOICES):
        return None
    actor, wanted = _actor(person), asked.text.casefold()
    hits: list[Hit] = []
    for number in range(REFUSED_PAGES):
        part = refused_message_queries.listed(session, actor, offset=number * refused_message_queries.PAGE)
        hits += [
            Hit(
                each.seen.number,
                f"/invoices/refused/{each.id}",
                badge=("letter", each.state),
                on=each.received_on,
            )
            for each in part
            if wanted in each.seen.number.casefold()
        ]
        if len(part) < refused_message_queries.PAGE:
            return Found.of(Text("Avvisade"), hits, more="/invoices/refused")
    count = REFUSED_PAGES * refused_message_queries.PAGE
    note = Text("Bara de %(count)s senaste avvisade är genomsökta.", count=count)
    return Found.of(Text("Avvisade"), hits, more="/invoices/refused", note=note)


def orders(session: Session, person: Person, asked: Asked, today: date) -> Found | None:
    """Orders by the beginning of their number, or by reference."""
    if person.is_buyer or not person.may(*_SEES_ORDERS):
        return None
    table = order_tables.purchase_order
    rows = session.execute(
        select(table.c.number, table.c.execution_reference, table.c.issued_on)
        .where(
            _scope(person).of_orders(),
            or_(
                table.c.number.startswith(asked.text, autoescape=True),
                table.c.execution_reference == asked.text,
            ),
        )
        .order_by(table.c.number.desc())
        .limit(MOST + 1)
    ).all()
    hits = [
        Hit(row.number, f"/orders/{row.number}", (row.execution_reference,), on=row.issued_on) for row in rows
    ]
    return Found.of(Text("Ordrar"), hits, more=f"/orders?{urlencode({'text': asked.text})}")


def placements(session: Session, person: Person, asked: Asked, today: date) -> Found | None:
    """Placements by the beginning of their execution reference."""
    if person.is_buyer or not person.may(*_SEES_ORDERS):
        return None
    table = order_tables.placement
    rows = session.scalars(
        select(table.c.execution_reference)
        .where(
            _scope(person).of_placements(),
            table.c.execution_reference.startswith(asked.text, autoescape=True),
        )
        .order_by(table.c.execution_reference)
        .limit(MOST + 1)
    ).all()
    hits = [Hit(each, f"/placements/{each}") for each in rows]
    return Found.of(Text("Placeringar"), hits, more=f"/placements?{urlencode({'text': asked.text})}")


def months(session: Session, person: Person, asked: Asked, today: date) -> Found | None:
    """The lists of one month, where a month was written."""
    if person.is_buyer or asked.month is None:
        return None
    month, hits = asked.month, []
    if person.may(*_SEES_INVOICES):
        hits.append(Hit(Text("Fakturor"), f"/invoices?month={month}"))
        hits.append(Hit(Text("Att fakturera"), f"/to-invoice?month={month}"))
    if person.may(*_SEES_ORDERS):
        hits.append(Hit(Text("Ordrar"), f"/orders?month={month}"))
    return Found.of(Text("Månaden %(month)s", month=month), hits)


QUESTIONS: Final[Sequence[Question]] = (
    months,
    invoices,
    not_in_the_books,
    refused,
    orders,
    placements,
)
"""What the portal looks through, in the order in which it is shown."""


def _named(
    asked: Asked, numbers: Sequence[ColumnElement[Any]], amounts: Sequence[ColumnElement[Any]]
) -> ColumnElement[bool]:
    """Whether a number holds what was written, or a sum is it."""
    ways: list[ColumnElement[bool]] = [each.icontains(asked.text, autoescape=True) for each in numbers]
    if asked.amount is not None:
        ways += [each == abs(asked.amount) for each in amounts]
    return or_(*ways)


def _signed(document_type: str, amount: Any, currency: str) -> Money:  # noqa: ANN401 - a decimal of a row
    sum_ = Money(amount, currency)
    return -sum_ if document_type == DocumentType.CREDIT_NOTE else sum_


def _scope(person: Person) -> Scope:
    return Scope(
        person.organisation,
        person.within,
        predecessors=person.predecessors,
        taken_over_on=person.taken_over_on,
    )


def _actor(person: Person) -> SupplierActor:
    return SupplierActor(
        person.organisation,
        person.within,
        predecessors=person.predecessors,
        taken_over_on=person.taken_over_on,
        by=person.id,
    )
