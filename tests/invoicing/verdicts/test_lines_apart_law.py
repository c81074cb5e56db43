"""Whatever orders, receipts, invoices and credit notes come: no line is invoiced twice, no öre paid that is no line's.

The books themselves are told random steps, with every freedom of the policy on, and after each step a reckoning that
knows nothing of them adds up what was sent: for each order line what accepted invoices ask for it, less what was
credited, never is more than was received; and what is to be paid is what those lines come to with VAT.
"""

import tempfile
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.errors import Refused
from foundation.text import Text
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.open_items import Why, open_items
from invoicing.reconciliation.statement import reconcile
from invoicing.verdicts import accepting_in_part
from orders.register import store as register_store
from peppol.documents import billing
from tests.support.stories.bills import billed, together, with_lines
from tests.support.stories.system import System, a_system, example_register

REFERENCES = ("100000101", "100000102")
MONTHS = ("001", "002")
CAME = date(2026, 3, 3)
_ACCEPTED = (InvoiceState.ACCEPTED, InvoiceState.PAID)

lines = st.lists(
    st.tuples(st.sampled_from(REFERENCES), st.sampled_from(MONTHS), st.sampled_from([3, 8, 12, 20, 21])),
    min_size=1,
    max_size=3,
    unique_by=lambda each: each[:2],
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("invoice"), lines, st.booleans()),
        st.tuples(st.just("accept"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("withdraw"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("credit"), st.integers(0, 5), st.integers(1, 7)),
        st.tuples(st.just("ask"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("correct"), st.integers(0, 1), st.integers(1, 3)),
        st.tuples(st.just("pay"), st.just(0), st.just(0)),
    ),
    min_size=2,
    max_size=9,
)


@dataclass
class Story:
    """A system, and the documents that were sent to it."""

    system: System
    bases: dict[tuple[str, str], billing.Invoice] = field(default_factory=dict)
    sent: list[tuple[billing.Invoice, SupplierInvoice]] = field(default_factory=list)
    credits: list[tuple[int, billing.CreditNote, SupplierInvoice]] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=lambda: defaultdict(lambda: 1))

    def tell(self, kind: str, what: object, how: object) -> None:
        """One step; what is refused is refused with a sentence."""
        with suppress(Refused):
            getattr(self, kind)(what, how)

    def invoice(self, wanted: list[tuple[str, str, int]], wrong_price: bool) -> None:
        parts = [
            billed(
                self.bases[reference, month],
                days=str(days),
                price="96.00" if wrong_price and not at else None,
            )
            for at, (reference, month, days) in enumerate(wanted)
        ]
        document = together(*parts, number=f"F-{len(self.sent)}")
        self.sent.append((document, self.system.send(document, on=CAME)))

    def accept(self, which: int, _: int) -> None:
        invoice = self._one(which)[1]
        with self.system.database.writing() as session:
            register = register_store.load(session)
            accepting_in_part.accept_in_part(
                session, register, invoice, by="officer-1", today=CAME, before_receipt=True
            )

    def withdraw(self, which: int, _: int) -> None:
        with self.system.database.writing() as session:
            accepting_in_part.withdraw(session, self._one(which)[1], by="officer-1", today=CAME)

    def ask(self, which: int, _: int) -> None:
        self.system.ask_credit(self._one(which)[1], on=CAME)

    def credit(self, which: int, chosen: int) -> None:
        document, invoice = self._one(which)
        part = [line for at, line in enumerate(document.invoice_lines) if chosen & (1 << at)]
        if chosen == 6:
            # Some of a line: what is credited of it is by quantity.
            part = [_of_days(document.invoice_lines[0], 1)]
        if not part:
            return
        number = f"K-{len(self.credits)}"
        note = flipping.credit_note_of(with_lines(document, part), given=Numbered(number, CAME))
        self.credits.append((invoice.id, note, self.system.send(note, on=CAME)))

    def correct(self, which: int, shorter: int) -> None:
        reference = REFERENCES[which]
        self.versions[reference] += 1
        self.system.report(reference, "2026-01", version=self.versions[reference], on=CAME)

    def pay(self, _: int, __: int) -> None:
        self.system.pay(on=date(2026, 6, 1))

    def _one(self, which: int) -> tuple[billing.Invoice, SupplierInvoice]:
        if not self.sent:
            raise Refused(Text("inget"))
        return self.sent[which % len(self.sent)]

    # The reckoning -------------------------------------------------------------------------------

    def check(self) -> None:
        """What is accepted of each line, by what was sent alone, is received; and what is to be paid is that."""
        taken: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for document, first in self.sent:
            invoice = self.system.invoice(first.id)
            if invoice.state not in _ACCEPTED:
                continue
            left = self._left_of(document, invoice)
            for key, amount in left.items():
                taken[key] += amount
            net = sum(left.values(), Decimal(0))
            assert invoice.amount_to_pay.amount == net * Decimal("1.25"), (invoice.number, net)
        with self.system.database.reading() as session:
            entries = list(entry_queries.entries(session))
            total = entry_queries.statement(session, EntryFilter(), by=()).total
        assert total == reconcile(entries, by=()).total
        assert total.approved.amount == sum(taken.values(), Decimal(0))
        standing = [
            sum(self._left_of(document, invoice).values(), Decimal(0))
            for document, first in self.sent
            if (invoice := self.system.invoice(first.id)).state is not InvoiceState.CREDITED
        ]
        assert (total.invoiced - total.credited).amount == sum(standing, Decimal(0))
        named = [each.amount.amount for each in open_items(entries) if each.why is not Why.NOT_INVOICED]
        assert sum(named, Decimal(0)) == total.open.amount
        for (order, line), amount in taken.items():
            assert amount <= self.system.line(order, line).amount_received.amount, (order, line)
        assert self.system.broken() == []

    def _left_of(self, document: billing.Invoice, invoice: SupplierInvoice) -> dict[tuple[str, str], Decimal]:
        left = {_key(line): line.line_extension_amount.value for line in document.invoice_lines}
        for invoice_id, note, credit in self.credits:
            if invoice_id == invoice.id and self.system.invoice(credit.id).state is InvoiceState.SETTLED:
                for line in note.credit_note_lines:
                    left[_key(line)] -= line.line_extension_amount.value
        return left


def _key(line: billing.InvoiceLine | billing.CreditNoteLine) -> tuple[str, str]:
    reference = line.order_line_reference
    assert reference is not None
    assert reference.order_reference is not None
    return reference.order_reference.id, reference.line_id


def _of_days(line: billing.InvoiceLine, days: int) -> billing.InvoiceLine:
    cost = line.price.price_amount.value
    return replace(
        line,
        invoiced_quantity=replace(line.invoiced_quantity, value=Decimal(days)),
        line_extension_amount=replace(line.line_extension_amount, value=days * cost),
    )


@pytest.mark.law
@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(told=steps)
def test_no_line_is_invoiced_for_more_than_was_received_and_no_ore_is_paid_that_is_no_lines(
    told: list[tuple[str, object, object]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, a_system(f"sqlite:///{Path(folder)}/b.sqlite") as system:
        story = Story(system)
        for reference in REFERENCES:
            system.decide(reference, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
            for month in ("2026-01", "2026-02"):
                system.report(reference, month, on=date(2026, 3, 2))
            number = system.order(reference).number
            for month in MONTHS:
                story.bases[reference, month] = system.flip(number, month, number="F", on=CAME)
        system.change_register(
            example_register(
                several_orders=True, several_lines=True, partial_quantities=True, partial_acceptance=True
            )
        )
        for step in told:
            story.tell(*step)
            story.check()
