"""Orders, receipts, invoices and credit notes for tests, made by hand with defaults that match each other.

`an_order()`, `a_receipt(order)` and `an_invoice(order)` belong together: the invoice is the one
the receipt gives, so a test changes only what its story is about. Nothing is random.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from foundation.money import Money, Quantity, line_amount, total, vat_amount
from foundation.periods import Month, Period
from invoicing.matching.candidates import Suggestion
from invoicing.matching.facts import CreditFacts, Facts, LineFacts, Occupant, OrderFacts
from invoicing.model import (
    AccountGiven,
    CreditedReference,
    DocumentType,
    InvoiceContent,
    InvoicedLine,
    InvoiceState,
    PeriodGiven,
    SupplierInvoice,
    VatSubtotal,
)
from orders.model import (
    Handling,
    Interruption,
    LineAccount,
    LineState,
    Order,
    OrderLine,
    Receipt,
    basic_lines,
)
from orders.register.agreements import Policy
from orders.register.parties import Supplier, Vat, VatCategory
from orders.register.pricing import Price
from orders.register.register import Register
from orders.terms import ArticleKind, InterruptionReason
from orders.workdays import DayConvention, DayRule
from tests.support.stories.system import FYRBAKEN, example_register

REGISTER: Register = example_register()
STANDARD = Vat(VatCategory.STANDARD, Decimal("25.00"))


def sek(text: str) -> Money:
    """An amount in kronor."""
    return Money.of(text)


def the_supplier(number: str = FYRBAKEN) -> Supplier:
    """A supplier of the example register."""
    return REGISTER.supplier(number)


def an_order(
    *,
    number: str = "2100000001",
    start: date = date(2026, 1, 1),
    end: date = date(2026, 6, 30),
    price: str = "95.00",
    convention: DayConvention = DayConvention.CALENDAR,
    supplier: str = FYRBAKEN,
    execution_reference: str = "100000101",
) -> Order:
    """A basic order in calendar days, so that January has 31."""
    period = Period(start, end)
    return Order(
        number=number,
        article=ArticleKind.BASIC,
        stage=None,
        code="",
        execution_reference=execution_reference,
        decision_id="5435235",
        supplier=supplier,
        contract_id="AVT-1001",
        unit_id="UV-101",
        delivery_area="LO-NORD",
        price_list_id="EXEMPEL-2026",
        service="rusta-och-matcha",
        day_rule=DayRule(convention),
        period=period,
        issued_on=start,
        lines=basic_lines(
            period,
            rule=DayRule(convention),
            price=Price(Decimal(price), "166", "Grundersättning", "DAY"),
            currency="SEK",
        ),
    )


def a_result_order(*, number: str = "2100000002", price: str = "15000.00") -> Order:
    """A result order: one line, one piece."""
    basic = an_order(number=number)
    line = replace(
        basic.lines[0],
        article_number="167",
        article_name="Resultatersättning R1",
        quantity=Quantity(Decimal(1), "C62"),
        price=Decimal(price),
        amount=sek(price),
        period=Period(date(2026, 6, 16), date(2026, 6, 16)),
    )
    return replace(basic, article=ArticleKind.RESULT, period=line.period, lines=(line,))


def a_receipt(order: Order, line_id: str = "001", *, days: int | None = None, version: int = 1) -> Receipt:
    """The receipt of one line, in full unless `days` says less."""
    line = _line(order, line_id)
    quantity = line.quantity if days is None else Quantity(Decimal(days), line.quantity.unit)
    return Receipt(
        id=1,
        order_number=order.number,
        line_id=line_id,
        execution_reference=order.execution_reference,
        month=Month.of(line.period.start),
        report_version=version,
        quantity=quantity,
        amount=line_amount(quantity, line.price),
        period=line.period,
        received_on=date(2026, 2, 2),
    )


def an_interruption(last_day: date) -> Interruption:
    """An interruption registered on its own day."""
    return Interruption(last_day, last_day, InterruptionReason("WORK"))


def an_occupant(number: str = "F-0") -> Occupant:
    """An uncredited invoice that lies on a line."""
    return Occupant(7, number, InvoiceState.ACCEPTED)


def facts_of(
    order: Order | None,
    *receipts: Receipt,
    policy: Policy | None = None,
    supplier: Supplier | None = None,
    vat: Vat = STANDARD,
    occupants: dict[str, Occupant] | None = None,
    interruption: Interruption | None = None,
    cancelled: bool = False,
    outside: Handling | None = None,
    suggestions: tuple[Suggestion, ...] = (),
) -> Facts:
    """All that is known: the order with these receipts, at its own supplier unless another is named."""
    order_facts = None
    if order is not None:
        received = {receipt.line_id: receipt for receipt in receipts}
        order_facts = OrderFacts(
            order,
            {
                line.line_id: _line_facts(order, line.line_id, received.get(line.line_id), occupants or {})
                for line in order.lines
            },
            vat,
            interruption,
            cancelled,
        )
    return Facts(
        REGISTER.buyer,
        policy or REGISTER.policy,
        supplier or the_supplier(order.supplier if order else FYRBAKEN),
        order_facts,
        outside,
        suggestions,
    )


def a_line(
    order_line: str = "001", *, days: str = "31", price: str = "95.00", line_id: str = "1"
) -> InvoicedLine:
    """One invoice line in days at 25 % VAT, with the amount its quantity and price give."""
    quantity = Quantity(Decimal(days), "DAY")
    return InvoicedLine(
        id=line_id,
        order_line=order_line,
        quantity=quantity,
        price=Decimal(price),
        base_quantity=Decimal(1),
        amount=line_amount(quantity, Decimal(price)),
        adjustments=sek("0.00"),
        period=None,
        vat_category="S",
        vat_percent=Decimal("25.00"),
        name="Grundersättning",
    )


def an_invoice(
    order: Order | None = None,
    line_id: str = "001",
    *,
    days: int = 31,
    price: str = "95.00",
    number: str = "F-1001",
    issued_on: date = date(2026, 2, 3),
    lines: tuple[InvoicedLine, ...] | None = None,
) -> InvoiceContent:
    """The invoice of one order line, with totals that follow from its lines."""
    ordered = order or an_order()
    line = replace(
        a_line(line_id, days=str(days), price=price), period=_given(_line(ordered, line_id).period)
    )
    return with_lines(
        InvoiceContent(
            document_type=DocumentType.INVOICE,
            type_code="380",
            number=number,
            issued_on=issued_on,
            due_on=issued_on + timedelta(days=30),
            currency="SEK",
            supplier=ordered.supplier,
            supplier_name="Fyrbåken Exempel AB",
            endpoint=f"0007:{ordered.supplier}",
            buyer=REGISTER.buyer.organisation_number,
            order_number=ordered.number,
            contract=ordered.contract_id,
            references=(),
            period=None,
            credits=(),
            lines=(),
            adjustments=sek("0.00"),
            vat=(),
            amount_net=sek("0.00"),
            amount_vat=sek("0.00"),
            amount_gross=sek("0.00"),
            amount_prepaid=sek("0.00"),
            amount_rounding=sek("0.00"),
            amount_payable=sek("0.00"),
            accounts=(AccountGiven("BANKGIRO", "5999107"),),
        ),
        *(lines or (line,)),
    )


def with_lines(invoice: InvoiceContent, *lines: InvoicedLine) -> InvoiceContent:
    """The invoice with other lines, and the VAT and totals that follow from them."""
    net = total((line.amount for line in lines), currency=lines[0].amount.currency)
    rate = lines[0].vat_percent or Decimal(0)
    tax = vat_amount(net, rate)
    return replace(
        invoice,
        lines=lines,
        vat=(VatSubtotal(lines[0].vat_category, lines[0].vat_percent, net, tax),),
        amount_net=net,
        amount_vat=tax,
        amount_gross=net + tax,
        amount_payable=net + tax,
    )


def a_credit_note(
    invoice: InvoiceContent, *, number: str = "K-1001", credits: str | None = None, amount: str = ""
) -> InvoiceContent:
    """The credit note of the whole invoice, or of another net `amount`."""
    credit = replace(
        invoice,
        document_type=DocumentType.CREDIT_NOTE,
        type_code="381",
        number=number,
        credits=(CreditedReference(invoice.number if credits is None else credits, invoice.issued_on),),
    )
    if not amount:
        return credit
    (line,) = invoice.lines
    return with_lines(credit, replace(line, amount=sek(amount)))


def in_books(invoice: InvoiceContent, *, state: InvoiceState = InvoiceState.ACCEPTED) -> SupplierInvoice:
    """The document in our books."""
    return SupplierInvoice(
        id=1,
        letter_id=1,
        document_type=invoice.document_type,
        type_code=invoice.type_code,
        supplier=invoice.supplier,
        number=invoice.number,
        issued_on=invoice.issued_on,
        received_on=invoice.issued_on,
        pays_on=invoice.issued_on + timedelta(days=30),
        currency=invoice.currency,
        order_number=invoice.order_number,
        execution_reference="100000101",
        endpoint=invoice.endpoint,
        amount_net=invoice.amount_net,
        amount_vat=invoice.amount_vat,
        amount_payable=invoice.amount_payable,
        state=state,
        codes=(),
        answered="",
        paid_on=None,
    )


def credit_facts(
    credited: SupplierInvoice | None,
    *,
    by: str = "",
    suggestions: tuple[Suggestion, ...] = (),
    invoiced: InvoiceContent | None = None,
) -> CreditFacts:
    """What a credit note is judged by."""
    return CreditFacts(REGISTER.buyer, REGISTER.policy, credited, by, suggestions, invoiced=invoiced)


def _line_facts(
    order: Order, line_id: str, receipt: Receipt | None, occupants: dict[str, Occupant]
) -> LineFacts:
    line = _line(order, line_id)
    occupant = occupants.get(line_id)
    account = LineAccount(
        order.number,
        line_id,
        line.quantity.value,
        receipt.quantity.value if receipt else Decimal(0),
        line.amount,
        receipt.amount if receipt else sek("0.00"),
        sek("0.00"),
        receipt.id if receipt else None,
        occupant.invoice_id if occupant else None,
        LineState.OPEN,
    )
    return LineFacts(line, account, receipt, occupant)


def _line(order: Order, line_id: str) -> OrderLine:
    return next(line for line in order.lines if line.line_id == line_id)


def _given(period: Period) -> PeriodGiven:
    return PeriodGiven(period.start, period.end)
