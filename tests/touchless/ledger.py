"""The oracle beside the books through a year: told the same events and handed the same bytes, day by day.

Of the product it takes what was ordered, as its suppliers do; what is received of it is reckoned here, from the events
and a calendar of its own, and so is which line is billed and which invoice is credited.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from lxml import etree

from billing.tools.producers.sent_documents import SentDocument
from billing.tools.producers.year import Year
from foundation.money import DAY
from invoicing.documents import store as document_store
from invoicing.model import InvoiceState
from orders.model import Order
from orders.purchase_orders import order_store
from orders.register.register import Register
from tests.entitlement.calendar_of_days import each_day, is_working_day
from tests.entitlement.stays import month_of
from tests.touchless.bill_reading import ReadBill, read_bill
from tests.touchless.oracle import OBEYS, is_to_credit, objection
from tests.touchless.orders_in_memory import truth_of
from tests.touchless.truth import TrueBill, TrueLine, TrueOrder, Truth

_TAKEN_BACK = ("report.rejected", "report.revoked")


@dataclass(slots=True)
class Stay:
    """What has been told of one execution reference."""

    last_day: date = date.max
    approved: set[str] = field(default_factory=set)
    is_called_off: bool = False


@dataclass(slots=True)
class Ledger:
    """The oracle's own books, and where the product's differ from them."""

    register: Register
    truth: Truth = field(init=False)
    stays: dict[str, Stay] = field(default_factory=dict)
    orders: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The numbers of the orders of each execution reference."""
    bills: dict[tuple[str, str], ReadBill] = field(default_factory=dict)
    obeying: int = 0
    touchless: int = 0
    others: int = 0
    wrongly_accepted: list[str] = field(default_factory=list)
    wrongly_told: list[str] = field(default_factory=list)
    stopped: Counter[str] = field(default_factory=Counter)
    accepted: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.truth = truth_of(self.register)

    def watch(self, year: Year, sent: Sequence[SentDocument]) -> None:
        """A day: what was told, what was ordered, and what was sent, in that order."""
        self.truth.today = year.today
        told = {self._tell(json.loads(line)) for line in year.told_today}
        for reference in told:
            self._receive(reference)
        for document in sent:
            self._take(year, document)
        if told or sent:
            self._compare(year)

    # What is told ---------------------------------------------------------------------------------

    def _tell(self, event: dict[str, Any]) -> str:
        """Note what an event says; the execution reference it is about."""
        data = event["data"]
        reference: str = data["execution_reference"]
        stay = self.stays.setdefault(reference, Stay())
        match event["type"]:
            case "placement.cancelled":
                stay.is_called_off = True
            case "interruption.registered":
                stay.last_day = date.fromisoformat(data["effective_on"])
            case "report.approved":
                stay.approved.add(data["month"])
            case kind if kind in _TAKEN_BACK:
                stay.approved.discard(data["month"])
            case _:
                pass
        return reference

    def _take_order(self, year: Year, number: str) -> None:
        """An order is never changed (REQ-25): it is taken once, when somebody bills it."""
        with year.database.reading() as session:
            order = order_store.find(session, number)
        if order is not None:
            self.truth.orders[number] = self._ordered(order)
            self.orders[order.execution_reference].append(number)
            self._receive(order.execution_reference)

    def _ordered(self, order: Order) -> TrueOrder:
        vat = self.register.supplier(order.supplier).on(order.period.end).vat
        lines = {
            each.line_id: TrueLine(
                unit=each.quantity.unit,
                price=int(each.price * 100),
                first=each.period.start,
                last=each.period.end,
                ordered=int(each.quantity.value),
                is_by_day=each.quantity.unit == DAY,
            )
            for each in order.lines
        }
        currency = order.lines[0].amount.currency
        return TrueOrder(order.supplier, currency, (vat.category.value, Fraction(vat.percent)), lines)

    def _receive(self, reference: str) -> None:
        """A month is received by its report, for its working days up to the last (A-1, A-2); a result when ordered."""
        stay = self.stays[reference]
        for order in (self.truth.orders[number] for number in self.orders[reference]):
            order.is_called_off = stay.is_called_off
            for line in order.lines.values():
                if not line.is_by_day:
                    line.received = 1
                    continue
                days = each_day(line.first, min(line.last, stay.last_day))
                is_reported = month_of(line.first) in stay.approved
                line.received = sum(map(is_working_day, days)) if is_reported else None

    # What is sent ---------------------------------------------------------------------------------

    def _take(self, year: Year, document: SentDocument) -> None:
        bill = read_bill(etree.fromstring(document.body))
        if bill.order_number not in self.truth.orders:
            self._take_order(year, bill.order_number)
        cause = objection(bill, self.truth)
        told = f"{cause or 'obeys'}: {document.cause}, {document.outcome}\n{document.body.decode()}"
        if (cause == OBEYS) != document.obeys:
            self.wrongly_told.append(told)
        if cause == OBEYS:
            self.obeying += 1
            self.touchless += document.unseen
            if not document.unseen:
                self.stopped[f"{document.outcome} {document.cause}"] += 1
        else:
            self.others += 1
            if document.unseen:
                self.wrongly_accepted.append(told)
        if document.is_booked:
            self._book(bill, cause)

    def _book(self, bill: ReadBill, cause: str) -> None:
        if is_to_credit(bill):
            if cause == OBEYS:
                self._free(bill.seller, bill.credits[0])
            return
        self.bills[bill.seller, bill.number] = bill
        self.truth.bills[bill.seller, bill.number] = TrueBill(
            bill.net, bill.vat, bill.payable, bill.currency, buyer=bill.buyer
        )
        line = self._line_of(bill)
        if line is not None and not line.billed_by:
            line.billed_by = bill.number

    def _free(self, seller: str, number: str) -> None:
        self.truth.bills[seller, number].is_credited = True
        line = self._line_of(self.bills[seller, number])
        if line is not None and line.billed_by == number:
            line.billed_by = ""

    def _line_of(self, bill: ReadBill) -> TrueLine | None:
        """The line a bill lies on, right or wrong: the one it names, of an order of its seller's."""
        order = self.truth.orders.get(bill.order_number)
        named = {each.order_line for each in bill.lines if each.order_line}
        if order is None or order.supplier != bill.seller or len(named) != 1:
            return None
        return order.lines.get(named.pop())

    # What stands ----------------------------------------------------------------------------------

    def _compare(self, year: Year) -> None:
        """Whatever was accepted since yesterday obeys today: also what waited for its receipt."""
        with year.database.reading() as session:
            accepted = list(document_store.listed(session, state=InvoiceState.ACCEPTED, limit=1_000_000))
        for each in accepted:
            if each.id not in self.accepted:
                self.accepted.add(each.id)
                cause = objection(self.bills[each.supplier, each.number], self.truth, came_before=True)
                if cause != OBEYS:
                    self.wrongly_accepted.append(f"{cause}: {each.number} is accepted on {year.today}")
