"""An auditor's program asks: who it is, what it may see, and the row of the journal that stands before any answer.

Convention: every address of oversight stands on `journalled`, so that none can be read without it. The row is committed
before anything is looked up: what is not found has been asked for all the same. It says which program, which address
and, where there is such a case, which reference; never what somebody may have written into an address.
"""

import re
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from sqlalchemy.exc import OperationalError

from accounts.api_clients import audit_period_store
from accounts.api_clients.audit_periods import NoAuditPeriod
from accounts.api_clients.model import ApiClient, ApiScope
from accounts.journal_actions import AccountsSubject
from audit import case_queries
from billing.server.api.base import later, route_of, signed_in
from foundation import journal, personal_numbers
from foundation.identifiers import key_in
from foundation.periods import Period
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.journal_actions import AuditAction
from web.pages import database_of

_TOLD: Final = frozenset(
    {"action", "cursor", "limit", "received_from", "received_to", "since", "state", "until"}
)
_VALUE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,40}")


@dataclass(frozen=True, slots=True)
class Auditor:
    """An auditor's client that has signed in, and the period it may see, both days included."""

    client: ApiClient
    seen: Period


def journalled(request: Request) -> None:
    """Note in the journal what is about to be read, for good, before anything is.

    Raises what `signed_in` does, NoAuditPeriod, and ProblemResponse (503) where it cannot be written.
    """
    client = signed_in(request, ApiScope.AUDIT_READ).client
    try:
        with database_of(request).writing() as session:
            seen = audit_period_store.of(session, client.id)
            if seen is None:
                raise NoAuditPeriod
            journal.record(
                session,
                client.actor,
                AuditAction.READ,
                AccountsSubject.CLIENT.of(client.id),
                execution_reference=_reference(request, session),
                **_address(request),
            )
    except OperationalError:
        raise later() from None
    request.state.auditor = Auditor(client, seen)


def auditor_of(request: Request) -> Auditor:
    """Who asks, as `journalled` has found and noted."""
    auditor: Auditor = request.state.auditor
    return auditor


def _address(request: Request) -> dict[str, str]:
    """The address as it is described, the number in it, and what narrows it down."""
    told = {"address": route_of(request)}
    number = request.path_params.get("number", "")
    if key_in(number) is not None:
        told["number"] = number
    asked = [
        f"{name}={value}"
        for name, value in sorted(request.query_params.items())
        if name in _TOLD and _VALUE.fullmatch(value) and not personal_numbers.found_in(value)
    ]
    if asked:
        told["asked"] = "&".join(asked)
    return told


def _reference(request: Request, session: Session) -> str:
    """The case it is about, where the books have it: a reference that is none has no chain in the journal."""
    number = key_in(request.path_params.get("number", ""))
    if number is not None:
        document = document_store.find(session, number)
        reference = document.execution_reference if document else ""
    else:
        reference = request.path_params.get("reference") or request.query_params.get("reference", "")
    return reference if reference and case_queries.days_of(session, reference) else ""
