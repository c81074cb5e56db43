"""Drawing up a month's basis for the compensation of VAT: what is booked, what is not yet, and whether it is closed."""

from decimal import Decimal

from bookkeeping import closing_checklist
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.vat_compensation import unbooked_vat, vat_queries
from bookkeeping.vat_compensation.basis import (
    BasisStanding,
    CompensationBasis,
    LeftOut,
    left_out_of,
    rows_of,
)
from bookkeeping.vat_compensation.compensation_rules import CompensationRules
from bookkeeping.voucher_making import Coders
from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session
from orders.register import store as register_store


def rules_of(coders: Coders) -> CompensationRules:
    """What the accounting rules in force say of the compensation, or what holds where none are."""
    return coders.rules.vat_compensation if coders.rules else CompensationRules()


def draw_up(session: Session, accounts: LedgerAccounts, month: Month) -> CompensationBasis:
    """The basis of the month as the books stand."""
    coders, currency = Coders.of(session, accounts), register_store.currency(session)
    rules, sums = rules_of(coders), vat_queries.sums(session, coders, month)
    is_closed = closing_checklist.is_closed(session, month)
    left_out = left_out_of(sums, dict(rules.left_out), currency)
    if not is_closed:
        # Nothing is booked in a closed month any more: it comes with a later one.
        left_out += _unbooked(session, accounts, coders, month, currency)
        count, vat = vat_queries.not_decided(session, month.period.end, currency)
        left_out += [LeftOut(BasisStanding.NOT_DECIDED, count, Money(vat, currency))] if count else []
    return CompensationBasis(
        month,
        rows_of(sums, rules.left_out, currency),
        tuple(left_out),
        Money(vat_queries.booked(session, coders, month), currency),
        is_closed,
        Money(rules.least, currency),
        vat_queries.awaiting(session, coders, month),
    )


def _unbooked(
    session: Session, accounts: LedgerAccounts, coders: Coders, month: Month, currency: str
) -> list[LeftOut]:
    """The VAT of what has happened and would be booked in the month."""
    count, vat = 0, Decimal("0.00")
    for voucher in unbooked_vat.unbooked(session, accounts, month):
        on = vat_queries.accounts_of(coders.by(voucher.rules))
        found = [row.amount for row in voucher.rows if row.account in on]
        count, vat = count + bool(found), vat + sum(found, Decimal())
    return [LeftOut(BasisStanding.NOT_BOOKED, count, Money(vat, currency))] if count else []
