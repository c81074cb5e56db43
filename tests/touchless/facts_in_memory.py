"""The same orders as the product's facts of a match, made from the truth: what the books would hold of them."""

from datetime import date
from decimal import Decimal

from foundation.money import Money, Quantity
from foundation.periods import Month, Period
from invoicing.matching.facts import CreditFacts, Facts, LineFacts, Occupant, OrderFacts
from invoicing.model import DocumentType, InvoiceContent, InvoiceState, SupplierInvoice
from orders.model import Interruption, LineAccount, LineState, Order, OrderLine, Receipt
from orders.register.register import NotInRegister
from orders.terms import ArticleKind, InterruptionReason
from orders.workdays import DayConvention, DayRule
from tests.touchless.orders_in_memory import DAY_OF_JUDGEMENT, Billable, OrdersInMemory


class FactsInMemory:
    """Looks up what a bill is judged by. `made` is all there is."""

    def __init__(self, made: OrdersInMemory) -> None:
        self.made = made
        billable: dict[str, list[Billable]] = {}
        for each in made.by_supplier.values():
            for line in each:
                billable.setdefault(line.due.order_number, []).append(line)
        self.orders = {number: self._order(number, lines) for number, lines in billable.items()}

    def of_invoice(self, content: InvoiceContent) -> Facts:
        """The facts of an invoice."""
        register = self.made.register
        try:
            supplier = register.supplier(content.supplier)
        except NotInRegister:
            supplier = None
        order = self.orders.get(content.order_number)
        tenure = register.tenure(order.order.supplier, content.supplier) if order is not None else None
        return Facts(
            register.buyer,
            register.policy,
            supplier,
            order,
            tenure=tenure,
            received_on=DAY_OF_JUDGEMENT,
        )

    def of_credit(self, content: InvoiceContent) -> CreditFacts:
        """The facts of a credit note."""
        policy = self.made.register.policy
        if len(content.credits) != 1:
            return CreditFacts(self.made.register.buyer, policy)
        number = content.credits[0].number
        bill = self.made.truth.bills.get((content.supplier, number))
        if bill is None:
            return CreditFacts(self.made.register.buyer, policy)
        state = InvoiceState.CREDITED if bill.is_credited else InvoiceState.ACCEPTED
        net, vat, payable = (
            Money(Decimal(each).scaleb(-2), bill.currency) for each in (bill.net, bill.vat, bill.payable)
        )
        credited = SupplierInvoice(
            id=1,
            letter_id=1,
            document_type=DocumentType.INVOICE,
            type_code="380",
            supplier=content.supplier,
            number=number,
            issued_on=content.issued_on,
            received_on=content.issued_on,
            pays_on=content.issued_on,
            currency=bill.currency,
            order_number="",
            execution_reference="",
            endpoint="",
            amount_net=net,
            amount_vat=vat,
            amount_payable=payable,
            state=state,
            codes=(),
            answered="AP",
            paid_on=None,
        )
        return CreditFacts(self.made.register.buyer, policy, credited, "K-1" if bill.is_credited else "")

    def _order(self, number: str, billable: list[Billable]) -> OrderFacts:
        true = self.made.truth.orders[number]
        first, supplier = billable[0].due, billable[0].supplier
        lines = {each.due.line.line_id: self._line(each) for each in billable}
        ordered = tuple(each.line for each in lines.values())
        period = Period(ordered[0].period.start, ordered[-1].period.end)
        by_day = true.lines[first.line.line_id].is_by_day
        last_day = self.made.last_days.get(number)
        return OrderFacts(
            order=Order(
                number=number,
                article=ArticleKind.BASIC if by_day else ArticleKind.RESULT,
                stage=None,
                code="",
                execution_reference=first.execution_reference,
                decision_id="",
                supplier=true.supplier,
                contract_id=first.contract,
                unit_id="",
                delivery_area="",
                price_list_id="",
                service="",
                day_rule=DayRule(DayConvention.WORKDAYS),
                lines=ordered,
                period=period,
                issued_on=period.start,
            ),
            lines=lines,
            vat=supplier.on(period.end).vat,
            interruption=None if last_day is None else _interruption(last_day),
            cancelled=true.is_called_off,
        )

    def _line(self, billable: Billable) -> LineFacts:
        due = billable.due
        true = self.made.truth.orders[due.order_number].lines[due.line.line_id]
        price, currency = due.line.price, due.currency
        days = Period(true.first, true.last)
        line = OrderLine(
            line_id=due.line.line_id,
            article_number=due.line.article_number,
            article_name=due.line.article_name,
            quantity=Quantity(due.ordered, true.unit),
            price=price,
            amount=Money(price * true.ordered, currency),
            period=days,
        )
        received = Decimal(true.received or 0)
        account = LineAccount(
            order_number=due.order_number,
            line_id=line.line_id,
            quantity_ordered=due.ordered,
            quantity_received=received,
            amount_ordered=line.amount,
            amount_received=Money(price * received, currency),
            amount_claimed=Money(Decimal("0.00"), currency),
            receipt_id=None if true.received is None else 1,
            invoice_id=1 if true.billed_by else None,
            state=LineState.OPEN,
        )
        receipt = Receipt(
            id=1,
            order_number=due.order_number,
            line_id=line.line_id,
            execution_reference=due.execution_reference,
            month=Month.of(true.first),
            report_version=1 if true.is_by_day else 0,
            quantity=Quantity(received, true.unit),
            amount=account.amount_received,
            period=days,
            received_on=true.last,
        )
        occupant = Occupant(1, true.billed_by, InvoiceState.ACCEPTED) if true.billed_by else None
        return LineFacts(line, account, None if true.received is None else receipt, occupant)


def _interruption(last_day: date) -> Interruption:
    return Interruption(last_day, last_day, InterruptionReason("OTHER"))
