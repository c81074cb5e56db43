"""The system beside the oracle: each step is told to both, in one transaction that is never kept."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from foundation.sql import Session
from invoicing.documents import order_facts_queries
from invoicing.documents import store as document_store
from invoicing.intake import handlers, queue
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.verdicts import verdicts
from orders import dispatch
from orders.events.envelope import read_event
from orders.events.store import EventState
from orders.purchase_orders import line_store, order_store
from orders.register.register import Register
from orders.terms import ArticleKind
from peppol.documents import billing
from peppol.exchange import inbox, inbox_store
from peppol.xml import codec
from tests.entitlement.oracle import LineKey, Oracle, Stay, month_of
from tests.support.stories import system as stories

_BEGIN = date(2026, 1, 7)


@dataclass(slots=True)
class World:
    """Both, and the steps they were told in words, for whoever reads a difference."""

    session: Session
    register: Register
    oracle: Oracle = field(default_factory=lambda: Oracle(_BEGIN))
    told: list[str] = field(default_factory=list)
    documents: dict[str, tuple[int, billing.Invoice]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day of the story."""
        return self.oracle.today

    @property
    def moment(self) -> datetime:
        """Noon of that day."""
        return datetime.combine(self.today, time(12), UTC)

    def tell(self, kind: str, data: stories.Json, expected: bool) -> None:
        """Tell the system what the oracle has been told, and see that it says the same."""
        self.told.append(f"{self.today} {kind} {data}: {expected}")
        line = stories.event_line(kind, data, on=self.today, event_id=f"evt-{len(self.told):05}")
        applied = dispatch.apply(
            self.session,
            self.register,
            read_event(line.text),
            received_at=self.moment,
        )
        verdicts.judge_lines_again(self.session, self.register, applied.lines, today=self.today)
        was = applied.state is EventState.APPLIED
        assert was == expected, self.story(f"the system says {applied.reason and applied.reason.text.sv}")

    def story(self, end: str) -> str:
        """All that was told, and how it ends."""
        return "\n".join((*self.told, end))

    def compare(self) -> None:
        """What is received in the books, and which invoices stand, is what the oracle says may be paid."""
        for reference in self.oracle.stays:
            expected = self.oracle.days_paid(reference)
            received = self._days_received(reference)
            assert received == expected, self.story(f"{reference}: received {received}, may be {expected}")

        for number, (document_id, _) in self.documents.items():
            state = document_store.by_id(self.session, document_id).state
            due = self.oracle.state_of(number)
            assert state == due, self.story(f"{number} is {state}, should be {due}")

    def _days_received(self, reference: str) -> dict[tuple[int, str], int]:
        found: dict[tuple[int, str], int] = {}
        for ordinal, order in enumerate(
            order_store.of_placement(self.session, reference, ArticleKind.BASIC), start=1
        ):
            months = {line.line_id: month_of(line.period.start) for line in order.lines}
            for account in line_store.accounts(self.session, order.number):
                if account.receipt_id is not None:
                    found[ordinal, months[account.line_id]] = int(account.quantity_received)
        return found

    # Invoices -----------------------------------------------------------------------------------

    def invoice(self, number: str, line: LineKey) -> None:
        """The supplier turns a received line into its invoice and sends it."""
        self.told.append(f"{self.today} invoice {number} on {line}")
        reference, ordinal, month = line
        order = order_store.of_placement(self.session, reference, ArticleKind.BASIC)[ordinal - 1]
        (line_id,) = [each.line_id for each in order.lines if month_of(each.period.start) == month]
        facts = order_facts_queries.order_facts(self.session, self.register, order.number)
        assert facts is not None
        bill = flipping.flip(
            facts,
            facts.lines[line_id],
            supplier=self.register.supplier(order.supplier),
            buyer=self.register.buyer,
            policy=self.register.policy,
            given=Numbered(number, self.today),
        )
        self.documents[number] = self._send(bill), bill

    def credit(self, number: str) -> None:
        """The supplier credits an invoice of its."""
        self.told.append(f"{self.today} credit of {number}")
        self._send(
            flipping.credit_note_of(self.documents[number][1], given=Numbered(f"C{number}", self.today))
        )

    def _send(self, document: billing.Invoice | billing.CreditNote) -> int:
        body = codec.serialise(document)
        transport_id = f"{len(self.told):05}.xml"
        inbox.store(
            self.session,
            body,
            transport_id=transport_id,
            received_on=self.today,
            received_at=self.moment,
        )
        (message,) = inbox_store.claim(self.session, limit=2, now=self.moment, lease=timedelta(minutes=1))
        ((_, reading),) = queue.read_group([message], self.register)
        assert not isinstance(reading, str), self.story(str(reading))
        result = handlers.handle(self.session, self.register, message, reading, today=self.today)
        assert result is not None
        assert result.invoice is not None, self.story(result.reason)
        return result.invoice.id

    def stay(self, number: int) -> Stay:
        """One of the placements there are, seldom one that was called off."""
        stays = list(self.oracle.stays.values())
        begun = [each for each in stays if not each.cancelled and each.first <= self.today]
        chosen = stays if number % 8 == 0 or not begun else begun
        return chosen[number // 8 % len(chosen)]
