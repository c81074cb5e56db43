"""What a supplier takes home as a file: its orders, the lines ready to invoice, its invoices.

Convention: each list is a sheet of typed columns and an iterator over rows that reads as it goes, so the
session must stay open until the last row is written. The columns are the same in every format.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select

from foundation.money import Money
from foundation.spreadsheets import CellKind, CellValue, SheetColumn
from foundation.sql import Session
from foundation.text import Text
from foundation.units import unit_name
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.matching import causes
from invoicing.matching.deviations import Match
from invoicing.model import InvoiceState
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing.queries import InvoiceFilter, ReadyFilter, SortOrder, on_its_way
from invoicing.portal_invoicing.scope import Scope
from orders import tables as order_tables
from orders.purchase_orders.line_store import ZERO
from orders.register.register import Register
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries.orders import OrderFilter
from web import state_labels

_AT_ONCE: Final = 500

Say = Callable[[Text], str]

_EVERY_ORDER: Final = OrderFilter()
_EVERY_LINE: Final = ReadyFilter()
AS_THEY_CAME: Final = InvoiceFilter(order=SortOrder.RECEIVED, falling=False)
"""Every document, in the order they came."""


class What(StrEnum):
    """The lists there are; the value is the file's name."""

    ORDERS = "orders"
    TO_INVOICE = "to-invoice"
    INVOICES = "invoices"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One list: its title, columns and rows."""

    title: str
    columns: Sequence[SheetColumn]
    rows: Iterator[Sequence[CellValue]]


TITLES: Final[dict[What, Text]] = {
    What.ORDERS: Text("Ordrar"),
    What.TO_INVOICE: Text("Att fakturera"),
    What.INVOICES: Text("Fakturor"),
}


def sheet(
    session: Session,
    register: Register,
    scope: Scope,
    what: What,
    say: Say,
    *,
    wanted: OrderFilter = _EVERY_ORDER,
    ready: ReadyFilter = _EVERY_LINE,
    invoices: InvoiceFilter = AS_THEY_CAME,
) -> Sheet:
    """The list in the reader's language: what the list of that kind shows with its filter, in its order."""
    title = say(TITLES[what])
    match what:
        case What.ORDERS:
            return Sheet(title, _order_columns(say), _orders(session, register, scope, say, wanted))
        case What.TO_INVOICE:
            return Sheet(title, _line_columns(say), _lines(session, register, scope, say, ready))
        case What.INVOICES:
            return Sheet(title, _invoice_columns(say), _invoices(session, scope, say, invoices))


def _order_columns(say: Say) -> list[SheetColumn]:
    return [
        SheetColumn(say(Text("Order")), width=14),
        SheetColumn(say(Text("Artikel")), width=22),
        SheetColumn(say(Text("Genomförandereferens")), width=22),
        SheetColumn(say(Text("Enhet")), width=28),
        SheetColumn(say(Text("Från")), CellKind.DAY, 12),
        SheetColumn(say(Text("Till")), CellKind.DAY, 12),
        SheetColumn(say(Text("Lagd")), CellKind.DAY, 12),
        SheetColumn(say(Text("Beställt")), CellKind.AMOUNT, 14),
        SheetColumn(say(Text("Levererat")), CellKind.AMOUNT, 14),
        SheetColumn(say(Text("Fakturerat efter kredit")), CellKind.AMOUNT, 20),
        SheetColumn(say(Text("Betalt")), CellKind.AMOUNT, 14),
        SheetColumn(say(Text("Valuta")), width=8),
        SheetColumn(say(Text("Rader att fakturera")), CellKind.WHOLE, 12),
        SheetColumn(say(Text("Tjänst")), width=18),
        SheetColumn(say(Text("Enhetens id")), width=12),
    ]


def _orders(
    session: Session, register: Register, scope: Scope, say: Say, wanted: OrderFilter
) -> Iterator[Sequence[CellValue]]:
    names = _unit_names(register)
    for row in order_queries.every(session, scope, wanted):
        service = register.service(row.service)
        yield (
            row.number,
            say(service.name_of(row.article, row.stage)),
            row.execution_reference,
            names.get(row.unit_id, row.unit_id),
            row.period.start,
            row.period.end,
            row.issued_on,
            row.ordered,
            row.received,
            row.invoiced_after_credit,
            row.paid,
            row.ordered.currency,
            row.to_invoice,
            say(service.name.text),
            row.unit_id,
        )


def _line_columns(say: Say) -> list[SheetColumn]:
    return [
        SheetColumn(say(Text("Order")), width=14),
        SheetColumn(say(Text("Rad")), width=8),
        SheetColumn(say(Text("Artikelnummer")), width=14),
        SheetColumn(say(Text("Artikel")), width=22),
        SheetColumn(say(Text("Genomförandereferens")), width=22),
        SheetColumn(say(Text("Enhet")), width=28),
        SheetColumn(say(Text("Från")), CellKind.DAY, 12),
        SheetColumn(say(Text("Till")), CellKind.DAY, 12),
        SheetColumn(say(Text("Antal")), CellKind.QUANTITY, 10),
        SheetColumn(say(Text("Mått")), width=8),
        SheetColumn(say(Text("Pris")), CellKind.QUANTITY, 12),
        SheetColumn(say(Text("Belopp utan moms")), CellKind.AMOUNT, 16),
        SheetColumn(say(Text("Valuta")), width=8),
        SheetColumn(say(Text("Inlevererad")), CellKind.DAY, 12),
        SheetColumn(say(Text("Enhetens id")), width=12),
    ]


def _lines(
    session: Session, register: Register, scope: Scope, say: Say, wanted: ReadyFilter
) -> Iterator[Sequence[CellValue]]:
    order, line, account, receipt = (
        order_tables.purchase_order,
        order_tables.order_line,
        order_tables.line_account,
        order_tables.receipt,
    )
    question = (
        select(
            line,
            order.c.execution_reference,
            order.c.unit_id,
            order.c.currency,
            account.c.quantity_received,
            account.c.amount_received,
            receipt.c.starts_on.label("received_from"),
            receipt.c.ends_on.label("received_to"),
            receipt.c.received_on,
        )
        .join_from(account, order, order.c.number == account.c.order_number)
        .join(line, (line.c.order_number == account.c.order_number) & (line.c.line_id == account.c.line_id))
        .join(receipt, receipt.c.id == account.c.receipt_id)
        .where(
            scope.of_orders(),
            scope.of_deliveries(),
            *portal_queries.ready_conditions(wanted),
            account.c.receipt_id.is_not(None),
            account.c.invoice_id.is_(None),
            account.c.amount_received > ZERO,
            ~on_its_way(),
        )
        .order_by(*portal_queries.ready_ordered(wanted))
    )
    names = _unit_names(register)
    for row in _read(session, question):
        yield (
            row.order_number,
            row.line_id,
            row.article_number,
            row.article_name,
            row.execution_reference,
            names.get(row.unit_id, row.unit_id),
            row.received_from,
            row.received_to,
            _short(row.quantity_received),
            say(unit_name(row.unit, row.quantity_received)),
            _short(row.price),
            Money(row.amount_received, row.currency),
            row.currency,
            row.received_on,
            row.unit_id,
        )


def _unit_names(register: Register) -> dict[str, str]:
    """What units are called, by their id."""
    return {each.id: each.name for each in register.units}


_PAID_ON_A_DAY: Final = (InvoiceState.ACCEPTED, InvoiceState.PAID)


def _invoice_columns(say: Say) -> list[SheetColumn]:
    return [
        SheetColumn(say(Text("Nummer")), width=18),
        SheetColumn(say(Text("Slag")), width=14),
        SheetColumn(say(Text("Order")), width=14),
        SheetColumn(say(Text("Genomförandereferens")), width=22),
        SheetColumn(say(Text("Fakturadatum")), CellKind.DAY, 12),
        SheetColumn(say(Text("Mottagen")), CellKind.DAY, 12),
        SheetColumn(say(Text("Betalas", context="expected")), CellKind.DAY, 12),
        SheetColumn(say(Text("Betald")), CellKind.DAY, 12),
        SheetColumn(say(Text("Utan moms")), CellKind.AMOUNT, 14),
        SheetColumn(say(Text("Moms")), CellKind.AMOUNT, 14),
        SheetColumn(say(Text("Att betala")), CellKind.AMOUNT, 14),
        SheetColumn(say(Text("Valuta")), width=8),
        SheetColumn(say(Text("Läge")), width=18),
        SheetColumn(say(Text("Avvikelser")), width=40),
    ]


def _invoices(
    session: Session, scope: Scope, say: Say, wanted: InvoiceFilter
) -> Iterator[Sequence[CellValue]]:
    table = document_tables.invoice
    kinds = {"INVOICE": say(Text("Faktura")), "CREDIT_NOTE": say(Text("Kreditfaktura"))}
    columns = [column for column in table.c if column.name != "content"]
    question = select(*columns).where(*portal_queries.conditions(scope, wanted))
    question = question.order_by(*portal_queries.ordered(wanted))
    for row, match in _judged(session, question):
        _, state = state_labels.told(row.document_type.lower(), row.state)
        sign = -1 if row.document_type == "CREDIT_NOTE" else 1
        yield (
            row.number,
            kinds[row.document_type],
            row.order_number,
            row.execution_reference,
            row.issued_on,
            row.received_on,
            # What is held, in question or credited has no day of payment yet, or never gets one.
            row.pays_on if row.state in _PAID_ON_A_DAY else None,
            row.paid_on,
            Money(sign * row.amount_net, row.currency),
            Money(sign * row.amount_vat, row.currency),
            Money(sign * row.amount_payable, row.currency),
            row.currency,
            say(state),
            "; ".join(say(each) for each in causes.causes(row.codes.split(), match)),
        )


def _judged(session: Session, question: Any) -> Iterator[tuple[Any, Match | None]]:  # noqa: ANN401 - any question, any row
    """The rows as they are read, each with its latest judgement where it deviates."""
    for part in session.execute(question.execution_options(yield_per=_AT_ONCE)).partitions():
        latest = document_store.latest_matches(session, [row.id for row in part if row.codes])
        yield from ((row, latest.get(row.id)) for row in part)


def _short(value: Any) -> Any:  # noqa: ANN401 - a decimal, or nothing where the row has none
    """A quantity or price with two decimals where that is all it has."""
    if value is None:
        return None
    cents = round(value, 2)
    return cents if cents == value else value


def _read(session: Session, question: Any) -> Iterator[Any]:  # noqa: ANN401 - any question, any row
    for part in session.execute(question.execution_options(yield_per=_AT_ONCE)).partitions():
        yield from part
