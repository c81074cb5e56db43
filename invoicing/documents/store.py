"""Invoices and credit notes as the database holds them.

The document's content is kept as read, so that it can be judged again; the bytes as they
came lie in the mailbox. Matches, pairs and payments are only ever added.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, bindparam, delete, func, insert, select, update

from foundation import transitions, written_together
from foundation.engines.many_rows import insert_rows
from foundation.errors import Refused
from foundation.identifiers import key_in
from foundation.money import Money
from foundation.sql import Session, among, are_one_of, keys_sent
from foundation.text import Text
from foundation.transitions import Transitions
from foundation.written.fitted import within
from invoicing.documents import tables as document_tables
from invoicing.matching.deviations import Group, Match, Verdict
from invoicing.matching.order_slices import orders_named
from invoicing.model import FOLLOWS, DocumentType, InvoiceContent, InvoiceState, SupplierInvoice
from orders.register.agreements import Policy
from orders.register.register import fingerprint

_CONTENT = TypeAdapter(InvoiceContent)
_TREE = TypeAdapter(Group)
_ORDER_NUMBER_MAX: Final = 120

# From these an invoice may still be judged again; the others are final or asked back.
OPEN_STATES = (
    InvoiceState.PARKED,
    InvoiceState.IN_QUESTION,
    InvoiceState.ON_HOLD,
    InvoiceState.PARTLY_ACCEPTED,
    InvoiceState.ACCEPTED,
    InvoiceState.PAID,
)


class InvoiceUnknown(Refused):
    """No invoice has this number, or several suppliers' do."""

    def __init__(self, number: str, *, several: bool = False) -> None:
        if several:
            super().__init__(
                Text(
                    "Flera leverantörer har en faktura %(number)s. Ange även --supplier ORGNR.", number=number
                ),
            )
        else:
            super().__init__(
                Text(
                    "Det finns ingen faktura %(number)s. Se vilka som finns med: billing invoices list",
                    number=number,
                ),
            )


def supplier_key(invoice: InvoiceContent) -> str:
    """Who the invoice is from, for its key: the legal entity, or the endpoint where it names none."""
    return invoice.supplier or invoice.endpoint


def by_key(
    session: Session, supplier: str, document_type: DocumentType, number: str
) -> SupplierInvoice | None:
    """The document a supplier sent under this number, or None."""
    given = {"supplier": supplier, "document_type": document_type, "number": number}
    row = session.execute(_BY_KEY, given).one_or_none()
    return _held(row) if row is not None else None


def by_keys(
    session: Session, keys: Collection[tuple[str, DocumentType, str]]
) -> dict[tuple[str, DocumentType, str], SupplierInvoice]:
    """The documents under these keys of supplier, type and number, those there are, by one question."""
    question = _BY_KEYS[session.dialect.name]
    found = [_held(row) for row in session.execute(question, keys_sent(session, keys))] if keys else []
    return {(each.supplier, each.document_type, each.number): each for each in found}


def with_parked_credits(session: Session, suppliers: Collection[str]) -> frozenset[str]:
    """Those of the suppliers of whom a credit note waits for its invoice."""
    waits = (_INVOICE.c.document_type == DocumentType.CREDIT_NOTE) & (_INVOICE.c.state == InvoiceState.PARKED)
    question = select(_INVOICE.c.supplier).where(among(session, _INVOICE.c.supplier, suppliers), waits)
    return frozenset(session.scalars(question.distinct()))


def by_id(session: Session, invoice_id: int) -> SupplierInvoice:
    """The document with this row id."""
    return _held(session.execute(_BY_ID, {"invoice_id": invoice_id}).one())


def find(session: Session, invoice_id: int) -> SupplierInvoice | None:
    """The document with this row id, or None where there is none."""
    row = session.execute(_BY_ID, {"invoice_id": invoice_id}).one_or_none()
    return None if row is None else _held(row)


def of_letter(session: Session, letter_id: int) -> SupplierInvoice | None:
    """The document that a message to us became, or None."""
    question = _COLUMNS.where(document_tables.invoice.c.letter_id == letter_id)
    row = session.execute(question).one_or_none()
    return None if row is None else _held(row)


def latest_numbers(session: Session, invoice: SupplierInvoice, *, limit: int) -> set[str]:
    """What the supplier's latest documents before this one are called, and what numbers they mention."""
    column = document_tables.invoice.c
    before = (
        select(column.number, column.content)
        .where(column.supplier == invoice.supplier, column.id < invoice.id)
        .order_by(column.id.desc())
        .limit(limit)
    )
    found: set[str] = set()
    for row in session.execute(before):
        found.update((row.number, *(each.number for each in _CONTENT.validate_json(row.content).mentions)))
    return found


def by_ids(session: Session, ids: Sequence[int]) -> list[SupplierInvoice]:
    """The documents with these row ids, in the order given."""
    found: dict[int, SupplierInvoice] = {}
    for start in range(0, len(ids), 500):
        question = _COLUMNS.where(document_tables.invoice.c.id.in_(ids[start : start + 500]))
        found.update((row.id, _held(row)) for row in session.execute(question))
    return [found[each] for each in ids]


def lock(session: Session, invoice_id: int) -> SupplierInvoice:
    """The document as it stands now; others may not change it until this transaction ends."""
    return _held(session.execute(_LOCKED, {"invoice_id": invoice_id}).one())


def named(session: Session, number: str, *, supplier: str = "") -> SupplierInvoice:
    """The document a person means by a number, or by its row id written #12; raises InvoiceUnknown."""
    table = document_tables.invoice
    key = key_in(number[1:]) if number.startswith("#") else None
    if key is not None:
        where: ColumnElement[bool] = table.c.id == key
    else:
        where = table.c.number == number
    if supplier:
        where = where & (table.c.supplier == supplier)
    found = session.execute(_COLUMNS.where(where).order_by(table.c.id).limit(2)).all()
    if len(found) != 1:
        raise InvoiceUnknown(number, several=bool(found))
    return _held(found[0])


def listed(
    session: Session,
    *,
    state: InvoiceState | None = None,
    supplier: str = "",
    execution_reference: str = "",
    limit: int = 1000,
) -> Iterator[SupplierInvoice]:
    """Documents by arrival, of one state, supplier or execution reference where that is given."""
    table = document_tables.invoice
    question = _COLUMNS
    if state is not None:
        question = question.where(table.c.state == state)
    if supplier:
        question = question.where(table.c.supplier == supplier)
    if execution_reference:
        question = question.where(table.c.execution_reference == execution_reference)
    for row in session.execute(question.order_by(table.c.id).limit(limit)):
        yield _held(row)


def held_for(session: Session, code: str, *, limit: int, offset: int = 0) -> list[SupplierInvoice]:
    """The invoices held with this deviation among others, by arrival."""
    question = _COLUMNS.where(*_held_with(code)).order_by(document_tables.invoice.c.id)
    return [_held(row) for row in session.execute(question.limit(limit).offset(offset))]


def count_held_for(session: Session, code: str) -> int:
    """How many invoices are held with this deviation among others."""
    question = select(func.count()).select_from(document_tables.invoice).where(*_held_with(code))
    return session.execute(question).scalar_one()


def _held_with(code: str) -> tuple[ColumnElement[bool], ...]:
    table = document_tables.invoice
    return (
        table.c.state == InvoiceState.ON_HOLD,
        table.c.document_type == DocumentType.INVOICE,
        (" " + table.c.codes + " ").contains(f" {code} ", autoescape=True),
    )


def counts(session: Session) -> dict[InvoiceState, int]:
    """How many documents are in each state."""
    rows = session.execute(
        select(document_tables.invoice.c.state, func.count()).group_by(document_tables.invoice.c.state)
    )
    return {InvoiceState(state): count for state, count in rows}


def content(session: Session, invoice_id: int) -> InvoiceContent:
    """What the document said, as it was read."""
    text = session.execute(
        select(document_tables.invoice.c.content).where(document_tables.invoice.c.id == invoice_id)
    ).scalar_one()
    return _CONTENT.validate_json(text)


def add(
    session: Session,
    invoice: InvoiceContent,
    *,
    letter_id: int,
    received_on: date,
    pays_on: date,
    execution_reference: str,
    state: InvoiceState,
    codes: tuple[str, ...],
    answered: str,
) -> SupplierInvoice:
    """Keep a document. Its key of supplier, type and number may be held once."""
    supplier = supplier_key(invoice)
    # A longer one is no order's; the whole of it stays in the content.
    order_number = within(invoice.order_number, _ORDER_NUMBER_MAX)
    row = {
        "letter_id": letter_id,
        "document_type": invoice.document_type,
        "type_code": invoice.type_code,
        "supplier": supplier,
        "number": invoice.number,
        "issued_on": invoice.issued_on,
        "received_on": received_on,
        "pays_on": pays_on,
        "currency": invoice.currency,
        "order_number": order_number,
        "execution_reference": execution_reference,
        "endpoint": invoice.endpoint,
        "amount_net": invoice.amount_net.amount,
        "amount_vat": invoice.amount_vat.amount,
        "amount_payable": invoice.amount_payable.amount,
        "content": _CONTENT.dump_json(invoice).decode(),
        "state": state,
        "codes": " ".join(codes),
        "answered": answered,
    }
    number = written_together.next_number(session, _INVOICE.c.id)
    if number is None:
        key: int = session.execute(_ADD, row).scalar_one()
    else:
        key = number
        written_together.write(session, _write_documents, {"id": key, **row}, into=_INVOICE)
    _add_orders(session, key, orders_named(invoice), own=order_number)
    return SupplierInvoice(
        id=key,
        letter_id=letter_id,
        document_type=invoice.document_type,
        type_code=invoice.type_code,
        supplier=supplier,
        number=invoice.number,
        issued_on=invoice.issued_on,
        received_on=received_on,
        pays_on=pays_on,
        currency=invoice.currency,
        order_number=order_number,
        execution_reference=execution_reference,
        endpoint=invoice.endpoint,
        amount_net=invoice.amount_net,
        amount_vat=invoice.amount_vat,
        amount_payable=invoice.amount_payable,
        state=state,
        codes=codes,
        answered=answered,
        paid_on=None,
    )


def add_parts(session: Session, invoice_id: int, parts: Sequence[tuple[str, str, Money]]) -> None:
    """Note which order line each part of the document is for."""
    for position, (order_number, line_id, amount) in enumerate(parts, 1):
        row = {
            "invoice_id": invoice_id,
            "position": position,
            "order_number": order_number,
            "line_id": line_id,
            "amount_net": amount.amount,
        }
        written_together.write(session, _write_parts, row, into=document_tables.invoice_part)


def orders_of(session: Session, invoice: SupplierInvoice) -> list[str]:
    """The orders whose lines the document is for, and the one it names itself, in the order they are locked."""
    part = document_tables.invoice_part
    lying = select(part.c.order_number).where(part.c.invoice_id == invoice.id).distinct()
    return sorted({invoice.order_number, *session.scalars(lying)} - {""})


def lines_of(session: Session, invoice_id: int) -> list[tuple[str, str]]:
    """The order lines the document is for, in its own order."""
    part = document_tables.invoice_part
    question = select(part.c.order_number, part.c.line_id).where(
        part.c.invoice_id == invoice_id, part.c.order_number != ""
    )
    return [(row.order_number, row.line_id) for row in session.execute(question.order_by(part.c.position))]


def remove_parts(session: Session, invoice_id: int) -> None:
    """Note that the document is for no order line, until it is said again which."""
    part = document_tables.invoice_part
    session.execute(delete(part).where(part.c.invoice_id == invoice_id))


def set_order(
    session: Session,
    invoice_id: int,
    *,
    order_number: str,
    execution_reference: str,
    named: Collection[str],
) -> None:
    """Note which order the document is for, which case it belongs to, and every order it names as it is judged."""
    table, order = document_tables.invoice, document_tables.invoice_order
    values = {"order_number": order_number, "execution_reference": execution_reference}
    session.execute(update(table).where(table.c.id == invoice_id).values(**values))
    session.execute(delete(order).where(order.c.invoice_id == invoice_id))
    _add_orders(session, invoice_id, named, own=order_number)


def _add_orders(session: Session, invoice_id: int, named: Collection[str], *, own: str) -> None:
    """Note the orders a document names besides its own."""
    others = sorted({within(each, _ORDER_NUMBER_MAX) for each in named} - {own})
    for each in others:
        row = {"invoice_id": invoice_id, "order_number": each}
        written_together.write(session, _write_orders, row, into=document_tables.invoice_order)


def move(
    session: Session,
    invoice: SupplierInvoice,
    to: InvoiceState,
    *,
    by: Transitions[InvoiceState] = FOLLOWS,
    codes: Sequence[str] | None = None,
    answered: str | None = None,
    paid_on: date | None = None,
    execution_reference: str | None = None,
) -> SupplierInvoice:
    """Move a document on from the state it was read in, and what it is then; what is not given stays as it was.

    Raises StepRefused where the table `by` has no such step, and MovedMeanwhile where somebody else moved it first.
    """
    became = replace(
        invoice,
        state=to,
        codes=invoice.codes if codes is None else tuple(codes),
        answered=invoice.answered if answered is None else answered,
        paid_on=invoice.paid_on if paid_on is None else paid_on,
        execution_reference=invoice.execution_reference
        if execution_reference is None
        else execution_reference,
    )
    given = {
        "codes": None if codes is None else " ".join(codes),
        "answered": answered,
        "paid_on": paid_on,
        "execution_reference": execution_reference,
    }
    table = document_tables.invoice
    transitions.move(
        session,
        table.c.state,
        table.c.id == invoice.id,
        invoice.worded(by),
        name=invoice.name,
        was=invoice.state,
        to=to,
        values={name: value for name, value in given.items() if value is not None},
    )
    return became


def set_paid(session: Session, invoice_id: int, on: date) -> None:
    """Note that a document was paid that stays in its state: it came into question before the money left."""
    table = document_tables.invoice
    session.execute(update(table).where(table.c.id == invoice_id).values(paid_on=on))


def set_unpaid(session: Session, invoice_id: int) -> None:
    """Note that the money of a payment came back: the document is paid no longer."""
    table = document_tables.invoice
    session.execute(update(table).where(table.c.id == invoice_id).values(paid_on=None))


def set_answered(session: Session, invoice_id: int, answered: str) -> None:
    """Note the last answer given to a document."""
    session.execute(_ANSWERED, {"invoice": invoice_id, "last_answer": answered})


def add_match(
    session: Session,
    invoice_id: int,
    match: Match,
    *,
    made_on: date,
    policy: Policy | None = None,
    verdict: Verdict | None = None,
) -> None:
    """Keep how the document was judged, and by which policy; none where a person judged it.

    `verdict` is what followed, where that is another than the match's: what has left is not held.
    """
    row = {
        "invoice_id": invoice_id,
        "made_on": made_on,
        "verdict": verdict or match.verdict,
        "tree": _TREE.dump_json(match.tree).decode(),
        "policy": fingerprint(policy) if policy is not None else "",
    }
    written_together.write(session, _write_matches, row, into=document_tables.match_made)


def matches(session: Session, invoice_id: int) -> list[tuple[date, Match]]:
    """Every judgement of the document, oldest first."""
    table = document_tables.match_made
    question = (
        select(table.c.made_on, table.c.tree).where(table.c.invoice_id == invoice_id).order_by(table.c.id)
    )
    return [(row.made_on, Match(_TREE.validate_json(row.tree))) for row in session.execute(question)]


def latest_matches(session: Session, invoice_ids: Collection[int]) -> dict[int, Match]:
    """The latest judgement of each of these documents."""
    table = document_tables.match_made
    latest = (
        select(func.max(table.c.id))
        .where(among(session, table.c.invoice_id, invoice_ids))
        .group_by(table.c.invoice_id)
    )
    rows = session.execute(select(table.c.invoice_id, table.c.tree).where(table.c.id.in_(latest)))
    return {row.invoice_id: Match(_TREE.validate_json(row.tree)) for row in rows}


def policies_used(session: Session, invoice_id: int) -> list[str]:
    """The fingerprint of the policy of every judgement, in the order of `matches`."""
    table = document_tables.match_made
    question = select(table.c.policy).where(table.c.invoice_id == invoice_id).order_by(table.c.id)
    return list(session.scalars(question))


def on_line(
    session: Session,
    order_number: str,
    line_id: str,
    *,
    lock: bool = True,
    states: Sequence[InvoiceState] = OPEN_STATES,
) -> list[SupplierInvoice]:
    """The invoices that name an order line and may still be judged, oldest first; locked like `lock` does."""
    part = document_tables.invoice_part
    ids = select(part.c.invoice_id).where(part.c.order_number == order_number, part.c.line_id == line_id)
    table = document_tables.invoice
    question = _COLUMNS.where(
        table.c.id.in_(ids), table.c.document_type == DocumentType.INVOICE, table.c.state.in_(states)
    )
    question = question.order_by(table.c.id)
    return [_held(row) for row in session.execute(question.with_for_update() if lock else question)]


def parked_credits(session: Session, supplier: str) -> list[SupplierInvoice]:
    """The supplier's credit notes that wait for their invoice, oldest first."""
    found = [_held(row) for row in session.execute(_PARKED_CREDITS, {"supplier": supplier})]
    # Asked for in order, SQLite would go through everybody's documents that are parked.
    return sorted(found, key=lambda each: each.id)


def credits_undecided(session: Session, supplier: str) -> list[SupplierInvoice]:
    """The supplier's credit notes that wait or are in question, oldest first."""
    table = document_tables.invoice
    undecided = (InvoiceState.PARKED, InvoiceState.IN_QUESTION)
    question = _COLUMNS.where(
        table.c.supplier == supplier,
        table.c.document_type == DocumentType.CREDIT_NOTE,
        table.c.state.in_(undecided),
    )
    return [_held(row) for row in session.execute(question.order_by(table.c.id))]


def add_pair(session: Session, *, credit_id: int, invoice_id: int, on: date) -> None:
    """Note that a credit note settles an invoice; the database refuses a second one."""
    session.execute(
        insert(document_tables.credit_pair),
        {"credit_id": credit_id, "invoice_id": invoice_id, "settled_on": on},
    )


def credited_by(session: Session, invoice_id: int) -> str:
    """The number of the credit note that settled the invoice, or nothing."""
    pair, table = document_tables.credit_pair, document_tables.invoice
    question = (
        select(table.c.number)
        .join(pair, pair.c.credit_id == table.c.id)
        .where(pair.c.invoice_id == invoice_id)
    )
    return session.execute(question).scalar_one_or_none() or ""


# Prepared once: building a statement costs more than running it.
_INVOICE = document_tables.invoice
_ADD = insert(_INVOICE).returning(_INVOICE.c.id)
_COLUMNS = select(*(column for column in _INVOICE.c if column.name != "content"))
_BY_ID = _COLUMNS.where(_INVOICE.c.id == bindparam("invoice_id"))
_LOCKED = _BY_ID.with_for_update()
_BY_KEY = _COLUMNS.where(
    _INVOICE.c.supplier == bindparam("supplier"),
    _INVOICE.c.document_type == bindparam("document_type"),
    _INVOICE.c.number == bindparam("number"),
)
_BY_KEYS = {
    engine: _COLUMNS.where(
        are_one_of(engine, _INVOICE.c.supplier, _INVOICE.c.document_type, _INVOICE.c.number)
    )
    for engine in ("postgresql", "sqlite")
}
_PARKED_CREDITS = _COLUMNS.where(
    _INVOICE.c.supplier == bindparam("supplier"),
    _INVOICE.c.document_type == DocumentType.CREDIT_NOTE,
    _INVOICE.c.state == InvoiceState.PARKED,
)
_ANSWERED = (
    update(_INVOICE).where(_INVOICE.c.id == bindparam("invoice")).values(answered=bindparam("last_answer"))
)


def _write_documents(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    insert_rows(session, _INVOICE, rows)


def _write_parts(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    insert_rows(session, document_tables.invoice_part, rows)


def _write_orders(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    insert_rows(session, document_tables.invoice_order, rows)


def _write_matches(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    insert_rows(session, document_tables.match_made, rows)


def _held(row: Row[tuple[object, ...]]) -> SupplierInvoice:
    return SupplierInvoice(
        id=row.id,
        letter_id=row.letter_id,
        document_type=DocumentType(row.document_type),
        type_code=row.type_code,
        supplier=row.supplier,
        number=row.number,
        issued_on=row.issued_on,
        received_on=row.received_on,
        pays_on=row.pays_on,
        currency=row.currency,
        order_number=row.order_number,
        execution_reference=row.execution_reference,
        endpoint=row.endpoint,
        amount_net=Money(row.amount_net, row.currency),
        amount_vat=Money(row.amount_vat, row.currency),
        amount_payable=Money(row.amount_payable, row.currency),
        state=InvoiceState(row.state),
        codes=tuple(row.codes.split()),
        answered=row.answered,
        paid_on=row.paid_on,
        credited=Money(row.credited_payable, row.currency) if row.credited_payable else None,
    )
