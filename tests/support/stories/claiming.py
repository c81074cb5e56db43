"""Claims on suppliers in the words of the trade, for stories: a paid invoice, its credit, and the steps of a claim."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from foundation.money import Money
from invoicing.claims import claim_store, raising, rates, steps
from invoicing.claims.claim_states import ClaimCause
from invoicing.claims.claim_store import SupplierClaim
from invoicing.claims.letters import ClaimLetter
from invoicing.model import SupplierInvoice
from invoicing.payment import repayments
from invoicing.verdicts import writing_off
from orders.register import store as register_store
from peppol.documents import billing
from tests.support.stories.paying import NOW, OFFICER, SECOND
from tests.support.stories.system import FYRBAKEN, System

REFERENCE = "100000101"
PAID_ON = date(2026, 3, 5)
PAY_TO = "SE45 5000 0000 0583 9825 7466"


def two_months(system: System) -> None:
    """One placement with two months received."""
    system.decide(REFERENCE, start=date(2026, 1, 1))
    for month in ("2026-01", "2026-02"):
        system.report(REFERENCE, month, on=date(2026, 3, 4))


@dataclass(slots=True)
class ClaimDesk:
    """The people who claim, at one system."""

    system: System
    written: billing.Invoice | None = None

    def paid(self, number: str = "F-1", *, line: str = "001") -> SupplierInvoice:
        """An invoice of the first month, paid."""
        order = self.system.order(REFERENCE).number
        self.written = self.system.flip(order, line, number=number, on=date(2026, 2, 3))
        sent = self.system.send(self.written, on=PAID_ON)
        self.system.pay(on=date(2026, 4, 30))
        return self.system.invoice(sent.id)

    def credited(self, number: str = "K-1", *, on: date = date(2026, 5, 2)) -> SupplierInvoice:
        """The supplier's credit note of it comes."""
        assert self.written is not None
        return self.system.send_credit(self.written, number=number, on=on)

    def rate(self, percent: str = "4.00", *, valid_from: date = date(2026, 1, 1)) -> None:
        """Two people enter the reference rate of a half-year."""
        with self.system.database.writing() as session:
            rate = rates.ask(session, valid_from=valid_from, percent=Decimal(percent), by=OFFICER, now=NOW)
            rates.confirm(session, rate, by=SECOND)

    def claim(self, invoice: SupplierInvoice) -> SupplierClaim:
        """The claim of the invoice as it stands."""
        with self.system.database.reading() as session:
            found = claim_store.of_invoice(session, invoice.id)
        assert found is not None
        return found

    def ask(
        self,
        invoice: SupplierInvoice,
        *,
        cause: ClaimCause = ClaimCause.WRONG_MONTH,
        by: str = OFFICER,
        on: date = date(2026, 5, 2),
    ) -> SupplierClaim:
        """One person says that it is to be claimed back."""
        with self.system.database.writing() as session:
            return raising.ask(
                session, invoice.id, cause=cause, reason="Månaden var avbruten", by=by, today=on
            )

    def confirm(self, claim: SupplierClaim, *, by: str = SECOND, on: date = date(2026, 5, 2)) -> None:
        """Another agrees."""
        with self.system.database.writing() as session:
            raising.confirm(session, claim.number, by=by, today=on)

    def demand(
        self, claim: SupplierClaim, *, on: date, due_on: date | None = None, by: str = OFFICER
    ) -> ClaimLetter:
        """A letter is sent: the first, or a reminder."""
        with self.system.database.writing() as session:
            return steps.demand(session, claim.number, by=by, today=on, pay_to=PAY_TO, due_on=due_on)

    def dispute(self, claim: SupplierClaim, *, on: date, supplier: str = FYRBAKEN) -> None:
        """The supplier says that it does not owe it."""
        with self.system.database.writing() as session:
            steps.dispute(
                session, claim.number, supplier=supplier, by="user-a", words="Vi har levererat.", today=on
            )

    def uphold(self, claim: SupplierClaim, *, on: date) -> None:
        """It is answered that it does."""
        with self.system.database.writing() as session:
            steps.uphold(session, claim.number, by=OFFICER, words="Avbrottet kom den 1.", today=on)

    def ask_write_off(self, claim: SupplierClaim, *, by: str = OFFICER, on: date = date(2026, 5, 21)) -> None:
        """One person wants to write it off."""
        with self.system.database.writing() as session:
            steps.ask_write_off(session, claim.number, by=by, reason="Bolaget är upplöst", today=on)

    def keep(self, claim: SupplierClaim) -> None:
        """Nobody does."""
        with self.system.database.writing() as session:
            steps.keep(session, claim.number, by=SECOND)

    def write_off(self, claim: SupplierClaim, *, on: date, by: str = SECOND) -> None:
        """Another does."""
        with self.system.database.writing() as session:
            writing_off.write_off(session, register_store.load(session), claim.number, by=by, today=on)

    def repaid(self, claim: SupplierClaim, amount: str | None = None, *, on: date) -> None:
        """Money comes: one notes it and another confirms it."""
        came = None if amount is None else Money.of(amount)
        with self.system.database.writing() as session:
            repayments.note(
                session,
                claim.invoice_id,
                by=OFFICER,
                came_on=on,
                reference="BG 7",
                today=on,
                amount=came,
            )
            repayments.confirm(session, claim.invoice_id, by=SECOND)
