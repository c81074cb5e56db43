"""The facts of an order: its lines with their accounts, receipts and occupants, in one question."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, exists, or_, select

from foundation.money import Money, Quantity
from foundation.periods import Month, Period
from foundation.sql import Session, are_one_of, keys_sent
from foundation.text import Text
from invoicing.documents import tables as document_tables
from invoicing.matching import waiting
from invoicing.matching.facts import LineFacts, LineShare, Occupant, OrderFacts
from invoicing.model import InvoiceState
from orders import tables as order_tables
from orders.model import (
    Interruption,
    InterruptionState,
    LineState,
    PlacementState,
    Receipt,
    Report,
    ReportState,
)
from orders.placements import filing
from orders.placements import store as placement_store
from orders.purchase_orders import line_share_store, line_store, order_store
from orders.register import store as register_store
from orders.register.register import NotInRegister, Register
from orders.terms import ArticleKind, InterruptionReason


def known(session: Session, numbers: Sequence[str]) -> Set[str]:
    """Those of the numbers that an order of ours has, however many are asked about."""
    table = order_tables.purchase_order
    found: set[str] = set()
    for start in range(0, len(numbers), 500):
        these = table.c.number.in_(numbers[start : start + 500])
        found.update(session.scalars(select(table.c.number).where(these)))
    return found


def order_facts(
    session: Session,
    register: Register,
    number: str,
    *,
    but_not: int | None = None,
    only: Sequence[str] = (),
    seller: str = "",
) -> OrderFacts | None:
    """The order with its lines, receipts and occupants. `but_not` does not count as occupant.

    `seller` is who invoices it, where that is a successor of the supplier it was placed with: taxed as that one is.
    `only` leaves out the lines not named in it. Who is to change a line locks the order's lines before
    (`line_store.lock_lines`), in a question of its own: one that joined and locked at once would, after
    waiting, see the account as it is now beside receipts and invoices as they were before.
    """
    if only:
        rows = session.execute(_ORDER_ONLY, {"number": number, "only": list(only)}).all()
    else:
        rows = session.execute(_ORDER, {"number": number}).all()
    return _facts_of(session, register, rows, but_not=but_not, seller=seller) if rows else None


def facts_of_lines(
    session: Session, register: Register, lines: Collection[tuple[str, str]], *, sellers: Mapping[str, str]
) -> dict[str, OrderFacts]:
    """As `order_facts` with `only` some lines, of many orders by one question; by number, those that are there.

    `lines` are pairs of order and line, `sellers` who invoices each order.
    """
    if not lines:
        return {}
    given = keys_sent(session, sorted(set(lines)))
    of_order: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(_OF_LINES[session.dialect.name], given):
        of_order[row.number].append(row)
    return {
        number: _facts_of(session, register, rows, but_not=None, seller=sellers[number])
        for number, rows in of_order.items()
    }


def _facts_of(
    session: Session, register: Register, rows: Sequence[Row[Any]], *, but_not: int | None, seller: str
) -> OrderFacts:
    first = rows[0]
    number: str = first.number
    lines = _with_revocations(session, first, {row.line_id: _line(row, but_not) for row in rows}, rows)
    if register.policy.partial_quantities or any(row.quantity_shared for row in rows):
        lines = _with_shares(session, number, lines, but_not)
    if first.article == ArticleKind.BASIC and any(each.receipt is None for each in lines.values()):
        lines = _with_reports(session, first.execution_reference, lines)
    # What an order was placed under holds for it, also where the register has lost it since.
    taxed = seller if register.tenure(first.supplier, seller) is not None else first.supplier
    supplier = register_store.last_known_supplier(session, register, taxed)
    prices = register_store.last_known_price_list(session, register, first.price_list_id)
    if supplier is None or prices is None:
        raise NotInRegister(
            Text(
                "Order %(number)s har en leverantör eller prislista som inget register har haft. Läs in ett "
                "register som har den.",
                number=number,
            )
        )
    vat = prices.vat_for(supplier, first.order_ends_on)
    by_line = {line_id: prices.vat_for(supplier, facts.delivered_on) for line_id, facts in lines.items()}
    return OrderFacts(
        order=order_store.order_of(
            first,
            [facts.line for facts in lines.values()],
            period=Period(first.order_starts_on, first.order_ends_on),
        ),
        lines=lines,
        vat=vat,
        interruption=None
        if first.interruption_reason is None
        else Interruption(
            first.registered_on, first.effective_on, InterruptionReason(first.interruption_reason)
        ),
        cancelled=first.placement_state == PlacementState.CANCELLED,
        vat_by_line={line_id: each for line_id, each in by_line.items() if each != vat},
    )


def _with_shares(
    session: Session, number: str, lines: Mapping[str, LineFacts], but_not: int | None
) -> dict[str, LineFacts]:
    """The same lines with what other invoices have taken of each; one that is shared out has no other occupant."""
    taken = line_share_store.of_order(session, number)
    invoice = document_tables.invoice
    rows = session.execute(
        select(invoice.c.id, invoice.c.number).where(invoice.c.id.in_({each.invoice_id for each in taken}))
    )
    numbers = {row.id: row.number for row in rows}
    shared = {each.line_id for each in taken}
    return {
        line_id: facts
        if line_id not in shared
        else replace(
            facts,
            occupant=None,
            shares=tuple(
                LineShare(
                    each.invoice_id,
                    numbers[each.invoice_id],
                    each.quantity,
                    Money(each.amount, facts.line.amount.currency),
                )
                for each in taken
                if each.line_id == line_id and each.invoice_id != but_not
            ),
        )
        for line_id, facts in lines.items()
    }


def _with_revocations(
    session: Session, order: Row[Any], lines: dict[str, LineFacts], rows: Sequence[Row[Any]]
) -> dict[str, LineFacts]:
    """The lines, those without a receipt with the day their approval was taken back, where it was."""
    if all(line.receipt is not None for line in lines.values()):
        return lines
    if order.article != ArticleKind.BASIC:
        revoked = {row.line_id: row.closed_on for row in rows if row.state == LineState.CANCELLED}
    else:
        months = {
            row.month: row.decided_on
            for row in session.execute(_REVOKED, {"reference": order.execution_reference})
        }
        revoked = {
            line_id: months.get(str(Month.of(each.line.period.start))) for line_id, each in lines.items()
        }
    return {
        line_id: replace(each, revoked_on=revoked.get(line_id)) if each.receipt is None else each
        for line_id, each in lines.items()
    }


def _question() -> Select[Any]:
    """The order with everything that hangs on its lines, prepared once."""
    order, line, account = order_tables.purchase_order, order_tables.order_line, order_tables.line_account
    receipt, occupant, cut = order_tables.receipt, document_tables.invoice, order_tables.interruption
    placement = order_tables.placement
    columns = (
        *(column for column in order.c if column.name not in ("starts_on", "ends_on", "amount")),
        order.c.starts_on.label("order_starts_on"),
        order.c.ends_on.label("order_ends_on"),
        line.c.line_id,
        line.c.article_number,
        line.c.article_name,
        line.c.unit,
        line.c.quantity,
        line.c.price,
        line.c.amount,
        line.c.starts_on,
        line.c.ends_on,
        *(column for column in account.c if column.name not in ("order_number", "line_id")),
        receipt.c.month.label("receipt_month"),
        receipt.c.report_version.label("receipt_version"),
        receipt.c.quantity.label("receipt_quantity"),
        receipt.c.amount.label("receipt_amount"),
        receipt.c.starts_on.label("receipt_starts_on"),
        receipt.c.ends_on.label("receipt_ends_on"),
        receipt.c.received_on,
        occupant.c.number.label("occupant_number"),
        occupant.c.state.label("occupant_state"),
        cut.c.registered_on,
        cut.c.effective_on,
        cut.c.reason.label("interruption_reason"),
        placement.c.state.label("placement_state"),
    )
    cuts_this_order = and_(
        cut.c.execution_reference == order.c.execution_reference,
        order.c.article == ArticleKind.BASIC,
        cut.c.effective_on <= order.c.ends_on,
        # The standing interruption also cuts a later period; one that was come back from, only its own.
        or_(
            cut.c.state == InterruptionState.STANDING,
            and_(
                cut.c.state == InterruptionState.ENDED,
                cut.c.effective_on >= order.c.starts_on,
                cut.c.back_on.is_(None),
            ),
        ),
    )
    return (
        select(*columns)
        .select_from(order)
        .join(line, line.c.order_number == order.c.number)
        .join(
            account, and_(account.c.order_number == line.c.order_number, account.c.line_id == line.c.line_id)
        )
        .join(placement, placement.c.execution_reference == order.c.execution_reference)
        .outerjoin(receipt, receipt.c.id == account.c.receipt_id)
        .outerjoin(occupant, occupant.c.id == account.c.invoice_id)
        .outerjoin(cut, cuts_this_order)
        .order_by(line.c.line_id, cut.c.effective_on)
    )


_ORDER = _question().where(order_tables.purchase_order.c.number == bindparam("number"))
_ORDER_ONLY = _ORDER.where(order_tables.order_line.c.line_id.in_(bindparam("only", expanding=True)))


_LINE = order_tables.order_line.c
_OF_LINES = {
    engine: _question().where(are_one_of(engine, _LINE.order_number, _LINE.line_id))
    for engine in ("postgresql", "sqlite")
}


# The months whose approval was taken back, unless a newer report waits or is approved; one sent back does neither.
_REPORT, _NEWER = order_tables.periodic_report, order_tables.periodic_report.alias("newer")
_REVOKED = (
    select(_REPORT.c.month, _REPORT.c.decided_on)
    .where(
        _REPORT.c.execution_reference == bindparam("reference"),
        _REPORT.c.state == ReportState.REVOKED,
        ~exists().where(
            _NEWER.c.execution_reference == _REPORT.c.execution_reference,
            _NEWER.c.month == _REPORT.c.month,
            _NEWER.c.version > _REPORT.c.version,
            _NEWER.c.state.in_([ReportState.FILED, ReportState.APPROVED]),
        ),
    )
    .order_by(_REPORT.c.version)
)


def _line(row: Row[tuple[object, ...]], but_not: int | None) -> LineFacts:
    currency = row.currency
    line = order_store.line_of(row, currency)
    account = line_store.account_of(row, row.number)
    occupied = row.invoice_id is not None and row.invoice_id != but_not
    return LineFacts(
        line=line,
        account=account,
        receipt=_receipt(row, currency),
        occupant=Occupant(row.invoice_id, row.occupant_number, InvoiceState(row.occupant_state))
        if occupied
        else None,
    )


def _with_reports(session: Session, reference: str, lines: Mapping[str, LineFacts]) -> dict[str, LineFacts]:
    """The same lines, with what the buyer has of the months that are not received."""
    of_month: dict[Month, list[Report]] = defaultdict(list)
    for report in placement_store.reports(session, reference):
        of_month[report.month].append(report)
    return {
        line_id: replace(facts, with_buyer=waiting.is_with_buyer(filing.standing_report(of_month[month])))
        for line_id, facts in lines.items()
        for month in (Month.of(facts.line.period.start),)
    }


def _receipt(row: Row[tuple[object, ...]], currency: str) -> Receipt | None:
    if row.receipt_id is None:
        return None
    return Receipt(
        id=row.receipt_id,
        order_number=row.number,
        line_id=row.line_id,
        execution_reference=row.execution_reference,
        month=Month.parse(row.receipt_month),
        report_version=row.receipt_version,
        quantity=Quantity(row.receipt_quantity, row.unit),
        amount=Money(row.receipt_amount, currency),
        period=Period(row.receipt_starts_on, row.receipt_ends_on) if row.receipt_starts_on else None,
        received_on=row.received_on,
    )
