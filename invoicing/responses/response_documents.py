"""The Invoice Response (T111) as a document: one code, why, what to do, and which field should say what.

Reasons stand in one status each (list OPStatusReason) with a condition per deviation, which names
the field at fault and the value expected; what is asked for stands in statuses of its own (list
OPStatusAction). PPD, partly paid, is never written: an invoice here is paid whole or not at all,
and the rule that keeps PPD to PD (PEPPOL-T111-R005) cannot fail as published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.text import Text
from invoicing import type_codes
from invoicing.matching import causes
from invoicing.matching.credit_notes.credited_document import OF_CREDIT
from invoicing.matching.deviation_texts import sentence
from invoicing.matching.deviations import Deviation, DeviationCode, Weight, plain
from invoicing.model import ExpectedCredit, InvoiceContent, SupplierInvoice
from orders.register.parties import Supplier
from orders.register.register import Register
from orders.register.response_agreements import ResponseProcess
from peppol.documents import responses, shapes
from peppol.identifiers import DocumentKind

RECEIVED, IN_PROCESS, UNDER_QUERY, CONDITIONALLY = "AB", "IP", "UQ", "CA"
REJECTED, APPROVED, PAID = "RE", "AP", "PD"

_REASONS, _ACTIONS = "OPStatusReason", "OPStatusAction"
_PROFILES: Mapping[ResponseProcess, str] = {
    ResponseProcess.INVOICE_RESPONSE: DocumentKind.INVOICE_RESPONSE.profile_ids[0],
    ResponseProcess.BILLING_WITH_RESPONSE: DocumentKind.INVOICE_RESPONSE.profile_ids[1],
}
# Answers that tell their reasons: PEPPOL-T111-R001 demands one of CA, UQ and RE, and IP says what is waited for.
_TOLD = (IN_PROCESS, UNDER_QUERY, CONDITIONALLY, REJECTED)

# Which reason of the published list a deviation is (OPStatusReason, release 3.0.17).
REASON_OF: Mapping[DeviationCode, str] = {
    DeviationCode.LATE_PAYMENT_CLAIM: "UNR",
    DeviationCode.ORDER_MISSING: "REF",
    DeviationCode.ORDER_UNKNOWN: "REF",
    DeviationCode.ORDER_NOT_SUPPLIERS: "REF",
    DeviationCode.BUYER: "REC",
    DeviationCode.CURRENCY: "FIN",
    DeviationCode.LINE_MISSING: "REF",
    DeviationCode.LINE_UNKNOWN: "REF",
    DeviationCode.SEVERAL_LINES: "REF",
    DeviationCode.SEVERAL_ORDERS: "REF",
    DeviationCode.NOT_RECEIVED: "DEL",
    DeviationCode.ALREADY_INVOICED: "UNR",
    DeviationCode.UNIT: "QTY",
    DeviationCode.QUANTITY: "QTY",
    DeviationCode.PRICE: "PRI",
    DeviationCode.PERIOD: "DEL",
    DeviationCode.AMOUNT: "FIN",
    DeviationCode.VAT_CATEGORY: "LEG",
    DeviationCode.VAT_RATE: "LEG",
    DeviationCode.VAT_AMOUNT: "LEG",
    DeviationCode.F_TAX: "LEG",
    DeviationCode.PAYEE: "PAY",
    DeviationCode.PAYEE_ACCOUNT: "PAY",
    DeviationCode.ISSUE_DATE: "LEG",
    DeviationCode.DUE_DATE: "PAY",
    DeviationCode.EXECUTION_REFERENCE: "REF",
    DeviationCode.CONTRACT: "REF",
    DeviationCode.CREDIT_REFERENCE_MISSING: "REF",
    DeviationCode.CREDIT_SEVERAL: "REF",
    DeviationCode.CREDIT_UNKNOWN: "REF",
    DeviationCode.CREDIT_OF_CREDIT: "REF",
    DeviationCode.ALREADY_CREDITED: "UNR",
    DeviationCode.CREDIT_AMOUNT: "FIN",
    DeviationCode.CREDIT_CURRENCY: "FIN",
    DeviationCode.CREDIT_LINE: "FIN",
    DeviationCode.CREDIT_ORDER: "REF",
    DeviationCode.NO_DEMAND: "OTH",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks the supplier: a reason of OPStatusReason in the person's own words."""

    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a supplier is told and asked nothing about: a reason of OPStatusReason, in words."""

    reason: str
    words: str


# So many deviations are told of one reason, as many as findings of one rule elsewhere (decision 66).
TOLD_MOST = 50
MORE = Text(
    "Här står de %(told)s första av %(count)s avvikelser med samma skäl. Alla står på fakturans sida i "
    "leverantörsportalen."
)

# The invoice's own line, in a condition (BT-126).
LINE = "BT-126"

PARTLY_ACCEPTED = Text(
    "De andra raderna är godkända. Kreditera rad %(lines)s, %(amount)s %(currency)s med moms, senast %(due_on)s; "
    "resten betalas på sin dag när krediten har kommit."
)

REQUEST_WITHDRAWN = Text(
    "Vi tar tillbaka vår begäran om kredit: redovisningen är godkänd och fakturan prövas igen. Skicka ingen "
    "kreditfaktura och ingen ny faktura."
)


def response(
    register: Register,
    invoice: SupplierInvoice,
    code: str,
    deviations: tuple[Deviation, ...],
    *,
    supplier: Supplier,
    today: date,
    said: Question | Announcement | None = None,
    number: int = 1,
    expected: ExpectedCredit | None = None,
) -> responses.InvoiceResponse:
    """The document, in force from `today`. `number` counts answers with the same code, as UQ may have several.

    With an `expected` credit note it is accepted in part: each line that is not is told for itself, with what of it to
    credit (CNP).
    """
    buyer = register.buyer
    told = (
        _statuses(code, deviations, asks_back=isinstance(said, Question))
        if expected is None
        else _statuses_in_part(deviations, expected)
    )
    in_words = () if said is None else (_in_words(said),)
    return responses.InvoiceResponse(
        profile_id=_PROFILES[supplier.response_process],
        id=f"{invoice.id}-{code}" if number == 1 else f"{invoice.id}.{number}-{code}",
        issue_date=today,
        sender_party=_messenger(buyer.participant_id, buyer.organisation_number, buyer.name),
        receiver_party=_messenger(
            receiver_of(supplier, invoice), supplier.organisation_number, supplier.name
        ),
        document_response=responses.InvoiceAnswer(
            response=responses.InvoiceVerdict(
                response_code=code,
                effective_date=today,
                statuses=(*in_words, *told),
            ),
            document_reference=responses.AnsweredInvoice(
                id=invoice.number,
                issue_date=invoice.issued_on,
                document_type_code=type_codes.answered_as(invoice.type_code),
            ),
        ),
    )


def response_about_message(
    register: Register,
    content: InvoiceContent,
    code: str,
    told: Announcement,
    *,
    supplier: Supplier,
    today: date,
    number: str,
) -> responses.InvoiceResponse:
    """What a document that is in no book is told: refused (RE) for a reason in words, or received (AB)."""
    buyer = register.buyer
    statuses = (_in_words(told), _action("NIN" if code == REJECTED else "NOA"))
    return responses.InvoiceResponse(
        profile_id=_PROFILES[supplier.response_process],
        id=number,
        issue_date=today,
        sender_party=_messenger(buyer.participant_id, buyer.organisation_number, buyer.name),
        receiver_party=_messenger(
            receiver_of(supplier, content), supplier.organisation_number, supplier.name
        ),
        document_response=responses.InvoiceAnswer(
            response=responses.InvoiceVerdict(response_code=code, effective_date=today, statuses=statuses),
            document_reference=responses.AnsweredInvoice(
                id=content.number, issue_date=content.issued_on, document_type_code=content.type_code
            ),
        ),
    )


def _action(code: str) -> responses.ClarifiedStatus:
    return responses.ClarifiedStatus(status_reason_code=shapes.Code(code, _ACTIONS))


def receiver_of(supplier: Supplier, invoice: SupplierInvoice | InvoiceContent) -> str:
    """The endpoint the document came from if it is the supplier's, otherwise its registered one."""
    if invoice.endpoint in supplier.endpoints:
        return invoice.endpoint
    return supplier.participant_id or f"0007:{supplier.organisation_number}"


def _in_words(said: Question | Announcement) -> responses.ClarifiedStatus:
    return responses.ClarifiedStatus(
        status_reason_code=shapes.Code(said.reason, _REASONS),
        status_reason=said.words,
    )


def _statuses(
    code: str, deviations: tuple[Deviation, ...], *, asks_back: bool
) -> tuple[responses.ClarifiedStatus, ...]:
    if code not in _TOLD:
        return ()
    telling = [deviation for deviation in deviations if code != REJECTED or deviation.weight > Weight.NOTE]
    by_reason: dict[str, list[Deviation]] = {}
    for deviation in telling:
        by_reason.setdefault(REASON_OF[deviation.code], []).append(deviation)
    said = causes.told(deviations, rejected=code == REJECTED)
    reasons = tuple(
        responses.ClarifiedStatus(
            status_reason_code=shapes.Code(reason, _REASONS),
            status_reason=" ".join([*(said[each].both() for each in grouped[:TOLD_MOST]), *_more(grouped)]),
            conditions=tuple(
                responses.Condition(attribute_id=each.term, description=each.expected or None)
                for each in grouped[:TOLD_MOST]
            ),
        )
        for reason, grouped in by_reason.items()
    )
    return reasons + tuple(_action(action) for action in (("PIN",) if asks_back else asks(code, telling)))


def _statuses_in_part(
    deviations: tuple[Deviation, ...], expected: ExpectedCredit
) -> tuple[responses.ClarifiedStatus, ...]:
    """A status for each reason of each line that is not accepted, and what of the invoice to credit.

    The reasons say what is so and nothing of crediting the whole: what to credit stands in a status of its own.
    """
    grave = [each for each in deviations if each.weight > Weight.NOTE]
    by_line: dict[tuple[str, str], list[Deviation]] = {}
    of_reason: dict[str, list[Deviation]] = {}
    for each in grave:
        reason = REASON_OF[each.code]
        of_reason.setdefault(reason, []).append(each)
        if len(of_reason[reason]) <= TOLD_MOST:
            by_line.setdefault((each.line, reason), []).append(each)
    more = tuple(
        responses.ClarifiedStatus(status_reason_code=shapes.Code(reason, _REASONS), status_reason=words)
        for reason, found in of_reason.items()
        for words in _more(found)
    )
    reasons = tuple(
        responses.ClarifiedStatus(
            status_reason_code=shapes.Code(reason, _REASONS),
            status_reason=" ".join(sentence(each, advises=False).both() for each in grouped),
            conditions=(
                *((responses.Condition(attribute_id=LINE, description=line),) if line else ()),
                *(
                    responses.Condition(attribute_id=each.term, description=each.expected or None)
                    for each in grouped
                ),
            ),
        )
        for (line, reason), grouped in by_line.items()
    )
    asked = responses.ClarifiedStatus(
        status_reason_code=shapes.Code("CNP", _ACTIONS),
        status_reason=PARTLY_ACCEPTED.with_values(
            lines=", ".join(dict.fromkeys(each.invoice_line for each in expected.lines)),
            amount=expected.amount_payable.amount,
            currency=expected.amount_payable.currency,
            due_on=expected.due_on,
        ).both(),
        conditions=(
            *(
                condition
                for each in expected.lines
                for condition in (
                    responses.Condition(attribute_id=LINE, description=each.invoice_line),
                    responses.Condition(attribute_id="BT-129", description=plain(each.quantity)),
                    responses.Condition(attribute_id="BT-131", description=str(each.amount.amount)),
                )
            ),
            responses.Condition(attribute_id="BT-109", description=str(expected.amount_net.amount)),
            responses.Condition(attribute_id="BT-110", description=str(expected.amount_vat.amount)),
            responses.Condition(attribute_id="BT-115", description=str(expected.amount_payable.amount)),
        ),
    )
    return (*reasons, *more, asked)


def _more(deviations: Sequence[Deviation]) -> tuple[str, ...]:
    """How many there are of one reason, where not all are told."""
    if len(deviations) <= TOLD_MOST:
        return ()
    return (MORE.with_values(told=TOLD_MOST, count=len(deviations)).both(),)


def asks(code: str, deviations: Sequence[Deviation]) -> tuple[str, ...]:
    """What the supplier is to do: credit in full, and a new invoice where there is something to invoice.

    Only a rejection asks for anything by itself: credit in part (CNP) is asked for where the other lines
    are accepted (`_statuses_in_part`), since a wrong invoice is otherwise credited whole (REQ-37).
    """
    if code != REJECTED:
        return ("NOA",)
    if deviations and all(each.code is DeviationCode.ALREADY_CREDITED for each in deviations):
        return ("NOA",)
    if any(_is_credit(deviation) for deviation in deviations):
        return ("NIN",)
    if any(each.code is DeviationCode.LATE_PAYMENT_CLAIM for each in deviations):
        return ("CNF",)
    return ("CNF",) if causes.nothing_left(deviations) else ("CNF", "NIN")


def _is_credit(deviation: Deviation) -> bool:
    return (
        deviation.code.value.startswith("CREDIT_")
        or deviation.code is DeviationCode.ALREADY_CREDITED
        or (deviation.code is DeviationCode.BUYER and deviation.variant == OF_CREDIT)
    )


def _messenger(participant: str, organisation_number: str, name: str) -> responses.TradeMessenger:
    scheme, _, number = participant.partition(":")
    return responses.TradeMessenger(
        endpoint_id=shapes.Identifier(number, scheme),
        party_identifications=(
            shapes.PartyIdentification(id=shapes.Identifier(organisation_number, "0007")),
        ),
        party_legal_entity=shapes.PartyLegalEntity(registration_name=name),
    )
