"""Answering a supplier's document: which Invoice Response (T111) a step gives, and which may follow which.

AB received, IP in process (parked), UQ under query (held, or a question asked), CA accepted with a
remark, RE rejected with reasons and what to do, AP approved for payment, PD paid. RE and PD are
final, and after AP only PD may follow (OP-BR111-R004, R005, R012). There is one exception to that, and
`withdraw_rejection` makes it: a request for credit that was ours to withdraw. An answer that says
nothing new is not sent. It goes to the supplier's own endpoint where its system takes such answers, and
otherwise to the portal.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from foundation.sql import Session
from invoicing.journal_actions import document_subject
from invoicing.matching.deviations import Deviation
from invoicing.model import ExpectedCredit, InvoiceState, SupplierInvoice
from invoicing.responses.kept_words import kept
from invoicing.responses.response_documents import (
    APPROVED,
    CONDITIONALLY,
    IN_PROCESS,
    PAID,
    RECEIVED,
    REJECTED,
    REQUEST_WITHDRAWN,
    UNDER_QUERY,
    Announcement,
    Question,
    receiver_of,
    response,
)
from orders.register.agreements import Policy
from orders.register.parties import Supplier
from orders.register.register import Register
from orders.register.response_agreements import Acknowledgement, ResponseProcess
from peppol.exchange import inbox_store, outbox_store, owed_answers
from peppol.exchange.outgoing import MessageAddress, Outgoing
from peppol.identifiers import DocumentKind

# The order of answers is fixed; steps may be left out, and none may be taken back (OP-BR111-R012).
_RANK = {
    "": 0,
    RECEIVED: 1,
    IN_PROCESS: 2,
    UNDER_QUERY: 3,
    CONDITIONALLY: 4,
    REJECTED: 5,
    APPROVED: 5,
    PAID: 6,
}
_FINAL = (REJECTED, PAID)
# After these nothing that a person wanted to ask is of use.
_ENDS = (REJECTED, APPROVED, PAID)
# Told once at most: arrival comes first, and after an approval there is only the payment.
_ONCE = (RECEIVED, APPROVED, PAID)

# What a document's coming into a state tells its supplier; CREDITED tells nothing: its credit note is answered.
ANSWER_OF: Mapping[InvoiceState, str] = {
    InvoiceState.PARKED: IN_PROCESS,
    InvoiceState.IN_QUESTION: RECEIVED,
    InvoiceState.ON_HOLD: UNDER_QUERY,
    InvoiceState.ACCEPTED: APPROVED,
    InvoiceState.SETTLED: APPROVED,
    InvoiceState.PARTLY_ACCEPTED: CONDITIONALLY,
    InvoiceState.CREDIT_REQUESTED: REJECTED,
    InvoiceState.PAID: PAID,
}


def code_for(state: InvoiceState, deviations: Iterable[Deviation], policy: Policy) -> str:
    """The code a state is told with: an approval with remarks is conditional where the policy allows it."""
    code = ANSWER_OF[state]
    conditional = policy.conditional_acceptance and state is InvoiceState.ACCEPTED
    return CONDITIONALLY if conditional and any(deviations) else code


class Answering(Protocol):
    """How an answer is given: `answer` at once, or later by whoever holds it back. The last answer given comes back."""

    def __call__(
        self,
        session: Session,
        register: Register,
        invoice: SupplierInvoice,
        code: str,
        deviations: Iterable[Deviation],
        *,
        today: date,
        supplier: Supplier | None,
        expected: ExpectedCredit | None = None,
    ) -> str:
        """Give the answer `code`, now or later."""


def may_follow(answered: str, answer: str) -> bool:
    """Whether `answer` may be sent after `answered` (empty: nothing was). Nothing follows RE or PD.

    A query may follow a query: each asks something of its own.
    """
    if answered in _FINAL:
        return False
    if answered == APPROVED:
        return answer == PAID
    if answered == answer == UNDER_QUERY:
        return True
    return _RANK[answer] > _RANK[answered]


def acknowledges(policy: Policy, supplier: Supplier | None) -> bool:
    """Whether arrival itself is answered: where the policy says so, or the supplier's process counts on it."""
    return (
        supplier is not None
        and supplier.answers
        and (
            policy.acknowledgement is Acknowledgement.ARRIVAL
            or supplier.response_process is ResponseProcess.BILLING_WITH_RESPONSE
        )
    )


def acknowledge(
    session: Session, register: Register, invoice: SupplierInvoice, *, today: date, supplier: Supplier | None
) -> str:
    """Answer a document's arrival with AB where that is agreed; the last answer given is returned."""
    if not acknowledges(register.policy, supplier):
        return invoice.answered
    return answer(session, register, invoice, RECEIVED, (), today=today, supplier=supplier)


def answer(
    session: Session,
    register: Register,
    invoice: SupplierInvoice,
    code: str,
    deviations: Iterable[Deviation],
    *,
    today: date,
    supplier: Supplier | None,
    question: Question | None = None,
    announcement: Announcement | None = None,
    expected: ExpectedCredit | None = None,
    fingerprint: str = "",
) -> str:
    """Send `code` if it may follow what was answered before; the last answer given is returned.

    An `expected` credit note goes with CA. A `question` to the supplier goes with UQ; only with one of its own is a
    query repeated. An `announcement` tells how the payment is made up that PD is about. A sender that is no supplier of
    ours gets no answer: it would tell a stranger about us. `fingerprint` is that of the message it came in, where that
    is known.
    """
    says_nothing_new = code == invoice.answered and question is None
    if supplier is None or says_nothing_new or not may_follow(invoice.answered, code):
        return invoice.answered
    return _send(
        session,
        register,
        invoice,
        code,
        tuple(deviations),
        today=today,
        supplier=supplier,
        said=question or announcement,
        expected=expected,
        fingerprint=fingerprint,
    )


def withdraw_rejection(
    session: Session, register: Register, invoice: SupplierInvoice, *, today: date, supplier: Supplier | None
) -> str:
    """Take an RE back: in process again (IP), and told why; what follows goes on from there.

    The published process knows no answer after RE, but allows an exception that the parties settle between
    them (OP-BR111-R004, footnote). Where no RE was sent nothing is withdrawn; the last answer is returned.
    """
    if supplier is None or invoice.answered != REJECTED:
        return invoice.answered
    told = Announcement("NON", REQUEST_WITHDRAWN.both())
    return _send(session, register, invoice, IN_PROCESS, (), today=today, supplier=supplier, said=told)


def _send(
    session: Session,
    register: Register,
    invoice: SupplierInvoice,
    code: str,
    deviations: tuple[Deviation, ...],
    *,
    today: date,
    supplier: Supplier,
    said: Question | Announcement | None,
    expected: ExpectedCredit | None = None,
    fingerprint: str = "",
) -> str:
    number = _times_told(session, invoice, code) + 1 if _may_repeat(invoice.answered, code) else 1
    answers = f"{fingerprint or inbox_store.sha256_of(session, invoice.letter_id)} {code} {number}"

    def written() -> Outgoing:
        document = response(
            register,
            invoice,
            code,
            deviations,
            supplier=supplier,
            today=today,
            said=said,
            number=number,
            expected=expected,
        )
        return Outgoing(
            document,
            kind=DocumentKind.INVOICE_RESPONSE,
            document_id=document.id,
            address=MessageAddress(
                register.buyer.participant_id,
                receiver_of(supplier, invoice) if supplier.answers else "",
                supplier.organisation_number,
            ),
            about=_about(invoice),
            issued_on=today,
            answers=answers,
        )

    subject = document_subject(invoice.document_type, invoice.id)
    given = owed_answers.give(
        session, _about(invoice), [written], subject=subject, said=kept(said), ends=code in _ENDS
    )
    # One that could not be written is owed, and what it was about goes on.
    return code if given is not None else invoice.answered


def _may_repeat(answered: str, code: str) -> bool:
    """Whether the code may have been told before: a query was, or a request for credit was withdrawn since."""
    return answered not in ("", RECEIVED) and code not in _ONCE


def _about(invoice: SupplierInvoice) -> str:
    return f"invoice {invoice.id}"


def _times_told(session: Session, invoice: SupplierInvoice, code: str) -> int:
    """How often a document was answered with this code."""
    told = outbox_store.messages_out(session, kind=DocumentKind.INVOICE_RESPONSE, about=_about(invoice))
    return sum(message.document_id.endswith(f"-{code}") for message in told)
