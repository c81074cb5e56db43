"""What is not paid though it is accepted and due, and why: supplier, tax to withhold, two who invoice, currency."""

from collections.abc import Iterable, Mapping

from sqlalchemy import and_, select

from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions.tax_decision_store import withheld
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from invoicing.payment import account_confirmation_store, payment_stop_store
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

OTHER_CURRENCY = Text(
    "Fakturan är i %(currency)s, men vi betalar i %(own)s. Begär kredit på den och en ny faktura i %(own)s."
)
GIRO_IN_KRONOR = Text(
    "Till bankgiro och plusgiro betalas bara kronor, och fakturan är i %(currency)s. Be leverantören registrera ett "
    "konto med IBAN."
)

_UNDECIDED = (InvoiceState.PARKED, InvoiceState.ON_HOLD, InvoiceState.IN_QUESTION)


_BATCH = 500


def reasons(session: Session, register: Register, supplier_of: Mapping[int, str]) -> dict[int, Text]:
    """Why each of these invoices, given with its supplier, is not paid now; those that may be are left out."""
    registered = {each.organisation_number for each in register.suppliers}
    stops = payment_stop_store.holding(session, set(supplier_of.values()))
    unconfirmed = account_confirmation_store.held(session, set(supplier_of.values()))
    taxed: dict[int, str] = {}
    contested: set[int] = set()
    foreign: dict[int, str] = {}
    every = list(supplier_of)
    for start in range(0, len(every), _BATCH):
        ids = every[start : start + _BATCH]
        taxed.update(withheld(session, ids))
        contested |= _contested(session, ids)
        foreign.update(_in_other_currency(session, ids, register.buyer.currency))
    found: dict[int, Text] = {}
    for invoice_id, supplier in supplier_of.items():
        if invoice_id in foreign:
            own = register.buyer.currency
            found[invoice_id] = OTHER_CURRENCY.with_values(currency=foreign[invoice_id], own=own)
        elif supplier in stops:
            found[invoice_id] = stops[supplier].sentence
        elif supplier not in registered:
            found[invoice_id] = UNREGISTERED
        elif supplier in unconfirmed:
            found[invoice_id] = ACCOUNT_UNCONFIRMED
        elif invoice_id in taxed:
            found[invoice_id] = TAX.with_values(tax=taxed[invoice_id])
        elif invoice_id in contested:
            found[invoice_id] = CONTESTED
    return found


def _in_other_currency(session: Session, ids: Iterable[int], own: str) -> dict[int, str]:
    """Those in another currency than the buyer pays in, each with its currency."""
    invoice = document_tables.invoice
    question = select(invoice.c.id, invoice.c.currency).where(
        invoice.c.id.in_(list(ids)), invoice.c.currency != own
    )
    return {row.id: row.currency for row in session.execute(question)}


def _contested(session: Session, ids: Iterable[int]) -> set[int]:
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
            mine.c.invoice_id.in_(list(ids)),
            other.c.supplier != one.c.supplier,
            other.c.state.in_(_UNDECIDED),
        )
    )
    return set(session.scalars(question))
