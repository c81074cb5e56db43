"""What the journal says of invoices, of paying them, and of suppliers."""

from foundation.journal_entries import JournalAction, JournalSubject, SubjectKind
from invoicing.model import DocumentType, SupplierInvoice


class DocumentAction(JournalAction):
    """What happens to one invoice or credit note."""

    INVOICE_RECEIVED = "invoice.received"
    INVOICE_JUDGED = "invoice.judged"
    INVOICE_PAID = "invoice.paid"
    PAYMENT_RETURNED = "invoice.payment_returned"
    INVOICE_CREDITED = "invoice.credited"
    CREDIT_JUDGED = "credit.judged"
    CREDIT_SETTLED = "credit.settled"
    CREDIT_REQUESTED = "credit.requested"
    CREDIT_REQUEST_UNDONE = "credit.request.undone"
    ACCEPTED_IN_PART = "invoice.accepted_in_part"
    PARTIAL_ACCEPTANCE_WITHDRAWN = "invoice.partial_acceptance_withdrawn"
    CREDIT_REQUEST_WITHDRAWN = "credit.request.withdrawn"
    WAITING_ENDED = "waiting.ended"
    ANSWER_SENT = "answer.sent"
    TAX_RELEASED = "tax.released"
    CONTROL_RELEASED = "control.released"
    PAYEE_RELEASE_ASKED = "payee.release_asked"
    PAYEE_RELEASED = "payee.released"
    DESK_ASK_CREDIT = "desk.ask_credit"
    DESK_ACCEPT = "desk.accept"
    DESK_LINK = "desk.link"
    DESK_UNLINK = "desk.unlink"
    DESK_PARK = "desk.park"
    DESK_ASK_SUPPLIER = "desk.ask_supplier"
    DESK_REJECT_DUPLICATE = "desk.reject_duplicate"
    DESK_ACCEPT_IN_PART = "desk.accept_in_part"
    DESK_WITHDRAW_PART = "desk.withdraw_part"
    DESK_DISPUTE = "desk.dispute"
    DESK_UNDONE = "desk.undone"
    SUPPLIER_WROTE = "conversation.supplier_wrote"
    BUYER_WROTE = "conversation.buyer_wrote"
    CONVERSATION_READ = "conversation.read"
    PROTECTED_MARKED = "protected.marked"
    PROTECTED_REVEALED = "protected.revealed"
    PROTECTED_CLEARED = "protected.cleared"


class DeskAction(JournalAction):
    """What finance staff do besides: with the queue, with many documents at once, with a limit."""

    HANDED_OVER = "desk.handed_over"
    COMMENTED = "desk.commented"
    BATCH = "desk.batch"
    BATCH_UNDONE = "desk.batch.undone"
    LIMIT_SET = "limit.set"
    ANSWER_SEEN = "answer.seen"


class PaymentAction(JournalAction):
    """What is done to pay and to keep books."""

    PROPOSED = "payment.proposed"
    TAKEN_OUT = "payment.taken_out"
    WITHDRAWN = "payment.withdrawn"
    EXPORTED = "payment.exported"
    CONFIRMED = "payment.confirmed"
    RETURNED = "payment.returned"
    REFUSED = "payment.refused"
    TRANSFER_NOTED = "payment.transfer_noted"
    TRANSFER_SETTLED = "payment.transfer_settled"
    TRANSFER_NOTE_TAKEN_BACK = "payment.transfer_note_taken_back"
    CLAIM_REOPENED = "payment.claim_reopened"
    CLAIM_SETTLED = "payment.claim_settled"
    REPAYMENT_NOTED = "payment.repayment_noted"
    REPAYMENT_TAKEN_BACK = "payment.repayment_taken_back"
    REPAYMENT_UNDO_ASKED = "payment.repayment_undo_asked"
    REPAYMENT_UNDO_REFUSED = "payment.repayment_undo_refused"
    ATTEST_GIVEN = "attest.given"
    ATTEST_DROPPED = "attest.dropped"
    RIGHT_GIVEN = "right.given"
    RIGHT_ENDED = "right.ended"
    RIGHT_SUBSTITUTE = "right.substitute"
    SUBSTITUTE_ENDED = "right.substitute_ended"
    RIGHT_CONFIRMED = "right.confirmed"  # by a second person, what one gave alone
    SUBSTITUTE_CONFIRMED = "right.substitute_confirmed"
    FILE_MADE = "file.made"
    STOP_ASKED = "payment.stop_asked"
    STOP_CONFIRMED = "payment.stop_confirmed"
    STOP_REFUSED = "payment.stop_refused"
    STOP_LIFT_ASKED = "payment.stop_lift_asked"
    STOP_LIFTED = "payment.stop_lifted"
    STOP_KEPT = "payment.stop_kept"
    CONTROL_DATA_LOADED = "payment.control_data_loaded"
    BANK_READ = "bank.read"
    BANK_HANDLED = "bank.handled"
    LEDGER_BOOKED = "ledger.booked"
    LEDGER_ACCRUED = "ledger.accrued"
    MONTH_CLOSE_ASKED = "month.close_asked"
    MONTH_CLOSED = "month.closed"
    MONTH_CLOSE_REFUSED = "month.close_refused"
    MONTH_REOPEN_ASKED = "month.reopen_asked"
    MONTH_REOPENED = "month.reopened"
    MONTH_KEPT_CLOSED = "month.kept_closed"
    RULES_PROPOSED = "accounting_rules.proposed"
    RULES_CONFIRMED = "accounting_rules.confirmed"
    RULES_REFUSED = "accounting_rules.refused"
    LEDGER_ANSWERED = "ledger.answered"
    LEDGER_SENT_AGAIN = "ledger.sent_again"
    LEDGER_BOOKED_BY_HAND = "ledger.booked_by_hand"


class ClaimAction(JournalAction):
    """What becomes of a claim on a supplier, and of the rate its interest follows."""

    RAISED = "claim.raised"
    ASKED = "claim.asked"
    CONFIRMED = "claim.confirmed"
    WITHDRAWN = "claim.withdrawn"
    DEMANDED = "claim.demanded"
    REMINDED = "claim.reminded"
    DISPUTED = "claim.disputed"
    UPHELD = "claim.upheld"
    PART_GIVEN_BACK = "claim.part_given_back"
    OWED_AGAIN = "claim.owed_again"
    WRITE_OFF_ASKED = "claim.write_off_asked"
    WRITE_OFF_REFUSED = "claim.write_off_refused"
    WRITTEN_OFF = "claim.written_off"
    RATE_ASKED = "rate.asked"
    RATE_CONFIRMED = "rate.confirmed"
    RATE_REFUSED = "rate.refused"


class SupplierAction(JournalAction):
    """What suppliers do and what is done with it."""

    PORTAL_MADE = "portal.made"
    PORTAL_UNDONE = "portal.undone"
    PORTAL_STOPPED = "portal.stopped"
    PORTAL_RELEASED = "portal.released"
    SERIES_CHOSEN = "series.chosen"
    UPLOAD_TAKEN_IN = "upload.taken_in"
    ANSWER_RECEIVED = "answer.received"
    BENCH_ASKED = "bench.asked"
    BENCH_TRIED = "bench.tried"
    BENCH_SENT_BACK = "bench.sent_back"
    BENCH_CONFIRMED = "bench.confirmed"
    CHANGE_ASKED = "change.asked"
    CHANGE_FIRST_CONFIRMED = "change.first_confirmed"
    CHANGE_CONFIRMED = "change.confirmed"
    CHANGE_REFUSED = "change.refused"
    CHANGE_WITHDRAWN = "change.withdrawn"
    DATA_ASKED = "supplier_data.asked"  # all that the books hold of it, as a file
    DATA_MADE = "supplier_data.made"


class AuditAction(JournalAction):
    """What is done about keeping cases and handing them out."""

    EXPORTED = "audit.exported"
    READ = "audit.read"  # by an auditor's program, before it is answered
    HOLD_PLACED = "hold.placed"
    HOLD_LIFTED = "hold.lifted"
    DISPOSAL_PROPOSED = "disposal.proposed"
    DISPOSAL_WITHDRAWN = "disposal.withdrawn"
    DISPOSAL_DONE = "disposal.done"


class InvoicingSubject(SubjectKind):
    """What rows of invoicing are about; most by their numbers."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    BATCH = "batch"
    PERSON = "person"
    PAYMENT = "payment"
    TRANSFER = "transfer"
    PROPOSAL = "proposal"
    RIGHT = "right"
    SUBSTITUTE = "substitute"
    FILE = "file"
    CONTROL_DATA = "control data"
    BANK_FILE = "bank file"
    BANK_ENTRY = "bank entry"
    RUN = "run"
    MONTH = "month"
    ACCOUNTING_RULES = "accounting rules"
    VOUCHER = "voucher"
    SUPPLIER = "supplier"
    PORTAL_DOCUMENT = "portal document"
    UPLOAD = "upload"
    ANSWER = "answer"
    TEST_DOCUMENT = "test document"
    CHANGE = "change"
    PAYMENT_STOP = "payment stop"
    CLAIM = "claim"
    REFERENCE_RATE = "reference rate"
    CASE = "case"
    DISPOSAL = "disposal"


def document_subject(document_type: DocumentType, document_id: int) -> JournalSubject:
    """The document, as rows of its own way name it."""
    match document_type:
        case DocumentType.INVOICE:
            return InvoicingSubject.INVOICE.of(document_id)
        case DocumentType.CREDIT_NOTE:
            return InvoicingSubject.CREDIT_NOTE.of(document_id)


def document_subjects(document: SupplierInvoice) -> tuple[JournalSubject, ...]:
    """All that rows about the document name it: the queue and its protection say invoice of a credit note too."""
    own = document_subject(document.document_type, document.id)
    return own, InvoicingSubject.INVOICE.of(document.id)
