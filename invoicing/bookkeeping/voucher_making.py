"""The vouchers of all that has happened and has none, each on its own day and coded.

An invoice is coded by the rules in force when it is booked. What follows on it, a payment or a credit, is coded by
the same ones, whatever the rules are then: a debt is paid where it lies, and a credit takes back what was booked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from foundation.sql import Session
from invoicing.bookkeeping import accounting_rule_store, booked_queries, unbooked_queries
from invoicing.bookkeeping import vouchers as ledger
from invoicing.bookkeeping.accounting_rule_store import RulesState
from invoicing.bookkeeping.accounting_rules import AccountingRules
from invoicing.bookkeeping.booked_queries import BookedInvoice
from invoicing.bookkeeping.coding import Coder, Coding, CodingBasis, RowRole, supplier_kind
from invoicing.bookkeeping.ledger_accounts import LedgerAccounts
from invoicing.bookkeeping.unbooked_queries import UnbookedPayment
from invoicing.bookkeeping.vouchers import Voucher


@dataclass(slots=True)
class Coders:
    """Who codes: the rules in force, or the settings' accounts where there are none, and each version by its number."""

    session: Session
    accounts: LedgerAccounts
    version: int | None = None
    rules: AccountingRules | None = None
    known: dict[int | None, Coder] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, accounts: LedgerAccounts) -> "Coders":
        """The coders as the books stand."""
        current = accounting_rule_store.in_state(session, RulesState.IN_FORCE)
        if current is None:
            return cls(session, accounts, known={None: accounts})
        rules = current.rules
        return cls(session, accounts, current.id, rules, {None: accounts, current.id: rules})

    @property
    def now(self) -> Coder:
        """Who codes what is booked now."""
        return self.known[self.version]

    def by(self, version: int | None) -> Coder:
        """Who coded what a version coded."""
        if version is not None and version not in self.known:
            self.known[version] = accounting_rule_store.get(self.session, version).rules
        return self.known[version]


def unbooked(session: Session, coders: Coders) -> Iterator[Voucher]:
    """Everything that has happened and has no voucher yet, each on its own day."""
    since = coders.rules.arrivals_from if coders.rules else None
    arrivals = unbooked_queries.arrivals(session, since) if since else []
    approved = unbooked_queries.invoices(session)
    credits = unbooked_queries.credits(session, since)
    parts = unbooked_queries.partial_credits(session)
    payments, back = list(unbooked_queries.payments(session)), list(unbooked_queries.given_back(session))
    touched = {bought.invoice_id for bought, _ in approved}
    for found in (credits, parts, payments, back):
        touched |= {each.invoice_id for each in found}
    books = booked_queries.booked(session, sorted(touched))

    def of(invoice_id: int) -> BookedInvoice:
        return books.setdefault(invoice_id, BookedInvoice())

    for bought, on in arrivals:
        voucher = replace(ledger.arrived(bought, coders.now, on=on), rules=coders.version)
        of(bought.invoice_id).add(voucher)
        yield voucher
    for bought, on in approved:
        stands_on = _stands_on(of(bought.invoice_id), coders, bought.basis)
        made = ledger.purchase(bought, coders.now, on=on, instead_of=stands_on)
        voucher = replace(made, rules=coders.version)
        of(bought.invoice_id).add(voucher)
        yield voucher
    for part in parts:
        known = of(part.invoice_id)
        debt = coders.by(known.debt_rules).coding(RowRole.PAYABLE, part.taken_back.basis)
        made = ledger.credited_in_part(part.taken_back, coders.by(known.cost_rules), on=part.on, debt=debt)
        voucher = replace(made, rules=known.cost_rules)
        known.rows += voucher.rows
        yield voucher
    for credit in credits:
        known = of(credit.invoice_id)
        made = ledger.credited(credit.invoice_id, credit.number, credit.supplier, known.rows, on=credit.on)
        yield replace(made, rules=known.cost_rules if known.cost_rules is not None else known.debt_rules)
    for paid in payments:
        debt, bank = _debt_and_bank(paid, of(paid.invoice_id), coders)
        made = ledger.paid(paid.number, paid.invoice, paid.amount, debt=debt, bank=bank, on=paid.on)
        yield replace(made, rules=coders.version)
    for claim in back:
        debt, bank = _debt_and_bank(claim, of(claim.invoice_id), coders)
        made = ledger.given_back(
            claim.invoice_id, claim.invoice, claim.amount, debt=debt, bank=bank, on=claim.on
        )
        yield replace(made, rules=coders.version)


def _stands_on(known: BookedInvoice, coders: Coders, basis: CodingBasis) -> Coding | None:
    """What the arrival of an invoice stands on; None where it was not booked."""
    if ledger.VoucherKind.ARRIVAL not in known.kinds:
        return None
    return coders.by(known.debt_rules).coding(RowRole.ARRIVED, basis)


def _debt_and_bank(paid: UnbookedPayment, known: BookedInvoice, coders: Coders) -> tuple[Coding, Coding]:
    basis = CodingBasis(supplier_kind=supplier_kind(paid.supplier))
    debt = coders.by(known.debt_rules).coding(RowRole.PAYABLE, basis)
    return debt, coders.now.coding(RowRole.BANK, basis)
