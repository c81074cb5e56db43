"""What is not paid though it is accepted and due, and why: supplier, tax to withhold, two who invoice, currency."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from foundation.sql import Session, among
from foundation.text import NO_TEXT, Text
from invoicing.decisions.tax_decision_store import withheld
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from invoicing.payment import account_confirmation_store, payment_stop_store
from invoicing.payment.payment_stop_store import PaymentStop
from invoicing.payment_control import control_queries
from invoicing.payment_control.controls import Control, ControlRow
from orders.register.register import Register

UNREGISTERED = Text(
    "Leverantören finns inte i registret. Läs in ett register som har den (billing register load)."
)
ACCOUNT_UNCONFIRMED = Text(
    "Leverantören är ny och kom med en inläsning av registret: två bekräftar först dess konto, under Ändringar."
)
CONTESTED = Text(
    "En annan leverantör har fakturerat samma orderrad, och det är inte avgjort vem som ska ha betalt. Begär kredit "
    "på den ena fakturan."
)
PAYEE_WITHOUT_ACCOUNT = Text(
    "Betalningsmottagaren har inget konto som gäller den dagen. Registrera ett, eller begär kredit av fakturan."
)
TAX = Text(
    "Skatteavdrag ska göras. Betala skatten (%(tax)s) till Skatteverket och resten till leverantören för hand, och "
    "notera fakturan som betald: billing tax paid."
)

CONTROL = Text(
    "Betalningskontrollen stoppar (%(control)s): %(sentence)s Släpp den med skäl under Betalningskontroll, eller begär "
    "kredit."
)
OTHER_CURRENCY = Text(
    "Fakturan är i %(currency)s, men vi betalar i %(own)s. Begär kredit på den och en ny faktura i %(own)s."
)
GIRO_IN_KRONOR = Text(
    "Till bankgiro och plusgiro betalas bara kronor, och fakturan är i %(currency)s. Be leverantören registrera ett "
    "konto med IBAN."
)

_UNDECIDED = (InvoiceState.PARKED, InvoiceState.ON_HOLD, InvoiceState.IN_QUESTION)


_BATCH = 1000


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What stands in the way of paying an invoice, empty where nothing does; and what its controls came to."""

    reason: Text
    controls: tuple[ControlRow, ...]
    stop: PaymentStop | None = None


def reasons(
    session: Session, register: Register, supplier_of: Mapping[int, str], *, on: date, tax_paid: bool = False
) -> dict[int, Text]:
    """Why each of these invoices, given with its supplier, is not paid that day; those that may be are left out."""
    found = looked_at(session, register, supplier_of, on=on, tax_paid=tax_paid)
    return {invoice_id: each.reason for invoice_id, each in found.items() if each.reason}


def looked_at(
    session: Session, register: Register, supplier_of: Mapping[int, str], *, on: date, tax_paid: bool = False
) -> dict[int, LookedAt]:
    """Each of these invoices, given with its supplier, as it is to be paid that day.

    `tax_paid` says that the tax which was to be withheld has been paid: then neither that nor the lack of F-tax stands
    in the way, and all else does.
    """
    registered = {each.organisation_number for each in register.suppliers}
    stops = payment_stop_store.holding(session, set(supplier_of.values()))
    unconfirmed = account_confirmation_store.held(session, set(supplier_of.values()))
    controls = control_queries.rows_of(session, register, supplier_of, on=on)
    taxed: dict[int, str] = {}
    contested: set[int] = set()
    foreign: dict[int, str] = {}
    every = list(supplier_of)
    for start in range(0, len(every), _BATCH):
        ids = every[start : start + _BATCH]
        taxed.update(withheld(session, ids))
        contested |= _contested(session, ids)
        foreign.update(_in_other_currency(session, ids, register.buyer.currency))
    found: dict[int, LookedAt] = {}
    for invoice_id, supplier in supplier_of.items():
        rows = controls.get(invoice_id, ())
        stop = stops.get(supplier)
        if invoice_id in foreign:
            reason = OTHER_CURRENCY.with_values(currency=foreign[invoice_id], own=register.buyer.currency)
        elif stop is not None:
            reason = stop.sentence
        elif supplier not in registered:
            reason = UNREGISTERED
        elif supplier in unconfirmed:
            reason = ACCOUNT_UNCONFIRMED
        elif invoice_id in taxed and not tax_paid:
            reason = TAX.with_values(tax=taxed[invoice_id])
        elif invoice_id in contested:
            reason = CONTESTED
        else:
            reason = next(
                (
                    CONTROL.with_values(control=row.control.words, sentence=row.sentence)
                    for row in rows
                    if row.stops and not (tax_paid and invoice_id in taxed and row.control is Control.F_TAX)
                ),
                NO_TEXT,
            )
        found[invoice_id] = LookedAt(reason, rows, stop)
    return found


def _in_other_currency(session: Session, ids: Collection[int], own: str) -> dict[int, str]:
    """Those in another currency than the buyer pays in, each with its currency."""
    invoice = document_tables.invoice
    question = select(invoice.c.id, invoice.c.currency).where(
        among(session, invoice.c.id, ids), invoice.c.currency != own
    )
    return {row.id: row.currency for row in session.execute(question)}


def suppliers_held(session: Session, register: Register, suppliers: Collection[str]) -> set[str]:
    """Those of these suppliers to whom nothing is paid now, whatever the invoice."""
    registered = {each.organisation_number for each in register.suppliers}
    stopped = payment_stop_store.holding(session, suppliers)
    unconfirmed = account_confirmation_store.held(session, suppliers)
    return {each for each in suppliers if each in stopped or each not in registered or each in unconfirmed}


def _contested(session: Session, ids: Collection[int]) -> set[int]:
    """Those whose order line another supplier has invoiced too, undecided as yet: one has taken over the other."""
    mine, theirs = document_tables.invoice_part, document_tables.invoice_part.alias()
    one, other = document_tables.invoice, document_tables.invoice.alias()
    same_line = and_(theirs.c.order_number == mine.c.order_number, theirs.c.line_id == mine.c.line_id)
    question = (
        select(mine.c.invoice_id)
        .join(one, one.c.id == mine.c.invoice_id)
        .join(theirs, same_line)
        .join(other, other.c.id == theirs.c.invoice_id)
        .where(
            among(session, mine.c.invoice_id, ids),
            other.c.supplier != one.c.supplier,
            other.c.state.in_(_UNDECIDED),
        )
    )
    return set(session.scalars(question))
