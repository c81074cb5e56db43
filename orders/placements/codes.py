"""The codes of an event, held against the service of its placement: what the service does not have is refused.

A decision names its contract and is held against that contract's service where it is placed (`decisions`).
"""

from foundation.sql import Session
from orders.events.data import (
    EventData,
    InterruptionRegistered,
    OutcomeApproved,
    OutcomeRevoked,
    ReportFiled,
    ReportRejected,
    ReportRevoked,
)
from orders.placements import store as placement_store
from orders.register.register import Register
from orders.register.service_terms import check_code

_WITH_CODES = (
    InterruptionRegistered,
    OutcomeApproved,
    OutcomeRevoked,
    ReportFiled,
    ReportRejected,
    ReportRevoked,
)


def check(session: Session, register: Register, told: EventData) -> None:
    """Raise CodeNotOfService, with what the service has, for the first code that its service does not have.

    An event about a placement that is not known is for its use case to refuse.
    """
    if not isinstance(told, _WITH_CODES) or _has_no_code(told):
        return
    placement = placement_store.find(session, told.execution_reference)
    if placement is None:
        return
    service = register.service(placement.service)
    match told:
        case InterruptionRegistered():
            check_code(told.reason, service.reason_codes, service=service)
        case OutcomeApproved():
            check_code(told.kind, service.outcome_codes, service=service)
            check_code(told.stage, service.stage_codes, service=service)
        case ReportFiled():
            for activity in told.activities or ():
                check_code(activity, service.activity_codes, service=service)
        case OutcomeRevoked():
            check_code(told.stage, service.stage_codes, service=service)
        case ReportRejected() | ReportRevoked():
            if told.reason is not None:
                check_code(told.reason, service.rejection_codes, service=service)


def _has_no_code(told: EventData) -> bool:
    """Whether a report says none of what it may, as most do not: then nothing is looked up."""
    match told:
        case ReportFiled():
            return not told.activities
        case ReportRejected() | ReportRevoked():
            return told.reason is None
        case _:
            return False
