"""The vouchers of all that has happened and has none, each on its own day and coded.

An invoice is coded by the rules in force when it is booked. What follows on it, a payment or a credit, is coded by
the same ones, whatever the rules are then: a debt is paid where it lies, and a credit takes back what was booked.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Protocol

from bookkeeping import accounting_rule_store, booked_queries, unbooked_queries
from bookkeeping import vouchers as ledger
from bookkeeping.accounting_rule_store import RulesState
from bookkeeping.accounting_rules import AccountingRules
from bookkeeping.booked_queries import BookedInvoice
from bookkeeping.coding import Coder, Coding, CodingBasis, RowRole, supplier_kind
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.unbooked_queries import UnbookedCredit, UnbookedPartialCredit, UnbookedPayment
from bookkeeping.vouchers import Purchase, Voucher
from foundation.sql import Session
from invoicing.claims.claim_states import OF_INTEREST


@dataclass(slots=True)
class Coders:
    """Who codes: the rules in force, or the settings' accounts where there are none, and each version by its number."""

    accounts: LedgerAccounts
    version: int | None
    rules: AccountingRules | None
    known: dict[int | None, Coder]
    fetch: Callable[[int], Coder]

    @classmethod
    def of(cls, session: Session, accounts: LedgerAccounts) -> "Coders":
        """The coders as the books stand."""

        def fetch(version: int) -> Coder:
            return accounting_rule_store.get(session, version).rules

        current = accounting_rule_store.in_state(session, RulesState.IN_FORCE)
        if current is None:
            return cls(accounts, None, None, {None: accounts}, fetch)
        rules = current.rules
        return cls(accounts, current.id, rules, {None: accounts, current.id: rules}, fetch)

    @property
    def now(self) -> Coder:
        """Who codes what is booked now."""
        return self.known[self.version]

    def by(self, version: int | None) -> Coder:
        """Who coded what a version coded."""
        if version is not None and version not in self.known:
            self.known[version] = self.fetch(version)
        return self.known[version]


class MoneyVoucher(Protocol):
    """What makes the voucher of a payment or a settled claim, or of either taken back."""

    def __call__(
        self, number: str, invoice: str, amount: Decimal, /, *, debt: Coding, bank: Coding, on: date
    ) -> Voucher:
        """The voucher of that amount."""


@dataclass(frozen=True, slots=True)
class Unbooked:
    """What has happened and has no voucher yet."""

    arrivals: Sequence[tuple[Purchase, date]] = ()
    approved: Sequence[tuple[Purchase, date]] = ()
    parts: Sequence[UnbookedPartialCredit] = ()
    credits: Sequence[UnbookedCredit] = ()
    payments: Sequence[UnbookedPayment] = ()
    given_back: Sequence[UnbookedPayment] = ()
    returned: Sequence[UnbookedPayment] = ()

    @property
    def invoices(self) -> set[int]:
        """The invoices that all of it is about."""
        told = {bought.invoice_id for found in (self.arrivals, self.approved) for bought, _ in found}
        told |= {each.invoice_id for each in self.parts} | {each.invoice_id for each in self.credits}
        money = (self.payments, self.given_back, self.returned)
        return told | {each.invoice_id for found in money for each in found}


def load(session: Session, coders: Coders) -> tuple[Unbooked, dict[int, BookedInvoice]]:
    """What has no voucher yet, and what is booked already of the same invoices."""
    since = coders.rules.arrivals_from if coders.rules else None
    unbooked = Unbooked(
        unbooked_queries.arrivals(session, since) if since else (),
        unbooked_queries.invoices(session),
        unbooked_queries.partial_credits(session),
        unbooked_queries.credits(session, since),
        list(unbooked_queries.payments(session)),
        list(unbooked_queries.given_back(session)),
        list(unbooked_queries.payments_returned(session)),
    )
    return unbooked, booked_queries.booked(session, sorted(unbooked.invoices))


def vouchers_of(unbooked: Unbooked, books: dict[int, BookedInvoice], coders: Coders) -> Iterator[Voucher]:
    """The vouchers of it, each on the day of its event. Pure; `books` takes in what is made."""

    def of(invoice_id: int) -> BookedInvoice:
        return books.setdefault(invoice_id, BookedInvoice())

    for bought, on in unbooked.arrivals:
        voucher = replace(ledger.arrived(bought, coders.now, on=on), rules=coders.version)
        of(bought.invoice_id).add(voucher)
        yield voucher
    for bought, on in unbooked.approved:
        stands_on = _stands_on(of(bought.invoice_id), coders, bought.basis)
        made = ledger.purchase(bought, coders.now, on=on, instead_of=stands_on)
        voucher = replace(made, rules=coders.version)
        of(bought.invoice_id).add(voucher)
        yield voucher
    for part in unbooked.parts:
        known = of(part.invoice_id)
        debt = coders.by(known.debt_rules).coding(RowRole.PAYABLE, part.taken_back.basis)
        made = ledger.credited_in_part(part.taken_back, coders.by(known.cost_rules), on=part.on, debt=debt)
        voucher = replace(made, rules=known.cost_rules)
        known.rows += voucher.rows
        yield voucher
    for credit in unbooked.credits:
        known = of(credit.invoice_id)
        made = ledger.credited(credit.invoice_id, credit.number, credit.supplier, known.rows, on=credit.on)
        yield replace(made, rules=known.cost_rules if known.cost_rules is not None else known.debt_rules)
    moved: Sequence[tuple[Sequence[UnbookedPayment], MoneyVoucher]] = (
        (unbooked.payments, ledger.paid),
        (unbooked.returned, ledger.returned),
    )
    for found, voucher_for in moved:
        for each in found:
            debt, bank = _debt_and_bank(each, of(each.invoice_id), coders)
            made = voucher_for(each.number, each.invoice, each.amount, debt=debt, bank=bank, on=each.on)
            yield replace(made, rules=coders.version)
    for each in unbooked.given_back:
        yield replace(_given_back(each, of(each.invoice_id), coders), rules=coders.version)


def _given_back(part: UnbookedPayment, known: BookedInvoice, coders: Coders) -> Voucher:
    assert part.how is not None  # noqa: S101 - a part of a claim says how it was given back
    debt, bank = _debt_and_bank(part, known, coders)
    role = RowRole.INTEREST if part.how in OF_INTEREST else RowRole.WRITTEN_OFF
    other = coders.now.coding(role, CodingBasis(supplier_kind=supplier_kind(part.supplier)))
    return ledger.given_back(
        part.number,
        part.invoice,
        part.amount,
        how=part.how,
        debt=debt,
        bank=bank,
        other=other,
        on=part.on,
    )


def _stands_on(known: BookedInvoice, coders: Coders, basis: CodingBasis) -> Coding | None:
    """What the arrival of an invoice stands on; None where it was not booked."""
    if ledger.VoucherKind.ARRIVAL not in known.kinds:
        return None
    return coders.by(known.debt_rules).coding(RowRole.ARRIVED, basis)


def _debt_and_bank(paid: UnbookedPayment, known: BookedInvoice, coders: Coders) -> tuple[Coding, Coding]:
    basis = CodingBasis(supplier_kind=supplier_kind(paid.supplier))
    debt = coders.by(known.debt_rules).coding(RowRole.PAYABLE, basis)
    return debt, coders.now.coding(RowRole.BANK, basis)
