"""A specimen of each document we would write for each supplier of a register, judged as if it were sent. Pure.

What makes a specimen invalid would make the real one invalid later, when an order is placed or an answer is due. A
specimen names no case and takes no number. They are made as of today and of each day from which something of the
supplier is another.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from foundation.errors import Refused
from foundation.money import Money, Quantity, line_amount
from foundation.periods import Period
from foundation.text import Text
from invoicing.flow_test.sample_orders import received_facts
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice, pays_on
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.responses import response_documents
from invoicing.responses.response_documents import Question
from orders.model import Order, OrderLine, basic_lines
from orders.purchase_orders.order_document import order_document
from orders.register.agreements import Contract, DeliveryUnit
from orders.register.parties import Supplier
from orders.register.pricing import PricedArticle, PriceList
from orders.register.register import Register
from orders.register.response_agreements import TechnicalAnswer
from orders.terms import ArticleKind
from peppol.documents import technical_responses
from peppol.exchange import outgoing
from peppol.explanations.explain import explained
from peppol.findings import Finding, Severity
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.xml import codec, literals

_NUMBER = "PROV-1"
_DAYS = timedelta(days=27)
_BROKEN = Finding("BR-02", Severity.FATAL, "/Invoice")


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with a specimen: the kind of document, what tells the fault from others, and the sentence."""

    kind: DocumentKind
    rule: str
    sentence: Text


def faults(register: Register, *, today: date) -> tuple[Text, ...]:
    """A sentence for each rule that a kind of document would break, with how many suppliers it concerns."""
    found: dict[tuple[str, str], tuple[Text, _Fault]] = {}
    concerned: dict[tuple[str, str], set[str]] = {}
    for supplier in register.suppliers:
        contracts = [each for each in register.contracts if each.supplier == supplier.organisation_number]
        for fault in _of_supplier(register, supplier, contracts, today):
            key = (fault.kind, fault.rule)
            found.setdefault(key, (_named(contracts), fault))
            concerned.setdefault(key, set()).add(supplier.organisation_number)
    return tuple(
        Text(
            "%(who)s: dokumentet %(kind)s skulle bli ogiltigt (gäller %(count)s av leverantörerna). "
            "Rätta registret. %(sentence)s",
            who=who,
            kind=fault.kind,
            count=len(concerned[key]),
            sentence=fault.sentence,
        )
        for key, (who, fault) in found.items()
    )


def _named(contracts: list[Contract]) -> Text:
    if not contracts:
        return Text("En leverantör")
    return Text("Leverantören med avtal %(contracts)s", contracts=", ".join(each.id for each in contracts))


def _of_supplier(
    register: Register, supplier: Supplier, contracts: list[Contract], today: date
) -> Iterator[_Fault]:
    days = ((today, False), *((day, True) for day in supplier.days_of_change))
    specimens = (each for day in days for each in _specimens(register, supplier, contracts, *day))
    for kind, document, on in specimens:
        if isinstance(document, Refused):
            yield _Fault(kind, document.text.sv, document.text)
            continue
        try:
            outgoing.rendered(document, kind, document_id=_NUMBER, on=on)
        except outgoing.InvalidDocument as invalid:
            if isinstance(invalid.__cause__, literals.UnwritableDocument):
                yield _Fault(kind, "XSD", invalid.__cause__.reason)
                continue
            for finding in invalid.findings:
                # What was found may be a person's number, and is not repeated.
                yield _Fault(kind, finding.rule, explained(replace(finding, found="")))


def _specimens(
    register: Register, supplier: Supplier, contracts: list[Contract], today: date, of_change: bool
) -> Iterator[tuple[DocumentKind, codec.Document | Refused, date]]:
    units = [each for each in register.units if each.supplier == supplier.organisation_number]
    ways = [
        (each, prices) for each in contracts for prices in register.price_lists if each.id in prices.contracts
    ]
    # Every unit once and every contract with each of its price lists once, not all of them with all. No unit stands
    # on an invoice, so of invoices there is one for each price list.
    longest = max(len(ways), len(units)) if ways and units else 0
    for place in range(longest):
        contract, prices = ways[place % len(ways)]
        order = _order(
            supplier,
            contract,
            units[place % len(units)],
            prices,
            today,
            begins_on=today if of_change else None,
        )
        if isinstance(order, Refused):
            yield DocumentKind.ORDER, order, today
            continue
        yield from _ordered(register, supplier, order, units[place % len(units)], today)
        if place < len(ways):
            yield from _billed(register, supplier, order, prices, today)
    for code, question in (
        (response_documents.RECEIVED, None),
        (response_documents.UNDER_QUERY, Question("REF", "Prov")),
        (response_documents.PAID, None),
    ):
        answer = response_documents.response(
            register, _invoice(supplier, today), code, (), supplier=supplier, today=today, said=question
        )
        yield DocumentKind.INVOICE_RESPONSE, answer, today
    yield from _technical(register, supplier, today)


def _ordered(
    register: Register, supplier: Supplier, order: Order, unit: DeliveryUnit, today: date
) -> Iterator[tuple[DocumentKind, codec.Document | Refused, date]]:
    try:
        yield (
            DocumentKind.ORDER,
            order_document(order, buyer=register.buyer, supplier=supplier, unit=unit, policy=register.policy),
            today,
        )
    except Refused as refused:
        yield DocumentKind.ORDER, refused, today


def _billed(
    register: Register, supplier: Supplier, order: Order, prices: PriceList, today: date
) -> Iterator[tuple[DocumentKind, codec.Document | Refused, date]]:
    try:
        facts = received_facts(register, order, prices)
        invoice = flipping.flip(
            facts,
            facts.lines[order.lines[0].line_id],
            supplier=supplier,
            buyer=register.buyer,
            policy=register.policy,
            given=Numbered(_NUMBER, today),
        )
        credit = flipping.credit_note_of(invoice, given=Numbered("PROV-2", today))
    except Refused as refused:
        yield DocumentKind.INVOICE, refused, today
        return
    yield DocumentKind.INVOICE, invoice, today
    yield DocumentKind.CREDIT_NOTE, credit, today


def _order(
    supplier: Supplier,
    contract: Contract,
    unit: DeliveryUnit,
    prices: PriceList,
    today: date,
    *,
    begins_on: date | None,
) -> Order | Refused:
    """An order of four weeks, from that day or the first there can be, with a line of every priced article."""
    start = begins_on or max(contract.valid.start, prices.valid_from)
    period = Period(start, start + _DAYS)
    try:
        basic = prices.price_of(ArticleKind.BASIC, prices.service.level_codes[0])
    except Refused as refused:
        return refused
    lines = basic_lines(
        period,
        rule=prices.day_rule,
        price=basic,
        currency=prices.currency,
    )
    others = [each for each in prices.articles if each.article is not ArticleKind.BASIC]
    pieces = tuple(
        _piece(f"{len(lines) + place:03}", priced, prices, period)
        for place, priced in enumerate(others, start=1)
    )
    return Order(
        number=_NUMBER,
        article=ArticleKind.BASIC,
        stage=None,
        code="",
        execution_reference=_NUMBER,
        decision_id=_NUMBER,
        supplier=supplier.organisation_number,
        contract_id=contract.id,
        unit_id=unit.id,
        delivery_area=contract.areas[0],
        price_list_id=prices.id,
        service=prices.service.id,
        day_rule=prices.day_rule,
        period=period,
        issued_on=today,
        lines=(*lines, *pieces),
    )


def _piece(line_id: str, priced: PricedArticle, prices: PriceList, period: Period) -> OrderLine:
    agreed = list(priced.amounts.table.values())
    price = agreed[0] if agreed else Decimal("1.00")
    ordered = prices.service.article_of(priced.article)
    quantity = Quantity(Decimal(1), ordered.unit if ordered else "")
    amount = line_amount(quantity, price, currency=prices.currency)
    return OrderLine(line_id, priced.number, priced.name, quantity, price, amount, period)


def _technical(
    register: Register, supplier: Supplier, today: date
) -> Iterator[tuple[DocumentKind, codec.Document, date]]:
    receiver = supplier.participant_id or f"0007:{supplier.organisation_number}"
    mlr = technical_responses.refusal_mlr(
        (_BROKEN,),
        document_id=_NUMBER,
        answered=_NUMBER,
        type_code="380",
        sender=ParticipantId.parse(register.buyer.participant_id),
        receiver=ParticipantId.parse(receiver),
        on=today,
    )
    yield DocumentKind.MLR, mlr, today
    ours = register.buyer.service_provider
    if ours and register.policy.technical_answer is TechnicalAnswer.MLS:
        provider = ParticipantId.parse(ours)
        mls = technical_responses.mls(
            (_BROKEN,),
            document_id=_NUMBER,
            instance_id="00000000-0000-4000-8000-000000000000",
            sender=provider,
            receiver=provider,
            at=datetime.combine(today, time(12), UTC),
        )
        yield DocumentKind.MLS, mls, today


def _invoice(supplier: Supplier, today: date) -> SupplierInvoice:
    some = Money(Decimal("1.00"), "SEK")
    return SupplierInvoice(
        id=0,
        letter_id=0,
        document_type=DocumentType.INVOICE,
        type_code="380",
        supplier=supplier.organisation_number,
        number=_NUMBER,
        issued_on=today,
        received_on=today,
        pays_on=pays_on(today, received_on=today, terms_days=30),
        currency="SEK",
        order_number=_NUMBER,
        execution_reference="",
        endpoint=supplier.participant_id or "",
        amount_net=some,
        amount_vat=some,
        amount_payable=some,
        state=InvoiceState.ACCEPTED,
        codes=(),
        answered="",
        paid_on=None,
    )
