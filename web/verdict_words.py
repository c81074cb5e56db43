"""Why a message or a document stands where it stands, in one sentence; and the tree behind it.

Convention: the words of a deviation are those of `invoicing.matching.deviation_texts`; here they are only
put together, for a line after `receive` and for the tree of `explain`.
"""

from typing import Final

from foundation.formatting import Json
from foundation.sql import Session
from foundation.text import NO_TEXT, JoinedText, Language, Text, WrittenText
from invoicing.documents import partial_credit_store
from invoicing.documents import store as document_store
from invoicing.matching import causes
from invoicing.matching.deviation_texts import sentence, title
from invoicing.matching.deviations import Check, Deviation, Group
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import paid_to
from operations.message_queries import InboundSummary
from orders.register import store as register_store
from peppol.exchange.tables import InState

REFUSED = (InState.QUARANTINED, InState.CONFLICT)
IN_QUESTION = (InvoiceState.IN_QUESTION, InvoiceState.PARTLY_ACCEPTED, InvoiceState.CREDIT_REQUESTED)

CHECK_NAMES: Final = {
    "invoice": Text("faktura"),
    "credit note": Text("kreditfaktura"),
    "type": Text("dokumenttyp"),
    "order": Text("order"),
    "buyer": Text("köpare"),
    "currency": Text("valuta"),
    "lines": Text("rader"),
    "order line": Text("orderrad"),
    "receipt": Text("inleverans"),
    "not invoiced before": Text("inte fakturerad förut"),
    "unit": Text("enhet"),
    "price": Text("pris"),
    "period": Text("period"),
    "quantity": Text("antal"),
    "amount": Text("belopp"),
    "totals": Text("summor"),
    "vat": Text("moms", context="check"),
    "category": Text("momskategori", context="check"),
    "rate": Text("momssats", context="check"),
    "tax": Text("momsbelopp", context="check"),
    "f-tax": Text("F-skatt", context="check"),
    "payee": Text("betalningsmottagare"),
    "payee account": Text("betalkonto"),
    "issue date": Text("fakturadatum"),
    "due date": Text("förfallodag"),
    "references": Text("referenser"),
    "credited invoice": Text("krediterad faktura"),
    "credited once": Text("krediterad en gång"),
}


# Whether it is on an order of ours, and whether it is known to which account it is paid.
_ACCEPTED: Final = {
    (True, True): Text("Stämmer med order %(order_number)s och betalas %(pays_on)s till %(account)s."),
    (True, False): Text("Stämmer med order %(order_number)s och betalas %(pays_on)s."),
    (False, True): Text("Godtagen utan order och betalas %(pays_on)s till %(account)s."),
    (False, False): Text("Godtagen utan order och betalas %(pays_on)s."),
}


def why_message(message: InboundSummary) -> Text:
    """Why a message that became no document lies where it lies."""
    match message.state:
        case InState.REPEAT:
            return Text(
                "Samma innehåll kom redan i meddelande %(repeats)s; svaret då gäller.",
                repeats=message.repeats,
            )
        case InState.ARRIVED:
            return Text("Meddelandet är sparat men inte läst än; det läses vid nästa tillfälle.")
        case InState.FAILED:
            return Text(
                "Vår egen hantering misslyckades; felet är vårt. Åtgärda det och kör: billing post "
                "replay %(message_id)s",
                message_id=message.id,
            )
        case _:
            return message.reason_text


def why_document(session: Session, invoice: SupplierInvoice) -> Text:
    """Why a document in our books is in its state: what it came to, and the gravest deviations."""
    if invoice.state is InvoiceState.CREDITED:
        credit_note = document_store.credited_by(session, invoice.id)
        return Text("Krediterad i sin helhet med %(credit_note)s.", credit_note=credit_note)
    if invoice.state is InvoiceState.SETTLED:
        credited = ", ".join(each.number for each in document_store.content(session, invoice.id).credits)
        if partial_credit_store.is_for_a_part(session, invoice.id):
            return Text("Krediterar en del av %(credited)s.", credited=credited)
        return Text("Krediterar %(credited)s i sin helhet.", credited=credited)
    judged = document_store.matches(session, invoice.id)
    rejected = invoice.state is InvoiceState.CREDIT_REQUESTED
    in_part = invoice.state is InvoiceState.PARTLY_ACCEPTED
    reasons = causes.reasons(judged[-1][1], rejected=rejected, in_part=in_part) if judged else ()
    account = ""
    if invoice.state is InvoiceState.ACCEPTED:
        account = paid_to.words(session, register_store.load(session), invoice, today=invoice.received_on)
    return JoinedText(" ", (_stands(invoice, account), *reasons))


def _stands(invoice: SupplierInvoice, account: str) -> Text:
    """What a state means for the document; a state that only its deviations explain has no words of its own."""
    match invoice.state:
        case InvoiceState.ACCEPTED:
            told = _ACCEPTED[bool(invoice.execution_reference), bool(account)]
            return told.with_values(
                order_number=invoice.order_number, pays_on=invoice.pays_on, account=account
            )
        case InvoiceState.PAID:
            return Text("Betald %(paid_on)s.", paid_on=invoice.paid_on)
        case InvoiceState.PARTLY_ACCEPTED:
            return Text("De rader som stämmer är godkända; kredit av de andra är begärd.")
        case InvoiceState.CREDIT_REQUESTED:
            return Text("Kredit av hela fakturan är begärd.")
        case _:
            return NO_TEXT


def check_name(name: str) -> Text:
    """The name of a check or a branch; an order line keeps its number."""
    if name in CHECK_NAMES:
        return CHECK_NAMES[name]
    kind, _, rest = name.rpartition(" ")
    return JoinedText(" ", (CHECK_NAMES.get(kind, WrittenText(kind)), WrittenText(rest)))


def tree_json(node: Check | Group, language: Language) -> Json:
    """The same tree for programs."""
    if isinstance(node, Group):
        return {"name": node.name, "checks": [tree_json(child, language) for child in node.checks]}
    return {
        "name": node.name,
        "outcome": node.outcome.value,
        "deviations": [_deviation_json(each, language) for each in node.deviations],
    }


def _deviation_json(deviation: Deviation, language: Language) -> Json:
    return {
        "code": deviation.code.value,
        "weight": deviation.weight.name,
        "term": deviation.term,
        "line": deviation.line,
        "found": deviation.found,
        "found_from": deviation.found_from.value,
        "expected": deviation.expected,
        "expected_from": deviation.expected_from.value,
        "reference": deviation.reference,
        "actor": deviation.actor.value,
        "title": title(deviation).in_language(language),
        "sentence": sentence(deviation).in_language(language),
    }


def document_json(invoice: SupplierInvoice) -> dict[str, Json]:
    """A document in our books, for a program: amounts and days as text."""
    return {
        "id": invoice.id,
        "document_type": invoice.document_type.value,
        "number": invoice.number,
        "supplier": invoice.supplier,
        "execution_reference": invoice.execution_reference,
        "order_number": invoice.order_number,
        "issued_on": invoice.issued_on.isoformat(),
        "received_on": invoice.received_on.isoformat(),
        "pays_on": invoice.pays_on.isoformat(),
        "paid_on": invoice.paid_on.isoformat() if invoice.paid_on else None,
        "amount_net": str(invoice.amount_net.amount),
        "amount_vat": str(invoice.amount_vat.amount),
        "amount_payable": str(invoice.amount_payable.amount),
        "currency": invoice.currency,
        "state": invoice.state.value,
        "codes": list(invoice.codes),
        "answered": invoice.answered,
        "letter": invoice.letter_id,
    }
