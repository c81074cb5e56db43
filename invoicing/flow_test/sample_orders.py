"""The orders a supplier tests against: one basic and one result order, addressed to itself, the same every day.

They are made of the supplier's own contract, unit and prices, carry numbers no real order can have, and
stand in no table. Their lines count as received, so that a right test invoice matches. Pure.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from foundation.errors import Refused
from foundation.money import Money, Quantity, line_amount
from foundation.periods import Month, Period, six_months_from
from foundation.text import Text
from invoicing.matching.credit_matching import match_credit
from invoicing.matching.deviations import Match
from invoicing.matching.facts import CreditFacts, Facts, LineFacts, OrderFacts
from invoicing.matching.invoice_matching import match
from invoicing.model import DocumentType, InvoiceContent, InvoiceState, SupplierInvoice, pays_on
from orders.model import LineAccount, LineState, Order, OrderLine, Receipt, basic_lines
from orders.purchase_orders.order_document import order_document
from orders.register.agreements import Contract, DeliveryUnit
from orders.register.pricing import NoPriceAgreed, PriceList
from orders.register.register import Register
from orders.terms import Article, CompensationLevel, ResultStage
from peppol.xml import codec

BASIC, RESULT = "TEST-GRUND", "TEST-RESULTAT"
_REFERENCE, _DECISION = "TEST-REFERENS", "TEST-BESLUT"
_LEVELS = (CompensationLevel.C, CompensationLevel.B, CompensationLevel.A)
# How many lines of the basic order count as received; an invoice of a later one waits, as in service.
_RECEIVED = 2


class NoSamples(Refused):
    """The register does not say enough to make sample orders for a supplier."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Exempelordrar kan inte göras åt er än: avtal, enhet eller prislista saknas. Fråga köparen."
            ),
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """An order to test against, its document's bytes, and its facts."""

    order: Order
    facts: OrderFacts
    body: bytes


def samples(register: Register, supplier: str) -> dict[str, Sample]:
    """The supplier's two sample orders by number. Raises NoSamples."""
    contract, unit, prices = _agreed(register, supplier)
    begin = max(contract.valid.start, prices.valid_from)
    start = begin if begin.day == 1 else (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
    level = _level(prices)
    basic = prices.price_of(Article.BASIC, level)
    lines = basic_lines(
        six_months_from(start),
        convention=prices.day_convention,
        price=basic.amount,
        currency=prices.currency,
        article_number=basic.article_number,
        article_name=basic.article_name,
    )
    result = prices.price_of(Article.RESULT, level, stage=ResultStage.R1)
    piece = OrderLine(
        "001",
        result.article_number,
        result.article_name,
        Quantity.pieces(),
        result.amount,
        line_amount(Quantity.pieces(), result.amount, currency=prices.currency),
        Period(start, start),
    )
    made = (
        (BASIC, Article.BASIC, None, lines),
        (RESULT, Article.RESULT, ResultStage.R1, (piece,)),
    )
    found = {}
    for number, article, stage, of_order in made:
        order = Order(
            number=number,
            article=article,
            stage=stage,
            code="",
            execution_reference=_REFERENCE,
            decision_id=_DECISION,
            supplier=supplier,
            contract_id=contract.id,
            unit_id=unit.id,
            delivery_area=contract.areas[0],
            price_list_id=prices.id,
            day_convention=prices.day_convention,
            period=Period(of_order[0].period.start, of_order[-1].period.end),
            issued_on=begin,
            lines=of_order,
        )
        found[number] = Sample(order, received_facts(register, order, prices), _body(register, order, unit))
    return found


def judge(register: Register, supplier: str, invoice: InvoiceContent) -> Match:
    """How a test invoice matches the sample orders. Raises NoSamples."""
    sample = samples(register, supplier).get(invoice.order_number)
    facts = Facts(
        register.buyer,
        register.policy,
        register.supplier(supplier),
        sample.facts if sample is not None else None,
    )
    return match(invoice, facts)


def judge_credit(register: Register, credit: InvoiceContent, credited: InvoiceContent | None) -> Match:
    """How a test credit note matches the test invoice it names, if that was tried before."""
    return match_credit(credit, CreditFacts(register.policy, held(credited) if credited else None))


def _agreed(register: Register, supplier: str) -> tuple[Contract, DeliveryUnit, PriceList]:
    contract = next((each for each in register.contracts if each.supplier == supplier), None)
    unit = next((each for each in register.units if each.supplier == supplier), None)
    if contract is None or unit is None:
        raise NoSamples
    prices = [each for each in register.price_lists if contract.id in each.contracts]
    if not prices:
        raise NoSamples
    return contract, unit, min(prices, key=lambda each: each.valid_from)


def _level(prices: PriceList) -> CompensationLevel:
    for level in _LEVELS:
        try:
            prices.price_of(Article.BASIC, level)
            prices.price_of(Article.RESULT, level, stage=ResultStage.R1)
        except NoPriceAgreed:
            continue
        return level
    raise NoSamples


def received_facts(register: Register, order: Order, prices: PriceList) -> OrderFacts:
    """The facts of an order that stands in no table, its first lines received."""
    lines = {}
    for place, line in enumerate(order.lines):
        received = place < _RECEIVED
        nothing = Decimal("0.00")
        account = LineAccount(
            order.number,
            line.line_id,
            line.quantity.value,
            line.quantity.value if received else nothing,
            line.amount,
            line.amount if received else Money(nothing, line.amount.currency),
            Money(nothing, line.amount.currency),
            place + 1 if received else None,
            None,
            LineState.OPEN,
        )
        lines[line.line_id] = LineFacts(line, account, _receipt(order, line, place) if received else None)
    supplier = register.supplier(order.supplier)
    by_line = {line_id: prices.vat_for(supplier, facts.delivered_on) for line_id, facts in lines.items()}
    return OrderFacts(order, lines, prices.vat_for(supplier, order.period.end), vat_by_line=by_line)


def _receipt(order: Order, line: OrderLine, place: int) -> Receipt:
    return Receipt(
        place + 1,
        order.number,
        line.line_id,
        order.execution_reference,
        Month.of(line.period.start),
        1,
        line.quantity,
        line.amount,
        line.period,
        line.period.end,
    )


def _body(register: Register, order: Order, unit: DeliveryUnit) -> bytes:
    document = order_document(
        order,
        buyer=register.buyer,
        supplier=register.supplier(order.supplier),
        unit=unit,
        policy=register.policy,
    )
    return codec.serialise(document, pretty=True)


def held(invoice: InvoiceContent) -> SupplierInvoice:
    """A test document as one in the books would look."""
    day: date = invoice.issued_on
    return SupplierInvoice(
        0,
        0,
        invoice.document_type,
        invoice.type_code,
        invoice.supplier,
        invoice.number,
        day,
        day,
        pays_on(day, terms_days=30),
        invoice.currency,
        invoice.order_number,
        _REFERENCE,
        invoice.endpoint,
        invoice.amount_net,
        invoice.amount_vat,
        invoice.amount_payable,
        InvoiceState.ACCEPTED if invoice.document_type is DocumentType.INVOICE else InvoiceState.SETTLED,
        (),
        "",
        None,
    )
