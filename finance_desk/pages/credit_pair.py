"""A credit note beside the invoice it may credit, before anybody links them: what they say and what follows.

The page only looks. Its button links (`exception.act`), and the two are settled when that can no longer be undone.
"""

from datetime import timedelta
from itertools import zip_longest
from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.exception import open_case
from finance_desk.words import supplier_name
from foundation.errors import NotThere
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Language, Text
from foundation.units import unit_name
from invoicing.decisions import protected_store
from invoicing.documents import facts_loading
from invoicing.exceptions import credit_linking
from invoicing.exceptions.credit_linking import CreditPair
from invoicing.exceptions.steps import HOLD
from invoicing.matching import causes
from invoicing.matching.deviation_texts import title
from invoicing.matching.deviations import price_text
from invoicing.model import DocumentType, InvoiceContent, InvoicedLine
from invoicing.payment import payable_store
from invoicing.responses import response_documents
from invoicing.responses.response_documents import receiver_of
from orders.register import store as register_store
from orders.register.register import Register
from peppol.xml import codec
from web import i18n
from web.access import signed_in
from web.pages import database_of, language_of, pages_router, render, today_of

router = pages_router()
_P = Permission


@router.get("/finance/documents/{number}/pair")
def pair(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The two side by side, what is set to zero, what is left open, and what the supplier is told."""
    language = language_of(request, person)
    asked = request.query_params
    wanted = asked.get("other", "").strip() or asked.get("credits", "")
    with database_of(request).reading() as session:
        register = register_store.load(session)
        case = open_case(session, register, number, person)
        if case.invoice.document_type is DocumentType.INVOICE:
            raise NotThere
        found = credit_linking.foresee(session, register, number, credits=wanted)
        if protected_store.is_protected(session, found.invoice.id) and not person.may(_P.PROTECTED):
            raise NotThere
        xml, receiver = _told(request, register, found)
        return render(
            request,
            person,
            "desk/pair.html",
            together=found,
            credit=found.credit,
            invoice=found.invoice,
            supplier=supplier_name(register, found.credit.supplier),
            rows=_rows(found, language),
            lines=_lines(found, language),
            tells=[(title(each), said) for each, said in causes.told(found.match.deviations).items()],
            xml=xml,
            receiver=receiver,
            opened=_sum_received(found),
            nothing=Money.of("0.00", found.credit.currency),
            proposed=_proposed(session, found),
            minutes=int(HOLD / timedelta(minutes=1)),
        )


def _told(request: Request, register: Register, found: CreditPair) -> tuple[str, str]:
    """The answer to the credit note as it will leave, and the endpoint it leaves for; nothing where none does."""
    supplier = facts_loading.registered(register, found.credit.supplier)
    if supplier is None or not found.answer:
        return "", ""
    answer = response_documents.response(
        register, found.settled, found.answer, (), supplier=supplier, today=today_of(request)
    )
    return codec.serialise(answer).decode(), receiver_of(supplier, found.credit) if supplier.answers else ""


def _proposed(session: Session, found: CreditPair) -> bool:
    return payable_store.lies_in_proposal(session, found.invoice.id)


def _sum_received(found: CreditPair) -> Money:
    """What is received on the lines that come free: what a corrected invoice must come to, without VAT."""
    amount = Money.of("0.00", found.credit.currency)
    for each in found.opens:
        amount += each.amount_received
    return amount


def _rows(found: CreditPair, language: Language) -> list[dict[str, Any]]:
    """What is compared: its words, both values, and whether they must be the same and are not."""
    credit, invoice = found.credit_says, found.invoice_says
    named = ", ".join(each.number for each in credit.credits)

    def row(name: Text, one: object, other: object, *, same: bool = False) -> dict[str, Any]:
        values = [
            i18n.money(each, language) if isinstance(each, Money) else str(each or "")
            for each in (one, other)
        ]
        return {"name": name, "values": values, "differs": same and one != other}

    return [
        row(Text("Datum"), credit.issued_on, invoice.issued_on),
        row(Text("Kom"), found.credit.received_on, found.invoice.received_on),
        row(Text("Nämner faktura"), named, ""),
        row(Text("Order"), credit.order_number, invoice.order_number),
        row(
            Text("Genomförandereferens"),
            found.credit.execution_reference,
            found.invoice.execution_reference,
        ),
        row(Text("Utan moms"), credit.amount_net, invoice.amount_net, same=True),
        row(Text("Moms"), credit.amount_vat, invoice.amount_vat, same=True),
        row(Text("Att betala"), credit.amount_payable, invoice.amount_payable, same=True),
    ]


def _lines(found: CreditPair, language: Language) -> list[tuple[str, str]]:
    """The lines of both documents, place by place."""
    one, other = ([_line(each, language) for each in says.lines] for says in _both(found))
    return list(zip_longest(one, other, fillvalue=""))


def _both(found: CreditPair) -> tuple[InvoiceContent, InvoiceContent]:
    return found.credit_says, found.invoice_says


def _line(line: InvoicedLine, language: Language) -> str:
    price = price_text(line.price).replace(".", i18n.decimal_sign(language))
    unit = unit_name(line.quantity.unit, line.quantity.value).in_language(language)
    quantity = f"{i18n.number(line.quantity, language)} {unit}"
    return f"{line.name or line.id}: {quantity} × {price} = {i18n.money(line.amount, language)}"
