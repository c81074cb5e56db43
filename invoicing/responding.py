"""The buyer's answer to a document: the Invoice Response (T111) a verdict gives.

AB received, IP in process (parked), UQ under query (held), RE rejected with reasons and what
to do, AP approved for payment, PD paid. RE and PD are final, and after AP only PD may follow
(BIS Invoice Response, process rules). An answer that says nothing new is not sent. It goes to
the supplier's own endpoint where its system takes such answers, and otherwise to the portal.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from invoicing.deviations import Code, Deviation, Weight
from invoicing.model import Held, InvoiceState
from invoicing.sentences import sentence
from orders.contracts import Register, Supplier
from peppol import post, responses, shapes
from peppol.identifiers import DocumentKind
from peppol.sql import Session

RECEIVED, IN_PROCESS, UNDER_QUERY, REJECTED, APPROVED, PAID = "AB", "IP", "UQ", "RE", "AP", "PD"

# The order of answers is fixed; steps may be left out, and none may be taken back.
_RANK = {"": 0, RECEIVED: 1, IN_PROCESS: 2, UNDER_QUERY: 3, REJECTED: 5, APPROVED: 5, PAID: 6}
_FINAL = (REJECTED, PAID)

ANSWER_OF: Mapping[InvoiceState, str] = {
    InvoiceState.PARKED: IN_PROCESS,
    InvoiceState.IN_QUESTION: RECEIVED,
    InvoiceState.HELD: UNDER_QUERY,
    InvoiceState.ACCEPTED: APPROVED,
    InvoiceState.SETTLED: APPROVED,
    InvoiceState.CREDIT_REQUESTED: REJECTED,
    InvoiceState.PAID: PAID,
}

_REASONS, _ACTIONS = "OPStatusReason", "OPStatusAction"

# Which reason of the published list a deviation is (OPStatusReason, release 3.0.17).
REASON_OF: Mapping[Code, str] = {
    Code.ORDER_MISSING: "REF",
    Code.ORDER_UNKNOWN: "REF",
    Code.ORDER_NOT_SUPPLIERS: "REF",
    Code.BUYER: "REC",
    Code.CURRENCY: "FIN",
    Code.LINE_MISSING: "REF",
    Code.LINE_UNKNOWN: "REF",
    Code.SEVERAL_LINES: "REF",
    Code.NOT_RECEIVED: "DEL",
    Code.ALREADY_INVOICED: "UNR",
    Code.UNIT: "QTY",
    Code.QUANTITY: "QTY",
    Code.PRICE: "PRI",
    Code.PERIOD: "DEL",
    Code.AMOUNT: "FIN",
    Code.VAT_CATEGORY: "LEG",
    Code.VAT_RATE: "LEG",
    Code.VAT_AMOUNT: "LEG",
    Code.PAYEE_ACCOUNT: "PAY",
    Code.DUE_DATE: "PAY",
    Code.EXECUTION_REFERENCE: "REF",
    Code.CONTRACT: "REF",
    Code.CREDIT_REFERENCE_MISSING: "REF",
    Code.CREDIT_SEVERAL: "REF",
    Code.CREDIT_UNKNOWN: "REF",
    Code.CREDIT_OF_CREDIT: "REF",
    Code.ALREADY_CREDITED: "UNR",
    Code.CREDIT_AMOUNT: "FIN",
    Code.CREDIT_CURRENCY: "FIN",
}


def may_follow(answered: str, answer: str) -> bool:
    """Whether `answer` may be sent after `answered` (empty: nothing was). Nothing follows RE or PD."""
    if answered in _FINAL:
        return False
    if answered == APPROVED:
        return answer == PAID
    return _RANK[answer] > _RANK[answered]


def answer(
    session: Session,
    register: Register,
    held: Held,
    code: str,
    deviations: Iterable[Deviation],
    *,
    today: date,
    supplier: Supplier | None,
) -> str:
    """Send `code` if it may follow what was answered before; the last answer given is returned.

    A sender that is no supplier of ours gets no answer: it would tell a stranger about us.
    """
    if supplier is None or not may_follow(held.answered, code):
        return held.answered
    document = response(register, held, code, tuple(deviations), supplier=supplier, today=today)
    receiver = _receiver(supplier, held) if supplier.answers else ""
    post.send(
        session,
        document,
        kind=DocumentKind.INVOICE_RESPONSE,
        document_id=document.id,
        address=post.Address(register.buyer.participant_id, receiver, supplier.organisation_number),
        about=f"invoice {held.id}",
        issued_on=today,
    )
    return code


def response(
    register: Register,
    held: Held,
    code: str,
    deviations: tuple[Deviation, ...],
    *,
    supplier: Supplier,
    today: date,
) -> responses.InvoiceResponse:
    """The document: one status per reason, with a condition per deviation, and what is asked for."""
    buyer = register.buyer
    return responses.InvoiceResponse(
        id=f"{held.id}-{code}",
        issue_date=today,
        sender_party=_messenger(buyer.participant_id, buyer.organisation_number, buyer.name),
        receiver_party=_messenger(_receiver(supplier, held), supplier.organisation_number, supplier.name),
        document_response=responses.InvoiceAnswer(
            response=responses.InvoiceVerdict(
                response_code=code,
                effective_date=today,
                statuses=_statuses(code, deviations),
            ),
            document_reference=responses.AnsweredInvoice(
                id=held.number, issue_date=held.issued_on, document_type_code=held.type_code
            ),
        ),
    )


def _statuses(code: str, deviations: tuple[Deviation, ...]) -> tuple[responses.ClarifiedStatus, ...]:
    if code not in (REJECTED, UNDER_QUERY, IN_PROCESS):
        return ()
    telling = [deviation for deviation in deviations if code != REJECTED or deviation.weight > Weight.NOTE]
    by_reason: dict[str, list[Deviation]] = {}
    for deviation in telling:
        by_reason.setdefault(REASON_OF[deviation.code], []).append(deviation)
    reasons = tuple(
        responses.ClarifiedStatus(
            status_reason_code=shapes.Code(reason, _REASONS),
            status_reason=" ".join(f"{sentence(each, 'sv')} / {sentence(each, 'en')}" for each in grouped),
            conditions=tuple(
                responses.Condition(attribute_id=each.term, description=each.expected or None)
                for each in grouped
            ),
        )
        for reason, grouped in by_reason.items()
    )
    return reasons + tuple(
        responses.ClarifiedStatus(status_reason_code=shapes.Code(action, _ACTIONS))
        for action in _asks(code, telling)
    )


def _asks(code: str, deviations: list[Deviation]) -> tuple[str, ...]:
    """What the supplier is to do: credit in full, and a new invoice where there is something to invoice."""
    if code != REJECTED:
        return ("NOA",)
    if any(_is_credit(deviation.code) for deviation in deviations):
        return ("NIN",)
    nothing_left = all(
        deviation.variant in ("cancelled", "interrupted", "LEGACY", "ESF", "PROTECTED")
        for deviation in deviations
    )
    return ("CNF",) if nothing_left and deviations else ("CNF", "NIN")


def _is_credit(code: Code) -> bool:
    return code.value.startswith("CREDIT_") or code is Code.ALREADY_CREDITED


def _receiver(supplier: Supplier, held: Held) -> str:
    """The endpoint the document came from if it is the supplier's, otherwise its registered one."""
    if held.endpoint in supplier.endpoints:
        return held.endpoint
    return supplier.participant_id or f"0007:{supplier.organisation_number}"


def _messenger(participant: str, organisation_number: str, name: str) -> responses.TradeMessenger:
    scheme, _, number = participant.partition(":")
    return responses.TradeMessenger(
        endpoint_id=shapes.Identifier(number, scheme),
        party_identifications=(
            shapes.PartyIdentification(id=shapes.Identifier(organisation_number, "0007")),
        ),
        party_legal_entity=shapes.PartyLegalEntity(registration_name=name),
    )
