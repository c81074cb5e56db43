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
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.portal_invoicing.queries import on_its_way
from invoicing.portal_invoicing.scope import Scope
from invoicing.spreadsheets import Column, Kind, Value
from orders import tables as order_tables
from orders.purchase_orders.line_store import ZERO
from orders.terms import Article
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries.orders import OrderFilter
from web import state_labels

Say = Callable[[str, str], str]


class What(StrEnum):
    """The lists there are; the value is the file's name."""

    ORDERS = "orders"
    TO_INVOICE = "to-invoice"
    INVOICES = "invoices"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One list: its title, columns and rows."""

    title: str
    columns: Sequence[Column]
    rows: Iterator[Sequence[Value]]


TITLES: Final[dict[What, tuple[str, str]]] = {
    What.ORDERS: ("Ordrar", "Orders"),
    What.TO_INVOICE: ("Att fakturera", "To invoice"),
    What.INVOICES: ("Fakturor", "Invoices"),
}


def sheet(session: Session, scope: Scope, what: What, say: Say, *, wanted: OrderFilter) -> Sheet:
    """The list in the reader's language; `wanted` limits the orders."""
    title = say(*TITLES[what])
    match what:
        case What.ORDERS:
            return Sheet(title, _order_columns(say), _orders(session, scope, say, wanted))
        case What.TO_INVOICE:
            return Sheet(title, _line_columns(say), _lines(session, scope))
        case What.INVOICES:
            return Sheet(title, _invoice_columns(say), _invoices(session, scope, say))


def article_in_words(article: Article, stage: str, say: Say) -> str:
    """The article's name with its stage.

    >>> article_in_words(Article.RESULT, "R1", lambda sv, en: en)
    'Result R1'
    """
    name = say(article.name_sv, article.value.replace("_", " ").capitalize())
    return f"{name} {stage}".strip()


def _order_columns(say: Say) -> list[Column]:
    return [
        Column(say("Order", "Order"), width=14),
        Column(say("Artikel", "Article"), width=22),
        Column(say("Genomförandereferens", "Execution reference"), width=22),
        Column(say("Enhet", "Unit"), width=12),
        Column(say("Från", "From"), Kind.DAY, 12),
        Column(say("Till", "To"), Kind.DAY, 12),
        Column(say("Lagd", "Placed"), Kind.DAY, 12),
        Column(say("Beställt", "Ordered"), Kind.AMOUNT, 14),
        Column(say("Levererat", "Received"), Kind.AMOUNT, 14),
        Column(say("Fakturerat", "Invoiced"), Kind.AMOUNT, 14),
        Column(say("Betalt", "Paid"), Kind.AMOUNT, 14),
        Column(say("Valuta", "Currency"), width=8),
        Column(say("Rader att fakturera", "Lines to invoice"), Kind.WHOLE, 12),
    ]


def _orders(session: Session, scope: Scope, say: Say, wanted: OrderFilter) -> Iterator[Sequence[Value]]:
    for row in order_queries.every(session, scope, wanted):
        yield (
            row.number,
            article_in_words(row.article, row.stage, say),
            row.execution_reference,
            row.unit_id,
            row.period.start,
            row.period.end,
            row.issued_on,
            row.ordered,
            row.received,
            row.invoiced,
            row.paid,
            row.ordered.currency,
            row.to_invoice,
        )


def _line_columns(say: Say) -> list[Column]:
    return [
        Column(say("Order", "Order"), width=14),
        Column(say("Rad", "Line"), width=8),
        Column(say("Artikelnummer", "Article number"), width=14),
        Column(say("Artikel", "Article"), width=22),
        Column(say("Genomförandereferens", "Execution reference"), width=22),
        Column(say("Enhet", "Unit"), width=12),
        Column(say("Från", "From"), Kind.DAY, 12),
        Column(say("Till", "To"), Kind.DAY, 12),
        Column(say("Antal", "Quantity"), Kind.QUANTITY, 10),
        Column(say("Mått", "Unit of measure"), width=8),
        Column(say("Pris", "Price"), Kind.QUANTITY, 12),
        Column(say("Belopp utan moms", "Amount without VAT"), Kind.AMOUNT, 16),
        Column(say("Valuta", "Currency"), width=8),
        Column(say("Inlevererad", "Received on"), Kind.DAY, 12),
    ]


def _lines(session: Session, scope: Scope) -> Iterator[Sequence[Value]]:
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
            account.c.receipt_id.is_not(None),
            account.c.invoice_id.is_(None),
            account.c.amount_received > ZERO,
            ~on_its_way(),
        )
        .order_by(line.c.order_number, line.c.line_id)
    )
    for row in _read(session, question):
        yield (
            row.order_number,
            row.line_id,
            row.article_number,
            row.article_name,
            row.execution_reference,
            row.unit_id,
            row.received_from,
            row.received_to,
            _short(row.quantity_received),
            row.unit,
            _short(row.price),
            Money(row.amount_received, row.currency),
            row.currency,
            row.received_on,
        )


def _invoice_columns(say: Say) -> list[Column]:
    return [
        Column(say("Nummer", "Number"), width=18),
        Column(say("Slag", "Kind"), width=14),
        Column(say("Order", "Order"), width=14),
        Column(say("Genomförandereferens", "Execution reference"), width=22),
        Column(say("Fakturadatum", "Invoice date"), Kind.DAY, 12),
        Column(say("Mottagen", "Received"), Kind.DAY, 12),
        Column(say("Betalas", "To be paid"), Kind.DAY, 12),
        Column(say("Betald", "Paid"), Kind.DAY, 12),
        Column(say("Utan moms", "Without VAT"), Kind.AMOUNT, 14),
        Column(say("Moms", "VAT"), Kind.AMOUNT, 14),
        Column(say("Att betala", "Payable"), Kind.AMOUNT, 14),
        Column(say("Valuta", "Currency"), width=8),
        Column(say("Läge", "State"), width=18),
        Column(say("Avvikelser", "Deviations"), width=24),
    ]


def _invoices(session: Session, scope: Scope, say: Say) -> Iterator[Sequence[Value]]:
    table = document_tables.invoice
    kinds = {"INVOICE": say("Faktura", "Invoice"), "CREDIT_NOTE": say("Kreditfaktura", "Credit note")}
    columns = [column for column in table.c if column.name != "content"]
    question = select(*columns).where(scope.of_invoices()).order_by(table.c.id)
    for row in _read(session, question):
        _, sv, en = state_labels.told("invoice", row.state)
        sign = -1 if row.document_type == "CREDIT_NOTE" else 1
        yield (
            row.number,
            kinds[row.document_type],
            row.order_number,
            row.execution_reference,
            row.issued_on,
            row.received_on,
            row.pays_on,
            row.paid_on,
            Money(sign * row.amount_net, row.currency),
            Money(sign * row.amount_vat, row.currency),
            Money(sign * row.amount_payable, row.currency),
            row.currency,
            say(sv, en),
            row.codes,
        )


def _short(value: Any) -> Any:  # noqa: ANN401 - a decimal, or nothing where the row has none
    """A quantity or price with two decimals where that is all it has."""
    if value is None:
        return None
    cents = round(value, 2)
    return cents if cents == value else value


def _read(session: Session, question: Any) -> Iterator[Any]:  # noqa: ANN401 - any question, any row
    for part in session.execute(question.execution_options(yield_per=500)).partitions():
        yield from part
