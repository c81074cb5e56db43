"""What waits for a second person, kind by kind, and how many of each wait for somebody who did not ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, func, select

from accounts.identity import Permission, Person
from audit.disposal_store import DisposalState
from audit.tables import disposal
from bookkeeping.accounting_rule_store import RulesState
from bookkeeping.month_closing_store import ClosingState
from bookkeeping.tables import accounting_rules_version, month_closing
from foundation.sql import Session
from foundation.text import Text
from invoicing.claims.claim_states import ClaimState
from invoicing.claims.rate_store import RateState
from invoicing.claims.tables import claim, reference_rate
from invoicing.payment.bank_answers.transfer_note_store import TransferNoteState
from invoicing.payment.payment_stop_store import StopState
from invoicing.payment.repayment_store import RepaymentState
from invoicing.payment.tables import payment_stop, repayment_note, transfer_note
from operations.register_loads.store import LoadState
from operations.register_loads.tables import register_load

_PAYS: Final = frozenset({Permission.FINANCE, Permission.ATTEST})


@dataclass(frozen=True, slots=True)
class Asked:
    """A state in which something waits, and by whom it was asked for, who is not to answer; None: anybody may."""

    column: ColumnElement[str]
    state: StrEnum
    by: ColumnElement[str] | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One kind of what waits: its words, the page where it is answered, and who may answer."""

    words: Text
    address: str
    permissions: frozenset[Permission]
    asked: tuple[Asked, ...]


CONFIRMATIONS: Final = (
    Confirmation(
        Text("Vad banken gjorde, att bekräfta"),
        "/finance/payments/bank",
        _PAYS,
        (Asked(transfer_note.c.state, TransferNoteState.NOTED, transfer_note.c.noted_by),),
    ),
    Confirmation(
        Text("Fordringar att bekräfta"),
        "/finance/payments/claims",
        _PAYS,
        (
            Asked(claim.c.state, ClaimState.ASKED, claim.c.asked_by),
            Asked(claim.c.state, ClaimState.WRITE_OFF_ASKED, claim.c.write_off_by),
            Asked(repayment_note.c.state, RepaymentState.NOTED, repayment_note.c.noted_by),
            Asked(repayment_note.c.state, RepaymentState.UNDO_ASKED, repayment_note.c.undo_asked_by),
        ),
    ),
    Confirmation(
        Text("Bestridda fordringar att svara på"),
        "/finance/payments/claims",
        frozenset({Permission.FINANCE}),
        (Asked(claim.c.state, ClaimState.DISPUTED, None),),
    ),
    Confirmation(
        Text("Betalningsstopp att bekräfta"),
        "/finance/payments/stops",
        _PAYS,
        (
            Asked(payment_stop.c.state, StopState.ASKED, payment_stop.c.asked_by),
            Asked(payment_stop.c.state, StopState.LIFT_ASKED, payment_stop.c.lift_asked_by),
        ),
    ),
    Confirmation(
        Text("Referensräntor att bekräfta"),
        "/finance/payments/rates",
        _PAYS,
        (Asked(reference_rate.c.state, RateState.ASKED, reference_rate.c.asked_by),),
    ),
    Confirmation(
        Text("Månader att stänga eller öppna"),
        "/finance/reconciliation/months",
        _PAYS,
        (
            Asked(month_closing.c.state, ClosingState.ASKED, month_closing.c.asked_by),
            Asked(month_closing.c.state, ClosingState.REOPEN_ASKED, month_closing.c.reopen_asked_by),
        ),
    ),
    Confirmation(
        Text("Konteringsregler att införa"),
        "/finance/reconciliation/rules",
        _PAYS,
        (
            Asked(
                accounting_rules_version.c.state, RulesState.PROPOSED, accounting_rules_version.c.proposed_by
            ),
        ),
    ),
    Confirmation(
        Text("Gallringar att bekräfta"),
        "/finance/audit/retention",
        frozenset({Permission.FINANCE, Permission.BUYER_ADMIN}),
        (Asked(disposal.c.state, DisposalState.PROPOSED, disposal.c.proposed_by),),
    ),
    Confirmation(
        Text("Föreslagna register att läsa in"),
        "/admin/register-loads",
        frozenset({Permission.BUYER_ADMIN}),
        (Asked(register_load.c.state, LoadState.PROPOSED, register_load.c.proposed_by),),
    ),
)
"""Every kind that is alarmed about when it has waited for long (`operations/waiting_queries.py`)."""


def confirmations(session: Session, person: Person) -> Mapping[Confirmation, int]:
    """How many of each kind the person may answer; in one question, since the menu asks it on every page."""
    may = [each for each in CONFIRMATIONS if person.may(*each.permissions)]
    counts = [_many(each, person.id) for kind in may for each in kind.asked]
    if not counts:
        return {}
    found = iter(session.execute(select(*counts)).one())
    return {kind: sum(next(found) for _ in kind.asked) for kind in may}


def _many(asked: Asked, person: str) -> ColumnElement[int]:
    waits = select(func.count()).where(asked.column == asked.state)
    if asked.by is not None:
        waits = waits.where(asked.by != person)
    return waits.scalar_subquery()
