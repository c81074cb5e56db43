"""What the journal says of the register, of placements and of orders."""

from foundation.journal_entries import JournalAction, JournalSubject, SubjectKind
from foundation.periods import Month


class RegisterAction(JournalAction):
    """What is done with the register and its policy."""

    REGISTER_LOADED = "register.loaded"
    LOAD_PROPOSED = "register.load_proposed"  # by a program
    LOAD_CONFIRMED = "register.load_confirmed"  # by the person who loads it
    LOAD_DECLINED = "register.load_declined"
    LOAD_WITHDRAWN = "register.load_withdrawn"
    POLICY_MADE = "policy.made"
    POLICY_WITHDRAWN = "policy.withdrawn"
    POLICY_IN_FORCE = "policy.in_force"


class PlacementAction(JournalAction):
    """What happens to a placement."""

    DECIDED = "placement.decided"
    PERIOD_TWO = "placement.period_two"
    RESUMED = "placement.resumed"  # back within the same period
    CONTINUES = "placement.continues"  # an earlier reference of the same participant
    PROVIDER_CHANGED = "placement.provider_changed"
    CANCELLED = "placement.cancelled"
    TUTOR_ASSIGNED = "tutor.assigned"
    INTERRUPTION_SET = "interruption.set"  # registered or moved
    INTERRUPTION_WITHDRAWN = "interruption.withdrawn"
    INTERRUPTION_KEPT_ASIDE = "interruption.kept_aside"  # told too late: it waits for a person
    LATE_INTERRUPTION_APPLIED = "interruption.applied_late"  # by a person
    EVENT_LAID_ASIDE = "event.laid_aside"
    HISTORY_LOADED = "event.history_loaded"  # events are told on their own days, as a person says
    REPORT_FILED = "report.filed"
    REPORT_APPROVED = "report.approved"
    REPORT_REJECTED = "report.rejected"
    REPORT_REVOKED = "report.revoked"
    REPORT_APPROVAL_UNDONE = "report.approval_undone"
    REST_RECEIVED = "report.rest_received"  # an order line that came after the approval
    INFORMATIVE_FILED = "informative_report.filed"
    INFORMATIVE_READ = "informative_report.read"
    INFORMATIVE_UNREAD = "informative_report.unread"  # it waits again
    INFORMATIVE_WITHDRAWN = "informative_report.withdrawn"
    OUTCOME_APPROVED = "outcome.approved"
    OUTCOME_EARNS_NOTHING = "outcome.earns_nothing"
    OUTCOME_ENDED = "outcome.ended"
    RESULT_DROPPED = "result.dropped"  # a planned order that is not placed
    RESULT_TRIED_AGAIN = "result.tried_again"  # by a person, and placed
    RESULT_MOVED = "result.moved"  # a planned order gets another day, as its interruption did
    RESULT_REVOKED = "result.revoked"  # an order that was placed is cancelled
    OUTCOME_REVOKED = "outcome.revoked"
    SUPPLEMENT_APPROVED = "supplement.approved"
    SUPPLEMENT_REVOKED = "supplement.revoked"


class TutorAction(JournalAction):
    """What is done with the list of a unit's tutors."""

    ADDED = "unit_tutor.added"
    CLOSED = "unit_tutor.closed"
    REOPENED = "unit_tutor.reopened"
    TIED = "unit_tutor.tied"  # to a person with an account, or to none


class OrderAction(JournalAction):
    """What happens to an order and its lines."""

    ORDER_PLACED = "order.placed"
    RECEIPT_MADE = "receipt.made"
    RECEIPT_REPLACED = "receipt.replaced"
    RECEIPT_REVERSED = "receipt.reversed"


class ObjectionAction(JournalAction):
    """What happens to a supplier's objection to an order."""

    MADE = "objection.made"
    WITHDRAWN = "objection.withdrawn"
    ANSWERED = "objection.answered"


class OrdersSubject(SubjectKind):
    """What rows of orders are about; most by their numbers or references."""

    REGISTER = ""  # the beginning of a version's fingerprint, without a word before it
    REGISTER_LOAD = "register load"
    POLICY = "policy"
    EVENT = "event"
    PLACEMENT = "placement"
    REPORT = "report"
    INFORMATIVE_REPORT = "informative report"
    PLANNED_ORDER = "planned order"
    ORDER = "order"
    ORDER_LINE = "order line"
    TUTOR = "tutor"
    OBJECTION = "objection"


def report_subject(execution_reference: str, month: Month, version: int) -> JournalSubject:
    """One version of the report of a month."""
    return OrdersSubject.REPORT.of(f"{execution_reference} {month} v{version}")


def order_line_subject(order_number: str, line_id: str) -> JournalSubject:
    """One line of an order."""
    return OrdersSubject.ORDER_LINE.of(f"{order_number}/{line_id}")
