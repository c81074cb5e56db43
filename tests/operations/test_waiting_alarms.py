"""What waits for somebody at the buyer is alarmed about by its age; what is not says why."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

import pytest
from sqlalchemy import update

from accounts.api_clients.model import ClientState
from accounts.application_store import ApplicationState
from accounts.staff import change_store
from accounts.staff.change_store import StaffChangeKind, StaffChangeState
from accounts.store import AccountState
from audit.disposal_store import DisposalState
from billing.server.jobs import ALARM_KINDS
from bookkeeping import month_closing
from bookkeeping.accounting_rule_store import RulesState
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.month_closing import ClosingStep
from bookkeeping.month_closing_store import ClosingState
from foundation.periods import Month
from invoicing.claims.claim_states import ClaimState
from invoicing.claims.rate_store import RateState
from invoicing.conversation import message_store
from invoicing.conversation.message_store import Side
from invoicing.decisions.batch_store import BatchRowState
from invoicing.decisions.protected_store import ProtectedState
from invoicing.decisions.rules import ActionState
from invoicing.flow_test.flow_test_store import FlowStep
from invoicing.model import ExpectedCreditState, InvoiceState
from invoicing.payment import attest_right_store, payment_stops
from invoicing.payment.bank_answers.transfer_note_store import TransferNoteState
from invoicing.payment.payment_stop_store import StopReason, StopState
from invoicing.payment.payment_stops import StopStep
from invoicing.payment.repayment_store import RepaymentState
from invoicing.payment.tables import attest_right
from invoicing.payment.transfers import ItemState, ProposalState
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.responses.model import Meaning
from invoicing.supplier_changes import change_request_store
from invoicing.supplier_changes.change_request_store import ChangeKind, ChangeState
from operations import alarms
from operations.alarms import Patience
from operations.background.tasks import TaskState
from operations.buyers.model import BuyerState
from operations.job_run_store import JobRunState
from operations.mail.store import MailState
from operations.register_loads import proposing
from operations.register_loads.store import LoadState
from operations.supplier_exports.export_store import ExportState
from operations.webhooks.model import EndpointState, MessageState
from orders.events.store import EventState
from orders.model import InterruptionState, LineState, PlacementState, PlannedState, ReportState
from orders.objections.model import ObjectionState
from orders.placements.informative.informative_store import InformativeState
from orders.register import store as register_store
from orders.register.policy_store import PolicyState
from orders.tutors.tutor_store import TutorState
from orders.tutors.unit_tutor_store import UnitTutorState
from peppol.documents import billing
from peppol.exchange.tables import InState, OutState, OwedState, UnfetchedState
from peppol.xml import codec
from tests.support.stories.bills import billed
from tests.support.stories.system import FYRBAKEN, System, a_system
from tests.test_states import MOVED, TABLES

DAILY: Final = frozenset({"INVOICES_PARKED", "MAILS_WAITING", "PAYMENTS_DUE", "PAYMENTS_HELD_UP"})
"""Alarms of other jobs (billing/server/jobs.py), besides those that are looked for every minute."""

ALARMED: Final[Sequence[tuple[StrEnum, str]]] = (
    (ReportState.FILED, "REPORTS_WAITING"),
    (ReportState.APPROVED, "RECEIPTS_MISSING"),
    (InformativeState.UNREAD, "INFORMATIVE_UNREAD"),
    (ObjectionState.OPEN, "OBJECTIONS_WAITING"),
    (PlannedState.WAITING, "RESULTS_STUCK"),
    (EventState.UNAPPLIABLE, "EVENTS_WAITING"),
    (ChangeState.ASKED, "CHANGES_WAITING"),
    (ChangeState.FIRST_CONFIRMED, "CHANGES_WAITING"),
    (FlowStep.FILE_READ, "FLOW_TESTS_WAITING"),
    (FlowStep.FLOW_TEST, "FLOW_TESTS_WAITING"),
    (FlowStep.TEST_INVOICE, "FLOW_TESTS_WAITING"),
    (ApplicationState.WAITING, "APPLICATIONS_WAITING"),
    (StaffChangeState.PROPOSED, "STAFF_CHANGES_WAITING"),
    (StopState.ASKED, "CONFIRMATIONS_WAITING"),
    (StopState.LIFT_ASKED, "CONFIRMATIONS_WAITING"),
    (ClosingState.ASKED, "CONFIRMATIONS_WAITING"),
    (RulesState.PROPOSED, "CONFIRMATIONS_WAITING"),
    (ClosingState.REOPEN_ASKED, "CONFIRMATIONS_WAITING"),
    (RepaymentState.NOTED, "CONFIRMATIONS_WAITING"),
    (RepaymentState.UNDO_ASKED, "CONFIRMATIONS_WAITING"),
    (ClaimState.ASKED, "CONFIRMATIONS_WAITING"),
    (ClaimState.DISPUTED, "CONFIRMATIONS_WAITING"),
    (ClaimState.WRITE_OFF_ASKED, "CONFIRMATIONS_WAITING"),
    (RateState.ASKED, "CONFIRMATIONS_WAITING"),
    (LoadState.PROPOSED, "CONFIRMATIONS_WAITING"),
    (TransferNoteState.NOTED, "CONFIRMATIONS_WAITING"),
    (ProposalState.EXPORTED, "BANK_SILENT"),
    (ItemState.EXPORTED, "BANK_SILENT"),
    (DisposalState.PROPOSED, "CONFIRMATIONS_WAITING"),
    (InvoiceState.IN_QUESTION, "QUESTIONS_WAITING"),
    (InvoiceState.PARKED, "PAYMENTS_HELD_UP"),
    (InvoiceState.PARTLY_ACCEPTED, "CREDITS_LATE"),
    (ExpectedCreditState.EXPECTED, "CREDITS_LATE"),
    (InvoiceState.ON_HOLD, "PAYMENTS_HELD_UP"),
    (InvoiceState.ACCEPTED, "PAYMENTS_DUE"),
    (ProposalState.DRAFT, "PAYMENTS_DUE"),
    (ProposalState.ATTESTED, "PAYMENTS_DUE"),
    (ItemState.PROPOSED, "PAYMENTS_DUE"),
    (ItemState.ATTESTED, "PAYMENTS_DUE"),
    (JobRunState.GIVEN_UP, "JOBS_GIVEN_UP"),
    (TaskState.STUCK, "TASKS_STUCK"),
    (MailState.WAITING, "MAILS_WAITING"),
    (OutState.STUCK, "LETTERS_STUCK"),
    (OutState.REJECTED, "LETTERS_REJECTED"),
    (InState.FAILED, "LETTERS_FAILED"),
    (UnfetchedState.WAITING, "ARRIVALS_UNFETCHED"),
    (OutState.WAITING, "LETTERS_HELD_UP"),
    # Where their sender is answered they wait for it; where nobody is, for us.
    (InState.QUARANTINED, "LETTERS_UNANSWERED"),
    (InState.CONFLICT, "LETTERS_UNANSWERED"),
    (OwedState.STUCK, "ANSWERS_STUCK"),
    (Meaning.UNKNOWN, "ANSWERS_WAITING"),
    (Meaning.STRANGER, "ANSWERS_WAITING"),
    (Meaning.NOT_EXPECTED, "ANSWERS_WAITING"),
    (Meaning.REJECTED, "ANSWERS_WAITING"),
)
"""States in which something waits for the buyer, and the alarm that tells of it."""

OF_NO_STATE: Final = frozenset(
    {"ACCESS_POINT_DOWN", "ACCOUNTS_GUESSED", "CONVERSATIONS_UNREAD", "DIRECTORY_DOUBTED"}
)
"""Alarms that tell of something that stands in no state."""

NOT_FOR_US: Final[Sequence[tuple[StrEnum, str]]] = (
    (ProtectedState.APART, "nothing waits: the document goes its way, read by fewer people"),
    (ProtectedState.CLEARED, "nothing waits: the document is as all others"),
    (AccountState.INVITED, "for the person who was invited; the link ends by itself"),
    (AccountState.ACTIVE, "nothing waits: the account is used"),
    (ActionState.PENDING, "for its time to leave, by itself within minutes"),
    (ActionState.STANDING, "nothing waits: it may be undone, and stands until then"),
    (BatchRowState.WAITING, "for the press it is a part of, in the same step"),
    (BatchRowState.DONE, "nothing waits: it may be undone"),
    (InState.ARRIVED, "for a worker, which has an alarm of its own when none runs"),
    (OwedState.DUE, "for a worker, which has an alarm of its own when none runs"),
    (InState.HANDLED, "nothing waits: it is handled"),
    (InterruptionState.STANDING, "nothing waits: it holds"),
    (ClaimState.RAISED, "for the supplier's next payment, which it is taken off, or a person's letter"),
    (ClaimState.DEMANDED, "for the supplier to pay, or its next payment"),
    (ClaimState.REMINDED, "for the supplier to pay, or its next payment"),
    (ClaimState.SETTLED, "nothing waits: it is given back; it is owed again if the bank takes it back"),
    (
        ClaimState.WRITTEN_OFF,
        "nothing waits: what was left is given up; a deposit of it may still be taken back",
    ),
    (RepaymentState.CONFIRMED, "nothing waits: the money is here; the bank may still take it back"),
    (RateState.STANDING, "nothing waits: it holds"),
    (InvoiceState.CREDIT_REQUESTED, "for the supplier's credit note"),
    (InvoiceState.CREDITED, "nothing waits: it is settled with its credit note"),
    (InvoiceState.PAID, "nothing waits: it is paid"),
    (InvoiceState.SETTLED, "nothing waits: it is settled"),
    (ItemState.PAID, "nothing waits: it is paid, and only a person can say that it came back"),
    (JobRunState.CLAIMED, "for the worker that has it"),
    (TaskState.WAITING, "for a worker, which has an alarm of its own when none runs"),
    (JobRunState.FAILED, "for its next try, by itself"),
    (JobRunState.DONE, "nothing waits: it is done"),
    (LineState.OPEN, "for the supplier's report, which it is reminded of"),
    (LineState.CLOSED_UNUSED, "nothing waits: nobody will deliver it"),
    (
        MailState.STUCK,
        "for nobody: what it tells stands in the portal too; the page of messages and `mail again` send it again",
    ),
    (
        UnfetchedState.LEFT_THERE,
        "nothing waits: a person has dealt with it, and it is tried again when it changes",
    ),
    (OutState.DELIVERED, "nothing waits: the receiver has it"),
    (OutState.SENT, "for the receiver's access point"),
    (OutState.IN_PORTAL, "for the supplier, who reads it there"),
    (PlacementState.DECIDED, "nothing waits: it stands"),
    (PolicyState.PLANNED, "for its day"),
    (PolicyState.IN_FORCE, "nothing waits: it holds"),
    (PortalState.WAITING, "for its time to leave, by itself within minutes"),
    (PortalState.RELEASED, "for a worker"),
    (ReportState.REJECTED, "for the supplier, who files a new version"),
    (ReportState.REVOKED, "for the supplier, who files a new version"),
    (PlannedState.PLACED, "nothing waits: its order is placed"),
    (ReportState.REPLACED, "nothing waits: a correction stands in its place"),
    (InformativeState.READ, "nothing waits: it is read"),
    (EventState.APPLIED, "nothing waits: it is applied"),
    (StopState.STANDING, "nothing waits: two people laid it, and it holds until somebody asks for its end"),
    (RulesState.IN_FORCE, "nothing waits: it codes what is booked until another replaces it"),
    (ClosingState.CLOSED, "nothing waits: two people closed it, and it stays so until somebody asks"),
    (TutorState.STANDING, "nothing waits: it stands"),
    (UnitTutorState.CLOSED, "nothing waits: the tutor has left"),
    (ClientState.ACTIVE, "nothing waits: a system signs in with it"),
    (UnitTutorState.ACTIVE, "nothing waits: the tutor is chosen for placements"),
    (EndpointState.ACTIVE, "nothing waits: a system is told of what happens"),
    (
        EndpointState.DISABLED,
        "for whoever administers it, who is mailed; an alert of its own tells operators",
    ),
    (
        MessageState.WAITING,
        "for its receiver, by itself; an alert tells of what waits at a receiver that is well",
    ),
    (MessageState.FAILED, "nothing waits: it was given up after three days, and can be sent again"),
    (MessageState.DELIVERED, "nothing waits: it may be sent again"),
    (
        ExportState.WAITING,
        "for a worker, which has an alarm of its own; its task is alarmed about when it is stuck",
    ),
    (ExportState.READY, "for the supplier, who fetches it before its last day"),
    (BuyerState.OPEN, "nothing waits: the buyer is served"),
    (
        BuyerState.CLOSED,
        "nothing waits: the books are kept, and whoever runs the installation opens them again",
    ),
)
"""States in which nothing waits for the buyer, and why."""


def test_every_state_that_something_stands_in_is_alarmed_about_or_says_why_not() -> None:
    living = {
        _name(state)
        for table in TABLES.values()
        for state, after in table.follows.items()
        if after and type(state) in MOVED.values()
    }
    named = [_name(state) for state, _ in (*ALARMED, *NOT_FOR_US)]
    assert len(named) == len(set(named))
    assert living - set(named) == set()


TWO_PEOPLE: Final[Sequence[tuple[str, StrEnum]]] = (
    (
        "a change of the buyer's staff: account, role, right, limit, substitute, address, codes",
        StaffChangeState.PROPOSED,
    ),
    ("a change of a supplier, its account, or who is paid in its place", ChangeState.ASKED),
    ("the same, when one has confirmed it", ChangeState.FIRST_CONFIRMED),
    ("a payment stop", StopState.ASKED),
    ("the end of a payment stop", StopState.LIFT_ASKED),
    ("a repayment that came", RepaymentState.NOTED),
    ("a deposit that the bank took back", RepaymentState.UNDO_ASKED),
    ("the disposal of cases", DisposalState.PROPOSED),
    ("a register that a program proposes", LoadState.PROPOSED),
    ("a payment, prepared and to be attested", ProposalState.DRAFT),
)
"""Everything that one person asks for and another confirms, in the state in which it waits."""


def test_whatever_waits_for_a_second_person_is_alarmed_about() -> None:
    alarm = {_name(state): kind for state, kind in ALARMED}
    assert [what for what, state in TWO_PEOPLE if _name(state) not in alarm] == []
    # A state that a second person ends is written as such somewhere: no other has a column for the second hand.
    assert {alarm[_name(state)] for _, state in TWO_PEOPLE} == {
        *("STAFF_CHANGES_WAITING", "CHANGES_WAITING", "CONFIRMATIONS_WAITING", "PAYMENTS_DUE")
    }


@pytest.mark.both_engines
def test_a_proposal_about_the_staff_and_a_right_given_alone_are_alarmed_about(system: System) -> None:
    now = datetime(DAY.year, DAY.month, DAY.day, 8, tzinfo=UTC)
    with system.database.writing() as session:
        change_store.add(session, StaffChangeKind.CODES, person="user-9", content={}, by="drift-anna", at=now)
    assert [day for day in range(9) if raised(system, after=day) == ["STAFF_CHANGES_WAITING"]] == [7]
    with system.database.writing() as session:
        change_store.move(
            session, change_store.get(session, 1), StaffChangeState.CONFIRMED, by="drift-bo", at=now
        )
        right = attest_right_store.give(
            session,
            person="user-12",
            limit=Decimal(100),
            valid_from=DAY,
            by="drift-anna",
            confirmed_by="drift-bo",
        )
    assert [day for day in range(8, 25) if raised(system, after=day)] == []
    with system.database.writing() as session:
        session.execute(update(attest_right).values(confirmed_by="").where(attest_right.c.id == right))
    assert raised(system, after=30) == ["STAFF_CHANGES_WAITING"]


def _name(state: StrEnum) -> str:
    # States of several enums have the same words, and would be one key.
    return f"{type(state).__name__}.{state.name}"


def test_every_alarm_that_is_named_is_raised_by_a_job() -> None:
    assert {alarm for _, alarm in ALARMED} <= {*ALARM_KINDS, *DAILY}
    assert set(ALARM_KINDS) - OF_NO_STATE == {alarm for _, alarm in ALARMED} - set(DAILY)


# Told by their age -------------------------------------------------------------------------------

REFERENCE = "100000101"
DAY = date(2026, 3, 2)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        yield system


def raised(system: System, *, after: int, hours: int = 0) -> list[str]:
    """The alarms so many days after the 2nd of March, at eight."""
    now = datetime(DAY.year, DAY.month, DAY.day, 8, tzinfo=UTC) + timedelta(days=after, hours=hours)
    with system.database.writing() as session:
        return alarms.raise_due(session, now=now, patience=Patience(), kinds=ALARM_KINDS)


def informative(kind: str, on: date) -> dict[str, object]:
    return {"execution_reference": REFERENCE, "kind": kind, "at": f"{on}T08:00:00+01:00", "by": "user-9"}


@pytest.mark.both_engines
def test_an_alarm_comes_by_age_when_more_has_waited_as_long_and_again(system: System) -> None:
    system.must("report.informative", informative("INTERNSHIP", DAY), on=DAY)
    later = DAY + timedelta(days=3)
    system.must("report.informative", informative("CONTACT", later), on=later)
    told = [day for day in range(30) if raised(system, after=day) == [alarms.INFORMATIVE_UNREAD]]
    # The first after a week, the second after its own, and both again a week after that.
    assert told == [7, 10, 17, 24]


@pytest.mark.both_engines
def test_whatever_waits_has_its_own_alarm(system: System) -> None:
    system.report(REFERENCE, "2026-01", on=DAY)
    system.refuses(
        "interruption.withdrawn", {"execution_reference": REFERENCE, "registered_on": str(DAY)}, on=DAY
    )
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=DAY)
    system.send_bytes(_with_too_many_days(invoice), on=DAY)
    now = datetime(DAY.year, DAY.month, DAY.day, 8, tzinfo=UTC)
    with system.database.writing() as session:
        change_request_store.add(
            session, supplier=FYRBAKEN, kind=ChangeKind.DETAILS, content={}, by="user-9", now=now
        )
    assert raised(system, after=6) == []
    assert set(raised(system, after=7)) == {
        alarms.CHANGES_WAITING,
        alarms.EVENTS_WAITING,
        alarms.QUESTIONS_WAITING,
    }


@pytest.mark.both_engines
def test_a_second_person_is_waited_for_since_it_was_asked_and_no_longer(system: System) -> None:
    def at(day: int) -> datetime:
        return datetime(DAY.year, DAY.month, DAY.day, 8, tzinfo=UTC) + timedelta(days=day)

    with system.database.writing() as session:
        register = register_store.load(session)
        payment_stops.ask(
            session, register, supplier=FYRBAKEN, reason=StopReason.DISPUTE, by="officer-1", now=at(0)
        )
        payment_stops.step(session, 1, StopStep.CONFIRM, by="officer-2")
    with system.at(DAY + timedelta(days=20)), system.database.writing() as session:
        payment_stops.step(session, 1, StopStep.ASK_LIFT, by="officer-1")
    assert [day for day in range(15, 30) if raised(system, after=day)] == [27]


def test_the_closing_of_a_month_waits_for_its_second_person_and_so_does_its_opening(system: System) -> None:
    month, end = Month(2025, 11), DAY + timedelta(days=20)
    with system.database.writing() as session:
        month_closing.ask(
            session, LedgerAccounts(), month, reason="Klart.", by="officer-1", today=DAY, now=_at(DAY)
        )
    assert [day for day in range(15) if raised(system, after=day)] == [7, 14]
    for what, by, on in (
        (ClosingStep.CLOSE, "officer-2", DAY),
        (ClosingStep.ASK_REOPEN, "officer-1", end),
    ):
        with system.database.writing() as session:
            month_closing.step(
                session,
                LedgerAccounts(),
                month,
                what,
                reason="En faktura till.",
                by=by,
                today=on,
                now=_at(on),
            )
    assert [day for day in range(15, 30) if raised(system, after=day)] == [27]


@pytest.mark.both_engines
def test_what_a_supplier_writes_about_a_document_is_alarmed_about_until_somebody_reads_it(
    system: System,
) -> None:
    system.report(REFERENCE, "2026-01", on=DAY)
    invoice = system.send_invoice(system.order(REFERENCE).number, number="F-1", on=DAY)
    with system.database.writing() as session:
        message_store.add(session, invoice.id, Side.BUYER, "Vilken månad?", by="officer-1", at=_at(DAY))
    before = [day for day in range(15) if alarms.CONVERSATIONS_UNREAD in raised(system, after=day)]
    written = _at(DAY + timedelta(days=15))
    with system.database.writing() as session:
        message_store.add(session, invoice.id, Side.SUPPLIER, "Mars.", by="user-9", at=written)
    told = [day for day in range(15, 26) if alarms.CONVERSATIONS_UNREAD in raised(system, after=day)]
    with system.database.writing() as session:
        message_store.note_read(session, invoice.id, by="officer-1", at=written)
    after = [day for day in range(26, 50) if alarms.CONVERSATIONS_UNREAD in raised(system, after=day)]
    assert (before, told, after) == ([], [22], [])


@pytest.mark.both_engines
def test_a_register_that_a_program_proposes_is_alarmed_about_until_a_person_decides(system: System) -> None:
    with system.database.writing() as session:
        held = register_store.load(session)
        renamed = replace(held, buyer=replace(held.buyer, name="Köparen med nytt namn"))
        proposed = proposing.propose(session, renamed, by="client-1", now=_at(DAY), today=DAY)
    assert [day for day in range(10) if raised(system, after=day) == ["CONFIRMATIONS_WAITING"]] == [7]
    with system.database.writing() as session:
        proposing.decline(session, proposed.load.id, by="user-1", reason="Fel namn.", now=_at(DAY))
    assert [day for day in range(10, 30) if raised(system, after=day)] == []


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, tzinfo=UTC)


@pytest.mark.both_engines
def test_a_line_that_came_after_its_month_was_approved_is_alarmed_about(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2025, 9, 7), decided_on=date(2025, 9, 1), end=date(2026, 3, 6))
        system.report(REFERENCE, "2026-03", on=date(2026, 3, 9))
        second = {
            "decision_id": "B-2",
            "execution_reference": REFERENCE,
            "period": {"start": "2026-03-09", "end": "2026-09-08"},
            "decided_on": "2026-03-10",
        }
        system.must("placement.period_two_decided", second, on=date(2026, 3, 10))
        # March is over on the 31st, and a week after that it has waited long enough.
        assert [day for day in range(40) if raised(system, after=day)] == [36]


def _with_too_many_days(invoice: billing.Invoice) -> bytes:
    return codec.serialise(billed(invoice, days="9"))
