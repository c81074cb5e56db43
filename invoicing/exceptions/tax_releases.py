"""Releasing an invoice that is held because its supplier was not approved for F-tax when it delivered.

A person says with a coded reason whether tax is withheld. Where it is, the invoice is accepted and stays out of every
proposal: the tax goes to the tax agency and the rest to the supplier by hand. The register's own correction needs
nobody: what is held is judged again when a register is loaded.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import ActionRefused
from invoicing.decisions.tax_decision_store import TaxReason
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.matching.deviations import Deviation, DeviationCode, Match
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.verdicts import verdicts
from orders.purchase_orders import line_store
from orders.register.register import Register

_MANY = 10_000


def held(session: Session, *, limit: int = _MANY, offset: int = 0) -> list[tuple[SupplierInvoice, Deviation]]:
    """The invoices held for want of F-tax, oldest first, each with what says how much tax it is about."""
    invoices = document_store.held_for(session, DeviationCode.F_TAX, limit=limit, offset=offset)
    latest = document_store.latest_matches(session, [each.id for each in invoices])
    found = [(each, _tax_told(latest[each.id])) for each in invoices]
    return [(invoice, told[0]) for invoice, told in found if told]


def count_held(session: Session) -> int:
    """How many invoices are held for want of F-tax."""
    return document_store.count_held_for(session, DeviationCode.F_TAX)


def release(
    session: Session, register: Register, invoice_id: int, *, reason: TaxReason, by: str, today: date
) -> SupplierInvoice:
    """Let a person's reason stand for the missing F-tax, and judge the invoice again.

    Raises ActionRefused where it is not held for that. What it is held for besides still holds it.
    """
    seen = document_store.find(session, invoice_id)
    if seen is None:
        raise ActionRefused(Text("Det finns ingen sådan faktura. Se dem med billing tax list."))
    line_store.lock_orders(session, document_store.orders_of(session, seen))
    invoice = document_store.lock(session, invoice_id)
    told = _about_tax(session, invoice)
    if invoice.state is not InvoiceState.ON_HOLD or not told:
        raise ActionRefused(
            Text("%(number)s hålls inte för F-skatt. Ladda om och se hur den står.", number=invoice.number)
        )
    before = decision_store.acceptance_of(session, invoice.id, currency=invoice.currency)
    others = [each for each in before.deviations if each.code is not DeviationCode.F_TAX] if before else []
    nothing = Money(Decimal("0.00"), invoice.currency)
    decision_store.add_acceptance(
        session,
        invoice,
        by=by,
        on=today,
        reason=reason,
        difference=before.difference if before else nothing,
        at_stake=nothing,
        deviations=(*others, *told),
    )
    judged = verdicts.judge_again(session, register, invoice, today=today, actor=by)
    tax = told[0].expected
    record(session, judged, DocumentAction.TAX_RELEASED, actor=by, reason=reason, tax=tax)
    return judged


def _about_tax(session: Session, invoice: SupplierInvoice) -> Sequence[Deviation]:
    return _tax_told(document_store.matches(session, invoice.id)[-1][1])


def _tax_told(match: Match) -> Sequence[Deviation]:
    return [each for each in match.deviations if each.code is DeviationCode.F_TAX]
