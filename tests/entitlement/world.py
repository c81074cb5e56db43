"""The system beside the oracle: each step is told to both, in one transaction that is never kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from foundation.sql import Session
from invoicing.documents import order_facts_queries
from invoicing.documents import store as document_store
from invoicing.intake import handlers, queue
from invoicing.payment import payment
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.verdicts import asking_back
from orders import dispatch
from orders.events.envelope import read_event
from orders.events.store import Arrival, EventState
from orders.model import Order
from orders.purchase_orders import line_store, order_store
from orders.register.register import Register
from orders.terms import ArticleKind
from peppol.documents import billing
from peppol.exchange import inbox, inbox_store
from peppol.xml import codec
from tests.entitlement.oracle import LineKey, Oracle
from tests.entitlement.stays import Stay, month_of
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
            arrival=Arrival(self.moment),
        )
        asking_back.judge_lines_again(self.session, self.register, applied.lines, today=self.today)
        was = applied.state is EventState.APPLIED
        assert was == expected, self.story(f"the system says {applied.reason and applied.reason.text.sv}")

    def story(self, end: str) -> str:
        """All that was told, and how it ends."""
        return "\n".join((*self.told, end))

    def compare(self) -> None:
        """What is received in the books, and which invoices stand, is what the oracle says may be paid."""
        for reference in self.oracle.stays:
            expected = self.oracle.paid_for(reference)
            received = self._received(reference)
            assert received == expected, self.story(f"{reference}: received {received}, may be {expected}")
        for number, (document_id, _) in self.documents.items():
            state = document_store.by_id(self.session, document_id).state
            due = self.oracle.state_of(number)
            assert state == due, self.story(f"{number} is {state}, should be {due}")

    def _received(self, reference: str) -> dict[tuple[int, str], Decimal]:
        return {
            key: account.amount_received.amount
            for key, (order, line_id) in self._lines(reference).items()
            if (account := line_store.account(self.session, order.number, line_id)) is not None
            and account.receipt_id is not None
        }

    def _lines(self, reference: str) -> dict[tuple[int, str], tuple[Order, str]]:
        """The order lines of a placement, called as the oracle calls them."""
        found: dict[tuple[int, str], tuple[Order, str]] = {}
        times: Counter[str] = Counter()
        for order in order_store.of_placement(self.session, reference):
            name = "BONUS" if order.article is ArticleKind.SPEED_BONUS else order.stage or order.code
            times[name] += 1
            for line in order.lines:
                what = month_of(line.period.start) if order.article is ArticleKind.BASIC else name
                found[times[name], what] = order, line.line_id
        return found

    # Invoices -----------------------------------------------------------------------------------

    def invoice(self, number: str, line: LineKey) -> None:
        """The supplier turns a received line into its invoice and sends it."""
        self.told.append(f"{self.today} invoice {number} on {line}")
        reference, ordinal, what = line
        order, line_id = self._lines(reference)[ordinal, what]
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

    def pay(self, numbers: Sequence[str]) -> None:
        """The buyer pays invoices that stand."""
        self.told.append(f"{self.today} pay {numbers}")
        invoices = [document_store.by_id(self.session, self.documents[number][0]) for number in numbers]
        payment.pay(
            self.session,
            self.register,
            invoices,
            prepared_by="officer-1",
            attested_by="attester-1",
            today=self.today,
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
