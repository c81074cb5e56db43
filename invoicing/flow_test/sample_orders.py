"""The orders a supplier tests against: one basic and one result order, addressed to itself, the same every day.

They are made of the supplier's own contract, unit and prices, carry numbers no real order can have, and
stand in no table. Their lines count as received, so that a right test invoice matches. Pure.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from foundation.errors import Refused
from foundation.money import Money, Quantity, line_amount
from foundation.periods import Month, Period, months_from
from foundation.text import Text
from invoicing.matching.credit_notes.credit_matching import match_credit
from invoicing.matching.deviations import Match
from invoicing.matching.facts import CreditFacts, Facts, LineFacts, OrderFacts
from invoicing.matching.invoice_matching import match
from invoicing.model import DocumentType, InvoiceContent, InvoiceState, SupplierInvoice, pays_on
from orders.model import LineAccount, LineState, Order, OrderLine, Receipt, basic_lines
from orders.purchase_orders.order_document import order_document
from orders.register.agreements import Contract, DeliveryUnit
from orders.register.pricing import NoPriceAgreed, PriceList
from orders.register.register import Register
from orders.terms import ArticleKind, CompensationLevel, ResultStage
from peppol.xml import codec

BASIC, RESULT = "TEST-GRUND", "TEST-RESULTAT"
_REFERENCE, _DECISION = "TEST-REFERENS", "TEST-BESLUT"
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
    """The supplier's sample orders by number: a basic one, and a result where its service has any. Raises NoSamples."""
    contract, unit, prices = _agreed(register, supplier)
    begin = max(contract.valid.start, prices.valid_from)
    start = begin if begin.day == 1 else (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
    level = level_of(prices)
    basic = prices.price_of(ArticleKind.BASIC, level)
    rules = prices.placement_rules.over(prices.service.placement_rules)
    period = months_from(start, rules.period_months)
    lines = basic_lines(period, rule=prices.day_rule, price=basic, currency=prices.currency)
    made: list[tuple[str, ArticleKind, ResultStage | None, tuple[OrderLine, ...]]] = [
        (BASIC, ArticleKind.BASIC, None, lines)
    ]
    for first in prices.service.stage_codes[:1]:
        piece = _piece(prices, level, first, start)
        made.append((RESULT, ArticleKind.RESULT, first, (piece,)))
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
            service=prices.service.id,
            day_rule=prices.day_rule,
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
    held_one = held(credited) if credited else None
    return match_credit(credit, CreditFacts(register.buyer, register.policy, held_one, invoiced=credited))


def _agreed(register: Register, supplier: str) -> tuple[Contract, DeliveryUnit, PriceList]:
    contract = next((each for each in register.contracts if each.supplier == supplier), None)
    unit = next((each for each in register.units if each.supplier == supplier), None)
    if contract is None or unit is None:
        raise NoSamples
    prices = [each for each in register.price_lists if contract.id in each.contracts]
    if not prices:
        raise NoSamples
    return contract, unit, min(prices, key=lambda each: each.valid_from)


def _piece(prices: PriceList, level: CompensationLevel, stage: ResultStage, day: date) -> OrderLine:
    """The one line of an order of a result."""
    result = prices.price_of(ArticleKind.RESULT, level, stage=stage)
    quantity = Quantity(Decimal(1), result.unit)
    amount = line_amount(quantity, result.amount, currency=prices.currency)
    return OrderLine(
        "001", result.article_number, result.article_name, quantity, result.amount, amount, Period(day, day)
    )


def level_of(prices: PriceList) -> CompensationLevel:
    """The last level of the service that has all the prices."""
    for level in reversed(prices.service.level_codes):
        try:
            prices.price_of(ArticleKind.BASIC, level)
            for stage in prices.service.stage_codes[:1]:
                prices.price_of(ArticleKind.RESULT, level, stage=stage)
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
        pays_on(day, received_on=day, terms_days=30),
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
