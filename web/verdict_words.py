"""Why a message or a document stands where it stands, in one sentence; and the tree behind it.

Convention: the words of a deviation are those of `invoicing.matching.deviation_texts`; here they are only
put together, for a line after `receive` and for the tree of `explain`.
"""

from foundation.errors import Language
from foundation.formatting import Json
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.matching.deviation_texts import sentence, title
from invoicing.matching.deviations import Check, Deviation, Group, Weight
from invoicing.model import InvoiceState, SupplierInvoice
from operations.message_queries import InboundSummary
from peppol.exchange.tables import InState

REFUSED = (InState.QUARANTINED, InState.CONFLICT)
IN_QUESTION = (InvoiceState.IN_QUESTION, InvoiceState.CREDIT_REQUESTED)

_NAMES_SV = {
    "invoice": "faktura",
    "credit note": "kreditfaktura",
    "order": "order",
    "buyer": "köpare",
    "currency": "valuta",
    "lines": "rader",
    "order line": "orderrad",
    "receipt": "inleverans",
    "not invoiced before": "inte fakturerad förut",
    "unit": "enhet",
    "price": "pris",
    "period": "period",
    "quantity": "antal",
    "amount": "belopp",
    "totals": "summor",
    "vat": "moms",
    "category": "momskategori",
    "rate": "momssats",
    "tax": "momsbelopp",
    "payee account": "betalkonto",
    "due date": "förfallodag",
    "references": "referenser",
    "credited invoice": "krediterad faktura",
    "credited once": "krediterad en gång",
}


def why_message(message: InboundSummary, language: Language) -> str:
    """Why a message that became no document lies where it lies."""
    if message.state is InState.REPEAT:
        return _pick(
            language,
            f"Samma innehåll kom redan i meddelande {message.repeats}; svaret då gäller.",
            f"The same content came in message {message.repeats}; its answer stands.",
        )
    if message.state is InState.ARRIVED:
        return _pick(
            language,
            "Meddelandet är sparat men inte läst än; det läses vid nästa tillfälle.",
            "The message is stored and not read yet; it is read at the next occasion.",
        )
    if message.state is InState.FAILED:
        return _pick(
            language,
            f"Vår egen hantering misslyckades flera gånger. Åtgärda felet och kör: billing post replay {message.id}",
            f"Our own handling failed several times. Mend the fault and run: billing post replay {message.id}",
        )
    return _pick(language, message.reason_sv, message.reason_en)


def why_document(session: Session, invoice: SupplierInvoice, language: Language) -> str:
    """Why a document in our books is in its state: what it came to, and the gravest deviations."""
    if invoice.state is InvoiceState.CREDITED:
        other = document_store.credited_by(session, invoice.id)
        return _pick(language, f"Krediterad i sin helhet med {other}.", f"Credited in full by {other}.")
    if invoice.state is InvoiceState.SETTLED:
        other = ", ".join(each.number for each in document_store.content(session, invoice.id).credits)
        return _pick(language, f"Krediterar {other} i sin helhet.", f"Credits {other} in full.")
    judged = document_store.matches(session, invoice.id)
    deviations = judged[-1][1].deviations if judged else ()
    gravest = max((deviation.weight for deviation in deviations), default=Weight.NOTE)
    reasons = [sentence(each, language) for each in deviations if each.weight == gravest]
    return " ".join(filter(None, (_stands(invoice, language), *dict.fromkeys(reasons))))


def _stands(invoice: SupplierInvoice, language: Language) -> str:
    """What a state means for the document; a state that only its deviations explain has no words of its own."""
    match invoice.state:
        case InvoiceState.ACCEPTED:
            return _pick(
                language,
                f"Stämmer med order {invoice.order_number} och betalas {invoice.pays_on}.",
                f"Agrees with order {invoice.order_number} and is paid on {invoice.pays_on}.",
            )
        case InvoiceState.PAID:
            return _pick(language, f"Betald {invoice.paid_on}.", f"Paid on {invoice.paid_on}.")
        case InvoiceState.CREDIT_REQUESTED:
            return _pick(
                language,
                "Kredit av hela fakturan är begärd.",
                "Credit of the whole invoice is asked for.",
            )
        case _:
            return ""


def _pick(language: Language, sv: str, en: str) -> str:
    return sv if language == "sv" else en


def check_name(name: str, language: Language) -> str:
    """The name of a check or a branch; an order line keeps its number."""
    if language == "en":
        return name
    known = _NAMES_SV.get(name)
    if known is not None:
        return known
    kind, _, rest = name.rpartition(" ")
    return f"{_NAMES_SV.get(kind, kind)} {rest}"


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
        "title": title(deviation, language),
        "sentence": sentence(deviation, language),
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
